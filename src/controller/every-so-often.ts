import type { Clock } from '../runtime/ports.ts';

/** Runs again and again, so many ms apart, until it is cancelled. */
export function everySoOften(clock: Clock, ms: number, run: () => void): { cancel(): void } {
  let timer = clock.after(ms, tick);
  function tick(): void {
    timer = clock.after(ms, tick);
    run();
  }
  return { cancel: () => timer.cancel() };
}
