import type { Clock } from './ports.ts';

/** How slow a body may be. A charge point on a bad mobile line is slow; one that sends nothing for a minute is gone. */
export type Pace = {
  /** Bytes that must have moved in each window of this many ms. */
  readonly minBytes: number;
  readonly windowMs: number;
  /** ms for one transfer in all. */
  readonly maxMs: number;
};

/** 16 KiB a minute is a tenth of what GPRS carries; 6 h is one night. */
export const mobilePace: Pace = { minBytes: 16_384, windowMs: 60_000, maxMs: 21_600_000 };

export type PaceWatch = { moved(bytes: number): void; stop(): void };

/** Calls `tooSlow` once when the pace is not kept, until it is stopped. */
export function watchPace(clock: Clock, pace: Pace, tooSlow: (reason: string) => void): PaceWatch {
  const began = clock.monotonic();
  let moved = 0;
  const look = (): void => {
    if (clock.monotonic() - began >= pace.maxMs) tooSlow(`not done after ${pace.maxMs} ms`);
    else if (moved < pace.minBytes) tooSlow(`only ${moved} bytes in ${pace.windowMs} ms`);
    else {
      moved = 0;
      timer = clock.after(pace.windowMs, look);
    }
  };
  let timer = clock.after(pace.windowMs, look);
  return {
    moved: (bytes) => {
      moved += bytes;
    },
    stop: () => timer.cancel(),
  };
}
