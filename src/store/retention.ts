import type { Database } from 'better-sqlite3';

/** Rows deleted in one go, so that no turn is held up by more than some 50 ms, even by a slow card. */
const CHUNK = 1_000;

/** What grows without end but for this. Transactions, evidence and findings are never dropped. */
const tables = { telemetry: 'received_ms', status_log: 'received_ms', security_events: 'received_ms' } as const;
export type GrowingTable = keyof typeof tables;

/**
 * Deletes up to one chunk of the oldest rows received before `beforeMs`; returns how many. Rows stand in the order of
 * their arrival, so only the oldest chunk is looked at. Call again until it returns 0.
 */
export function createRetention(database: Database) {
  const deletes = new Map(
    Object.entries(tables).map(([table, column]) => [
      table,
      database.prepare(
        `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id LIMIT ${CHUNK}) AND ${column} < ?`,
      ),
    ]),
  );
  return (table: GrowingTable, beforeMs: number): number => deletes.get(table)?.run(beforeMs).changes ?? 0;
}
