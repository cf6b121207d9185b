import type { Monotonic } from '../../domain/units.ts';
import type { Clock, Timer } from '../../runtime/ports.ts';

/**
 * How often the loop looks at everything: at once where that is cheap. A large site is woken a hundred times a second by its
 * cars alone; there a rest in proportion to the work leaves the processor to the messages, and the next look sees all of them.
 */

/** After a look the loop rests for so many times what it took: a fifth of one processor at most. */
const REST = 4;
/** And for no longer than this, ms: a limit that has to come down waits for it. */
const LONGEST_REST_MS = 100;

/** `leastRestMs`: of virtual time, in which a look takes none; 0 in life. */
export function createPace(clock: Pick<Clock, 'monotonic' | 'after'>, look: () => void, leastRestMs = 0) {
  let queued = false;
  let restsUntil = 0 as Monotonic;
  let timer: Timer | null = null;
  return {
    /** Asks for a look; once, however often it is asked for. */
    wake(): void {
      if (queued) return;
      queued = true;
      const restMs = restsUntil - clock.monotonic();
      if (restMs > 0) timer = clock.after(restMs, look);
      else look();
    },
    /** A look begins: what happens from now on asks for the next one. */
    begun(): void {
      queued = false;
      timer = null;
    },
    ended(tookMs: number): void {
      const restMs = Math.max(leastRestMs, Math.min(LONGEST_REST_MS, REST * tookMs));
      restsUntil = (clock.monotonic() + restMs) as Monotonic;
    },
    stop: () => timer?.cancel(),
  };
}
