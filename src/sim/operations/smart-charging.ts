import { compositeSchedule, type InstalledProfile } from '../composite-schedule.ts';
import { integer, object, optionalChoice, optionalInteger } from '../fields.ts';
import type { Payload } from '../frames.ts';
import { connectorAt, type Operation } from './operation.ts';
import { profileProblem, readProfile } from './read-profile.ts';

/** SetChargingProfile, ClearChargingProfile, GetCompositeSchedule (OCPP 1.6 §5.16, §5.5, §5.7). */

/** Longer schedules are cut to a month, so that a daily profile can't fill the memory. */
const longestScheduleSeconds = 31 * 86_400;

export const setChargingProfile: Operation = (request, station) => {
  const connectorId = integer(request, 'connectorId');
  const connector = connectorAt(station, connectorId);
  const sent = readProfile(object(request, 'csChargingProfiles'));
  const profile: InstalledProfile = { ...sent, connectorId, installedAt: station.time() };
  if (station.quirks.ignoresProfiles) return { payload: { status: 'Accepted' } };
  if (profileProblem(station, profile) !== null) return { payload: { status: 'Rejected' } };
  if (profile.purpose === 'TxProfile') {
    const running = connector?.transaction ?? null;
    const fits = running !== null && (sent.transactionId ?? running.transactionId) === running.transactionId;
    if (!fits) return { payload: { status: 'Rejected' } };
  }
  const kept = station.flash.profiles.filter((one) => !replaces(profile, one));
  if (kept.length >= station.configuration.integer('MaxChargingProfilesInstalled')) {
    return { payload: { status: 'Rejected' } };
  }
  station.flash.profiles = [...kept, profile];
  return { payload: { status: 'Accepted' } };
};

export const clearChargingProfile: Operation = (request, station) => {
  const matches = criteria(request);
  const { clearMissesStackZero } = station.quirks;
  const clears = (one: InstalledProfile) => matches(one) && !(clearMissesStackZero && one.stackLevel === 0);
  const kept = station.flash.profiles.filter((one) => !clears(one));
  const cleared = kept.length < station.flash.profiles.length;
  station.flash.profiles = kept;
  return { payload: { status: cleared ? 'Accepted' : 'Unknown' } };
};

export const getCompositeSchedule: Operation = (request, station) => {
  const connectorId = integer(request, 'connectorId');
  const asked = integer(request, 'duration');
  const wanted = optionalChoice(request, 'chargingRateUnit', ['A', 'W']) ?? 'A';
  const other = wanted === 'A' ? 'W' : 'A';
  const unit = station.quirks.compositeInOtherUnit ? other : wanted;
  const concerned = station.connectors.filter((one) => connectorId === 0 || one.id === connectorId);
  if (concerned.length === 0 || asked <= 0) return { payload: { status: 'Rejected' } };
  const durationSeconds = Math.min(asked, longestScheduleSeconds);
  const from = Math.floor(station.time() / 1000) * 1000;
  const periods = compositeSchedule({
    profiles: station.flash.profiles,
    connectors: concerned.map((one) => one.load),
    from,
    durationSeconds,
    unit,
  });
  return {
    payload: {
      status: 'Accepted',
      connectorId,
      scheduleStart: new Date(from).toISOString(),
      chargingSchedule: { duration: durationSeconds, chargingRateUnit: unit, chargingSchedulePeriod: periods },
    },
  };
};

/** The same id, or the same purpose and stack level at the same connector (§5.16.3). */
function replaces(profile: InstalledProfile, other: InstalledProfile): boolean {
  if (profile.chargingProfileId === other.chargingProfileId) return true;
  const sameLevel = profile.stackLevel === other.stackLevel && profile.purpose === other.purpose;
  return sameLevel && profile.connectorId === other.connectorId;
}

/** With an id nothing else counts; without, all that is given has to fit (errata 3.25, 3.26). */
function criteria(request: Payload): (profile: InstalledProfile) => boolean {
  const id = optionalInteger(request, 'id');
  if (id !== null) return (profile) => profile.chargingProfileId === id;
  const connectorId = optionalInteger(request, 'connectorId');
  const stackLevel = optionalInteger(request, 'stackLevel');
  const purposes = ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] as const;
  const purpose = optionalChoice(request, 'chargingProfilePurpose', purposes);
  return (profile) =>
    (connectorId === null || profile.connectorId === connectorId) &&
    (stackLevel === null || profile.stackLevel === stackLevel) &&
    (purpose === null || profile.purpose === purpose);
}
