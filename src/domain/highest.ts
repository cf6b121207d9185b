/**
 * The highest value of each phase over the last minutes, in a bounded number of steps: what a capacity must be held
 * against while the newest value may be a lull.
 */
import type { MilliAmps, Monotonic, PerPhase } from './units.ts';

/** Values of so many ms are kept as one, ms. */
const STEP_MS = 5_000;
/** Steps that are kept: a little more than three minutes. */
const MAX_STEPS = 38;
/** What is asked for at most, ms. */
export const LONGEST_MS = 180_000;

type Step = { readonly at: Monotonic; readonly highMA: PerPhase<MilliAmps> };
/** Oldest first. */
export type Highest = readonly Step[];

export const nothingYet: Highest = [];

/** With one more value. A value that comes at an earlier time than the newest counts as being of now. */
export function withValue(highest: Highest, at: Monotonic, valueMA: PerPhase<MilliAmps>): Highest {
  const newest = highest.at(-1);
  if (newest !== undefined && at < newest.at + STEP_MS) {
    const { highMA } = newest;
    if (valueMA[0] <= highMA[0] && valueMA[1] <= highMA[1] && valueMA[2] <= highMA[2]) return highest;
    return [...highest.slice(0, -1), { at: newest.at, highMA: higher(newest.highMA, valueMA) }];
  }
  return [...highest.slice(1 - MAX_STEPS), { at, highMA: valueMA }];
}

/** The highest since `from`, a step more where `from` falls into one; null where nothing is known of that time. */
export function highestSince(highest: Highest, from: number): PerPhase<MilliAmps> | null {
  let found: PerPhase<MilliAmps> | null = null;
  for (let place = highest.length - 1; place >= 0; place -= 1) {
    const { at, highMA } = highest[place] as Step;
    // Those before it are older still.
    if (at + STEP_MS < from) break;
    if (found === null || highMA[0] > found[0] || highMA[1] > found[1] || highMA[2] > found[2]) {
      found = found === null ? highMA : higher(found, highMA);
    }
  }
  return found;
}

/** Phase by phase the greater of two. */
export function higher(a: PerPhase<MilliAmps>, b: PerPhase<MilliAmps>): PerPhase<MilliAmps> {
  return [a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1], a[2] > b[2] ? a[2] : b[2]];
}
