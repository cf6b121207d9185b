import { jobToldOf } from '../file-jobs/following.ts';
import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.5. */
export const firmwareStatusNotification: Handler<'FirmwareStatusNotification'> = (request, context) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId: context.chargePointId,
      job: 'firmware',
      status: request.status,
      requestId: null,
      at: context.receivedAt,
    },
    ...jobToldOf('firmware', request.status, null, context),
  ],
});
