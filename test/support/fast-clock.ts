import { instant, monotonic } from '../../src/domain/units.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Clock } from '../../src/runtime/ports.ts';

/** The computer's clock, so many times faster from the moment of this call on: for waits of minutes over real sockets. */
export function createFastClock(speed: number): Clock {
  const [wall, started] = [systemClock.now(), systemClock.monotonic()];
  const passed = (): number => (systemClock.monotonic() - started) * speed;
  return {
    now: () => instant(wall + Math.round(passed())),
    monotonic: () => monotonic(started + passed()),
    after: (ms, run) => systemClock.after(ms / speed, run),
    soon: systemClock.soon,
  };
}
