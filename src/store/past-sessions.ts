import { existsSync } from 'node:fs';
import { Sqlite } from './sqlite.ts';

/** Sessions that are over, out of a store that another process may be writing to. */

export type PastSession = {
  readonly transactionId: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  /** ms since 1970 UTC. */
  readonly startedMs: number;
  readonly stoppedMs: number;
  /** Difference of the registers, Wh; may be less than 0 where one ran backwards. */
  readonly deliveredWh: number;
  /** What its driver asked for, Wh; null where nobody said. */
  readonly askedWh: number | null;
};

export type PastSessions = {
  readonly sessions: readonly PastSession[];
  /** Left out, for they have no beginning or no end. */
  readonly running: number;
  readonly orphans: number;
};

/** Reads at most `most` sessions, the newest, in order of their start. Throws an Error in words for what is no store. */
export function readPastSessions(path: string, most: number): PastSessions {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    database.pragma('busy_timeout = 5000');
    database.pragma('trusted_schema = OFF');
    const tables = new Set(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());
    if (!tables.has('transactions') || !tables.has('charge_points')) {
      throw new Error(`${path} is a database, but no store of Busbar`);
    }
    // A store of an earlier version has no wishes.
    const asked = tables.has('charging_wishes')
      ? "(SELECT energy_wh FROM charging_wishes WHERE subject = 'transaction:' || t.id)"
      : 'NULL';
    const sessions = database
      .prepare(`
        SELECT t.id AS transactionId, c.id AS chargePointId, t.connector_id AS connectorId, t.started_ms AS startedMs,
          t.stopped_ms AS stoppedMs, t.meter_stop_wh - t.meter_start_wh AS deliveredWh, ${asked} AS askedWh
        FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref
        WHERE t.state = 'stopped' AND t.started_ms IS NOT NULL AND t.stopped_ms IS NOT NULL
          AND t.meter_start_wh IS NOT NULL AND t.meter_stop_wh IS NOT NULL AND t.connector_id IS NOT NULL
        ORDER BY t.started_ms DESC, t.id DESC LIMIT ?`)
      .all(most) as PastSession[];
    const count = database.prepare('SELECT count(*) FROM transactions WHERE state = ?').pluck();
    return {
      sessions: sessions.reverse(),
      running: count.get('running') as number,
      orphans: count.get('orphan') as number,
    };
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_NOTADB')
      throw new Error(`${path} is no database`);
    throw error;
  } finally {
    database.close();
  }
}
