import type { StatusReport } from '../../domain/charge-point.ts';
import type { Event } from '../../domain/events.ts';
import { unknownList } from '../../domain/local-list.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { foreignOver } from '../foreign-transactions.ts';
import { type Context, type Handler, refuseConnector } from '../handler.ts';
import { reservationsAtStatus } from '../reservations/evidence.ts';

/** OCPP 1.6 §4.9. Any transition is legal; without a timestamp the time of receipt counts (§6.47). */
export const statusNotification: Handler<'StatusNotification'> = (request, context) => {
  const refusal = refuseConnector(request.connectorId, 0);
  if (refusal !== null) return refusal;
  const { chargePointId, receivedAt } = context;
  const at = request.timestamp === undefined ? null : parseTimestamp(request.timestamp);
  const report: StatusReport = {
    connectorId: request.connectorId,
    status: request.status,
    errorCode: request.errorCode,
    info: request.info ?? null,
    vendorId: request.vendorId ?? null,
    vendorErrorCode: request.vendorErrorCode ?? null,
    at: at ?? receivedAt,
    receivedAt,
  };
  return {
    response: {},
    events: [
      { type: 'status-reported', chargePointId, report },
      ...reservationsAtStatus(report, context),
      ...(report.status === 'Available' ? foreignOver(report.connectorId, context) : []),
      ...(report.errorCode === 'LocalListConflict' ? contradicted(context) : []),
    ],
  };
};

/** Its list says other than we did: it is sent anew (OCPP 1.6 §3.5.2). */
function contradicted({ chargePointId, receivedAt: at, records }: Context): Event[] {
  const list = { ...(records.localList(chargePointId) ?? unknownList), conflictAt: at };
  return [{ type: 'local-list-changed', chargePointId, list, content: null, at }];
}
