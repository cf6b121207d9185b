import type { Event } from '../../domain/events.ts';
import { unknownList } from '../../domain/local-list.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { type Context, type Handler, refuseConnector } from '../handler.ts';

/** OCPP 1.6 §4.9. Any transition is legal; without a timestamp the time of receipt counts (§6.47). */
export const statusNotification: Handler<'StatusNotification'> = (request, context) => {
  const { chargePointId, receivedAt } = context;
  const refusal = refuseConnector(request.connectorId, 0);
  if (refusal !== null) return refusal;
  const list = request.errorCode === 'LocalListConflict' ? contradicted(context) : [];
  const at = request.timestamp === undefined ? null : parseTimestamp(request.timestamp);
  return {
    response: {},
    events: [
      {
        type: 'status-reported',
        chargePointId,
        report: {
          connectorId: request.connectorId,
          status: request.status,
          errorCode: request.errorCode,
          info: request.info ?? null,
          vendorId: request.vendorId ?? null,
          vendorErrorCode: request.vendorErrorCode ?? null,
          at: at ?? receivedAt,
          receivedAt,
        },
      },
      ...list,
    ],
  };
};

/** Its list says other than we did: it is sent anew (OCPP 1.6 §3.5.2). */
function contradicted({ chargePointId, receivedAt: at, records }: Context): Event[] {
  const list = { ...(records.localList(chargePointId) ?? unknownList), conflictAt: at };
  return [{ type: 'local-list-changed', chargePointId, list, content: null, at }];
}
