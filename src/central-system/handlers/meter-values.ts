import { type Handler, refuseConnector } from '../handler.ts';
import { takeReadings } from '../readings.ts';

/**
 * OCPP 1.6 §4.7. Always answered. Without a transactionId the readings go to what runs on that connector; with one that
 * is not running here they belong to nobody, and stay with the connector.
 */
export const meterValues: Handler<'MeterValues'> = (request, context) => {
  const { connectorId } = request;
  const refusal = refuseConnector(connectorId, 0);
  if (refusal !== null) return refusal;
  const { live } = context;
  let transactionId: number | null;
  if (request.transactionId === undefined) {
    transactionId = connectorId === 0 ? null : live.runningTransaction(connectorId);
  } else {
    transactionId = live.running(request.transactionId) === null ? null : request.transactionId;
  }
  return { response: {}, events: takeReadings(request.meterValue, connectorId, transactionId, context) };
};
