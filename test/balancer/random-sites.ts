import type { Allocation, AllocationCar, AllocationNode } from '../../src/domain/allocation.ts';
import type { GridPhase } from '../../src/domain/site-model.ts';
import { type MilliAmps, milliAmps } from '../../src/domain/units.ts';
import { seeded } from '../support/seeded.ts';

export type SiteKind = {
  /** Limits in watts at some nodes. */
  readonly power?: boolean;
  readonly unbalance?: boolean;
  /** Cars that hold something, or are never paused. */
  readonly history?: boolean;
  /** Steps of 1 mA, so that rounding does not hide what the fill does. */
  readonly fine?: boolean;
};

const SUBSETS: readonly (readonly GridPhase[])[] = [[0], [1], [2], [0, 1], [1, 2], [2, 0], [0, 1, 2], [1, 2, 0]];
const LISTS: readonly (readonly MilliAmps[])[] = [
  [6, 8, 10, 13, 16].map((amps) => milliAmps(amps * 1000)),
  [0, 6, 32].map((amps) => milliAmps(amps * 1000)),
];

/** A site of up to 7 circuits and 10 cars, scarce more often than not. The same seed gives the same site. */
export function randomSite(seed: number, { power, unbalance, history, fine }: SiteKind): Allocation {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const chance = (part: number): boolean => random() < part;
  const capacity = (): number => below(80_000) - (chance(0.1) ? 10_000 : 0);
  const nodes: AllocationNode[] = Array.from({ length: 1 + below(7) }, (_, index) => ({
    id: `n${index}`,
    parent: index === 0 ? -1 : below(index),
    capacityMA: [capacity(), capacity(), capacity()],
    capacityW: power === true && chance(0.4) ? below(40_000) - 1_000 : null,
    unbalance:
      unbalance === true && chance(0.4)
        ? { limitMA: below(25_000), baseMA: [below(20_000), below(20_000), below(20_000)] }
        : null,
  }));
  const stepOf = (): AllocationCar['step'] => {
    if (fine === true) return milliAmps(1);
    return chance(0.15) ? (LISTS[below(2)] ?? milliAmps(1)) : milliAmps([1, 100, 500, 1_000, 7_000][below(5)] ?? 1);
  };
  const orders = Array.from({ length: 10 }, (_, index) => index).sort(() => random() - 0.5);
  const cars = Array.from({ length: below(11) }, (_, index): AllocationCar => {
    const minMA = milliAmps(chance(0.1) ? 0 : 6_000 + 1_000 * below(3));
    return {
      key: `c${index}`,
      node: below(nodes.length),
      phases: SUBSETS[below(SUBSETS.length)] ?? [0],
      minMA,
      maxMA: milliAmps(chance(0.05) ? minMA - 1 : minMA + below(27_000)),
      tier: 1 + below(3),
      weight: chance(0.5) ? 1 : ([0.25, 2, 3.7, 16][below(4)] ?? 1),
      order: orders[index] ?? index,
      step: stepOf(),
      heldMA: history === true && chance(0.7) ? milliAmps(below(33_000)) : null,
      mustKeep: history === true && chance(0.1),
      claimMA: history === true && chance(0.4) ? milliAmps(below(33_000)) : null,
    };
  });
  return { nodes, cars, voltageMV: 253_000 };
}
