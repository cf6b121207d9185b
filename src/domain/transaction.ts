import type { Verdict } from './token.ts';
import type { Instant, WattHours } from './units.ts';

export type TransactionState = 'running' | 'stopped' | 'orphan';

/** What a StartTransaction said. */
export type Start = {
  readonly connectorId: number;
  readonly idTag: string;
  /** The charge point's clock. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** Import register, never re-based. */
  readonly meterWh: WattHours;
  readonly reservationId: number | null;
};

/** What a StopTransaction said. */
export type Stop = {
  readonly idTag: string | null;
  /** The charge point's clock. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** Import register, never re-based. */
  readonly meterWh: WattHours;
  readonly reason: string;
};

/**
 * A session in the ledger. Its id is the transactionId that we gave; an orphan (a stop whose start we never saw) has
 * an id of our own too, and beside it the id that the charge point reported.
 */
export type Transaction = {
  readonly id: number;
  readonly chargePointId: string;
  readonly state: TransactionState;
  /** Null for an orphan. */
  readonly start: Start | null;
  readonly stop: Stop | null;
  /** What was answered to the start; the same again for every repetition. Null for an orphan. */
  readonly verdict: Verdict | null;
  readonly reportedTransactionId: number | null;
  /** For an orphan: the one start of ours that fits it, as a proposal to a person. Nothing is changed by it. */
  readonly proposedTransactionId: number | null;
};

/** Energy of a session from its registers; null while it runs or where the start is missing. */
export function energyOf(transaction: Pick<Transaction, 'start' | 'stop'>): WattHours | null {
  const { start, stop } = transaction;
  return start === null || stop === null ? null : ((stop.meterWh - start.meterWh) as WattHours);
}
