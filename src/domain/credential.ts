import type { Instant } from './units.ts';

/** A charge point's password as it is kept: salted hashes, never the password itself (whitepaper A01.FR.08). */
export type PasswordHash = {
  /** Message id of the ChangeConfiguration that carried it. */
  readonly id: string;
  /** Keys of 16 random bytes and more need no slow hash; what somebody typed does. */
  readonly scheme: 'hmac' | 'scrypt';
  readonly salt: string;
  /** Of its text; of hexadecimal text in lower case. */
  readonly textHash: string;
  /** Of the bytes that its hexadecimal digits stand for; null where it has none. */
  readonly bytesHash: string | null;
  /** Of the password that the configuration file had when it was given; null where it had none. */
  readonly replacedHash: string | null;
};

/** A password that a charge point was given over OCPP (AuthorizationKey), and how far that has come. */
export type GivenPassword = PasswordHash & {
  readonly state: /** Sent, or about to be. */
    | 'offered'
    /** No answer that says what became of it. */
    | 'doubtful'
    /** It holds after a restart. */
    | 'later'
    /** The charge point has accepted it. */
    | 'agreed'
    /** The charge point has connected with it. */
    | 'used';
};

export type CredentialEvent =
  /** Recorded before it is sent: whatever happens then, the charge point can come back with it. */
  | { type: 'credential-offered'; chargePointId: string; password: PasswordHash; at: Instant }
  | {
      type: 'credential-answered';
      chargePointId: string;
      id: string;
      state: 'doubtful' | 'later' | 'agreed';
      at: Instant;
    }
  | { type: 'credential-used'; chargePointId: string; id: string; at: Instant }
  | { type: 'credential-dropped'; chargePointId: string; id: string; at: Instant };
