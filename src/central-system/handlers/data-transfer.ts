import type { Handler } from '../handler.ts';

/** Characters of a vendor's data that are kept. */
const MAX_DATA = 16_384;

/** OCPP 1.6 §4.3. What the site has not said that it takes is answered with the right word for it, and leaves nothing. */
export const dataTransfer: Handler<'DataTransfer'> = ({ vendorId, messageId, data }, context) => {
  const { chargePointId, receivedAt, policy } = context;
  const taken = policy.dataTransfers.get(vendorId);
  if (taken === undefined) return { response: { status: 'UnknownVendorId' }, events: [] };
  if (taken !== null && (messageId === undefined || !taken.has(messageId))) {
    return { response: { status: 'UnknownMessageId' }, events: [] };
  }
  return {
    response: { status: 'Accepted' },
    events: [
      {
        type: 'data-transferred',
        chargePointId,
        vendorId,
        messageId: messageId ?? null,
        data: data?.slice(0, MAX_DATA) ?? null,
        cut: (data?.length ?? 0) > MAX_DATA,
        receivedAt,
      },
    ],
  };
};
