import type { Handler } from '../handler.ts';

/** Security whitepaper N01; some send it unasked. */
export const logStatusNotification: Handler<'LogStatusNotification'> = (request, { chargePointId, receivedAt }) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId,
      job: 'log',
      status: request.status,
      requestId: request.requestId ?? null,
      at: receivedAt,
    },
  ],
});
