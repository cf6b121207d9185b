import { performance } from 'node:perf_hooks';
import { type Instant, instant, type Monotonic } from '../domain/units.ts';
import type { Clock, Stopwatch } from './ports.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: (): Instant => instant(Date.now()),
  monotonic: (): Monotonic => performance.now() as Monotonic,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => {
    setImmediate(run);
  },
};

/** A stopwatch for a clock that never stands still. */
export function stopwatchBy({ monotonic }: Pick<Clock, 'monotonic'>): Stopwatch {
  return {
    readMs: monotonic,
    isPast: (sinceMs, ms) => monotonic() - sinceMs > ms,
    tookMs: (sinceMs) => monotonic() - sinceMs,
    catchUp: () => undefined,
  };
}
