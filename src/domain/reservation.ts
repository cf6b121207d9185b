import type { ConnectorStatus } from './charge-point.ts';
import type { Instant } from './units.ts';

/**
 * A reservation from the wish to its end. What becomes of it is decided here, by pure steps: each takes the reservation
 * as it was and gives it as it is then, or the very same one where nothing changes.
 */

export type ReservationState =
  /** On record, and the charge point has yet to answer. */
  | 'requested'
  /** The charge point holds it. */
  | 'active'
  /** It was asked for and nothing is known: the charge point may hold it. */
  | 'unconfirmed'
  /** Somebody wants it gone, and the charge point has yet to agree. */
  | 'cancelling'
  /** The charge point never took it. */
  | 'refused'
  /** A transaction was started with it. */
  | 'used'
  | 'expired'
  | 'cancelled'
  /** The charge point does not hold it any more, before its time and by nobody's wish. */
  | 'lost';

/** OCPP 1.6 §7.40. */
export type ReservationVerdict = 'Accepted' | 'Faulted' | 'Occupied' | 'Rejected' | 'Unavailable';

/** What is reserved, for whom, until when: what a ReserveNow says. */
export type ReservationTerms = {
  /** 0: any connector of the charge point (§5.13). */
  readonly connectorId: number;
  readonly idTag: string;
  /** The group that may use it as well. */
  readonly parentIdTag: string | null;
  readonly expiresAt: Instant;
};

export type Reservation = ReservationTerms & {
  /** Ours, never used again. */
  readonly id: number;
  readonly chargePointId: string;
  /** What the charge point knows it by; whoever sends a ReserveNow by hand chooses it. */
  readonly reservationId: number;
  readonly state: ReservationState;
  /** What the charge point last answered to a ReserveNow; null where it has not. */
  readonly verdict: ReservationVerdict | null;
  /** In words for a person. */
  readonly outcome: string;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  /** Null while it is open. */
  readonly endedAt: Instant | null;
  /** When the charge point last showed that it holds it, or gave an answer that nothing more can be learnt from. */
  readonly knownAt: Instant | null;
  /** When its connector was reported Reserved for it. */
  readonly reservedAt: Instant | null;
  /** How often it was asked for again because the charge point may have lost it. */
  readonly restores: number;
  /** Of a used one. */
  readonly transactionId: number | null;
};

export type ReservationEvent =
  | { type: 'reservation-requested'; chargePointId: string; reservation: Reservation; at: Instant }
  | { type: 'reservation-changed'; chargePointId: string; reservation: Reservation; at: Instant };

/** What came back to a ReserveNow or a CancelReservation. */
export type ReservationAnswer<Status extends string> =
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'malformed' }
  /** Sent, and no answer came. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'not-sent' };

/** How far a charge point's clock may differ from ours without us misreading what it does, ms. */
export const CLOCK_DIFFERENCE_MS = 120_000;

export function isOpen({ state }: Pick<Reservation, 'state'>): boolean {
  return state === 'requested' || state === 'active' || state === 'unconfirmed' || state === 'cancelling';
}

/** Whether the charge point may have forgotten it: it has booted since, or nothing was ever heard. */
export function isDoubted({ knownAt }: Reservation, bootedAt: Instant | null): boolean {
  return knownAt === null || (bootedAt !== null && bootedAt > knownAt);
}

export function requestedReservation(
  ids: Pick<Reservation, 'id' | 'chargePointId' | 'reservationId'>,
  { connectorId, idTag, parentIdTag, expiresAt }: ReservationTerms,
  at: Instant,
): Reservation {
  return {
    ...ids,
    connectorId,
    idTag,
    parentIdTag,
    expiresAt,
    state: 'requested',
    verdict: null,
    outcome: 'The charge point has yet to answer.',
    createdAt: at,
    changedAt: at,
    endedAt: null,
    knownAt: null,
    reservedAt: null,
    restores: 0,
    transactionId: null,
  };
}

/**
 * What the answer to a ReserveNow with its id means. An open one is thereby replaced (§5.13), which is how it is extended;
 * a refusal leaves the old terms in force, unless the charge point was in doubt to hold it at all.
 */
export function reserveAnswered(
  before: Reservation,
  terms: ReservationTerms,
  answer: ReservationAnswer<ReservationVerdict>,
  bootedAt: Instant | null,
  at: Instant,
): Reservation {
  const doubted = isDoubted(before, bootedAt);
  const { connectorId, idTag, parentIdTag, expiresAt } = terms;
  const replaced = { ...before, connectorId, idTag, parentIdTag, expiresAt, changedAt: at };
  switch (answer.kind) {
    case 'status':
      if (answer.status !== 'Accepted') return refused(before, answer.status, answer.status, doubted, at);
      return {
        ...replaced,
        // Who wants it gone still does.
        state: before.state === 'cancelling' ? 'cancelling' : 'active',
        verdict: 'Accepted',
        outcome: before.state === 'cancelling' ? before.outcome : 'The charge point holds it.',
        knownAt: at,
      };
    case 'error':
      return refused(before, null, `the error ${answer.code}`, doubted, at);
    case 'malformed':
      return { ...unconfirmed(replaced, 'The answer could not be understood: it may hold it.'), knownAt: at };
    case 'silence':
      return { ...unconfirmed(replaced, 'No answer came: the charge point may hold it.'), knownAt: null };
    case 'not-sent':
      return before.state === 'requested'
        ? ended(before, 'refused', 'It was not sent: too much was waiting before it.', at)
        : before;
  }
}

/** What the answer to a CancelReservation means: Rejected says that there is none with this id (§5.1). */
export function cancelAnswered(
  before: Reservation,
  answer: ReservationAnswer<'Accepted' | 'Rejected'>,
  at: Instant,
): Reservation {
  switch (answer.kind) {
    case 'status':
      return answer.status === 'Accepted'
        ? ended(before, 'cancelled', 'Cancelled.', at)
        : ended(before, 'lost', 'It was to be cancelled, but the charge point had no such reservation any more.', at);
    case 'error':
    case 'malformed': {
      if (before.state !== 'cancelling') return before;
      const why = answer.kind === 'error' ? `answered with the error ${answer.code}` : 'gave no answer that OCPP knows';
      const outcome = `It could not be cancelled: the charge point ${why}.`;
      return { ...before, state: before.knownAt === null ? 'unconfirmed' : 'active', outcome, changedAt: at };
    }
    case 'silence':
    case 'not-sent':
      return before;
  }
}

export function cancelWanted(before: Reservation, at: Instant): Reservation {
  if (before.state === 'cancelling') return before;
  return { ...before, state: 'cancelling', outcome: 'The charge point has yet to cancel it.', changedAt: at };
}

/** Its answer can not come any more, as after a restart of ours. */
export function answerMissed(before: Reservation, at: Instant): Reservation {
  return before.state !== 'requested'
    ? before
    : { ...unconfirmed(before, 'No answer came: the charge point may hold it.'), changedAt: at };
}

export function expired(before: Reservation, at: Instant): Reservation {
  return ended(before, 'expired', 'Its time is over.', at);
}

export function lost(before: Reservation, why: string, at: Instant): Reservation {
  return ended(before, 'lost', why, at);
}

/** A transaction was started with it: that ends it on the charge point (§5.13). */
export function usedBy(before: Reservation, transactionId: number, startedAt: Instant, at: Instant): Reservation {
  const outcome = `Used by transaction ${transactionId}.`;
  return { ...before, state: 'used', outcome, transactionId, changedAt: at, endedAt: startedAt };
}

/**
 * What a status of its connector, or of connector 0 as the whole charge point, shows of it. `alone`: no other reservation
 * of this connector is open.
 */
export function statusShown(
  before: Reservation,
  report: { readonly connectorId: number; readonly status: ConnectorStatus; readonly at: Instant },
  alone: boolean,
  at: Instant,
): Reservation {
  const { connectorId, status } = report;
  // A status of before it was made, held back in a queue.
  if (report.at < before.createdAt - CLOCK_DIFFERENCE_MS) return before;
  if (before.state === 'requested') {
    // Some show it first and answer then.
    const showsIt = status === 'Reserved' && connectorId === before.connectorId && alone;
    return showsIt ? { ...before, reservedAt: at } : before;
  }
  if (connectorId !== 0 && connectorId !== before.connectorId) return before;
  if (status === 'Faulted' || status === 'Unavailable') {
    // §5.13: charge point or connector out of order ends it.
    const what = connectorId === 0 ? 'The charge point' : 'Its connector';
    return lost(before, `${what} has become ${status}, which ends a reservation.`, at);
  }
  // Of a reservation for any connector some report connector 0 as Reserved.
  if (connectorId !== before.connectorId) return before;
  if (status === 'Reserved' && (alone || before.state !== 'unconfirmed')) {
    const known = { ...before, knownAt: at, reservedAt: before.reservedAt ?? at };
    if (before.state !== 'unconfirmed') return known;
    return { ...known, state: 'active', outcome: 'The charge point shows its connector as Reserved.', changedAt: at };
  }
  if (status === 'Available' && before.reservedAt !== null && before.state === 'active') {
    // §5.13: the charge point has ended it; its clock may be a little before ours.
    if (before.expiresAt - at <= CLOCK_DIFFERENCE_MS) return expired(before, at);
    const outcome = 'Its connector is no longer Reserved: the charge point may have lost it.';
    return { ...before, knownAt: null, reservedAt: null, outcome, changedAt: at };
  }
  return before;
}

function refused(
  before: Reservation,
  verdict: ReservationVerdict | null,
  said: string,
  doubted: boolean,
  at: Instant,
): Reservation {
  const outcome = `The charge point answered ${said}.`;
  if (before.state === 'requested' || (before.state === 'unconfirmed' && before.verdict === null)) {
    return { ...ended(before, 'refused', outcome, at), verdict };
  }
  if (doubted)
    return { ...lost(before, `It was lost; asked for it again, the charge point answered ${said}.`, at), verdict };
  return { ...before, outcome: `${outcome} It stands as it was.`, changedAt: at };
}

function unconfirmed(before: Reservation, outcome: string): Reservation {
  return before.state === 'cancelling' ? before : { ...before, state: 'unconfirmed', outcome };
}

function ended(before: Reservation, state: ReservationState, outcome: string, at: Instant): Reservation {
  return { ...before, state, outcome, changedAt: at, endedAt: at };
}
