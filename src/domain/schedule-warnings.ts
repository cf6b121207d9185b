/** What is odd about the kind and the schedule of a charging profile, whatever it is for. See profile-warnings.ts. */
import type { ChargingCapabilities } from './charging-capabilities.ts';
import { type ChargingProfile, knownPhases, type ProfileSchedule } from './charging-profile.ts';
import type { ProfileWarning } from './profile-warning.ts';
import type { Instant } from './units.ts';

/** In the order: kind, periods, values, unit. */
export function scheduleWarnings(
  profile: ChargingProfile,
  now: Instant,
  capabilities: ChargingCapabilities,
): ProfileWarning[] {
  return [
    ...kindWarnings(profile, now),
    ...periodWarnings(profile, capabilities.maxPeriods),
    ...valueWarnings(profile.schedule),
    ...unitWarnings(profile.schedule, capabilities),
  ];
}

function kindWarnings({ kind, recurrency, schedule }: ChargingProfile, now: Instant): ProfileWarning[] {
  const found: ProfileWarning[] = [];
  const { startAt } = schedule;
  if (kind === 'Recurring' && recurrency === null) {
    found.push({
      kind: 'recurring-without-recurrence',
      text: 'a Recurring profile needs a recurrencyKind (OCPP 1.6 §7.8)',
    });
  }
  if (kind === 'Recurring' && startAt === null) {
    found.push({
      kind: 'recurring-without-start',
      text: 'a Recurring profile recurs at the time of its startSchedule, and has none (errata 3.79)',
    });
  }
  if (kind !== 'Recurring' && recurrency !== null) {
    found.push({
      kind: 'recurrence-without-recurring',
      text: `recurrencyKind is for Recurring profiles, not ${kind} ones (errata 3.56)`,
    });
  }
  if (kind === 'Relative' && startAt !== null) {
    found.push({
      kind: 'relative-with-start',
      text: 'a Relative profile starts with the transaction: startSchedule means nothing (OCPP 1.6 §7.9)',
    });
  }
  if (kind === 'Absolute' && startAt === null) {
    found.push({ kind: 'absolute-without-start', text: 'an Absolute profile needs a startSchedule (OCPP 1.6 §7.9)' });
  }
  if (kind !== 'Relative' && startAt !== null && startAt > now) {
    found.push({
      kind: 'starts-in-future',
      text: 'until startSchedule there is a gap: what it replaces is gone at once (OCPP 1.6 §5.16.4)',
    });
  }
  return found;
}

const RECURRENCE_S = { Daily: 86_400, Weekly: 7 * 86_400 };

function periodWarnings({ kind, recurrency, schedule }: ChargingProfile, maxPeriods: number | null): ProfileWarning[] {
  const found: ProfileWarning[] = [];
  const { periods, durationS } = schedule;
  const [first] = periods;
  if (first === undefined) {
    found.push({ kind: 'no-periods', text: 'a schedule has at least one period (OCPP 1.6 §7.13)' });
  } else if (first.startS !== 0) {
    found.push({
      kind: 'first-period-not-0',
      text: `the first period starts at ${first.startS} s and not at 0 (errata 3.45)`,
    });
  }
  if (periods.some((one, index) => one.startS <= (periods[index - 1]?.startS ?? -Infinity))) {
    found.push({ kind: 'periods-out-of-order', text: 'each period must start after the one before (OCPP 1.6 §7.14)' });
  }
  const lastS = periods.reduce((latest, one) => Math.max(latest, one.startS), 0);
  if (durationS !== null && durationS <= 0) {
    found.push({
      kind: 'no-duration',
      text: `a duration of ${durationS} s leaves nothing to execute (OCPP 1.6 §7.13)`,
    });
  } else if (durationS !== null && lastS >= durationS) {
    found.push({
      kind: 'period-beyond-duration',
      text: `what starts after the duration of ${durationS} s is not executed (OCPP 1.6 §5.16.4)`,
    });
  }
  const recurrenceS = kind === 'Recurring' && recurrency !== null ? RECURRENCE_S[recurrency] : null;
  if (recurrenceS !== null && (lastS >= recurrenceS || (durationS ?? 0) > recurrenceS)) {
    found.push({
      kind: 'period-beyond-recurrence',
      text: `what is longer than ${recurrency === 'Daily' ? 'a day' : 'a week'} is not executed (errata 3.44)`,
    });
  }
  if (maxPeriods !== null && periods.length > maxPeriods) {
    found.push({
      kind: 'too-many-periods',
      text: `${periods.length} periods are more than the charge point's ChargingScheduleMaxPeriods ${maxPeriods}`,
    });
  }
  return found;
}

/** How many values a text names as examples. */
const EXAMPLES = 3;

function valueWarnings({ periods, minChargingRate }: ProfileSchedule): ProfileWarning[] {
  const found: ProfileWarning[] = [];
  const values = [...periods.map((one) => one.limit), ...(minChargingRate === null ? [] : [minChargingRate])];
  const fine = values.filter((value) => Math.round(value * 10) / 10 !== value);
  if (fine.length > 0) {
    found.push({ kind: 'too-many-decimals', text: `${examples(fine)}: one decimal at most (OCPP 1.6 §7.14)` });
  }
  const inexact = values.filter((value) => Math.round(value * 10) / 10 === value && !Number.isInteger(value * 2));
  if (inexact.length > 0) {
    found.push({
      kind: 'fraction-refused-by-some',
      text: `${examples(inexact)}: open-ocpp refuses tenths that binary can't hold; whole and half values are safe`,
    });
  }
  const negative = values.filter((value) => value < 0);
  if (negative.length > 0) {
    found.push({ kind: 'negative-limit', text: `${examples(negative)}: a limit below 0 has no meaning in OCPP 1.6` });
  }
  const odd = periods.flatMap((one) => (one.phases !== null && knownPhases(one.phases) === null ? [one.phases] : []));
  if (odd.length > 0) {
    found.push({ kind: 'phases-out-of-range', text: `${examples(odd)}: there are 1, 2 or 3 phases (OCPP 1.6 §7.14)` });
  }
  return found;
}

function examples(values: readonly number[]): string {
  const distinct = [...new Set(values)];
  return `${distinct.slice(0, EXAMPLES).join(', ')}${distinct.length > EXAMPLES ? ' and others' : ''}`;
}

function unitWarnings({ unit }: ProfileSchedule, { units }: ChargingCapabilities): ProfileWarning[] {
  if (units === null || units.includes(unit)) return [];
  return [
    {
      kind: 'unit-not-allowed',
      text: `${unit} is not in the charge point's ChargingScheduleAllowedChargingRateUnit: ${units}`,
    },
  ];
}
