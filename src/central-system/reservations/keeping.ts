import type { Event } from '../../domain/events.ts';
import type { OpenOperation } from '../../domain/operation.ts';
import {
  answerMissed,
  expired,
  isDoubted,
  lost,
  type Reservation,
  requestedReservation,
} from '../../domain/reservation.ts';
import type { Instant } from '../../domain/units.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import type { Chore, ChoreCall, ChoreContext } from '../chore.ts';
import { changed, lossAlert, openOne, termsOf } from './answers.ts';
import { reserveNow } from './calls.ts';

/** How long a status must stand after a boot, or after the last news, before it counts, ms: some report in two steps. */
const GRACE_MS = 15_000;
/** How long a charge point that has booted may be silent about a connector, ms. */
const SILENCE_MS = 60_000;
/** Restores of one reservation at most: a charge point that loses it again and again will not keep it. */
const MAX_RESTORES = 5;

/**
 * Keeps our reservations and a charge point's in line: ends what has expired on our clock, cancels what nobody wants any
 * more, and asks again for what the charge point may have forgotten.
 */
export const keepReservations: Chore = {
  name: 'reservations',
  wakes: new Set(['reservation-requested', 'reservation-changed', 'operation-requested', 'status-reported']),
  look(context) {
    const { chargePointId, now, records, reachable } = context;
    const operations = records.openOperations(chargePointId).filter(({ answer }) => answer === 'awaited');
    // One at a time, since each takes the next number: its event leads back here for the others.
    const events: Event[] = operations.flatMap((operation) => askedByHand(operation, context)).slice(0, 1);
    let call: ChoreCall | undefined;
    let again = Number.POSITIVE_INFINITY;
    for (const before of records.openReservations(chargePointId)) {
      const step = operations.some((operation) => isAbout(operation, before))
        ? { again: before.expiresAt }
        : next(before, context);
      // What goes with a call is recorded with that call, and with no other.
      const mayGo = step.call === undefined || (reachable && call === undefined);
      if (step.events !== undefined && mayGo) events.push(...step.events);
      if (step.again !== undefined && step.again > now) again = Math.min(again, step.again);
      if (reachable) call ??= step.call;
    }
    return {
      events,
      ...(call === undefined ? {} : { call }),
      ...(Number.isFinite(again) ? { again: again as Instant } : {}),
    };
  },
};

type Step = { readonly events?: readonly Event[]; readonly call?: ChoreCall; readonly again?: number };

/** One reservation that nothing is under way for. */
function next(before: Reservation, context: ChoreContext): Step {
  const { chargePointId, now, records, policy, reachable } = context;
  if (before.expiresAt <= now) return { events: changed(before, expired(before, now), now) };
  if (before.state === 'requested') {
    return { events: changed(before, answerMissed(before, now), now), again: before.expiresAt };
  }
  if (before.state === 'cancelling') {
    const { reservationId } = before;
    return { call: { action: 'CancelReservation', payload: { reservationId } }, again: before.expiresAt };
  }
  const bootedAt = records.lastBootAt(chargePointId);
  if (!isDoubted(before, bootedAt)) return { again: before.expiresAt };
  const dueAt = restoreDueAt(before, bootedAt, context);
  if (dueAt === null || dueAt > now) return { again: Math.min(before.expiresAt, dueAt ?? before.expiresAt) };
  // Not while the last question is still under way.
  if (!reachable) return { again: before.expiresAt };
  if (before.restores >= MAX_RESTORES) return given(before, `The charge point lost it ${MAX_RESTORES + 1} times.`, now);
  if (policy.reservations.restore) {
    // Counted when it goes out: what the charge point shows before it answers would hide that it was in doubt.
    const counted = before.state !== 'active' ? before : { ...before, restores: before.restores + 1 };
    return { events: changed(before, counted, now), call: reserveNow(before), again: before.expiresAt };
  }
  // Only a connector's status can tell that an accepted one is gone; nothing tells it of connector 0.
  const isGone =
    before.state === 'active' && records.connectorStatus(chargePointId, before.connectorId) === 'Available';
  return isGone && before.connectorId !== 0
    ? given(before, 'Its connector is Available: the charge point has lost it.', now)
    : { again: before.expiresAt };
}

/**
 * When a reservation in doubt is to be asked for again. Not while its connector is in use: the answer would be Occupied
 * (OCPP 1.6 §5.13), though the place may be free again in time. Null: not before its status changes.
 */
function restoreDueAt(
  { chargePointId, connectorId, changedAt }: Reservation,
  bootedAt: Instant | null,
  { records }: ChoreContext,
): number | null {
  const since = Math.max(changedAt, bootedAt ?? 0);
  if (connectorId === 0) return since + GRACE_MS;
  const report = records.lastReport(chargePointId, connectorId);
  if (report === null || (bootedAt !== null && report.receivedAt < bootedAt)) return since + SILENCE_MS;
  const isInUse = !['Available', 'Reserved', 'Faulted', 'Unavailable'].includes(report.status);
  return isInUse ? null : Math.max(since, report.receivedAt) + GRACE_MS;
}

function given(before: Reservation, why: string, now: Instant): Step {
  const after = lost(before, why, now);
  return { events: [...changed(before, after, now), lossAlert(after, now)] };
}

function isAbout({ action, request }: OpenOperation, { reservationId }: Reservation): boolean {
  if (action !== 'ReserveNow' && action !== 'CancelReservation') return false;
  return 'reservationId' in request && request.reservationId === reservationId;
}

/** A ReserveNow that somebody sent by hand is on record from the start, so that a lost answer leaves its trace. */
function askedByHand({ action, request }: OpenOperation, { chargePointId, now, records }: ChoreContext): Event[] {
  if (action !== 'ReserveNow') return [];
  // The exchange sends nothing that breaks the schema of its action.
  const asked = request as RequestOf<'ReserveNow'>;
  const terms = termsOf(asked);
  if (terms === null || openOne(records, chargePointId, asked.reservationId) !== null) return [];
  const { reservationId } = asked;
  const reservation = requestedReservation(
    { id: records.nextReservationId(), chargePointId, reservationId },
    terms,
    now,
  );
  return [{ type: 'reservation-requested', chargePointId, reservation, at: now }];
}
