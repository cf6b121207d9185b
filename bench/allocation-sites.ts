import type { Allocation, AllocationCar, AllocationNode } from '../src/domain/allocation.ts';
import type { GridPhase } from '../src/domain/site-model.ts';
import { milliAmps } from '../src/domain/units.ts';

const ROTATIONS: readonly (readonly GridPhase[])[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

/**
 * A car park: one grid connection, feeders, boards below them and a circuit for each socket; mixed 1-, 2- and 3-phase cars
 * on rotated wiring. `random` varies capacities, appetites and what cars hold, as from one cycle to the next.
 */
export function carPark(
  { feeders, boards, sockets }: { feeders: number; boards: number; sockets: number },
  random: () => number,
): Allocation {
  const nodes: AllocationNode[] = [];
  const add = (id: string, parent: number, amps: number): number => {
    const left = (): number => Math.round(amps * 1000 * (0.6 + 0.4 * random()));
    nodes.push({ id, parent, capacityMA: [left(), left(), left()], capacityW: null, unbalance: null });
    return nodes.length - 1;
  };
  const root = add('site', -1, sockets * 11);
  const feederAt = Array.from({ length: feeders }, (_, index) => add(`feeder${index}`, root, (sockets / feeders) * 13));
  const boardAt = Array.from({ length: boards }, (_, index) =>
    add(`board${index}`, feederAt[index % feeders] ?? root, (sockets / boards) * 15),
  );
  const cars = Array.from({ length: sockets }, (_, index): AllocationCar => {
    const phaseCount = 1 + Math.floor(random() * 3);
    return {
      key: `CP${index}/1`,
      node: add(`socket${index}`, boardAt[index % boards] ?? root, 40),
      phases: (ROTATIONS[index % 3] ?? []).slice(0, phaseCount),
      minMA: milliAmps(6_000),
      maxMA: milliAmps(8_000 + Math.floor(random() * 49) * 500),
      tier: random() < 0.1 ? 1 : 2,
      weight: random() < 0.5 ? 1 : 0.5 + 2 * random(),
      order: Math.floor(random() * 1_000_000),
      step: milliAmps(500),
      heldMA: random() < 0.8 ? milliAmps(6_000 + Math.floor(random() * 20) * 500) : null,
      mustKeep: random() < 0.02,
    };
  });
  return { nodes, cars, voltageMV: 253_000 };
}
