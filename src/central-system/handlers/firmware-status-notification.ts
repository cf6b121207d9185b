import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.5. */
export const firmwareStatusNotification: Handler<'FirmwareStatusNotification'> = (
  request,
  { chargePointId, receivedAt },
) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId,
      job: 'firmware',
      status: request.status,
      requestId: null,
      at: receivedAt,
    },
  ],
});
