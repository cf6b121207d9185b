import type { Highs } from 'highs';
import type { Allocation, AllocationCar } from '../src/domain/allocation.ts';

/**
 * The fill as a sequence of linear programs: per tier, raise the common level as far as it goes; then find who cannot go
 * higher, fix them, and go on with the others. Which cars run is given; those at their minimum of later tiers are fixed
 * there. Amps in the programs, milliamps outside.
 */
export function solvedShares(
  highs: Pick<Highs, 'solve'>,
  { nodes, cars }: Allocation,
  running: ReadonlySet<string>,
): { readonly shares: Map<string, number>; readonly programs: number } {
  const active = cars.filter(({ key }) => running.has(key));
  const lower = new Map(active.map((car) => [car, car.minMA / 1000]));
  const upper = new Map(active.map((car) => [car, car.minMA / 1000]));
  const nameOf = new Map(active.map((car, index) => [car, `x${index}`]));
  const rows = capacityRows(nodes, active, nameOf);
  let programs = 0;
  const solve = (objective: string, more: readonly string[], extra: string) => {
    programs += 1;
    const bounds = active.map((car) => `${lower.get(car)} <= ${nameOf.get(car)} <= ${upper.get(car)}`);
    const text = ['Maximize', ` obj: ${objective}`, 'Subject To', ...rows, ...more, 'Bounds', ...bounds, extra, 'End'];
    const result = highs.solve(text.join('\n'), { output_flag: false });
    if (result.Status !== 'Optimal') throw new Error(`the program ended as ${result.Status}`);
    return (name: string): number => result.Columns[name]?.Primal ?? Number.NaN;
  };
  for (const tier of [...new Set(active.map((car) => car.tier))].sort((a, b) => a - b)) {
    let free = active.filter((car) => car.tier === tier);
    for (const car of free) upper.set(car, car.maxMA / 1000);
    while (free.length > 0) {
      const floorOf = (car: AllocationCar): number => car.minMA / 1000;
      const level = raisedLevel(free, solve, nameOf);
      const at = (car: AllocationCar): number => Math.min(car.maxMA / 1000, Math.max(floorOf(car), car.weight * level));
      for (const car of free) lower.set(car, Math.max(0, at(car) - 1e-7));
      // Who has no room above this level, though all others stay at it, is done.
      const above = solve(
        free.map((car) => `s${nameOf.get(car)}`).join(' + '),
        free.map((car, index) => ` f${index}: ${nameOf.get(car)} - s${nameOf.get(car)} >= ${at(car) - 1e-7}`),
        free.map((car) => `s${nameOf.get(car)} <= 0.001`).join('\n'),
      );
      const stuck = free.filter((car) => at(car) >= car.maxMA / 1000 || above(`s${nameOf.get(car)}`) < 0.0005);
      if (stuck.length === 0) throw new Error('no car is stopped at the highest level');
      for (const car of stuck) {
        lower.set(car, at(car) - 1e-7);
        upper.set(car, at(car));
      }
      free = free.filter((car) => !stuck.includes(car));
    }
  }
  return { shares: new Map(active.map((car) => [car.key, (upper.get(car) ?? 0) * 1000])), programs };
}

type Solve = (objective: string, more: readonly string[], extra: string) => (name: string) => number;

/** The highest level that all reach; at most that of the first maximum, since a car at its maximum no longer follows. */
function raisedLevel(free: readonly AllocationCar[], solve: Solve, nameOf: ReadonlyMap<AllocationCar, string>): number {
  return solve(
    'level',
    free.map((car, index) => ` l${index}: ${nameOf.get(car)} - ${car.weight} level >= 0`),
    `0 <= level <= ${Math.min(...free.map((car) => car.maxMA / 1000 / car.weight))}`,
  )('level');
}

function capacityRows(
  nodes: Allocation['nodes'],
  active: readonly AllocationCar[],
  nameOf: ReadonlyMap<AllocationCar, string>,
): string[] {
  const terms = new Map<string, string[]>();
  for (const car of active) {
    for (let node = car.node; node >= 0; node = nodes[node]?.parent ?? -1) {
      for (const phase of car.phases) {
        const row = `${node},${phase}`;
        terms.set(row, [...(terms.get(row) ?? []), nameOf.get(car) ?? '']);
      }
    }
  }
  return [...terms].map(([row, names], index) => {
    const [node, phase] = row.split(',').map(Number);
    return ` c${index}: ${names.join(' + ')} <= ${(nodes[node ?? 0]?.capacityMA[phase ?? 0] ?? 0) / 1000}`;
  });
}
