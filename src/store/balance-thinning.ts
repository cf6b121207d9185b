import type { Database } from 'better-sqlite3';
import type { Instant } from '../domain/units.ts';
import { IDS_PER_MS } from './balance-history.ts';

/** Rows looked at in one go, so that no turn is held up by it. */
const CHUNK = 5_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The older, the fewer: of each connector and circuit one row in so long, ms; 0: none. From the oldest on. */
const ages = [
  { fromMs: Infinity, toMs: 60 * DAY_MS, keepEveryMs: 0 },
  { fromMs: 60 * DAY_MS, toMs: 7 * DAY_MS, keepEveryMs: 15 * MINUTE_MS },
  { fromMs: 7 * DAY_MS, toMs: DAY_MS, keepEveryMs: MINUTE_MS },
] as const;
const tables = [
  ['connector_history', 'charge_point_id, connector_id'],
  ['circuit_history', 'circuit'],
] as const;

/** Thins the history by age, a chunk with each call; returns how many rows it looked at, and 0 once it is through. */
export function createBalanceThinning(database: Database): (now: Instant) => number {
  const steps = tables.flatMap(([table, key]) => {
    const edge = database
      .prepare(
        `SELECT max(id), count(*) FROM (SELECT id FROM ${table} WHERE id > ? AND id < ? ORDER BY id LIMIT ${CHUNK})`,
      )
      .raw();
    const drop = database.prepare(`DELETE FROM ${table} WHERE id > ? AND id <= ?`);
    // Numbers are bound as REAL, and would divide as such.
    const thin = database.prepare(`
      DELETE FROM ${table} WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (PARTITION BY ${key}, at_ms / CAST(@keepEveryMs AS INTEGER) ORDER BY id) AS place
          FROM ${table} WHERE id > @after AND id <= @edge)
        WHERE place > 1)`);
    return ages.map((age) => ({ ...age, edge, drop, thin }));
  });
  let step = 0;
  let after: number | null = null;
  return (now) => {
    for (; step < steps.length; step += 1, after = null) {
      const of = steps[step];
      if (of === undefined) break;
      after ??= of.fromMs === Infinity ? -1 : (now - of.fromMs) * IDS_PER_MS - 1;
      const [edge, looked] = of.edge.get(after, (now - of.toMs) * IDS_PER_MS) as [number | null, number];
      if (edge === null) continue;
      if (of.keepEveryMs === 0) of.drop.run(after, edge);
      else of.thin.run({ keepEveryMs: of.keepEveryMs, after, edge });
      after = edge;
      return looked;
    }
    step = 0;
    after = null;
    return 0;
  };
}
