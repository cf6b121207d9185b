import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.4. */
export const diagnosticsStatusNotification: Handler<'DiagnosticsStatusNotification'> = (
  request,
  { chargePointId, receivedAt },
) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId,
      job: 'diagnostics',
      status: request.status,
      requestId: null,
      at: receivedAt,
    },
  ],
});
