import type { Database } from 'better-sqlite3';

/**
 * What was last read of a charge point, for as long as nothing writes it: chores ask for the same rows with everything that
 * happens. Of one connection to the store only, and never what is not committed yet, since that may be undone.
 */

/** Charge points whose rows are kept at most: those that something happens at. */
const MOST_KEPT = 64;

export function createKeptRows<T>() {
  const byDatabase = new WeakMap<Database, Map<string, readonly T[]>>();
  return {
    read(database: Database, chargePointId: string, select: (chargePointId: string) => readonly T[]): readonly T[] {
      if (database.inTransaction) return select(chargePointId);
      let kept = byDatabase.get(database);
      if (kept === undefined) {
        kept = new Map();
        byDatabase.set(database, kept);
      }
      const known = kept.get(chargePointId);
      if (known !== undefined) return known;
      const rows = select(chargePointId);
      kept.set(chargePointId, rows);
      const [oldest] = kept.size > MOST_KEPT ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      return rows;
    },
    /** They are about to be written. */
    forget(database: Database, chargePointId: string): void {
      byDatabase.get(database)?.delete(chargePointId);
    },
  };
}
