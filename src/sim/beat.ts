import type { SimClock } from './clock.ts';

/**
 * The steps in which a charge point lives: one each so many seconds, but none while nothing can change. Steps lie on the
 * same moments whether or not it has rested.
 */

type Beat = {
  /** The power is on: a step now, and then in its time. */
  start(): void;
  stop(): void;
  /** Something has happened from outside: what was skipped is made up for, and the next step comes in its time. */
  wake(): void;
};

type BeatOptions = {
  readonly clock: SimClock;
  readonly seconds: number;
  readonly step: (elapsedSeconds: number) => void;
  /** Asked after each step: for how long the next ones would change nothing that `pass` does not, ms. */
  readonly restMs: () => number;
  /** Lets time go by in which nothing changes. */
  readonly pass: (elapsedSeconds: number) => void;
};

/** No rest is longer: whatever was not thought of is seen then, ms. */
const longestRestMs = 600_000;

export function createBeat({ clock, seconds, step, restMs, pass }: BeatOptions): Beat {
  const beatMs = seconds * 1000;
  let timer = 0;
  let steppedAt = 0;
  let running = false;
  let resting = false;

  const beat = (): void => {
    const now = clock.now();
    const elapsedSeconds = (now - steppedAt) / 1000;
    steppedAt = now;
    resting = false;
    step(elapsedSeconds);
    if (!running) return;
    const beats = Math.max(1, Math.ceil(Math.min(restMs(), longestRestMs) / beatMs));
    resting = beats > 1;
    timer = clock.setTimeout(beat, beats * beatMs);
  };

  return {
    start: () => {
      running = true;
      steppedAt = clock.now();
      beat();
    },
    stop: () => {
      running = false;
      resting = false;
      clock.clearTimeout(timer);
    },
    wake: () => {
      if (!resting) return;
      resting = false;
      clock.clearTimeout(timer);
      // A step that falls into this very moment is still to be taken.
      const skipped = Math.max(0, Math.ceil((clock.now() - steppedAt) / beatMs) - 1);
      if (skipped > 0) pass((skipped * beatMs) / 1000);
      steppedAt += skipped * beatMs;
      timer = clock.setTimeout(beat, steppedAt + beatMs - clock.now());
    },
  };
}
