import { parseTimestamp } from '../../ocpp/timestamp.ts';
import type { Handler } from '../handler.ts';

/** Security whitepaper A04. Unknown types are kept like the known ones (A04.FR.02). */
export const securityEventNotification: Handler<'SecurityEventNotification'> = (
  request,
  { chargePointId, receivedAt },
) => ({
  response: {},
  events: [
    {
      type: 'security-event-reported',
      chargePointId,
      kind: request.type,
      techInfo: request.techInfo ?? null,
      at: parseTimestamp(request.timestamp) ?? receivedAt,
      receivedAt,
    },
  ],
});
