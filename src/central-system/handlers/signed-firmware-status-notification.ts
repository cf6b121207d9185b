import { jobToldOf } from '../file-jobs/following.ts';
import type { Handler } from '../handler.ts';

/** Security whitepaper L01. */
export const signedFirmwareStatusNotification: Handler<'SignedFirmwareStatusNotification'> = (request, context) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId: context.chargePointId,
      job: 'signed-firmware',
      status: request.status,
      requestId: request.requestId ?? null,
      at: context.receivedAt,
    },
    ...jobToldOf('signed-firmware', request.status, request.requestId ?? null, context),
  ],
});
