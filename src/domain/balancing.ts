/** What load balancing puts on record. */
import type { Instant } from './units.ts';

/** The device that a floor was proven on: another one, or other firmware, has to be asked anew. */
export type FloorEvidence = {
  readonly serialNumber: string | null;
  readonly firmwareVersion: string | null;
  readonly provenAt: Instant;
  /** `composite`: its own schedule showed it. `current`: its current followed. `trusted`: its make has proven itself. */
  readonly by: 'composite' | 'current' | 'trusted';
};

/** The book of one connector, as text, for the next start of the process. */
export type Commitment = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly book: string;
  readonly evidence: FloorEvidence | null;
};

export type Obedience = 'unproven' | 'proven' | 'disobedient' | 'drawing-unasked' | 'isolated';

export type BalancingEvent =
  /** Written before the bytes of what it commits us to leave. */
  | { type: 'commitments-written'; commitments: readonly Commitment[]; at: Instant }
  | {
      type: 'obedience-changed';
      chargePointId: string;
      connectorId: number;
      obedience: Obedience;
      /** In words for a person. */
      why: string;
      at: Instant;
    }
  /** What a connector is given has changed, or the reason for it. */
  | {
      type: 'grant-changed';
      chargePointId: string;
      connectorId: number;
      transactionId: number | null;
      /** Milliamps per phase that it may take now. */
      grantMA: number;
      because: string;
      at: Instant;
    };
