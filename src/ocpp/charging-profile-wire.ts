/** Charging profiles between the wire and the domain. All that is read here has passed the schema of its message. */
import type { Static } from 'typebox';
import type { ChargingProfile, InstalledProfile, ProfileSchedule } from '../domain/charging-profile.ts';
import { knownPhases } from '../domain/charging-profile.ts';
import type { ClearCriteria } from '../domain/installed-profiles.ts';
import type { ReportedSchedule } from '../domain/schedule-agreement.ts';
import type { Instant } from '../domain/units.ts';
import type { ChargingProfile as WireProfile, ChargingSchedule as WireSchedule } from './messages/common.ts';
import type {
  ClearChargingProfileRequest,
  GetCompositeScheduleResponse,
  SetChargingProfileRequest,
} from './messages/smart-charging.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

type SetRequest = Static<typeof SetChargingProfileRequest>;
type ClearRequest = Static<typeof ClearChargingProfileRequest>;
type CompositeAnswer = Static<typeof GetCompositeScheduleResponse>;

/** `csChargingProfiles` of a SetChargingProfile, or `chargingProfile` of a RemoteStartTransaction (OCPP 1.6 §7.8). */
export function profileFromWire(wire: WireProfile): ChargingProfile {
  return {
    id: wire.chargingProfileId,
    transactionId: wire.transactionId ?? null,
    stackLevel: wire.stackLevel,
    purpose: wire.chargingProfilePurpose,
    kind: wire.chargingProfileKind,
    recurrency: wire.recurrencyKind ?? null,
    validFrom: readInstant(wire.validFrom),
    validTo: readInstant(wire.validTo),
    schedule: scheduleFromWire(wire.chargingSchedule),
  };
}

/** What is null is left out. Limits go out as they are: the schema of the message refuses a second decimal. */
export function profileToWire(profile: ChargingProfile): WireProfile {
  const { transactionId, recurrency, validFrom, validTo } = profile;
  return {
    chargingProfileId: profile.id,
    ...(transactionId === null ? {} : { transactionId }),
    stackLevel: profile.stackLevel,
    chargingProfilePurpose: profile.purpose,
    chargingProfileKind: profile.kind,
    ...(recurrency === null ? {} : { recurrencyKind: recurrency }),
    ...(validFrom === null ? {} : { validFrom: formatTimestamp(validFrom) }),
    ...(validTo === null ? {} : { validTo: formatTimestamp(validTo) }),
    chargingSchedule: scheduleToWire(profile.schedule),
  };
}

/** OCPP 1.6 §6.43. */
export function installedFromWire(request: SetRequest): InstalledProfile {
  return { connectorId: request.connectorId, profile: profileFromWire(request.csChargingProfiles) };
}

/** The SetChargingProfile that would install it again. */
export function installedToWire({ connectorId, profile }: InstalledProfile): SetRequest {
  return { connectorId, csChargingProfiles: profileToWire(profile) };
}

/** OCPP 1.6 §6.13. */
export function clearCriteriaFromWire(request: ClearRequest): ClearCriteria {
  return {
    id: request.id ?? null,
    connectorId: request.connectorId ?? null,
    purpose: request.chargingProfilePurpose ?? null,
    stackLevel: request.stackLevel ?? null,
  };
}

/**
 * OCPP 1.6 §6.22, §7.26. A negative limit is MicroOcpp's word for none, and so are its -1 phases. startSchedule must not
 * be there (errata 3.57); where it is and scheduleStart is not, it is taken.
 */
export function reportedScheduleFromWire(answer: CompositeAnswer): ReportedSchedule {
  const { status, scheduleStart, chargingSchedule } = answer;
  const periods = chargingSchedule?.chargingSchedulePeriod ?? [];
  return {
    accepted: status === 'Accepted',
    startAt: readInstant(scheduleStart ?? chargingSchedule?.startSchedule),
    durationS: chargingSchedule?.duration ?? null,
    unit: chargingSchedule?.chargingRateUnit ?? null,
    periods: periods.map(({ startPeriod, limit, numberPhases }) => ({
      startS: startPeriod,
      limit: limit < 0 ? null : limit,
      phases: knownPhases(numberPhases ?? null),
    })),
  };
}

function scheduleFromWire(wire: WireSchedule): ProfileSchedule {
  return {
    durationS: wire.duration ?? null,
    startAt: readInstant(wire.startSchedule),
    unit: wire.chargingRateUnit,
    minChargingRate: wire.minChargingRate ?? null,
    periods: wire.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
      startS: startPeriod,
      limit,
      phases: numberPhases ?? null,
    })),
  };
}

function scheduleToWire({ durationS, startAt, unit, minChargingRate, periods }: ProfileSchedule): WireSchedule {
  return {
    ...(durationS === null ? {} : { duration: durationS }),
    ...(startAt === null ? {} : { startSchedule: formatTimestamp(startAt) }),
    chargingRateUnit: unit,
    chargingSchedulePeriod: periods.map(({ startS, limit, phases }) => ({
      startPeriod: startS,
      limit,
      ...(phases === null ? {} : { numberPhases: phases }),
    })),
    ...(minChargingRate === null ? {} : { minChargingRate }),
  };
}

/** A time that the schema has passed can be read; one that can't is a bug of ours, and must not become "no end". */
function readInstant(text: string | undefined): Instant | null {
  if (text === undefined) return null;
  const at = parseTimestamp(text);
  if (at === null) throw new RangeError('a timestamp that passed no schema');
  return at;
}
