import type { Database } from 'better-sqlite3';
import { type MilliAmps, milliAmps, type PerPhase } from '../domain/units.ts';

/** What foreign load has done on one day, on one circuit. */
export type ForeignPeak = {
  readonly circuit: string;
  /** Days since 1970 by the site's clock. */
  readonly day: number;
  readonly highestMA: PerPhase<MilliAmps>;
  /** From one look at the meters to the next. */
  readonly largestJumpMA: PerPhase<MilliAmps>;
};

/** So many days are kept, and asked for. */
const DAYS = 30;

/** Upserts; older days go when a new one begins. To be called inside a transaction. */
export function foreignPeakWriter(database: Database): (peak: ForeignPeak) => void {
  const put = database.prepare(`INSERT OR REPLACE INTO foreign_peaks VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const drop = database.prepare('DELETE FROM foreign_peaks WHERE day < ?');
  let newest = 0;
  return ({ circuit, day, highestMA, largestJumpMA }) => {
    put.run(circuit, day, ...highestMA, ...largestJumpMA);
    if (day > newest) drop.run(day - DAYS);
    newest = Math.max(newest, day);
  };
}

export function foreignPeakReads(database: Database) {
  // A day to come was written under a clock that ran ahead.
  const since = database.prepare(`SELECT * FROM foreign_peaks WHERE day >= ? AND day <= ?`).raw();
  type Row = [string, number, ...number[]];
  return {
    /** Of the last 30 days and this one. */
    foreignPeaks: (day: number): ForeignPeak[] =>
      (since.all(day - DAYS, day) as Row[]).map(([circuit, on, ...mA]) => ({
        circuit,
        day: on,
        highestMA: three(mA, 0),
        largestJumpMA: three(mA, 3),
      })),
  };
}

const three = (mA: readonly number[], from: number): PerPhase<MilliAmps> => [
  milliAmps(mA[from] ?? 0),
  milliAmps(mA[from + 1] ?? 0),
  milliAmps(mA[from + 2] ?? 0),
];
