import type { InstalledProfile } from '../../domain/charging-profile.ts';
import { isHeld, type ProfileCheck, type RecordedProfile } from '../../domain/profile-record.ts';
import { type Instant, instant } from '../../domain/units.ts';
import { installedToWire } from '../../ocpp/charging-profile-wire.ts';
import type { Chore, ChoreCall, ChoreContext } from '../chore.ts';
import { concernedConnectors, speaksOf } from './checks.ts';

/** What is asked of a charge point to see whether it holds its profiles: a whole day, so that daily ones show. */
const LOOK_S = 86_400;
/** Sent without an answer so often, it rests until the next boot: some charge points never answer certain profiles. */
const MAX_TRIES = 3;
/** Pause after the first try without an answer, ms; it doubles. */
const FIRST_PAUSE_MS = 60_000;

/**
 * Keeps on each charge point the profiles that are to stay. Charge points should keep them over a boot (errata 3.37) and
 * some do not; and Accepted does not mean obeyed. So each is checked by the charge point's own composite schedule after it
 * was accepted and after a boot, and sent anew, by the same id, where the schedule says otherwise. Where there is no
 * schedule, it is sent anew once after a boot. TxProfiles of transactions that have ended are cleared then, too.
 */
export const keptProfiles: Chore = {
  name: 'charging profiles that are to stay',
  wakes: new Set(['charging-profiles-changed', 'composite-schedule-compared', 'transaction-started']),
  look(context) {
    const { chargePointId, now, records, policy, reachable } = context;
    if (policy.chargingProfiles === 'leave' || !reachable) return {};
    const list = records.chargingProfiles(chargePointId);
    if (list.length === 0) return {};
    const bootedAt = records.lastBootAt(chargePointId) ?? instant(0);
    const call = toSend(list, now, bootedAt) ?? toClear(list, bootedAt) ?? toCheck(list, bootedAt, context);
    const due = Math.min(
      ...list
        .filter(isWaiting)
        .map(retryAt)
        .filter((at) => at > now),
    );
    return { ...(call === null ? {} : { call }), ...(Number.isFinite(due) ? { again: instant(due) } : {}) };
  },
};

type List = readonly RecordedProfile[];

function toSend(list: List, now: Instant, bootedAt: Instant): ChoreCall | null {
  const wanted = (one: RecordedProfile): boolean => {
    if (!one.keep) return false;
    if (one.state === 'wanted' || one.state === 'lost') return true;
    const isOld = (one.sentAt ?? 0) < bootedAt;
    if (one.state === 'unconfirmed') return isOld || (isWaiting(one) && retryAt(one) <= now);
    return (
      isHeld(one) &&
      isOld &&
      one.checks.some(({ outcome, at }) => outcome !== 'agrees' && outcome !== 'differs' && at >= bootedAt)
    );
  };
  // What was never sent replaces what it was meant to replace, before that is sent anew.
  const next = list.find((one) => one.state === 'wanted' && wanted(one)) ?? list.find(wanted);
  if (next === undefined || next.connectorId === null) return null;
  const sent: InstalledProfile = { connectorId: next.connectorId, profile: next.profile };
  return { action: 'SetChargingProfile', payload: installedToWire(sent) };
}

function toClear(list: List, bootedAt: Instant): ChoreCall | null {
  const left = list.find(
    (one) => one.state === 'ended' && (one.sentAt ?? one.since) < bootedAt && one.since < bootedAt,
  );
  return left === undefined ? null : { action: 'ClearChargingProfile', payload: { id: left.profile.id } };
}

function toCheck(list: List, bootedAt: Instant, { chargePointId, records, live }: ChoreContext): ChoreCall | null {
  for (const one of list) {
    if (!one.keep || !isHeld(one)) continue;
    for (const connectorId of concernedConnectors(one, chargePointId, records)) {
      // A look that could decide nothing is repeated once it can.
      const isChecked = (check: ProfileCheck): boolean =>
        check.connectorId === connectorId &&
        check.at >= bootedAt &&
        (check.outcome !== 'undecided' || !speaksOf(one, connectorId, list, live));
      if (one.checks.some(isChecked)) continue;
      const last = records.scheduleComparison(chargePointId, connectorId);
      // It has said since it booted that it has no schedule to show.
      const isMute = last !== null && last.at >= bootedAt && last.outcome === 'no-report';
      if (isMute && (one.sentAt ?? 0) >= bootedAt) continue;
      const chargingRateUnit = one.profile.schedule.unit;
      return { action: 'GetCompositeSchedule', payload: { connectorId, duration: LOOK_S, chargingRateUnit } };
    }
  }
  return null;
}

const isWaiting = ({ keep, state, tries }: RecordedProfile): boolean =>
  keep && state === 'unconfirmed' && tries < MAX_TRIES;

const retryAt = ({ sentAt, since, tries }: RecordedProfile): number =>
  (sentAt ?? since) + FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1);
