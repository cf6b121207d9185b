import type { Event } from '../../domain/events.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { foreignSeen, isGoingOn } from '../foreign-transactions.ts';
import { type Handler, type Live, refuseConnector } from '../handler.ts';
import { takeReadings } from '../readings.ts';

/**
 * OCPP 1.6 §4.7. Always answered. Without a transactionId the readings go to what runs on that connector; with one, to
 * that transaction of this charge point, also when its stop overtook them; of any other they stay with the connector, and a
 * person is told.
 */
export const meterValues: Handler<'MeterValues'> = (request, context) => {
  const { connectorId } = request;
  const refusal = refuseConnector(connectorId, 0);
  if (refusal !== null) return refusal;
  const { live, records, chargePointId } = context;
  let transactionId: number | null;
  let foreign: Event[] = [];
  let foreignId: number | null = null;
  if (request.transactionId === undefined) {
    transactionId =
      connectorId === 0 ? null : runningAt(request.meterValue, live.runningTransaction(connectorId), live);
  } else {
    const isOurs =
      live.running(request.transactionId) !== null ||
      records.transaction(chargePointId, request.transactionId)?.state === 'stopped';
    transactionId = isOurs ? request.transactionId : null;
    if (!isOurs) {
      foreign = foreignSeen(connectorId, request.transactionId, context);
      if (isGoingOn(connectorId, request.transactionId, context)) foreignId = request.transactionId;
    }
  }
  return {
    response: {},
    events: [...takeReadings(request.meterValue, connectorId, transactionId, context, foreignId), ...foreign],
  };
};

/**
 * What runs on the connector, unless all was measured before it began: values by the clock come late, and those of
 * before the start say nothing of the transaction.
 */
function runningAt(
  values: RequestOf<'MeterValues'>['meterValue'],
  transactionId: number | null,
  live: Live,
): number | null {
  const startedAt = transactionId === null ? null : live.running(transactionId)?.startedAt;
  if (startedAt === null || startedAt === undefined) return transactionId;
  const times = values.map(({ timestamp }) => parseTimestamp(timestamp));
  return times.every((at) => at !== null && at < startedAt) && times.length > 0 ? null : transactionId;
}
