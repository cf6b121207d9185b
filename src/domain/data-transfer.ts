import type { Instant } from './units.ts';

/** A vendor's own message (OCPP 1.6 §4.3). What is in it is the vendor's affair and that of whoever reads it. */
export type DataTransferEvent = {
  type: 'data-transferred';
  chargePointId: string;
  vendorId: string;
  messageId: string | null;
  data: string | null;
  /** `data` was longer than is kept. */
  cut: boolean;
  receivedAt: Instant;
};

/** Vendors whose messages are taken, and of each the message ids; null takes any. */
export type TakenDataTransfers = ReadonlyMap<string, ReadonlySet<string> | null>;
