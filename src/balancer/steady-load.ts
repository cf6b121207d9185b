/**
 * What a meter has shown beyond the cars, of the last minute in which all of them were in sight: what foreign load is taken to
 * be while some are not. The last value alone may be a lull of seconds, as when a car has stopped that its newest sample still
 * shows, and would stand for as long as one car after the other is out of sight.
 */
import type { MilliAmps, Monotonic } from '../domain/units.ts';

/** Of one phase. Oldest first, each lower than the one before it: the first is the highest. */
export type SteadyLoad = readonly { readonly at: number; readonly mA: MilliAmps }[];

export const neverSteady: SteadyLoad = [];

/** A lull of less than this is none, ms. */
const LULL_MS = 60_000;
/** Of values in so many ms the highest is kept, ms. */
const STEP_MS = 5_000;

/** What is known from elsewhere, until there is a value. */
export function knownLoad(mA: MilliAmps): SteadyLoad {
  return [{ at: Number.NEGATIVE_INFINITY, mA }];
}

/** With one more value, seen at `now`. */
export function withSteady(steady: SteadyLoad, now: Monotonic, mA: MilliAmps): SteadyLoad {
  const at = Math.floor(now / STEP_MS) * STEP_MS;
  const newest = steady.at(-1);
  const isBelow = newest !== undefined && newest.at === at && newest.mA >= mA;
  const left = steady.filter((one) => one.at >= at - LULL_MS && (isBelow || one.mA > mA));
  return isBelow ? left : [...left, { at, mA }];
}

/** The highest of that minute; null where nothing is known. */
export const steadyMA = (steady: SteadyLoad): MilliAmps | null => steady[0]?.mA ?? null;
