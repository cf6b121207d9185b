import type { Instant } from './units.ts';

/** What a charge point has asked to be signed, and what became of it: one for each, the newest. */
export type SigningRequest = {
  readonly chargePointId: string;
  /** PEM (PKCS #10). */
  readonly csr: string;
  readonly state: 'waiting' | 'approved' | 'refused' | 'signed';
  /** Why it waits or was refused, in words; null where there is nothing to say. */
  readonly why: string | null;
  readonly at: Instant;
};

/** A certificate that was made for a charge point here, or handed over for it. */
export type IssuedCertificate = {
  /** SHA-256 over it, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly chargePointId: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly subject: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** It and what signed it, PEM. */
  readonly chain: string;
  /**
   * issued: not yet taken by the charge point; installed: taken; used: it has connected with it; superseded: it has connected
   * with a newer one; refused: it did not take it.
   */
  readonly state: 'issued' | 'installed' | 'used' | 'superseded' | 'refused' | 'revoked';
  readonly at: Instant;
};

/** As charge points tell and take it (security whitepaper §6.1). */
export type CertificateHash = {
  readonly hashAlgorithm: 'SHA256' | 'SHA384' | 'SHA512';
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
};

export type RootUse = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate';

export type CertificateEvent =
  | { type: 'signing-requested'; chargePointId: string; csr: string; at: Instant }
  | {
      type: 'signing-decided';
      chargePointId: string;
      state: 'waiting' | 'approved' | 'refused';
      why: string | null;
      at: Instant;
    }
  | ({ type: 'certificate-issued' } & Omit<IssuedCertificate, 'state'>)
  | {
      type: 'certificate-answered';
      chargePointId: string;
      fingerprint: string;
      state: 'installed' | 'refused';
      at: Instant;
    }
  /** A charge point has connected with it for the first time. */
  | { type: 'certificate-used'; chargePointId: string; fingerprint: string; at: Instant }
  | { type: 'certificate-revoked'; chargePointId: string; fingerprint: string; at: Instant }
  /** What it said that it holds; null: it holds none. */
  | {
      type: 'certificates-listed';
      chargePointId: string;
      use: RootUse;
      hashes: readonly CertificateHash[];
      at: Instant;
    };
