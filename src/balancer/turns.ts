/** When it is a waiting car's turn at the latest, where cars take turns. */
import type { SharingPolicy } from '../domain/sharing-policy.ts';
import { type Instant, instant } from '../domain/units.ts';
import type { CarFacts, RankedCar } from './order.ts';

/**
 * By key, for those that wait for their minimum in the order in which they are admitted. Holds while no car comes or goes
 * and minimums are alike; null where nobody charges whose turn could end, or cars take no turns.
 */
export function nextTurns(
  cars: readonly CarFacts[],
  ranked: ReadonlyMap<string, RankedCar>,
  policy: SharingPolicy,
  now: Instant,
): ReadonlyMap<string, Instant | null> {
  const takesTurns = policy.kind === 'equal' || policy.kind === 'surplus';
  const ends = cars
    .filter(({ onSince, mayPause }) => onSince !== null && mayPause)
    .map(({ onSince }) => Math.max(now, (onSince ?? now) + policy.rotationMs))
    .sort((a, b) => a - b);
  const order = ({ key }: CarFacts): number => ranked.get(key)?.order ?? Infinity;
  const waiting = cars
    .filter((car) => car.onSince === null && ranked.get(car.key)?.isEligible === true)
    .sort((a, b) => order(a) - order(b));
  return new Map(
    waiting.map((car, place) => {
      const end = ends[place % Math.max(1, ends.length)];
      if (!takesTurns || end === undefined) return [car.key, null];
      const turn = end + Math.floor(place / ends.length) * policy.rotationMs;
      const rested = car.offSince === null ? now : car.offSince + policy.minOffMs;
      return [car.key, instant(Math.max(turn, rested))];
    }),
  );
}
