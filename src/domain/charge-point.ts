import type { Instant } from './units.ts';

/** Where a charge point stands with us (OCPP 1.6 §4.2): only an accepted one may do more than boot. */
export type Registration = 'accepted' | 'pending' | 'rejected';

export type ConnectorStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

/** What a charge point says of itself in BootNotification; null where it said nothing. */
export type Nameplate = {
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string | null;
  readonly boxSerialNumber: string | null;
  readonly firmwareVersion: string | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly meterType: string | null;
  readonly meterSerialNumber: string | null;
};

/** One StatusNotification. Connector 0 is the charge point as a whole (OCPP 1.6 §4.9). */
export type StatusReport = {
  readonly connectorId: number;
  readonly status: ConnectorStatus;
  readonly errorCode: string;
  readonly info: string | null;
  readonly vendorId: string | null;
  readonly vendorErrorCode: string | null;
  /** The charge point's clock; the time of receipt where it sent none. */
  readonly at: Instant;
  readonly receivedAt: Instant;
};
