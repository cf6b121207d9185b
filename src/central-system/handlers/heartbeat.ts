import { formatTimestamp } from '../../ocpp/timestamp.ts';
import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.6. Any message is a sign of life; this one is the charge point's clock as well. */
export const heartbeat: Handler<'Heartbeat'> = (_request, { receivedAt }) => ({
  response: { currentTime: formatTimestamp(receivedAt) },
  events: [],
});
