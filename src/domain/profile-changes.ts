/**
 * How the record of a charge point's profiles changes by what was sent and answered: each function gives a new list, the
 * latest last, and changes none.
 */
import { isBalancingProfile } from './balancing-profiles.ts';
import type { InstalledProfile } from './charging-profile.ts';
import { type ClearCriteria, clear, replacedBy } from './installed-profiles.ts';
import { isHeld, type RecordedProfile } from './profile-record.ts';
import type { Instant } from './units.ts';

type List = readonly RecordedProfile[];

/** Profiles on record for one charge point: ten times what most can hold. */
export const MAX_RECORDED = 200;

/** What is known of a profile that nobody announced: somebody sent it as a raw message. */
const unannounced = {
  why: null,
  source: 'operation',
  keep: false,
  idTag: null,
  tries: 0,
  warnings: [],
  checks: [],
} as const;

/** Balancing announces nothing here: its own book is ahead of every message, and its ids say whose they are. */
const unknownRequest = ({ profile }: InstalledProfile) =>
  isBalancingProfile(profile.id) ? ({ ...unannounced, source: 'balancing' } as const) : unannounced;

/**
 * It is about to be sent, or wanted for later. It takes the place of what waited with its id or in its rank; what may be
 * with the charge point stays on record until the charge point says more, but is not sent anew.
 */
export function asked(list: List, wanted: RecordedProfile): RecordedProfile[] {
  const rest = list.flatMap((one) => {
    const superseded = one.profile.id === wanted.profile.id || (one.state === 'wanted' && isReplaced(one, wanted));
    if (!superseded || isHeld(one)) return [one];
    return mayBeThere(one) && !isSame(one, wanted) ? [{ ...one, keep: false }] : [];
  });
  return bounded([...rest, wanted]);
}

/** Accepted: what has its id, or its rank at the connector, is gone (OCPP 1.6 §5.16.3). */
export function accepted(list: List, sent: InstalledProfile, at: Instant): RecordedProfile[] {
  const known = requestFor(list, sent) ?? unknownRequest(sent);
  const rest = list.filter((one) => !isReplaced(one, sent));
  const { connectorId, profile } = sent;
  const news = {
    connectorId,
    profile,
    state: 'installed',
    why: null,
    tries: 0,
    checks: [],
    since: at,
    sentAt: at,
  } as const;
  return bounded([...rest, { ...known, ...news }]);
}

/** Refused: what the charge point held before, it still holds. */
export function refused(list: List, sent: InstalledProfile, at: Instant, why: string): RecordedProfile[] {
  return bounded([
    ...others(list, sent),
    { ...found(list, sent), state: 'refused', why, tries: 0, since: at, sentAt: at },
  ]);
}

/** No answer, or none that can be read: it may be in force or not. */
export function unanswered(list: List, sent: InstalledProfile, at: Instant, why: string): RecordedProfile[] {
  const known = found(list, sent);
  const tries = known.tries + 1;
  return bounded([...others(list, sent), { ...known, state: 'unconfirmed', why, tries, since: at, sentAt: at }]);
}

/** It never went out: what is to be kept waits for its next chance, anything else is forgotten. */
export function unsent(list: List, sent: InstalledProfile, at: Instant): RecordedProfile[] {
  return list.flatMap((one) => {
    if (one.state !== 'sent' || !isSame(one, sent)) return [one];
    return one.keep ? [{ ...one, state: 'wanted' as const, since: at }] : [];
  });
}

/** Cleared, or not known to the charge point: either way it is not there. What has yet to be sent stays wanted. */
export function cleared(list: List, criteria: ClearCriteria): RecordedProfile[] {
  return list.filter((one) => isPending(one) || clear([standing(one)], criteria).removed.length === 0);
}

/** No answer to a ClearChargingProfile: what it meant may be gone or not. */
export function perhapsCleared(list: List, criteria: ClearCriteria, at: Instant, why: string): RecordedProfile[] {
  return list.map((one) =>
    isHeld(one) && clear([standing(one)], criteria).removed.length > 0
      ? { ...one, state: 'unconfirmed' as const, why, since: at, sentAt: at }
      : one,
  );
}

/** Taken with a remote start; it is for the transaction that follows (OCPP 1.6 §5.16.2, errata 3.42). */
export function sentAlong(
  list: List,
  { connectorId, profile }: Pick<RecordedProfile, 'connectorId' | 'profile'>,
  idTag: string,
  at: Instant,
): RecordedProfile[] {
  const rest = list.filter((one) => one.state !== 'awaiting-transaction' || one.connectorId !== connectorId);
  const state = 'awaiting-transaction';
  const source = 'remote-start';
  return bounded([...rest, { ...unannounced, connectorId, profile, state, source, idTag, since: at, sentAt: at }]);
}

/** The latest row of what `sent` asks for, word for word. */
export function requestFor(list: List, sent: InstalledProfile): RecordedProfile | null {
  return list.findLast((one) => isSame(one, sent)) ?? null;
}

/** Whether the charge point may hold it, although nothing says that its limit is in force. */
export const mayBeThere = ({ state }: RecordedProfile): boolean => state === 'unconfirmed' || state === 'ended';

function isSame(
  one: RecordedProfile,
  { connectorId, profile }: Pick<RecordedProfile, 'connectorId' | 'profile'>,
): boolean {
  return one.connectorId === connectorId && JSON.stringify(one.profile) === JSON.stringify(profile);
}

function found(list: List, sent: InstalledProfile): Omit<RecordedProfile, 'state' | 'since' | 'sentAt'> {
  return requestFor(list, sent) ?? { ...unknownRequest(sent), ...sent };
}

/** Without the request itself, and without earlier ones for the same id that came to nothing. */
function others(list: List, sent: InstalledProfile): RecordedProfile[] {
  const request = requestFor(list, sent);
  return list.filter(
    (one) => one !== request && (isHeld(one) || mayBeThere(one) || one.profile.id !== sent.profile.id),
  );
}

function isReplaced(one: RecordedProfile, by: Pick<RecordedProfile, 'connectorId' | 'profile'>): boolean {
  return by.connectorId !== null && replacedBy([standing(one)], by.connectorId, by.profile).length > 0;
}

/** Not with the charge point yet. */
const isPending = ({ state }: RecordedProfile): boolean => state === 'wanted' || state === 'awaiting-transaction';

/** No connector has a number below 0, so that what stands nowhere yet fits no connector. */
const standing = ({ connectorId, profile }: RecordedProfile): InstalledProfile => ({
  connectorId: connectorId ?? -1,
  profile,
});

/** What is not to be kept is forgotten first, and what is not with the charge point before all else. */
function bounded(list: RecordedProfile[]): RecordedProfile[] {
  if (list.length <= MAX_RECORDED) return list;
  const ways: ((one: RecordedProfile) => boolean)[] = [
    (one) => !one.keep && !isHeld(one) && one.state !== 'sent',
    (one) => !one.keep,
    () => true,
  ];
  const index = ways.map((way) => list.findIndex(way)).find((at) => at >= 0) ?? 0;
  return bounded(list.toSpliced(index, 1));
}
