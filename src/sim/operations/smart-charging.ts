import { type CompositePeriod, compositeSchedule, type InstalledProfile } from '../composite-schedule.ts';
import { integer, object, optionalChoice, optionalInteger, Refusal } from '../fields.ts';
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
  // Whatever is said of phases: a rectifier takes all of them.
  const periods = station.model.dc === undefined ? sent.periods : onAllPhases(sent.periods);
  const received: InstalledProfile = { ...sent, periods, connectorId, installedAt: station.time() };
  const profile = station.quirks.relativeFromReceipt ? fromReceipt(received) : received;
  if (station.quirks.ignoresProfiles) return { payload: { status: 'Accepted' } };
  if (profileProblem(station, received) !== null) return { payload: { status: 'Rejected' } };
  if (profile.purpose === 'TxProfile') {
    const running = connector?.transaction ?? null;
    const fits = running !== null && (sent.transactionId ?? running.transactionId) === running.transactionId;
    if (!fits) return { payload: { status: 'Rejected' } };
  }
  const suspended = connector?.status === 'SuspendedEV' || connector?.status === 'SuspendedEVSE';
  if (station.quirks.forgetsTxProfileWhileSuspended && profile.purpose === 'TxProfile' && suspended) {
    return { payload: { status: 'Accepted' } };
  }
  const { sharesTxSlot } = station.quirks;
  const gives = (one: InstalledProfile) => replaces(profile, one) || (sharesTxSlot && shareSlot(profile, one));
  const kept = station.flash.profiles.filter((one) => !gives(one));
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
  const { compositeRefused, idleComposite } = station.quirks;
  if (compositeRefused === 'NotSupported') throw new Refusal('NotSupported', 'this firmware tells no schedules');
  if (compositeRefused !== null) return { payload: { status: compositeRefused } };
  const connectorId = integer(request, 'connectorId');
  const asked = integer(request, 'duration');
  const wanted = optionalChoice(request, 'chargingRateUnit', ['A', 'W']) ?? 'A';
  const other = wanted === 'A' ? 'W' : 'A';
  const unit = station.quirks.compositeInOtherUnit ? other : wanted;
  const concerned = station.connectors.filter((one) => connectorId === 0 || one.id === connectorId);
  if (concerned.length === 0 || asked <= 0) return { payload: { status: 'Rejected' } };
  const durationSeconds = Math.min(asked, longestScheduleSeconds);
  const from = Math.floor(station.time() / 1000) * 1000;
  const idle = concerned.every((one) => one.transaction === null);
  if (idle && idleComposite === 'none') return { payload: { status: 'Accepted', connectorId } };
  const periods = compositeSchedule({
    profiles: idle && idleComposite === 'hardware' ? [] : station.flash.profiles,
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
      chargingSchedule: {
        duration: durationSeconds,
        chargingRateUnit: unit,
        chargingSchedulePeriod: station.quirks.bareComposite ? bare(periods, unit, station.quirks.wattsOnly) : periods,
      },
    },
  };
};

const onAllPhases = (periods: InstalledProfile['periods']): InstalledProfile['periods'] =>
  periods.map((period) => ({ ...period, numberPhases: null }));

const bare = (periods: readonly CompositePeriod[], unit: 'A' | 'W', wattsOnly: boolean): object[] =>
  periods.map(({ startPeriod, limit }) => ({ startPeriod, limit: wattsOnly && unit === 'A' ? -1 : limit }));

/** The same id, or the same purpose and stack level at the same connector (§5.16.3). */
function replaces(profile: InstalledProfile, other: InstalledProfile): boolean {
  if (profile.chargingProfileId === other.chargingProfileId) return true;
  const sameLevel = profile.stackLevel === other.stackLevel && profile.purpose === other.purpose;
  return sameLevel && profile.connectorId === other.connectorId;
}

/** In firmware with one place for both of a transaction's purposes. */
function shareSlot(profile: InstalledProfile, other: InstalledProfile): boolean {
  const ofTransactions = [profile, other].every((one) => one.purpose !== 'ChargePointMaxProfile');
  return ofTransactions && profile.stackLevel === other.stackLevel && profile.connectorId === other.connectorId;
}

function fromReceipt(profile: InstalledProfile): InstalledProfile {
  if (profile.kind !== 'Relative') return profile;
  return { ...profile, kind: 'Absolute', startSchedule: profile.installedAt };
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
