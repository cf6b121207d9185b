import { phaseHint } from '../../domain/meter-watch.ts';
import type { GridPhase } from '../../domain/site-model.ts';
import { type MilliAmps, type Monotonic, milliAmps, type PerPhase } from '../../domain/units.ts';

/**
 * Phases that are swapped between a meter and a charge point: cars move on one phase, and the meter sees it on another. Only
 * states that have lasted are compared, since charge points report later than a meter sees.
 */

/** Longer than the sample of any charge point, and what it takes to act on a limit, ms. */
const LASTS_MS = 30_000;
/** Less than this is no movement of cars, and of a building, mA. */
const CARS_MA = 500;
const METER_MA = 2_000;
/** One could be the building; twice the same is believed. */
const BELIEVED_AFTER = 2;

type Seen = { readonly carsMA: PerPhase<MilliAmps>; readonly meterMA: PerPhase<MilliAmps>; readonly since: Monotonic };

export type Swapped = { readonly expected: GridPhase; readonly seen: GridPhase };

export function createPhaseCheck() {
  let lasting: Seen | null = null;
  let candidate: Seen | null = null;
  let hint: (Swapped & { readonly times: number }) | null = null;

  return {
    /** What two phases seem to be swapped, once that is believed; `right` after a movement that was seen where it was. */
    look(carsMA: PerPhase<MilliAmps>, meterMA: PerPhase<MilliAmps>, now: Monotonic): Swapped | 'right' | null {
      if (
        candidate === null ||
        moved(candidate.carsMA, carsMA, CARS_MA) ||
        moved(candidate.meterMA, meterMA, METER_MA)
      ) {
        candidate = { carsMA, meterMA, since: now };
        return null;
      }
      if (now - candidate.since < LASTS_MS || candidate === lasting) return null;
      const before = lasting;
      lasting = candidate;
      if (before === null || !moved(before.carsMA, carsMA, CARS_MA)) return null;
      const cars = difference(before.carsMA, carsMA);
      const found = phaseHint(cars, difference(before.meterMA, meterMA));
      if (found === null) {
        const isOfOne = cars.filter((mA) => Math.abs(mA) > METER_MA).length === 1;
        if (isOfOne) hint = null;
        return isOfOne ? 'right' : null;
      }
      const isSame = hint?.expected === found.expected && hint.seen === found.seen;
      hint = { ...found, times: isSame && hint !== null ? hint.times + 1 : 1 };
      return hint.times >= BELIEVED_AFTER ? found : null;
    },
  };
}

const moved = (before: PerPhase<MilliAmps>, after: PerPhase<MilliAmps>, mostMA: number): boolean =>
  before.some((mA, phase) => Math.abs(mA - (after[phase] ?? 0)) > mostMA);

const difference = (from: PerPhase<MilliAmps>, to: PerPhase<MilliAmps>): PerPhase<MilliAmps> => [
  milliAmps(to[0] - from[0]),
  milliAmps(to[1] - from[1]),
  milliAmps(to[2] - from[2]),
];
