import type { Allocation, AllocationCar, AllocationNode } from '../../domain/allocation.ts';
import { type Steps, stepDown, stepsOf, stepUp } from './steps.ts';

/**
 * An allocation laid out in flat arrays, because a cycle walks every car's path several times. Cars stand by rank: those
 * that are never paused first, then by tier, order and place in the list, so that equal sites give equal plans whatever
 * the order of the list.
 *
 * A node has four rows: L1, L2, L3 and the sum of the three, which stands for watts. `row = 4 * node + phase`.
 */
export type Field = {
  readonly nodeCount: number;
  readonly carCount: number;
  readonly parent: Int32Array;
  /** Per row, mA. */
  readonly capacity: Float64Array;
  /** Per node, mA; NONE where phases may differ. */
  readonly unbalance: Float64Array;
  /** Per row, mA: flows already; for the unbalance only. */
  readonly flowing: Float64Array;
  /** Per row, mA, whole: what the grants put on it. */
  readonly load: Float64Array;

  /** From rank to the place in the list. */
  readonly place: Int32Array;
  /** -1: it hangs on nothing, and takes no part. */
  readonly node: Int32Array;
  /** Bit 0 is L1. */
  readonly phases: Int32Array;
  readonly phaseCount: Int32Array;
  /** These are grants that the charger takes. */
  readonly min: Float64Array;
  /** What it is admitted with where there is room: its minimum, or more. */
  readonly claim: Float64Array;
  readonly max: Float64Array;
  readonly tier: Float64Array;
  readonly weight: Float64Array;
  readonly steps: Steps[];
  readonly held: Float64Array;
  readonly mustKeep: Uint8Array;
  readonly standing: Uint8Array;
  readonly grant: Float64Array;
  /** What keeps it from having more: `2 * row`, or one more than that for the unbalance; -1 for nothing. */
  readonly bound: Int32Array;

  /** Ranks in the order of the tree: those below a node are `below[first[node]]` to `below[last[node] - 1]`. */
  readonly below: Int32Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
};

/** Where a car stands after admission. */
export const NOT_ELIGIBLE = 0;
export const WAITING = 1;
export const ADMITTED = 2;
/** Not looked at before all others have what they get. */
export const YIELDING = 3;

/** No limit, mA. A site's sums stay far below it, and all of them below 2^53. */
export const NONE = 2 ** 52;
/** More than any charger has, mA: keeps sums over very many cars exact. */
const MOST = 1_000_000_000;
/** Weights are amps wanted, 0.25 to some hundred; beyond these bounds sums of them would lose digits. */
const LEAST_WEIGHT = 0.001;
const MOST_WEIGHT = 1_000;
/** What an unknown voltage is taken for, mV: the highest that is likely. */
const HIGHEST_VOLTAGE = 253_000;

/** Typed arrays are read through these: the index is ours, and absent means a mistake that shall not become NaN. */
export const real = (values: Float64Array, index: number): number => values[index] ?? 0;
export const whole = (values: Int32Array, index: number): number => values[index] ?? 0;

export function layOut({ nodes, cars, voltageMV }: Allocation): Field {
  const carCount = cars.length;
  const place = ranked(cars);
  const field: Field = {
    ...layOutNodes(nodes, voltageMV),
    carCount,
    place,
    node: new Int32Array(carCount).fill(-1),
    phases: new Int32Array(carCount),
    phaseCount: new Int32Array(carCount),
    min: new Float64Array(carCount),
    claim: new Float64Array(carCount),
    max: new Float64Array(carCount),
    tier: new Float64Array(carCount),
    weight: new Float64Array(carCount),
    steps: [],
    held: new Float64Array(carCount),
    mustKeep: new Uint8Array(carCount),
    standing: new Uint8Array(carCount),
    grant: new Float64Array(carCount),
    bound: new Int32Array(carCount).fill(-1),
    below: new Int32Array(carCount),
    first: new Int32Array(nodes.length),
    last: new Int32Array(nodes.length),
  };
  const seen = new Set<string>();
  for (let rank = 0; rank < carCount; rank++) {
    const car = cars[whole(place, rank)];
    if (car === undefined) continue;
    field.steps.push(stepsOf(car.step));
    layOutCar(field, rank, car, !seen.has(car.key));
    seen.add(car.key);
  }
  hang(field);
  return field;
}

function layOutNodes(nodes: readonly AllocationNode[], voltageMV: number) {
  const nodeCount = nodes.length;
  const parent = new Int32Array(nodeCount).fill(-1);
  const capacity = new Float64Array(nodeCount * 4);
  const unbalance = new Float64Array(nodeCount).fill(NONE);
  const flowing = new Float64Array(nodeCount * 4);
  const voltage = voltageMV > 0 && voltageMV < NONE ? voltageMV : HIGHEST_VOLTAGE;
  nodes.forEach((node, index) => {
    // One that does not come before its child would be a loop.
    if (node.parent >= 0 && node.parent < index) parent[index] = node.parent;
    for (let phase = 0; phase < 3; phase++) capacity[index * 4 + phase] = bounded(node.capacityMA[phase] ?? Number.NaN);
    // Watts are amps summed over the phases, times one voltage.
    capacity[index * 4 + 3] = node.capacityW === null ? NONE : bounded((node.capacityW * 1_000_000) / voltage);
    if (node.unbalance === null) return;
    unbalance[index] = bounded(node.unbalance.limitMA);
    for (let phase = 0; phase < 3; phase++) {
      const flows = node.unbalance.baseMA[phase] ?? Number.NaN;
      if (Math.abs(flows) < MOST) flowing[index * 4 + phase] = Math.ceil(flows);
      else unbalance[index] = -NONE;
    }
  });
  return { nodeCount, parent, capacity, unbalance, flowing, load: new Float64Array(nodeCount * 4) };
}

/** Rounded down, since a capacity errs to the low side; what is no number is no capacity. */
function bounded(mA: number): number {
  return Number.isNaN(mA) ? -NONE : Math.max(-NONE, Math.min(NONE, Math.floor(mA)));
}

function ranked(cars: readonly AllocationCar[]): Int32Array {
  const last = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const keep = new Uint8Array(cars.length);
  const tier = new Float64Array(cars.length);
  const order = new Float64Array(cars.length);
  const places = new Int32Array(cars.length);
  cars.forEach((car, index) => {
    keep[index] = car.mustKeep ? 0 : 1;
    tier[index] = last(car.tier);
    order[index] = last(car.order);
    places[index] = index;
  });
  const differ = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
  return places.sort(
    (a, b) =>
      (keep[a] ?? 0) - (keep[b] ?? 0) ||
      differ(real(tier, a), real(tier, b)) ||
      differ(real(order, a), real(order, b)) ||
      a - b,
  );
}

/** `counts`: false for a key that is in the list a second time; it is one connector all the same. */
function layOutCar(field: Field, rank: number, car: AllocationCar, counts: boolean): void {
  const { node, phases, phaseCount, min, claim, max, tier, weight, held, mustKeep, standing, steps } = field;
  const usable = steps[rank] ?? 1;
  let mask = 0;
  for (const phase of car.phases) mask |= 1 << phase;
  mask &= 7;
  phases[rank] = mask;
  phaseCount[rank] = (mask & 1) + ((mask >> 1) & 1) + (mask >> 2);
  min[rank] = stepUp(usable, Math.max(0, Math.ceil(car.minMA)));
  max[rank] = stepDown(usable, Math.min(MOST, Math.floor(car.maxMA)));
  const claimed = stepUp(usable, Math.ceil(car.claimMA ?? 0));
  claim[rank] = Math.max(real(min, rank), Math.min(real(max, rank), Number.isNaN(claimed) ? 0 : claimed));
  tier[rank] = Number.isNaN(car.tier) ? Number.POSITIVE_INFINITY : car.tier;
  // Without a weight it comes after the others of its tier.
  weight[rank] = car.weight > LEAST_WEIGHT ? Math.min(MOST_WEIGHT, car.weight) : LEAST_WEIGHT;
  held[rank] = car.heldMA ?? -1;
  mustKeep[rank] = car.mustKeep ? 1 : 0;
  const hangs = Number.isInteger(car.node) && car.node >= 0 && car.node < field.nodeCount;
  const eligible = counts && hangs && mask !== 0 && real(min, rank) <= real(max, rank);
  node[rank] = eligible ? car.node : -1;
  standing[rank] = !eligible ? NOT_ELIGIBLE : car.yields === true && !car.mustKeep ? YIELDING : WAITING;
}

/** Sorts the cars by the tree, without recursion: parents come before their children. */
function hang({ nodeCount, carCount, parent, node, below, first, last }: Field): void {
  const total = new Int32Array(nodeCount);
  for (let rank = 0; rank < carCount; rank++) {
    const own = whole(node, rank);
    if (own >= 0) total[own] = whole(total, own) + 1;
  }
  const own = total.slice();
  for (let index = nodeCount - 1; index >= 0; index--) {
    const up = whole(parent, index);
    if (up >= 0) total[up] = whole(total, up) + whole(total, index);
  }
  const next = new Int32Array(nodeCount);
  let roots = 0;
  for (let index = 0; index < nodeCount; index++) {
    const up = whole(parent, index);
    const at = up >= 0 ? whole(next, up) : roots;
    first[index] = at;
    last[index] = at + whole(total, index);
    if (up >= 0) next[up] = whole(last, index);
    else roots = whole(last, index);
    next[index] = at + whole(own, index);
  }
  const free = first.slice();
  for (let rank = 0; rank < carCount; rank++) {
    const at = whole(node, rank);
    if (at < 0) continue;
    below[whole(free, at)] = rank;
    free[at] = whole(free, at) + 1;
  }
}
