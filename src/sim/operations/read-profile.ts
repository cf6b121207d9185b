import type { ChargingProfile, InstalledProfile, SchedulePeriod } from '../composite-schedule.ts';
import {
  choice,
  integer,
  number,
  object,
  objects,
  optionalChoice,
  optionalInteger,
  optionalTime,
  Refusal,
} from '../fields.ts';
import type { Payload } from '../frames.ts';
import type { Quirks } from '../quirks.ts';
import type { Station } from '../station.ts';

const nominalVolts = 230;

/** A ChargingProfile (OCPP 1.6 §7.8) from the wire; malformed ones are refused with a CALLERROR. */
export function readProfile(sent: Payload): ChargingProfile {
  const schedule = object(sent, 'chargingSchedule');
  return {
    chargingProfileId: integer(sent, 'chargingProfileId'),
    transactionId: optionalInteger(sent, 'transactionId'),
    stackLevel: integer(sent, 'stackLevel'),
    purpose: choice(sent, 'chargingProfilePurpose', ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile']),
    kind: choice(sent, 'chargingProfileKind', ['Absolute', 'Recurring', 'Relative']),
    recurrency: optionalChoice(sent, 'recurrencyKind', ['Daily', 'Weekly']),
    validFrom: optionalTime(sent, 'validFrom'),
    validTo: optionalTime(sent, 'validTo'),
    durationSeconds: optionalInteger(schedule, 'duration'),
    startSchedule: optionalTime(schedule, 'startSchedule'),
    unit: choice(schedule, 'chargingRateUnit', ['A', 'W']),
    periods: objects(schedule, 'chargingSchedulePeriod').map(readPeriod),
  };
}

/** Why a well-formed profile can't be installed here; null: it can. */
export function profileProblem(station: Station, profile: InstalledProfile): string | null {
  const { configuration, quirks } = station;
  const starts = profile.periods.map((period) => period.startPeriod);
  if (profile.stackLevel < 0 || profile.stackLevel > configuration.integer('ChargeProfileMaxStackLevel')) {
    return 'stack level';
  }
  if (quirks.stackLevelZeroOnly && profile.stackLevel > 0) return 'stack level above 0';
  const whim = whimsicalProblem(quirks, profile, station.flash.localSwitch);
  if (whim !== null) return whim;
  if (starts.length > configuration.integer('ChargingScheduleMaxPeriods')) return 'too many periods';
  if (starts[0] !== 0) return 'the first period has to start at 0';
  if (starts.some((start, index) => index > 0 && start <= (starts[index - 1] ?? 0))) return 'periods out of order';
  const recurs = profile.kind === 'Recurring';
  if (recurs && (profile.startSchedule === null || profile.recurrency === null)) return 'recurs without a start';
  if ((profile.purpose === 'ChargePointMaxProfile') !== (profile.connectorId === 0)) {
    return profile.purpose === 'TxDefaultProfile' ? null : 'purpose and connector';
  }
  return null;
}

/** What only some makes object to. */
function whimsicalProblem(quirks: Quirks, profile: InstalledProfile, localSwitch: boolean): string | null {
  if (quirks.wattsOnly && profile.unit === 'A') return 'unit';
  if (quirks.needsLocalSwitch && !localSwitch) return 'the switch in the housing is not set';
  if (quirks.noChargePointMax && profile.purpose === 'ChargePointMaxProfile') return 'purpose';
  if (quirks.noTxProfile && profile.purpose === 'TxProfile') return 'purpose';
  if (quirks.onlyChargePointMax && profile.purpose !== 'ChargePointMaxProfile') return 'purpose';
  if (quirks.noTxDefault && profile.purpose === 'TxDefaultProfile') return 'purpose';
  if (quirks.refusesKind === profile.kind) return 'kind';
  const steps = quirks.limitStepsA;
  const known = ({ limit, numberPhases }: SchedulePeriod): boolean => {
    const amps = profile.unit === 'A' ? limit : limit / (nominalVolts * (numberPhases ?? 3));
    return amps === 0 || steps === null || steps.includes(amps);
  };
  return profile.periods.every(known) ? null : 'no limit that it knows';
}

function readPeriod(sent: Payload): SchedulePeriod {
  const limit = number(sent, 'limit');
  const numberPhases = optionalInteger(sent, 'numberPhases');
  if (limit < 0) throw new Refusal('PropertyConstraintViolation', 'limit is negative');
  if (numberPhases !== null && (numberPhases < 1 || numberPhases > 3)) {
    throw new Refusal('PropertyConstraintViolation', 'numberPhases: 1 to 3');
  }
  return { startPeriod: integer(sent, 'startPeriod'), limit, numberPhases };
}
