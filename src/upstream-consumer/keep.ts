import { type Database, Sqlite } from '../store/sqlite.ts';
import type { ReadingRow } from './columns.ts';

/** What a backend keeps of its sites, in one SQLite file. Every number of a stream stands once, whatever came how often. */

export type StreamName = 't0' | 't1';
export type KeptEvent = {
  readonly seq: number;
  readonly type: string;
  readonly time: string;
  readonly subject: string | null;
  readonly data: Readonly<Record<string, unknown>>;
};
/** One stream of one history of a site. */
type Line = { readonly site: string; readonly epoch: string; readonly stream: StreamName };
export type Gap = { readonly from: number; readonly to: number };

const schema = `
CREATE TABLE IF NOT EXISTS sites (site TEXT PRIMARY KEY, status TEXT NOT NULL, seen_ms INTEGER NOT NULL, duplicates INTEGER NOT NULL DEFAULT 0);
-- Up to where everything of a stream is here.
CREATE TABLE IF NOT EXISTS cursors (site TEXT, epoch TEXT, stream TEXT, up_to INTEGER NOT NULL, PRIMARY KEY (site, epoch, stream));
CREATE TABLE IF NOT EXISTS events (site TEXT, epoch TEXT, seq INTEGER, type TEXT NOT NULL, time TEXT NOT NULL, subject TEXT, data TEXT NOT NULL, PRIMARY KEY (site, epoch, seq));
CREATE TABLE IF NOT EXISTS readings (site TEXT, epoch TEXT, seq INTEGER, charge_point_id TEXT NOT NULL, connector_id INTEGER NOT NULL, transaction_id INTEGER,
  at_ms INTEGER NOT NULL, every_s INTEGER, energy_wh INTEGER, power_w INTEGER, l1_ma INTEGER, l2_ma INTEGER, l3_ma INTEGER, l1_mv INTEGER, l2_mv INTEGER, l3_mv INTEGER,
  offered_ma INTEGER, soc_percent REAL, quality TEXT NOT NULL, PRIMARY KEY (site, epoch, seq));
-- What is missing of a stream: 'explained' by the site itself, or 'lost'.
CREATE TABLE IF NOT EXISTS gaps (site TEXT, epoch TEXT, stream TEXT, from_seq INTEGER, to_seq INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (site, epoch, stream, from_seq));
-- What the site says it has dropped, before all of it could go up.
CREATE TABLE IF NOT EXISTS dropped (site TEXT, epoch TEXT, stream TEXT, from_seq INTEGER, to_seq INTEGER NOT NULL, PRIMARY KEY (site, epoch, stream, from_seq, to_seq));
-- Messages that came before what is missing, word for word.
CREATE TABLE IF NOT EXISTS ahead (site TEXT, epoch TEXT, stream TEXT, from_seq INTEGER, to_seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (site, epoch, stream, from_seq));
-- The ledger: one row a session, from its start, its stop or both. A site that was restored from a backup counts its sessions
-- from there again, so when it started is part of what it is; '' where nobody knows.
CREATE TABLE IF NOT EXISTS sessions (site TEXT, transaction_id INTEGER, charge_point_id TEXT, connector_id INTEGER, id_tag TEXT, state TEXT NOT NULL, started_at TEXT NOT NULL, stopped_at TEXT,
  meter_start_wh INTEGER, meter_stop_wh INTEGER, energy_wh INTEGER, reason TEXT, PRIMARY KEY (site, transaction_id, started_at));
-- The last of what the broker keeps: states of charge points, alerts, what the site is.
CREATE TABLE IF NOT EXISTS retained (site TEXT, topic TEXT, content TEXT NOT NULL, PRIMARY KEY (site, topic));
`;

export type Keep = ReturnType<typeof openKeep>;

export function openKeep(path: string) {
  const database: Database = new Sqlite(path);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'busy_timeout = 5000']) database.pragma(pragma);
  database.exec(schema);
  const statements = {
    seen: database.prepare(`
      INSERT INTO sites (site, status, seen_ms) VALUES (@site, '{}', @now) ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms`),
    status: database.prepare('UPDATE sites SET status = ? WHERE site = ?'),
    statusOf: database.prepare('SELECT status FROM sites WHERE site = ?').pluck(),
    twice: database.prepare('UPDATE sites SET duplicates = duplicates + ? WHERE site = ?'),
    cursor: database.prepare('SELECT up_to FROM cursors WHERE site = ? AND epoch = ? AND stream = ?').pluck(),
    move: database.prepare(`
      INSERT INTO cursors VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET up_to = excluded.up_to WHERE excluded.up_to > up_to`),
    event: database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)'),
    reading: database.prepare(`INSERT OR IGNORE INTO readings VALUES (${Array(19).fill('?').join(', ')})`),
    gap: database.prepare('INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?, ?)'),
    drop: database.prepare('INSERT OR IGNORE INTO dropped VALUES (?, ?, ?, ?, ?)'),
    forgive: database.prepare(`
      UPDATE gaps SET why = 'explained' WHERE site = ? AND epoch = ? AND stream = ? AND why = 'lost' AND from_seq >= ? AND to_seq <= ?`),
    droppedTo: database
      .prepare(
        'SELECT max(to_seq) FROM dropped WHERE site = ? AND epoch = ? AND stream = ? AND from_seq <= ? AND to_seq >= ?',
      )
      .pluck(),
    waiting: database.prepare('SELECT count(*) FROM ahead WHERE site = ? AND epoch = ? AND stream = ?').pluck(),
    wait: database.prepare('INSERT OR REPLACE INTO ahead VALUES (?, ?, ?, ?, ?, ?)'),
    waitsTo: database
      .prepare('SELECT to_seq FROM ahead WHERE site = ? AND epoch = ? AND stream = ? AND from_seq = ?')
      .pluck(),
    next: database.prepare(`
      SELECT from_seq AS "from", text FROM ahead WHERE site = ? AND epoch = ? AND stream = ? ORDER BY from_seq LIMIT 1`),
    unwait: database.prepare('DELETE FROM ahead WHERE site = ? AND epoch = ? AND stream = ? AND from_seq = ?'),
    session: database.prepare(`
      INSERT INTO sessions VALUES (@site, @transactionId, @chargePointId, @connectorId, @idTag, @state, @startedAt, @stoppedAt, @meterStartWh, @meterStopWh, @energyWh, @reason)
      ON CONFLICT DO UPDATE SET state = excluded.state, stopped_at = excluded.stopped_at, meter_stop_wh = excluded.meter_stop_wh,
        energy_wh = excluded.energy_wh, reason = excluded.reason WHERE state = 'running'`),
    retain: database.prepare('INSERT OR REPLACE INTO retained VALUES (?, ?, ?)'),
    forget: database.prepare('DELETE FROM retained WHERE site = ? AND topic = ?'),
    sites: database.prepare(`
      SELECT site, status, seen_ms AS seenMs, duplicates,
        (SELECT count(*) FROM events e WHERE e.site = s.site) AS events, (SELECT count(*) FROM readings r WHERE r.site = s.site) AS readings,
        (SELECT count(*) FROM sessions n WHERE n.site = s.site) AS sessions,
        (SELECT count(*) FROM gaps g WHERE g.site = s.site AND g.why = 'lost') AS lost,
        (SELECT count(*) FROM gaps g WHERE g.site = s.site AND g.why <> 'lost') AS explained
      FROM sites s ORDER BY site`),
  };
  return {
    database,
    /** All of it, or nothing. */
    transaction: <T>(work: () => T): T => database.transaction(work).immediate(),
    seen: (site: string, now: number): void => void statements.seen.run({ site, now }),
    status: (site: string, status: object): void => void statements.status.run(JSON.stringify(status), site),
    statusOf: (site: string): Record<string, unknown> =>
      JSON.parse((statements.statusOf.get(site) as string | undefined) ?? '{}') as Record<string, unknown>,
    /** Up to where a stream is here; null where nothing of it is. */
    upTo: (site: string, epoch: string, stream: StreamName): number | null =>
      (statements.cursor.get(site, epoch, stream) as number | undefined) ?? null,
    move: ({ site, epoch, stream }: Line, upTo: number): void => void statements.move.run(site, epoch, stream, upTo),
    countTwice: (site: string, count: number): void => void statements.twice.run(count, site),
    event(site: string, epoch: string, { seq, type, time, subject, data }: KeptEvent): void {
      statements.event.run(site, epoch, seq, type, time, subject, JSON.stringify(data));
    },
    reading(site: string, epoch: string, everyS: number | null, row: ReadingRow): void {
      const { seq, chargePointId, connectorId, transactionId, atMs, values, quality } = row;
      const { energyWh, powerW, l1MA, l2MA, l3MA, l1MV, l2MV, l3MV, offeredMA, socPercent } = values;
      const measured = [energyWh, powerW, l1MA, l2MA, l3MA, l1MV, l2MV, l3MV, offeredMA, socPercent];
      statements.reading.run(
        site,
        epoch,
        seq,
        chargePointId,
        connectorId,
        transactionId,
        atMs,
        everyS,
        ...measured,
        quality,
      );
    },
    gap: ({ site, epoch, stream }: Line, { from, to }: Gap, why: 'explained' | 'lost'): void =>
      void statements.gap.run(site, epoch, stream, from, to, why),
    /** The site says that it has dropped this range. */
    drop({ site, epoch, stream }: Line, { from, to }: Gap): void {
      statements.drop.run(site, epoch, stream, from, to);
      statements.forgive.run(site, epoch, stream, from, to);
    },
    /** The site has said that it dropped all of this range, in one go or in several. */
    isDropped({ site, epoch, stream }: Line, { from, to }: Gap): boolean {
      for (let next = from; next <= to; ) {
        const droppedTo = statements.droppedTo.get(site, epoch, stream, next, next) as number | null;
        if (droppedTo === null) return false;
        next = droppedTo + 1;
      }
      return true;
    },
    /** A message that comes too early; `most` of a stream wait. */
    putAhead({ site, epoch, stream }: Line, { from, to }: Gap, text: string, most: number): 'put' | 'twice' | 'full' {
      const waitsTo = statements.waitsTo.get(site, epoch, stream, from) as number | undefined;
      if (waitsTo !== undefined && waitsTo >= to) return 'twice';
      if ((statements.waiting.get(site, epoch, stream) as number) >= most) return 'full';
      statements.wait.run(site, epoch, stream, from, to, text);
      return 'put';
    },
    /** The earliest of those that wait. */
    nextAhead: ({ site, epoch, stream }: Line): { from: number; text: string } | null =>
      (statements.next.get(site, epoch, stream) as { from: number; text: string } | undefined) ?? null,
    dropAhead: ({ site, epoch, stream }: Line, from: number): void =>
      void statements.unwait.run(site, epoch, stream, from),
    session(site: string, data: Readonly<Record<string, unknown>>): void {
      const names = [
        'transactionId',
        'chargePointId',
        'connectorId',
        'idTag',
        'state',
        'startedAt',
        'stoppedAt',
        'meterStartWh',
        'meterStopWh',
        'energyWh',
        'reason',
      ];
      const values = Object.fromEntries(names.map((name) => [name, scalar(data[name])]));
      if (values.transactionId === null) return;
      statements.session.run({ site, ...values, state: values.state ?? '', startedAt: values.startedAt ?? '' });
    },
    retain(site: string, topic: string, content: string): void {
      if (content === '') statements.forget.run(site, topic);
      else statements.retain.run(site, topic, content);
    },
    sites: () =>
      (statements.sites.all() as (Omit<SiteRow, 'status'> & { status: string })[]).map(
        (row): SiteRow => ({ ...row, status: JSON.parse(row.status) as Record<string, unknown> }),
      ),
    close: (): void => void database.close(),
  };
}

export type SiteRow = {
  readonly site: string;
  readonly status: Readonly<Record<string, unknown>>;
  readonly seenMs: number;
  readonly duplicates: number;
  readonly events: number;
  readonly readings: number;
  readonly sessions: number;
  readonly lost: number;
  readonly explained: number;
};

const scalar = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' ? value : null;
