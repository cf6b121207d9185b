/** Brings a profile into what charge points take: never more current than was asked for, and nothing without a word. */
import type { ChargingCapabilities } from './charging-capabilities.ts';
import { ASSUMED_PHASES, knownPhases, type ProfileSchedule, type RateUnit } from './charging-profile.ts';
import type { ProfileTerms, RecordedWarning } from './profile-record.ts';

/**
 * In the unit of the charge point, where it names only the other one (OCPP 1.6 §9.4.2), and rounded down: amps to halves,
 * watts to whole ones. The specification allows tenths (§7.14), but some refuse those that binary fractions can't hold.
 */
export function fitProfile(
  terms: ProfileTerms,
  { units }: ChargingCapabilities,
  /** Volts from phase to neutral. */
  nominalVoltageV: number,
): { readonly terms: ProfileTerms; readonly notes: RecordedWarning[] } {
  const { schedule } = terms;
  const notes: RecordedWarning[] = [];
  const unit = units === null || units.includes(schedule.unit) ? schedule.unit : (units[0] ?? schedule.unit);
  if (unit !== schedule.unit) {
    const names = { A: 'amps', W: 'watts' };
    notes.push({
      kind: 'converted-unit',
      text:
        `the charge point takes only ${names[unit]}: the limits were converted at ${nominalVoltageV} V and the phases of ` +
        `each period, ${ASSUMED_PHASES} where none are named (OCPP 1.6 §7.12)`,
    });
  }
  const fitted = fitSchedule(schedule, unit, nominalVoltageV);
  const before = valuesOf(schedule);
  const lowered = valuesOf(fitted).flatMap((value, index) => {
    const asked = before[index] ?? value;
    return unit === schedule.unit && value !== asked ? [`${asked} to ${value}`] : [];
  });
  if (lowered.length > 0) {
    const more = lowered.length > MAX_EXAMPLES ? ' and others' : '';
    notes.push({
      kind: 'rounded-down',
      text: `rounded down to what every charge point takes: ${lowered.slice(0, MAX_EXAMPLES).join(', ')}${more} ${unit}`,
    });
  }
  return { terms: { ...terms, schedule: fitted }, notes };
}

const MAX_EXAMPLES = 3;

function fitSchedule(schedule: ProfileSchedule, unit: RateUnit, voltage: number): ProfileSchedule {
  const lowered = (value: number, phases: number | null): number => {
    const wattsPerAmp = voltage * (knownPhases(phases) ?? ASSUMED_PHASES);
    if (unit === schedule.unit) return roundDown(value, unit);
    return roundDown(unit === 'A' ? value / wattsPerAmp : value * wattsPerAmp, unit);
  };
  const { minChargingRate, periods } = schedule;
  return {
    ...schedule,
    unit,
    minChargingRate: minChargingRate === null ? null : lowered(minChargingRate, periods[0]?.phases ?? null),
    periods: periods.map((one) => ({ ...one, limit: lowered(one.limit, one.phases) })),
  };
}

function valuesOf({ periods, minChargingRate }: ProfileSchedule): number[] {
  return [...periods.map((one) => one.limit), ...(minChargingRate === null ? [] : [minChargingRate])];
}

/** The small addition gives back what binary fractions lost. */
function roundDown(value: number, unit: RateUnit): number {
  const steps = unit === 'A' ? 2 : 1;
  return Math.floor(value * steps + 1e-6) / steps;
}
