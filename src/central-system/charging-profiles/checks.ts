/** Whether profiles that are to be kept are in force, by the charge point's own composite schedule. */
import type { Event } from '../../domain/events.ts';
import type { ProfileCheck, RecordedProfile, ScheduleComparison } from '../../domain/profile-record.ts';
import { isHeld } from '../../domain/profile-record.ts';
import { type Instant, instant } from '../../domain/units.ts';
import type { AnswerContext } from '../answer.ts';
import type { Live } from '../handler.ts';
import type { Records } from '../records.ts';

/** A look at less than a minute says too little about a profile. */
const SHORTEST_LOOK_S = 60;

/** The connectors whose schedules show whether the profile is there. */
export function concernedConnectors(one: RecordedProfile, chargePointId: string, records: Records): number[] {
  if (one.profile.purpose === 'ChargePointMaxProfile') return [0];
  if (one.connectorId !== 0) return one.connectorId === null ? [] : [one.connectorId];
  const known = records.connectorIds(chargePointId).filter((id) => id > 0);
  return known.length === 0 ? [1] : known;
}

/**
 * Whether a connector's composite schedule, where it differs, says anything of this profile. A TxDefaultProfile rules while a
 * transaction runs that has no TxProfile (OCPP 1.6 §3.13.1): of an idle connector MicroOcpp reports no limit, and WARP its
 * hardware's, and both follow the profile once a car charges.
 */
export function speaksOf(
  one: RecordedProfile,
  connectorId: number,
  list: readonly RecordedProfile[],
  live: Live,
): boolean {
  if (one.profile.purpose !== 'TxDefaultProfile') return true;
  if (live.runningTransaction(connectorId) === null) return false;
  return !list.some(
    (other) => other.profile.purpose === 'TxProfile' && other.connectorId === connectorId && isHeld(other),
  );
}

/** What a comparison changes for the profiles that it concerns, with the alerts that follow. */
export function checked(comparison: ScheduleComparison, context: AnswerContext): Event[] {
  const { chargePointId, records, live, at } = context;
  if (comparison.durationS < SHORTEST_LOOK_S) return [];
  const list = records.chargingProfiles(chargePointId);
  const bootedAt = records.lastBootAt(chargePointId) ?? instant(0);
  const alerts: Event[] = [];
  const profiles = list.map((one) => {
    const concerned = concernedConnectors(one, chargePointId, records);
    if (!one.keep || !isHeld(one) || !concerned.includes(comparison.connectorId)) return one;
    const decides = speaksOf(one, comparison.connectorId, list, live);
    const next = judged(one, comparison, decides, bootedAt, at);
    if (next.state === 'not-in-force' && one.state !== 'not-in-force') {
      alerts.push({ type: 'alert-raised', alert: notInForce(chargePointId, one, next.why ?? ''), at });
    }
    return next;
  });
  return [...changed(list, profiles, context), ...alerts];
}

/** The list as it is from now on, if it is another; alerts about what is no longer wrong are cleared. */
export function changed(
  before: readonly RecordedProfile[],
  after: readonly RecordedProfile[],
  { chargePointId, at }: Pick<AnswerContext, 'chargePointId' | 'at'>,
): Event[] {
  if (before.length === after.length && after.every((one, index) => one === before[index])) return [];
  const wrong = new Set(after.filter(isWrong).map(({ profile }) => profile.id));
  const mended = before.filter((one) => isWrong(one) && !wrong.has(one.profile.id));
  return [
    { type: 'charging-profiles-changed', chargePointId, profiles: after, idGiven: null, at },
    ...mended.map((one): Event => ({ type: 'alert-cleared', id: alertId(chargePointId, one.profile.id), at })),
  ];
}

const isWrong = ({ keep, state }: RecordedProfile): boolean =>
  keep && (state === 'not-in-force' || state === 'refused' || state === 'lost');

/** One alert for each profile, whatever is wrong with it. */
export const alertId = (chargePointId: string, profileId: number): string =>
  `charging-profile:${chargePointId}:${profileId}`;

/** After a boot a difference means that the profile was lost; once it has been sent anew, that it is not obeyed. */
function judged(
  one: RecordedProfile,
  now: ScheduleComparison,
  decides: boolean,
  bootedAt: Instant,
  at: Instant,
): RecordedProfile {
  const isOld = (one.sentAt ?? 0) < bootedAt;
  const worse = now.differences.filter(({ kind }) => kind === 'higher' || kind === 'not-reported');
  // Less than wanted may be a limit of the charge point's own: sent anew once, and then left as it is.
  const differs = worse.length > 0 || (isOld && now.differences.some(({ kind }) => kind === 'lower'));
  const outcome: ProfileCheck['outcome'] =
    now.outcome === 'no-report' ? 'no-report' : !differs ? 'agrees' : decides ? 'differs' : 'undecided';
  const { connectorId } = now;
  const checks = [...one.checks.filter((check) => check.connectorId !== connectorId), { connectorId, outcome, at }];
  const next = { ...one, checks };
  if (checks.some((check) => check.outcome === 'differs' && check.at >= bootedAt)) {
    const [first] = worse.length > 0 ? worse : now.differences;
    const why = first === undefined ? one.why : `For connector ${connectorId} ${first.text}.`;
    return inState(next, isOld ? 'lost' : 'not-in-force', why, at);
  }
  if (outcome === 'no-report' || outcome === 'undecided') return next;
  const [lower] = now.differences;
  return inState(next, 'installed', lower === undefined ? null : `It limits further by itself: ${lower.text}.`, at);
}

function inState(
  one: RecordedProfile,
  state: RecordedProfile['state'],
  why: string | null,
  at: Instant,
): RecordedProfile {
  return { ...one, state, why, since: one.state === state ? one.since : at };
}

function notInForce(chargePointId: string, one: RecordedProfile, why: string) {
  return {
    id: alertId(chargePointId, one.profile.id),
    kind: 'charging-profile-not-in-force',
    chargePointId,
    text: `${chargePointId} accepted charging profile ${one.profile.id} and does not follow it. ${why}`,
    fix:
      'Do not rely on this limit. Look for a setting of the charge point that switches limits from outside off, or try ' +
      'another purpose, unit or stack level.',
  };
}
