import { type Instant, instant, type Monotonic, monotonic } from '../../src/domain/units.ts';
import type { Clock } from '../../src/runtime/ports.ts';

/** Where the wall clock of every test begins. */
export const NOON: Instant = instant(Date.UTC(2026, 0, 15, 12));

/** Steps of `soon` after which something keeps waking itself, and the test should fail rather than hang. */
const MAX_STEPS = 100_000;

export type ManualClock = ReturnType<typeof createManualClock>;

/** Time that passes only when a test says so. Wall and monotonic clock run together. */
export function createManualClock() {
  let elapsed = 0;
  let order = 0;
  let soon: (() => void)[] = [];
  const timers = new Set<{ at: number; order: number; run: () => void }>();

  const settle = (): void => {
    for (let steps = 0; soon.length > 0; steps++) {
      if (steps > MAX_STEPS) throw new Error('it never comes to rest');
      const now = soon;
      soon = [];
      for (const run of now) run();
    }
  };
  const next = (until: number) =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  const clock: Clock = {
    now: () => instant(NOON + Math.round(elapsed)),
    monotonic: (): Monotonic => monotonic(elapsed),
    after: (ms, run) => {
      order += 1;
      const timer = { at: elapsed + ms, order, run };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    soon: (run) => {
      soon.push(run);
    },
  };
  return {
    ...clock,
    /** Lets everything happen that needs no time. */
    settle,
    /** Lets `ms` pass, and everything happen in it in its order. */
    advance(ms: number): void {
      settle();
      const until = elapsed + ms;
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.run();
        settle();
      }
      elapsed = until;
    },
    /** Lets `ms` pass and timers fall due, but nothing happen yet that they cause: the moment at which things race. */
    fallDue(ms: number): void {
      elapsed += ms;
      for (let timer = next(elapsed); timer !== undefined; timer = next(elapsed)) {
        timers.delete(timer);
        timer.run();
      }
    },
    /** Time that passes while the process is busy: no timer fires. */
    pass(ms: number): void {
      elapsed += ms;
    },
    timers: () => timers.size,
  };
}
