import type { Event } from '../../domain/events.ts';
import {
  cancelAnswered,
  isOpen,
  type Reservation,
  type ReservationAnswer,
  type ReservationTerms,
  requestedReservation,
  reserveAnswered,
} from '../../domain/reservation.ts';
import type { Instant } from '../../domain/units.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import type { Answer, AnswerContext, AnswerHandler } from '../answer.ts';
import type { Records } from '../records.ts';

/** What charge points answer to ReserveNow and CancelReservation, whoever sent it: our record follows theirs. */

/** OCPP 1.6 §5.13. A number that is new to us was chosen by hand: the record follows. */
export const reserveNowAnswered: AnswerHandler<'ReserveNow'> = (request, given, context) => {
  const { chargePointId, at, records } = context;
  const terms = termsOf(request);
  if (terms === null || records.registration(chargePointId) === null) return [];
  const answer = answerOf(given);
  const known = openOne(records, chargePointId, request.reservationId);
  if (known === null && (answer.kind === 'not-sent' || hasJustExpired(request, terms, context))) return [];
  const before = known ?? requestedFor(request, terms, context);
  const after = reserveAnswered(before, terms, answer, records.lastBootAt(chargePointId), at);
  const wasLost = after.state === 'lost' && before.state !== 'lost';
  return [...changed(known, after, at), ...(wasLost ? [lossAlert(after, at)] : [])];
};

/** OCPP 1.6 §5.1. Rejected drops what is ours by that number, and nothing else: other reservations stand. */
export const cancelReservationAnswered: AnswerHandler<'CancelReservation'> = (request, given, context) => {
  const { chargePointId, at, records } = context;
  const before = openOne(records, chargePointId, request.reservationId);
  return before === null ? [] : changed(before, cancelAnswered(before, answerOf(given), at), at);
};

/** The event of a change; none where nothing has changed. */
export function changed(before: Reservation | null, after: Reservation, at: Instant): Event[] {
  if (before === after) return [];
  return [{ type: 'reservation-changed', chargePointId: after.chargePointId, reservation: after, at }];
}

/** Somebody counts on that place: a person must tell them. One alert for each charge point; it names the latest. */
export function lossAlert({ chargePointId, connectorId, idTag, expiresAt, outcome }: Reservation, at: Instant): Event {
  const what = connectorId === 0 ? 'A connector' : `Connector ${connectorId}`;
  const until = new Date(expiresAt).toISOString();
  return {
    type: 'alert-raised',
    alert: {
      id: `reservation-lost:${chargePointId}`,
      kind: 'reservation-lost',
      chargePointId,
      text: `${what} of ${chargePointId} is no longer reserved for ${JSON.stringify(idTag)} until ${until}: ${outcome}`,
      fix: 'Tell whoever counts on it, or reserve another connector. Then clear this alert.',
    },
    at,
  };
}

/** What a ReserveNow says; null where its expiry is no time at all, or a number is beyond what can be kept. */
export function termsOf(request: RequestOf<'ReserveNow'>): ReservationTerms | null {
  const expiresAt = parseTimestamp(request.expiryDate);
  const { connectorId, reservationId, idTag, parentIdTag = null } = request;
  if (expiresAt === null || !Number.isSafeInteger(connectorId) || !Number.isSafeInteger(reservationId)) return null;
  return { connectorId, idTag, parentIdTag, expiresAt };
}

export function openOne(records: Records, chargePointId: string, reservationId: number): Reservation | null {
  if (!Number.isSafeInteger(reservationId)) return null;
  return records.reservationsNumbered(chargePointId, reservationId).find(isOpen) ?? null;
}

/** Its time ran out while its own answer was under way. */
function hasJustExpired(
  { reservationId }: RequestOf<'ReserveNow'>,
  { expiresAt }: ReservationTerms,
  { chargePointId, at, records }: AnswerContext,
): boolean {
  const last = records.reservationsNumbered(chargePointId, reservationId)[0];
  return last?.state === 'expired' && last.expiresAt === expiresAt && expiresAt <= at;
}

function requestedFor(
  { reservationId }: RequestOf<'ReserveNow'>,
  terms: ReservationTerms,
  { chargePointId, at, records }: AnswerContext,
): Reservation {
  return requestedReservation({ id: records.nextReservationId(), chargePointId, reservationId }, terms, at);
}

function answerOf<A extends 'ReserveNow' | 'CancelReservation'>(
  answer: Answer<A>,
): ReservationAnswer<Extract<Answer<A>, { kind: 'result' }>['response']['status']> {
  switch (answer.kind) {
    case 'result':
      return { kind: 'status', status: answer.response.status };
    case 'error':
      return { kind: 'error', code: answer.code.slice(0, 50) };
    default:
      return answer;
  }
}
