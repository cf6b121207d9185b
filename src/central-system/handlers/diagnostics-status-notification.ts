import { jobToldOf } from '../file-jobs/following.ts';
import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.4. */
export const diagnosticsStatusNotification: Handler<'DiagnosticsStatusNotification'> = (request, context) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId: context.chargePointId,
      job: 'diagnostics',
      status: request.status,
      requestId: null,
      at: context.receivedAt,
    },
    ...jobToldOf('diagnostics', request.status, null, context),
  ],
});
