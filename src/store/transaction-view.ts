import type { Database } from 'better-sqlite3';
import { idTagKey } from '../domain/token.ts';
import { energyOf, type Start, type Transaction, type TransactionState } from '../domain/transaction.ts';
import type { Instant } from '../domain/units.ts';
import { selectTransaction, type TransactionRow, toTransaction } from './rows.ts';
import { inUnits, type Page, type PageRequest, type ThreePhases, utc } from './view-values.ts';

export type TransactionView = {
  id: number;
  chargePointId: string;
  /** Null for an orphan, whose start was never received. */
  connectorId: number | null;
  idTag: string | null;
  parentIdTag: string | null;
  /** The charge point's clock. */
  startedAt: string | null;
  startReceivedAt: string | null;
  /** Import register, never re-based. */
  meterStartWh: number | null;
  stoppedAt: string | null;
  stopReceivedAt: string | null;
  meterStopWh: number | null;
  /** From the registers; null while it runs, and for an orphan. */
  energyWh: number | null;
  /** While it runs: from the start to the last reading. */
  energySoFarWh: number | null;
  reason: string | null;
  stopIdTag: string | null;
  reservationId: number | null;
  state: TransactionState;
  /** What was answered to the start. */
  authorization: string | null;
  /** For an orphan: the id that the charge point reported, and the start of ours that would fit. */
  reportedTransactionId: number | null;
  proposedTransactionId: number | null;
  findings: FindingView[];
};

type FindingView = { kind: string; detail: string; foundAt: string; resolvedAt: string | null };

export type TransactionDetailView = TransactionView & {
  registers: {
    meterStartWh: number | null;
    lastReadingWh: number | null;
    lastReadingAt: string | null;
    meterStopWh: number | null;
  };
  /** Messages word for word. */
  evidence: { kind: string; message: string; receivedAt: string }[];
  /** Readings stored in all; those of before the retention time are counted, not kept. */
  readingsTotal: number;
  /** The newest of them, oldest first. */
  readings: ReadingView[];
};

type ReadingView = {
  at: string;
  receivedAt: string;
  context: string;
  energyWh: number | null;
  powerW: number | null;
  currentA: ThreePhases;
  voltageV: ThreePhases;
  offeredA: number | null;
  socPercent: number | null;
  quality: string;
  /** What was computed by us, and how; null where all was measured. */
  derived: string | null;
};

export type TransactionFilter = {
  readonly chargePointId: string | null;
  /** Compared without regard to case. */
  readonly idTag: string | null;
  readonly state: TransactionState | null;
  /** By the start, or the stop of an orphan: from the first of these instants, before the second. */
  readonly from: Instant | null;
  readonly to: Instant | null;
};

/** Readings in a detail at most: 1 min samples of a day and a half; and telemetry rows looked at to find them. */
const MAX_READINGS = 2_000;
const MAX_ROWS_SEARCHED = 200_000;

type FindingRow = { kind: string; detail: string; found_ms: number; resolved_ms: number | null };
type EvidenceRow = { kind: string; message: string; received_ms: number };
type ProgressRow = {
  first_row: number;
  last_row: number;
  readings: number;
  last_energy_at_ms: number | null;
  last_energy_wh: number | null;
};
type TelemetryRow = {
  at_ms: number;
  received_ms: number;
  context: string;
  energy_wh: number | null;
  power_w: number | null;
  l1_ma: number | null;
  l2_ma: number | null;
  l3_ma: number | null;
  l1_mv: number | null;
  l2_mv: number | null;
  l3_mv: number | null;
  offered_ma: number | null;
  soc_percent: number | null;
  quality: string;
  derived: string | null;
};

/** The ledger as the outside sees it. `lastRegister` is what memory knows of a running one's register, Wh. */
export function createTransactionViews(
  database: Database,
  lastRegister: (transaction: Transaction, start: Start) => number | null,
) {
  const page = database.prepare(`${selectTransaction}
    WHERE (@before IS NULL OR t.id < @before)
      AND (@chargePointId IS NULL OR c.id = @chargePointId)
      AND (@state IS NULL OR t.state = @state)
      AND (@idTagKey IS NULL OR t.id_tag_key = @idTagKey OR (t.state = 'orphan' AND lower(t.stop_id_tag) = @idTagKey))
      AND (@from IS NULL OR coalesce(t.started_ms, t.stopped_ms) >= @from)
      AND (@to IS NULL OR coalesce(t.started_ms, t.stopped_ms) < @to)
    ORDER BY t.id DESC LIMIT @limit`);
  const byId = database.prepare(`${selectTransaction} WHERE t.id = ?`);
  const findings = database.prepare('SELECT * FROM findings WHERE transaction_id = ? ORDER BY found_ms, kind, detail');
  const evidence = database.prepare('SELECT * FROM evidence WHERE transaction_id = ? ORDER BY id');
  const progress = database.prepare('SELECT * FROM progress WHERE transaction_id = ?');
  const readings = database.prepare(`
    SELECT * FROM (SELECT * FROM telemetry WHERE id BETWEEN @first AND @last ORDER BY id DESC LIMIT ${MAX_ROWS_SEARCHED})
    WHERE transaction_id = @id ORDER BY id DESC LIMIT ${MAX_READINGS}`);

  return {
    /** Newest first. Null for a cursor that is none of ours. */
    transactions(filter: TransactionFilter, { limit, cursor }: PageRequest): Page<TransactionView> | null {
      const before = cursor === null ? null : idOfCursor(cursor);
      if (cursor !== null && before === null) return null;
      const { chargePointId, state, from, to } = filter;
      const key = filter.idTag === null ? null : idTagKey(filter.idTag);
      const rows = page.all({ before, chargePointId, state, idTagKey: key, from, to, limit: limit + 1 });
      const items = (rows as TransactionRow[]).slice(0, limit).map((row) => view(toTransaction(row)));
      const last = items.at(-1);
      return { items, next: rows.length > limit && last !== undefined ? `t${last.id}` : null };
    },

    /** One of them without what it rests on: its evidence and readings are many. */
    session(id: number): TransactionView | null {
      const row = byId.get(id) as TransactionRow | undefined;
      return row === undefined ? null : view(toTransaction(row));
    },

    transaction(id: number): TransactionDetailView | null {
      const row = byId.get(id) as TransactionRow | undefined;
      if (row === undefined) return null;
      const shown = view(toTransaction(row));
      const made = progress.get(id) as ProgressRow | undefined;
      const kept =
        made === undefined
          ? []
          : (readings.all({ id, first: made.first_row, last: made.last_row }) as TelemetryRow[]).reverse();
      return {
        ...shown,
        registers: {
          meterStartWh: shown.meterStartWh,
          lastReadingWh: made?.last_energy_wh ?? null,
          lastReadingAt: utc(made?.last_energy_at_ms ?? null),
          meterStopWh: shown.meterStopWh,
        },
        evidence: (evidence.all(id) as EvidenceRow[]).map(({ kind, message, received_ms }) => ({
          kind,
          message,
          receivedAt: utc(received_ms),
        })),
        readingsTotal: made?.readings ?? 0,
        readings: kept.map(readingView),
      };
    },
  };

  function view(transaction: Transaction): TransactionView {
    const { id, chargePointId, state, start, stop, verdict } = transaction;
    return {
      id,
      chargePointId,
      connectorId: start?.connectorId ?? null,
      idTag: start?.idTag ?? stop?.idTag ?? null,
      parentIdTag: verdict?.parentIdTag ?? null,
      startedAt: utc(start?.at ?? null),
      startReceivedAt: utc(start?.receivedAt ?? null),
      meterStartWh: start?.meterWh ?? null,
      stoppedAt: utc(stop?.at ?? null),
      stopReceivedAt: utc(stop?.receivedAt ?? null),
      meterStopWh: stop?.meterWh ?? null,
      energyWh: energyOf(transaction),
      energySoFarWh: state === 'running' ? energySoFarWh(transaction) : null,
      reason: stop?.reason ?? null,
      stopIdTag: stop?.idTag ?? null,
      reservationId: start?.reservationId ?? null,
      state,
      authorization: verdict?.status ?? null,
      reportedTransactionId: transaction.reportedTransactionId,
      proposedTransactionId: transaction.proposedTransactionId,
      findings: (findings.all(id) as FindingRow[]).map(({ kind, detail, found_ms, resolved_ms }) => ({
        kind,
        detail,
        foundAt: utc(found_ms),
        resolvedAt: utc(resolved_ms),
      })),
    };
  }

  function energySoFarWh(transaction: Transaction): number | null {
    const { id, start } = transaction;
    if (start === null) return null;
    const stored = progress.get(id) as ProgressRow | undefined;
    const register = lastRegister(transaction, start) ?? stored?.last_energy_wh ?? null;
    return register === null ? null : register - start.meterWh;
  }
}

function idOfCursor(cursor: string): number | null {
  return /^t\d{1,15}$/.test(cursor) ? Number(cursor.slice(1)) : null;
}

function readingView(row: TelemetryRow): ReadingView {
  return {
    at: utc(row.at_ms),
    receivedAt: utc(row.received_ms),
    context: row.context,
    energyWh: row.energy_wh,
    powerW: row.power_w,
    currentA: [inUnits(row.l1_ma), inUnits(row.l2_ma), inUnits(row.l3_ma)],
    voltageV: [inUnits(row.l1_mv), inUnits(row.l2_mv), inUnits(row.l3_mv)],
    offeredA: inUnits(row.offered_ma),
    socPercent: row.soc_percent,
    quality: row.quality,
    derived: row.derived,
  };
}
