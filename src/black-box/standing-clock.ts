import type { Instant, Monotonic } from '../domain/units.ts';
import type { Clock, Stopwatch } from '../runtime/ports.ts';

/** The wall clock is followed where it is off by more than this, ms: what is less would be noted all the time. */
const SLACK_MS = 2;

export type StandingClock = {
  /** What the controller reads: it stands still while an entry is worked off, in whole ms. */
  now(): Instant;
  monotonic(): Monotonic;
  /** An entry begins: both clocks go on to the present. Returns the ms since they last moved. */
  begin(): number;
  end(): void;
  /** Time has passed within the entry. Returns by how many ms the monotonic clock went on. */
  catchUp(): number;
  /** Where both stood when they last moved; `aheadMs` is the wall clock before the monotonic one. */
  stood(): { readonly monotonicMs: number; readonly aheadMs: number };
};

/** A clock for a controller whose entries are recorded: one pair of times for each. Between entries it runs. */
export function createStandingClock(clock: Pick<Clock, 'now' | 'monotonic'>): StandingClock {
  const present = (): number => Math.floor(clock.monotonic());
  let standing = false;
  let monotonicMs = present();
  let ahead = clock.now() - monotonicMs;

  function aheadAt(ms: number): number {
    const now = clock.now();
    return Math.abs(now - ms - ahead) > SLACK_MS ? now - ms : ahead;
  }

  return {
    now(): Instant {
      const ms = standing ? monotonicMs : present();
      return (ms + (standing ? ahead : aheadAt(ms))) as Instant;
    },
    monotonic: () => (standing ? monotonicMs : present()) as Monotonic,
    begin(): number {
      const before = monotonicMs;
      monotonicMs = present();
      ahead = aheadAt(monotonicMs);
      standing = true;
      return monotonicMs - before;
    },
    end(): void {
      standing = false;
    },
    catchUp(): number {
      const before = monotonicMs;
      if (standing) monotonicMs = present();
      return monotonicMs - before;
    },
    stood: () => ({ monotonicMs, aheadMs: ahead }),
  };
}

/** What the rest of the process reads, so that no two parts of it are apart by a fraction: the same times, other timers. */
export function clockBeside(standing: StandingClock, { after, soon }: Clock): Clock {
  return { now: standing.now, monotonic: standing.monotonic, after, soon };
}

/** Measures real time, and tells `noted` whatever somebody decides by. */
export function createNotedStopwatch(
  clock: Pick<Clock, 'monotonic'>,
  noted: { past(question: number): void; took(ms: number): void; catchUp(): void },
): Stopwatch {
  let questions = 0;
  return {
    readMs: clock.monotonic,
    isPast(sinceMs, ms): boolean {
      questions += 1;
      const isPast = clock.monotonic() - sinceMs > ms;
      if (isPast) noted.past(questions);
      return isPast;
    },
    tookMs(sinceMs): number {
      const tookMs = Math.round((clock.monotonic() - sinceMs) * 10) / 10;
      noted.took(tookMs);
      return tookMs;
    },
    catchUp: noted.catchUp,
  };
}
