import type { Database } from 'better-sqlite3';
import { Sqlite } from './sqlite.ts';

/** A copy of the store with what decisions rest on and nothing else: what a replay begins with. */

/**
 * What only grows and is only shown, or waits for the backend: most of a large store. And who may log in: nothing is decided
 * by it, and a black box is handed around.
 */
const leftOut: ReadonlySet<string> = new Set([
  'telemetry',
  'evidence',
  'status_log',
  'security_events',
  'data_transfers',
  'connector_history',
  'circuit_history',
  'outbox',
  'audit',
  'people',
  'login_sessions',
  'api_tokens',
]);
/** Transactions that ended longer ago stay out, ms: nothing is decided by them but whether a start is a repetition. */
const OLD_MS = 92 * 86_400_000;
/** Rows in one go, and then others have their turn: some milliseconds. */
const SLICE = 500;

/** One moment of the store, held until it is copied. */
export type StoreMoment = {
  /** Resolves with the copy as a database file; what has been committed since the moment is not in it. */
  copy(): Promise<Buffer>;
};

/**
 * Holds the store as it is at this moment. `mask` hides secrets in texts that may carry some; hashes of passwords are
 * replaced by what fits none.
 */
export function holdStore(database: Database, nowMs: number, mask: (text: string) => string): StoreMoment {
  const source = database.memory ? new Sqlite(database.serialize()) : new Sqlite(database.name, { readonly: true });
  // The first read of a transaction fixes what all others of it see.
  source.exec('BEGIN');
  const version = Number(source.pragma('user_version', { simple: true }));
  const parts = source
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .all() as { type: string; name: string; sql: string }[];
  return {
    async copy(): Promise<Buffer> {
      const target = new Sqlite(':memory:');
      try {
        target.pragma('foreign_keys = OFF');
        for (const { sql } of parts) target.exec(sql);
        for (const { type, name } of parts) {
          if (type === 'table' && !leftOut.has(name)) await copyTable(source, target, name, nowMs, mask);
        }
        copyCounters(source, target);
        target.pragma(`user_version = ${version}`);
        return target.serialize();
      } finally {
        target.close();
        source.close();
      }
    },
  };
}

/** Opens such a copy, in memory. */
export function openReplayCopy(copy: Buffer): Database {
  const database = new Sqlite(copy);
  database.pragma('foreign_keys = ON');
  return database;
}

type Column = { readonly name: string; readonly type: string; readonly pk: number };
type Value = string | number | Buffer | null;

async function copyTable(
  source: Database,
  target: Database,
  table: string,
  nowMs: number,
  mask: (text: string) => string,
): Promise<void> {
  const columns = source.pragma(`table_info(${table})`) as Column[];
  const hasRowIds = (source.pragma(`table_list(${table})`) as { wr: number }[])[0]?.wr === 0;
  const isRowId = columns.some(({ pk, type }) => pk === 1 && type === 'INTEGER');
  const names = [...(hasRowIds && !isRowId ? ['rowid'] : []), ...columns.map(({ name }) => name)];
  const insert = target.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`);
  const changed = names.map((name) => changerOf(table, name, mask));
  const rows = source
    .prepare(`SELECT ${names} FROM ${table} ${recentOnly(table, nowMs)}`)
    .raw()
    .iterate();
  const write = target.transaction((slice: readonly Value[][]) => {
    for (const row of slice) insert.run(row.map((value, at) => changed[at]?.(value) ?? value));
  });
  for (let slice = take(rows); slice.length > 0; slice = take(rows)) {
    write(slice);
    if (slice.length < SLICE) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function take(rows: Iterator<unknown>): Value[][] {
  const slice: Value[][] = [];
  while (slice.length < SLICE) {
    const next = rows.next();
    if (next.done === true) break;
    slice.push(next.value as Value[]);
  }
  return slice;
}

function recentOnly(table: string, nowMs: number): string {
  const recent = `state = 'running' OR coalesce(stop_received_ms, start_received_ms, 0) >= ${nowMs - OLD_MS}`;
  if (table === 'transactions') return `WHERE ${recent}`;
  if (table === 'progress' || table === 'findings') {
    return `WHERE transaction_id IN (SELECT id FROM transactions WHERE ${recent})`;
  }
  return '';
}

/** What stands in the place of a value; undefined where it may stay. */
function changerOf(table: string, column: string, mask: (text: string) => string) {
  if (table === 'credentials' && /_hash$/.test(column)) return (value: Value) => (value === null ? null : '-');
  if (table === 'file_jobs' || table === 'operations') {
    return (value: Value) => (typeof value === 'string' ? mask(value) : value);
  }
  return undefined;
}

/** The next numbers of tables that never give one again. */
function copyCounters(source: Database, target: Database): void {
  const counters = source.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get();
  if (counters === undefined) return;
  target.exec('DELETE FROM sqlite_sequence');
  const put = target.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)');
  for (const row of source.prepare('SELECT name, seq FROM sqlite_sequence').raw().all()) put.run(...(row as Value[]));
}
