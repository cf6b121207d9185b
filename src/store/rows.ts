import type { AuthorizationStatus } from '../domain/token.ts';
import type { Transaction, TransactionState } from '../domain/transaction.ts';
import type { Instant, WattHours } from '../domain/units.ts';

/** Columns of `transactions` joined with its charge point's id, as SQLite gives them. */
export type TransactionRow = {
  id: number;
  charge_point_id: string;
  state: TransactionState;
  connector_id: number | null;
  id_tag: string | null;
  started_ms: number | null;
  start_received_ms: number | null;
  meter_start_wh: number | null;
  reservation_id: number | null;
  verdict: AuthorizationStatus | null;
  verdict_expires_ms: number | null;
  verdict_parent_id_tag: string | null;
  stopped_ms: number | null;
  stop_received_ms: number | null;
  meter_stop_wh: number | null;
  stop_reason: string | null;
  stop_id_tag: string | null;
  reported_transaction_id: number | null;
  proposed_transaction_id: number | null;
};

export const selectTransaction =
  'SELECT t.*, c.id AS charge_point_id FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref';

export function toTransaction(row: TransactionRow): Transaction {
  return {
    id: row.id,
    chargePointId: row.charge_point_id,
    state: row.state,
    start:
      row.started_ms === null || row.connector_id === null || row.id_tag === null
        ? null
        : {
            connectorId: row.connector_id,
            idTag: row.id_tag,
            at: row.started_ms as Instant,
            receivedAt: row.start_received_ms as Instant,
            meterWh: row.meter_start_wh as WattHours,
            reservationId: row.reservation_id,
          },
    stop:
      row.stopped_ms === null
        ? null
        : {
            idTag: row.stop_id_tag,
            at: row.stopped_ms as Instant,
            receivedAt: row.stop_received_ms as Instant,
            meterWh: row.meter_stop_wh as WattHours,
            reason: row.stop_reason ?? 'Local',
          },
    verdict:
      row.verdict === null
        ? null
        : {
            status: row.verdict,
            expiresAt: row.verdict_expires_ms as Instant | null,
            parentIdTag: row.verdict_parent_id_tag,
          },
    reportedTransactionId: row.reported_transaction_id,
    proposedTransactionId: row.proposed_transaction_id,
  };
}
