import { instant, type Monotonic } from '../../src/domain/units.ts';
import type { Clock } from '../../src/runtime/ports.ts';

/** The machine's clock, so many times faster from the moment of this call: for waits of Busbar's that no test can sit out. */
export function fastClock(speed: number): Clock {
  const origin = Date.now();
  const elapsed = (): number => (Date.now() - origin) * speed;
  return {
    now: () => instant(origin + elapsed()),
    monotonic: () => elapsed() as Monotonic,
    after: (ms, run) => {
      const timer = setTimeout(run, ms / speed);
      return { cancel: () => clearTimeout(timer) };
    },
    soon: (run) => {
      setImmediate(run);
    },
  };
}
