import type { Event } from '../domain/events.ts';
import type { Context } from './handler.ts';

/** Values that were queued come after the end, and -1 or 0 stand for a number that was never received (errata 3.18). */
export function isGoingOn(connectorId: number, transactionId: number, { chargePointId, records }: Context): boolean {
  const isOver = records.connectorStatus(chargePointId, connectorId) === 'Available';
  return connectorId !== 0 && transactionId > 0 && !isOver;
}

/**
 * A reading that names a transaction which this charge point never began with us: another Central System gave it its
 * number, or its start was lost. A person is told while it goes on; its stop will be kept as an orphan.
 */
export function foreignSeen(connectorId: number, transactionId: number, context: Context): Event[] {
  const { chargePointId, receivedAt: at, records } = context;
  const id = alertId(chargePointId, connectorId);
  if (!isGoingOn(connectorId, transactionId, context) || records.isAlertOpen(id)) return [];
  const alert = {
    id,
    kind: 'foreign-transaction',
    chargePointId,
    text: `Connector ${connectorId} of ${chargePointId} reports transaction ${transactionId}, whose start is not known here: it began under another Central System, or its start was lost. What it has charged so far is in no session.`,
    fix: `Let it end by itself, or send RemoteStopTransaction with transactionId ${transactionId} to end it now. Its stop will be kept without a start; the next session is whole again.`,
  };
  return [{ type: 'alert-raised', alert, at }];
}

/** The connector is free again, or has begun a transaction of ours. */
export function foreignOver(connectorId: number, { chargePointId, receivedAt: at, records }: Context): Event[] {
  const id = alertId(chargePointId, connectorId);
  return records.isAlertOpen(id) ? [{ type: 'alert-cleared', id, at }] : [];
}

const alertId = (chargePointId: string, connectorId: number): string =>
  `foreign-transaction:${chargePointId}:${connectorId}`;
