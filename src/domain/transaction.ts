import type { StartedTransaction, StoppedTransaction } from './findings.ts';
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

/** A transaction that is running, as memory holds it. */
export type RunningTransaction = StartedTransaction & { readonly connectorId: number };

/** The transaction as running, with or without its stop; null for an orphan. */
export function asRunning({ id, start }: Pick<Transaction, 'id' | 'start'>): RunningTransaction | null {
  if (start === null) return null;
  return { transactionId: id, connectorId: start.connectorId, startedAt: start.at, meterStartWh: start.meterWh };
}

/** Null while it runs, and for an orphan. */
export function asStopped(transaction: Transaction): StoppedTransaction | null {
  const running = asRunning(transaction);
  if (running === null || transaction.stop === null) return null;
  return { ...running, stoppedAt: transaction.stop.at, meterStopWh: transaction.stop.meterWh };
}

/** Energy of a session from its registers; null while it runs or where the start is missing. */
export function energyOf(transaction: Pick<Transaction, 'start' | 'stop'>): WattHours | null {
  const { start, stop } = transaction;
  return start === null || stop === null ? null : ((stop.meterWh - start.meterWh) as WattHours);
}
