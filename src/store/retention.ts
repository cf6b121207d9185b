import type { Database } from 'better-sqlite3';

/** Rows looked at in one go, so that no turn is held up by more than some 50 ms, even by a slow card. */
const CHUNK = 1_000;
/** Of those that have parts in one go: a campaign has an item for every charge point. */
const FEW = 50;

/**
 * What grows without end but for this, in the order in which it goes. Never dropped: transactions, evidence, findings,
 * and reservations that were charged on. What is not over stays, however old.
 */
export const growing = [
  'telemetry',
  'status_log',
  'security_events',
  'operations',
  'reservations',
  'charging_wishes',
  'campaigns',
  'file_jobs',
  'audit',
] as const;
export type GrowingTable = (typeof growing)[number];

/**
 * Deletes up to one chunk of the oldest rows that were received, or came to their end, before `beforeMs`; returns how
 * many. Call again until it returns 0.
 */
export function createRetention(database: Database) {
  const sweeps: { readonly [T in GrowingTable]: (beforeMs: number) => number } = {
    // The newest stays: its number is what the next one's follows, and goes upstream.
    telemetry: oldest('telemetry', 'received_ms < ? AND rowid < (SELECT max(rowid) FROM telemetry)'),
    status_log: oldest('status_log', 'received_ms < ?'),
    security_events: oldest('security_events', 'received_ms < ?'),
    audit: oldest('audit', 'at_ms < ?'),
    operations: oldest('operations', 'closed_ms < ?'),
    reservations: some('id', 'reservations', 'ended_ms < ? AND transaction_id IS NULL', CHUNK),
    // Of one session or booking, once that is over. Those of tokens and groups stay until somebody drops them.
    charging_wishes: some(
      'subject',
      'charging_wishes',
      `set_ms < ? AND (
        (kind = 'transaction' AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.id = CAST(name AS INTEGER) AND t.state = 'running'))
        OR (kind = 'reservation' AND NOT EXISTS (SELECT 1 FROM reservations r WHERE r.id = CAST(name AS INTEGER) AND r.ended_ms IS NULL)))`,
      CHUNK,
    ),
    campaigns: withParts(
      some(
        'id',
        'campaigns',
        `changed_ms < ? AND state IN ('stopped', 'cancelled', 'done')
          AND NOT EXISTS (SELECT 1 FROM campaign_items i WHERE i.campaign_id = campaigns.id AND i.state = 'running')`,
        FEW,
      ),
      [['campaign_items', 'campaign_id', 'campaigns']],
    ),
    // The last number that was given to a charge point stays, so that it is not given again.
    file_jobs: withParts(
      some(
        'id',
        'file_jobs',
        `ended_ms < ? AND NOT EXISTS (SELECT 1 FROM stored_files f WHERE f.job_id = file_jobs.id AND f.dropped_ms IS NULL)
          AND (request_id IS NULL OR request_id < (SELECT max(request_id) FROM file_jobs))`,
        FEW,
      ),
      [
        ['file_tokens', 'job_id', 'file_jobs'],
        ['stored_files', 'job_id', 'file_jobs'],
      ],
    ),
  };
  return (table: GrowingTable, beforeMs: number): number => sweeps[table](beforeMs);

  /** Rows stand in the order of their arrival, so only the oldest chunk is looked at. */
  function oldest(table: GrowingTable, isOver: string): (beforeMs: number) => number {
    const remove = database.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY rowid LIMIT ${CHUNK}) AND ${isOver}`,
    );
    return (beforeMs) => remove.run(beforeMs).changes;
  }

  /** Where many that stay may stand before those that go. */
  function some(key: string, table: GrowingTable, isOver: string, limit: number): (beforeMs: number) => number {
    const remove = database.prepare(
      `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${isOver} LIMIT ${limit})`,
    );
    return (beforeMs) => remove.run(beforeMs).changes;
  }

  /** What belongs to rows goes with them: in one transaction, at whose end nothing may refer to what is gone. */
  function withParts(
    sweep: (beforeMs: number) => number,
    parts: readonly (readonly [table: string, column: string, of: string])[],
  ): (beforeMs: number) => number {
    const removes = parts.map(([table, column, of]) =>
      database.prepare(`DELETE FROM ${table} WHERE ${column} NOT IN (SELECT id FROM ${of})`),
    );
    return (beforeMs) =>
      database
        .transaction(() => {
          database.pragma('defer_foreign_keys = ON');
          const changes = sweep(beforeMs);
          if (changes > 0) for (const remove of removes) remove.run();
          return changes;
        })
        .immediate();
  }
}
