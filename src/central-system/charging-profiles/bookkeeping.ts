import * as change from '../../domain/profile-changes.ts';
import { isHeld, type RecordedProfile } from '../../domain/profile-record.ts';
import { idTagKey } from '../../domain/token.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { type Instant, instant } from '../../domain/units.ts';
import type { Chore, ChoreContext } from '../chore.ts';
import { changed } from './checks.ts';

/** How long a remote start may take to become a transaction, ms: people walk to the cable. */
const REMOTE_START_MS = 900_000;
/** What has had no answer for so long will get none, ms: the process that waited for it has ended. */
const ANSWER_MS = 900_000;
/** A charge point's clock may be off by this much, ms. */
const CLOCK_DIFFERENCE_MS = 120_000;

/**
 * Follows transactions on the record of profiles: a TxProfile of a remote start becomes that of its transaction, and ends
 * with it (OCPP 1.6 §3.13.1, §5.16.2, errata 3.42). It sends nothing.
 */
export const profileBookkeeping: Chore = {
  name: 'charging profiles and their transactions',
  wakes: new Set(['transaction-started', 'transaction-stopped', 'charging-profiles-changed', 'charge-point-booted']),
  look(context) {
    const { chargePointId, now, records } = context;
    const before = records.chargingProfiles(chargePointId);
    const after = before.reduce((list, one) => followed(list, one, context), before);
    const next = Math.min(...after.map(deadlineOf));
    return {
      events: changed(before, after, { chargePointId, at: now }),
      ...(Number.isFinite(next) ? { again: instant(next) } : {}),
    };
  },
};

type List = readonly RecordedProfile[];

function followed(list: List, one: RecordedProfile, context: ChoreContext): List {
  const { state } = one;
  if (state === 'awaiting-transaction') return started(list, one, context);
  if (state === 'sent' && deadlineOf(one) <= context.now) {
    const why = 'Busbar was restarted before an answer came: it may be in force or not.';
    return replaced(list, one, { ...one, state: 'unconfirmed', why, since: context.now, sentAt: context.now });
  }
  const bootedAt = context.records.lastBootAt(context.chargePointId);
  if (state === 'installed' && !one.keep && bootedAt !== null && (one.sentAt ?? one.since) < bootedAt) {
    // It should have survived (errata 3.37), and nobody asks: what is to stay is verified instead.
    const why = 'The charge point has booted since: it may be in force or not.';
    return replaced(list, one, { ...one, state: 'unconfirmed', why, since: context.now });
  }
  if (one.profile.purpose !== 'TxProfile' || state === 'ended') return list;
  if (one.profile.transactionId === null) return bound(list, one, context);
  if (!isOver(one.profile.transactionId, context)) return list;
  // What may be there still is; the rest has become pointless.
  const isThere = isHeld(one) || change.mayBeThere(one);
  return replaced(list, one, isThere ? { ...one, state: 'ended', why: null, since: context.now } : null);
}

/** The remote start has become a transaction, or has had its time. */
function started(list: List, one: RecordedProfile, { chargePointId, now, records }: ChoreContext): List {
  const isIts = ({ start }: Transaction): boolean =>
    start !== null &&
    idTagKey(start.idTag) === idTagKey(one.idTag ?? '') &&
    (one.connectorId === null || start.connectorId === one.connectorId) &&
    // One from before was queued while the charge point was offline: it is another session.
    start.at >= one.since - CLOCK_DIFFERENCE_MS;
  const transaction = records.runningOn(chargePointId).findLast(isIts);
  const rest = list.filter((other) => other !== one);
  if (transaction?.start == null) return deadlineOf(one) <= now ? rest : list;
  const { connectorId } = transaction.start;
  const profile = { ...one.profile, transactionId: transaction.id };
  return [
    ...change.accepted(rest, { connectorId, profile }, now).slice(0, -1),
    installed(one, connectorId, profile, now),
  ];
}

function installed(
  one: RecordedProfile,
  connectorId: number,
  profile: RecordedProfile['profile'],
  now: Instant,
): RecordedProfile {
  const why = 'It went out with a remote start. A charge point without smart charging ignores that (OCPP 1.6 §5.11).';
  return { ...one, connectorId, profile, state: 'installed', why, since: now };
}

function bound(list: List, one: RecordedProfile, { live }: ChoreContext): List {
  const id = one.connectorId === null ? null : live.runningTransaction(one.connectorId);
  return id === null ? list : replaced(list, one, { ...one, profile: { ...one.profile, transactionId: id } });
}

/** Stopped, or superseded on its connector by one that came later. Of a transaction that we never gave, nothing is known. */
function isOver(transactionId: number, { chargePointId, records, live }: ChoreContext): boolean {
  const transaction = records.transaction(chargePointId, transactionId);
  if (transaction === null) return false;
  if (transaction.state !== 'running' || transaction.start === null) return true;
  return live.runningTransaction(transaction.start.connectorId) !== transactionId;
}

function replaced(list: List, one: RecordedProfile, by: RecordedProfile | null): List {
  return list.flatMap((other) => (other === one ? (by ?? []) : other));
}

/** When something has to be decided by time alone, ms. */
function deadlineOf({ state, since }: RecordedProfile): number {
  if (state === 'awaiting-transaction') return since + REMOTE_START_MS;
  return state === 'sent' ? since + ANSWER_MS : Number.POSITIVE_INFINITY;
}
