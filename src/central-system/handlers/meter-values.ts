import { type Handler, refuseConnector } from '../handler.ts';
import { takeReadings } from '../readings.ts';

/**
 * OCPP 1.6 §4.7. Always answered. Without a transactionId the readings go to what runs on that connector; with one, to
 * that transaction of this charge point, also when its stop overtook them; of any other they stay with the connector.
 */
export const meterValues: Handler<'MeterValues'> = (request, context) => {
  const { connectorId } = request;
  const refusal = refuseConnector(connectorId, 0);
  if (refusal !== null) return refusal;
  const { live, records, chargePointId } = context;
  let transactionId: number | null;
  if (request.transactionId === undefined) {
    transactionId = connectorId === 0 ? null : live.runningTransaction(connectorId);
  } else {
    const isOurs =
      live.running(request.transactionId) !== null ||
      records.transaction(chargePointId, request.transactionId)?.state === 'stopped';
    transactionId = isOurs ? request.transactionId : null;
  }
  return { response: {}, events: takeReadings(request.meterValue, connectorId, transactionId, context) };
};
