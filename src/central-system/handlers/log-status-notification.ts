import { jobToldOf } from '../file-jobs/following.ts';
import type { Handler } from '../handler.ts';

/** Security whitepaper N01; some send it unasked. */
export const logStatusNotification: Handler<'LogStatusNotification'> = (request, context) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId: context.chargePointId,
      job: 'log',
      status: request.status,
      requestId: request.requestId ?? null,
      at: context.receivedAt,
    },
    ...jobToldOf('log', request.status, request.requestId ?? null, context),
  ],
});
