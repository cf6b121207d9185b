import type { Database } from 'better-sqlite3';
import type { Event } from '../domain/events.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import type { UpstreamStream } from '../domain/upstream.ts';
import { createTold, subjectOf, type ToldEvent, timeOf } from './told-upstream.ts';

/** What goes to the backend: rows of t0, written in the transaction of what they tell of; and how far it has got. */

/** One event of t0. */
export type OutboxRow = {
  readonly seq: number;
  readonly type: ToldEvent;
  /** What it is about, such as `charge-points/CP1`; null: the site. */
  readonly subject: string | null;
  readonly atMs: number;
  /** The life of the process in which it was written, and the monotonic clock of that life, ms. */
  readonly boot: string;
  readonly monoMs: number;
  /** JSON. */
  readonly body: string;
};

/** One reading of t1; null where it was not measured. */
export type TelemetryRow = {
  readonly seq: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly transactionId: number | null;
  readonly atMs: number;
  readonly energyWh: number | null;
  readonly powerW: number | null;
  readonly currentMA: readonly [number | null, number | null, number | null];
  readonly voltageMV: readonly [number | null, number | null, number | null];
  readonly offeredMA: number | null;
  readonly socPercent: number | null;
  readonly quality: string;
};

/** A history of the store: numbers from `first` of each stream on bear its name. */
export type OutboxEpoch = { readonly epoch: string; readonly first: Readonly<Record<UpstreamStream, number>> };

export type Outbox = { append(event: Event): void };

/** Bytes of a row of t0 beside its texts. */
const ROW_BYTES = 48;
/** Rows dropped in one go. */
const CHUNK = 1_000;

/**
 * Opens the outbox for this life of the process: from now on it takes what happens. The first time, and after a restore,
 * a new epoch begins; the first time of all the ledger as it stands goes up as well.
 */
export function openOutbox(
  database: Database,
  { epoch, boot, now, monotonic }: { epoch: string; boot: string; now: () => Instant; monotonic: () => Monotonic },
): Outbox {
  const told = createTold(database);
  const insert = database.prepare(
    'INSERT INTO outbox (type, subject, at_ms, boot, mono_ms, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const write = (type: ToldEvent, subject: string | null, atMs: number, body: object): void => {
    insert.run(type, subject, atMs, boot, Math.round(monotonic()), JSON.stringify(body));
  };
  database.transaction(beginEpoch).immediate();

  return {
    append(event): void {
      const body = told.body(event);
      if (body !== null) write(event.type as ToldEvent, subjectOf(event), timeOf(event) ?? now(), body);
    },
  };

  function beginEpoch(): void {
    const last = database.prepare('SELECT epoch FROM outbox_epochs ORDER BY ordinal DESC LIMIT 1').pluck();
    const previous = last.get() as string | undefined;
    if (previous === epoch) return;
    const { heads } = outboxReads(database);
    database
      .prepare('INSERT INTO outbox_epochs (epoch, first_t0, first_t1, began_ms) VALUES (?, ?, ?, ?)')
      .run(epoch, heads().t0 + 1, heads().t1 + 1, now());
    write('epoch-began', null, now(), { epoch, previous: previous ?? null });
    if (previous !== undefined) return;
    // Telemetry of before stays here: it was nobody's business.
    database
      .prepare("INSERT OR REPLACE INTO outbox_cursors (stream, acked_seq, acked_ms) VALUES ('t1', ?, NULL)")
      .run(heads().t1);
    for (const { type, subject, atMs, body } of told.ledger()) write(type, subject, atMs, body);
  }
}

export type OutboxReads = ReturnType<typeof outboxReads>;

export function outboxReads(database: Database) {
  const lastT0 = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").pluck();
  const lastT1 = database.prepare('SELECT max(id) FROM telemetry').pluck();
  const cursors = database.prepare('SELECT acked_seq FROM outbox_cursors WHERE stream = ?').pluck();
  const ackedAt = database.prepare('SELECT acked_ms FROM outbox_cursors WHERE stream = ?').pluck();
  const epochs = database.prepare('SELECT epoch, first_t0, first_t1 FROM outbox_epochs ORDER BY ordinal');
  const rows = database.prepare(`
    SELECT seq, type, subject, at_ms AS atMs, boot, mono_ms AS monoMs, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?`);
  const telemetry = database
    .prepare(`
      SELECT t.id, c.id, t.connector_id, t.transaction_id, t.at_ms, t.energy_wh, t.power_w, t.l1_ma, t.l2_ma, t.l3_ma,
        t.l1_mv, t.l2_mv, t.l3_mv, t.offered_ma, t.soc_percent, t.quality
      FROM telemetry t JOIN charge_points c ON c.ref = t.charge_point_ref WHERE t.id > ? ORDER BY t.id LIMIT ?`)
    .raw();
  const firstKept = database.prepare('SELECT min(seq) FROM outbox').pluck();
  const firstReading = database.prepare('SELECT min(id) FROM telemetry').pluck();
  const readingFrom = database.prepare('SELECT id, received_ms FROM telemetry WHERE id >= ? ORDER BY id LIMIT 1').raw();
  const oldest = database.prepare('SELECT at_ms FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1').pluck();
  const weight = database
    .prepare(`SELECT sum(length(body) + ${ROW_BYTES}) FROM (SELECT body FROM outbox ORDER BY seq DESC LIMIT 1000)`)
    .pluck();

  const heads = (): Record<UpstreamStream, number> => ({
    t0: (lastT0.get() as number | undefined) ?? 0,
    t1: (lastT1.get() as number | null) ?? 0,
  });
  return {
    /** The last number given in each stream. */
    heads,
    /** Up to where the backend has everything. */
    acked: (stream: UpstreamStream): number => (cursors.get(stream) as number | undefined) ?? 0,
    ackedAtMs: (stream: UpstreamStream): number | null => (ackedAt.get(stream) as number | null | undefined) ?? null,
    /** The oldest first. */
    epochs: (): OutboxEpoch[] =>
      (epochs.all() as { epoch: string; first_t0: number; first_t1: number }[]).map((row) => ({
        epoch: row.epoch,
        first: { t0: row.first_t0, t1: row.first_t1 },
      })),
    eventsAfter: (seq: number, limit: number) => rows.all(seq, limit) as OutboxRow[],
    readingsAfter: (seq: number, limit: number): TelemetryRow[] =>
      (telemetry.all(seq, limit) as TelemetryColumns[]).map(toTelemetryRow),
    /** The first number that is still there; null where nothing is. */
    firstKept: (stream: UpstreamStream): number | null =>
      ((stream === 't0' ? firstKept : firstReading).get() as number | null) ?? null,
    /**
     * The last reading after `seq` that was received before then; `seq` itself where there is none. Rows stand in the order of
     * their receipt, so that a few of them are looked at, however many there are.
     */
    lastReadingBefore(seq: number, beforeMs: number): number {
      let [before, after] = [seq, heads().t1 + 1];
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        const [id, receivedMs] = (readingFrom.get(middle) as [number, number] | undefined) ?? [after, beforeMs];
        if (id < after && receivedMs < beforeMs) before = id;
        else after = middle;
      }
      return before;
    },
    /** When the first event happened that waits; null where none does. */
    waitingSinceMs: (): number | null =>
      (oldest.get((cursors.get('t0') as number | undefined) ?? 0) as number | undefined) ?? null,
    /** What t0 takes on disk, bytes: by the weight of its newest rows. */
    bytes(): number {
      const first = (firstKept.get() as number | null) ?? 0;
      const count = first === 0 ? 0 : heads().t0 - first + 1;
      const weighed = Math.min(count, 1_000);
      return weighed === 0 ? 0 : Math.round((((weight.get() as number | null) ?? 0) / weighed) * count);
    },
  };
}

/** What moves the cursors and ends what the backend has; call each inside a turn. */
export function outboxWrites(database: Database) {
  const move = database.prepare(`
    INSERT INTO outbox_cursors (stream, acked_seq, acked_ms) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET acked_seq = excluded.acked_seq, acked_ms = excluded.acked_ms WHERE excluded.acked_seq > acked_seq`);
  const drop = database.prepare(
    `DELETE FROM outbox WHERE seq IN (
       SELECT seq FROM outbox WHERE seq <= (SELECT acked_seq FROM outbox_cursors WHERE stream = 't0') AND (at_ms < ? OR seq <= ?)
       ORDER BY seq LIMIT ${CHUNK})`,
  );
  return {
    /** Never back. Returns the rows changed. */
    acknowledge: (stream: UpstreamStream, upTo: number, at: Instant): number => move.run(stream, upTo, at).changes,
    /** Drops a chunk of what the backend has, and that is older than `beforeMs` or not above `seq`. Returns how many. */
    drop: (beforeMs: number, seq: number): number => drop.run(beforeMs, seq).changes,
  };
}

type TelemetryColumns = [number, string, number, number | null, number, ...(number | null)[], string];

function toTelemetryRow(columns: TelemetryColumns): TelemetryRow {
  const [seq, chargePointId, connectorId, transactionId, atMs] = columns;
  const [energyWh, powerW, a1, a2, a3, v1, v2, v3, offeredMA, socPercent] = columns.slice(5, 15) as (number | null)[];
  return {
    seq,
    chargePointId,
    connectorId,
    transactionId,
    atMs,
    energyWh: energyWh ?? null,
    powerW: powerW ?? null,
    currentMA: [a1 ?? null, a2 ?? null, a3 ?? null],
    voltageMV: [v1 ?? null, v2 ?? null, v3 ?? null],
    offeredMA: offeredMA ?? null,
    socPercent: socPercent ?? null,
    quality: columns[15] as string,
  };
}
