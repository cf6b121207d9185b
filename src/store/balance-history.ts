import type { Database } from 'better-sqlite3';
import type { Because } from '../domain/because.ts';
import type { Instant, MilliAmps, PerPhase } from '../domain/units.ts';
import { type ForeignPeak, foreignPeakWriter } from './foreign-peaks.ts';

/** What was planned, granted, acknowledged and measured, on its way to disk. */

/** One connector at one instant, mA of one phase; null where it is not known. Measured: the charge point's own L1 to L3. */
export type ConnectorMoment = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly at: Instant;
  readonly planMA: MilliAmps | null;
  readonly grantMA: MilliAmps | null;
  readonly acknowledgedMA: MilliAmps | null;
  readonly measuredMA: PerPhase<MilliAmps | null>;
  readonly because: Because['kind'];
};

/** One circuit at one instant, mA of the grid's L1 to L3. */
export type CircuitMoment = {
  readonly circuit: string;
  readonly at: Instant;
  readonly limitMA: PerPhase<MilliAmps | null>;
  readonly foreignMA: PerPhase<MilliAmps | null>;
  readonly measuredMA: PerPhase<MilliAmps | null>;
  readonly committedMA: PerPhase<MilliAmps | null>;
  readonly plannedMA: PerPhase<MilliAmps | null>;
};

/** Rows kept in memory between flushes at most; above it the oldest go, counted. About 150 B each. */
const MAX_BUFFERED_ROWS = 50_000;
/** Not more often than this, unless what is decided changes; and not at all for so long while nothing moves, ms. */
const EVERY_MS = 10_000;
const STILL_MS = 5 * 60_000;
/** By less than this nothing has moved, mA: meters flicker. */
const MOVES_MA = 200;
/** Row ids: the time in ms times this, and a number. */
export const IDS_PER_MS = 1_024;

type Note = {
  readonly at: Instant;
  /** What makes a row at once when it changes. */
  readonly decided: readonly (number | string | null)[];
  readonly numbers: readonly (number | null)[];
};

export type BalanceHistory = ReturnType<typeof createBalanceHistory>;

/** Buffered as telemetry is: what a power cut may cost is the flush interval of it. */
export function createBalanceHistory(database: Database) {
  const connectorRow = database.prepare(`INSERT INTO connector_history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const circuitRow = database.prepare(`INSERT INTO circuit_history VALUES (${Array(18).fill('?').join(', ')})`);
  const newest = database
    .prepare(
      'SELECT max(coalesce((SELECT max(id) FROM connector_history), 0), coalesce((SELECT max(id) FROM circuit_history), 0))',
    )
    .pluck();
  const putPeak = foreignPeakWriter(database);
  /** The last of each circuit and day. */
  const peaks = new Map<string, ForeignPeak>();
  let waiting: (ConnectorMoment | CircuitMoment)[] = [];
  let lost = 0;
  /** The last of each connector and circuit: there are as many as the site has. */
  const noted = new Map<string, Note>();
  let lastId = newest.get() as number;
  let flushedTo = lastId;

  function note(key: string, moment: ConnectorMoment | CircuitMoment, next: Note): void {
    const before = noted.get(key);
    if (before !== undefined && isIdle(before, next)) return;
    noted.set(key, next);
    waiting.push(moment);
    if (waiting.length <= MAX_BUFFERED_ROWS) return;
    lost += waiting.length - MAX_BUFFERED_ROWS;
    waiting = waiting.slice(-MAX_BUFFERED_ROWS);
  }

  return {
    /** May be called as often as anything is decided: what says nothing new is left out. */
    connector(moment: ConnectorMoment): void {
      const { chargePointId, connectorId, at, planMA, grantMA, acknowledgedMA, measuredMA, because } = moment;
      const decided = [planMA, grantMA, acknowledgedMA, because];
      note(`${chargePointId}/${connectorId}`, moment, { at, decided, numbers: measuredMA });
    },
    circuit(moment: CircuitMoment): void {
      const { circuit, at, limitMA, foreignMA, measuredMA, committedMA, plannedMA } = moment;
      const numbers = [...foreignMA, ...measuredMA, ...committedMA, ...plannedMA];
      note(`circuit ${circuit}`, moment, { at, decided: limitMA, numbers });
    },

    /** A day's peak that has risen. */
    peak(peak: ForeignPeak): void {
      peaks.set(`${peak.day} ${peak.circuit}`, peak);
    },

    /** Rows waiting, and rows dropped because the disk would not take any. */
    state: () => ({ waiting: waiting.length + peaks.size, lost }),

    /** Writes all that waits; inside a transaction of the caller. Call `flushed` once that has committed. */
    flush(): void {
      // Undone with its transaction, it is tried again with the same ids.
      lastId = flushedTo;
      for (const peak of peaks.values()) putPeak(peak);
      for (const moment of waiting) {
        lastId = Math.max(lastId + 1, moment.at * IDS_PER_MS);
        if ('circuit' in moment) {
          const { circuit, at, limitMA, foreignMA, measuredMA, committedMA, plannedMA } = moment;
          circuitRow.run(lastId, circuit, at, ...limitMA, ...foreignMA, ...measuredMA, ...committedMA, ...plannedMA);
        } else {
          const { chargePointId, connectorId, at, planMA, grantMA, acknowledgedMA, measuredMA, because } = moment;
          connectorRow.run(
            lastId,
            chargePointId,
            connectorId,
            at,
            planMA,
            grantMA,
            acknowledgedMA,
            ...measuredMA,
            because,
          );
        }
      }
    },

    flushed(): void {
      waiting = [];
      peaks.clear();
      flushedTo = lastId;
    },
  };
}

/** Nothing that is worth a row. A clock that was put back makes one all the same. */
function isIdle(before: Note, next: Note): boolean {
  const passed = next.at - before.at;
  if (passed < 0 || before.decided.some((value, index) => value !== next.decided[index])) return false;
  if (passed < EVERY_MS) return true;
  const moved = next.numbers.some((mA, index) => {
    const old = before.numbers[index] ?? null;
    return mA === null || old === null ? mA !== old : Math.abs(mA - old) >= MOVES_MA;
  });
  return !moved && passed < STILL_MS;
}
