import type { StatusReport } from '../../domain/charge-point.ts';
import type { Event } from '../../domain/events.ts';
import type { Finding } from '../../domain/findings.ts';
import { statusShown, usedBy } from '../../domain/reservation.ts';
import { reservationUse } from '../../domain/reservation-use.ts';
import type { Start } from '../../domain/transaction.ts';
import type { Context } from '../handler.ts';
import { changed, lossAlert } from './answers.ts';

/** What charge points report by themselves, and what it says of reservations. */

/** OCPP 1.6 §5.13: Reserved shows that it stands, Faulted and Unavailable end it, Available that it may be gone. */
export function reservationsAtStatus(report: StatusReport, { chargePointId, records }: Context): Event[] {
  const open = records.openReservations(chargePointId);
  return open.flatMap((before) => {
    const alone = open.every(({ id, connectorId }) => id === before.id || connectorId !== before.connectorId);
    const after = statusShown(before, report, alone, report.receivedAt);
    const events = changed(before, after, report.receivedAt);
    // Nobody is told of one that was on its way out.
    return after.state === 'lost' && before.state === 'active'
      ? [...events, lossAlert(after, report.receivedAt)]
      : events;
  });
}

/** OCPP 1.6 §4.8, §5.13. A start is never refused for a reservation: the charge point has let it happen. */
export function reservationAtStart(
  start: Start,
  parentIdTag: string | null,
  transactionId: number,
  { chargePointId, records }: Context,
): { findings: readonly Finding[]; events: Event[] } {
  const { reservationId } = start;
  const named =
    reservationId !== null && Number.isSafeInteger(reservationId)
      ? records.reservationsNumbered(chargePointId, reservationId)
      : [];
  const held = reservationId === null ? records.reservationsHeldAt(chargePointId, start.at) : [];
  const { used, findings } = reservationUse(start, parentIdTag, named, held);
  if (used === null) return { findings, events: [] };
  const after = usedBy(used, transactionId, start.at, start.receivedAt);
  return { findings, events: changed(used, after, start.receivedAt) };
}
