import type { InstalledProfile } from './composite-schedule.ts';
import type { Payload } from './frames.ts';

/** What a charge point keeps when its power is cut: plain values only, as they would stand in flash memory. */

export type IdTagInfo = {
  readonly status: string;
  readonly parentIdTag: string | null;
  /** Milliseconds since 1970. */
  readonly expiryDate: number | null;
};

export type Reservation = {
  readonly reservationId: number;
  /** 0: any connector. */
  readonly connectorId: number;
  readonly idTag: string;
  readonly parentIdTag: string | null;
  readonly expiryDate: number;
};

export type Transaction = {
  /** The charge point's own number, which binds its messages before the Central System has given one. */
  readonly localId: number;
  readonly connectorId: number;
  readonly idTag: string;
  parentIdTag: string | null;
  readonly startedAt: number;
  readonly meterStartWh: number;
  /** From StartTransaction.conf; -1 when that message had to be given up (errata 3.18); null while unanswered. */
  transactionId: number | null;
  /** Energy delivery is off because the Central System refused the idTag. */
  refused: boolean;
  /** Meter values for StopTransaction.transactionData. */
  readonly samples: Payload[];
};

export type QueuedMessage = {
  readonly action: 'StartTransaction' | 'MeterValues' | 'StopTransaction';
  /** The transaction it belongs to; null for meter values outside of one. */
  readonly localId: number | null;
  /** Complete but for the transactionId. */
  readonly payload: Payload;
  attempts: number;
};

export type SecurityEvent = {
  readonly at: number;
  readonly type: string;
  readonly techInfo: string | null;
  /** The Central System has answered. */
  told: boolean;
};

export type CertificateUse = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate';

type InstalledCertificate = { readonly use: CertificateUse; readonly pem: string };

export type Flash = {
  readonly configuration: Map<string, string>;
  readonly inoperative: Set<number>;
  readonly transactions: Map<number, Transaction>;
  readonly queue: QueuedMessage[];
  /** Local number to transactionId, as long as messages of that transaction wait. */
  readonly transactionIds: Map<number, number>;
  /** Energy registers in Wh by connector; never set back. */
  readonly registersWh: Map<number, number>;
  readonly cache: Map<string, IdTagInfo>;
  readonly localList: Map<string, IdTagInfo>;
  localListVersion: number;
  profiles: InstalledProfile[];
  /** A switch in the housing, which some makes want set before they take profiles. */
  localSwitch: boolean;
  reservations: Reservation[];
  lastLocalId: number;
  firmwareVersion: string;
  /** A firmware was installed and the Central System has not been told; by a request with this number, if it had one. */
  installed: { readonly requestId: number | null } | null;
  /** The security log, oldest first. */
  readonly securityEvents: SecurityEvent[];
  certificates: InstalledCertificate[];
  /** The public key (PEM) that a certificate has been asked for. */
  pendingKey: string | null;
  /** The charge point's own certificate (PEM). */
  ownCertificate: string | null;
};

export function blankFlash(firmwareVersion: string): Flash {
  return {
    configuration: new Map(),
    inoperative: new Set(),
    transactions: new Map(),
    queue: [],
    transactionIds: new Map(),
    registersWh: new Map(),
    cache: new Map(),
    localList: new Map(),
    localListVersion: 0,
    profiles: [],
    localSwitch: false,
    reservations: [],
    lastLocalId: 0,
    firmwareVersion,
    installed: null,
    securityEvents: [],
    certificates: [],
    pendingKey: null,
    ownCertificate: null,
  };
}
