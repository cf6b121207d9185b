import type { Handler } from '../handler.ts';

/** Security whitepaper L01. */
export const signedFirmwareStatusNotification: Handler<'SignedFirmwareStatusNotification'> = (
  request,
  { chargePointId, receivedAt },
) => ({
  response: {},
  events: [
    {
      type: 'job-status-reported',
      chargePointId,
      job: 'signed-firmware',
      status: request.status,
      requestId: request.requestId ?? null,
      at: receivedAt,
    },
  ],
});
