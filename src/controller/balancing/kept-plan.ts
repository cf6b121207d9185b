import { allocate } from '../../balancer/allocate.ts';
import { violations } from '../../balancer/violations.ts';
import type { Allocation, AllocationCar, AllocationNode, Plan } from '../../domain/allocation.ts';

/** The plan of the last look, given again for as long as nothing that it was made of has changed: most looks find that. */

export type Planner = (allocation: Allocation) => { readonly plan: Plan; readonly faults: readonly string[] };

type Kept = ReturnType<Planner> & { readonly cars: readonly AllocationCar[]; readonly voltageMV: number };

/** Numbers that say what a circuit has left, and by how much its phases may differ. */
const COLUMNS = 8;

export function createPlanner(): Planner {
  let kept: Kept | null = null;
  /** Circuits are filled anew in each look: what they were is copied. */
  let nodes = new Float64Array(0);
  return (allocation) => {
    const areSame = nodesAreKept(allocation.nodes);
    if (kept !== null && areSame && kept.voltageMV === allocation.voltageMV && alike(kept.cars, allocation.cars)) {
      return kept;
    }
    const plan = allocate(allocation);
    kept = { plan, faults: faultsOf(allocation, plan), cars: allocation.cars, voltageMV: allocation.voltageMV };
    return kept;
  };

  function nodesAreKept(now: readonly AllocationNode[]): boolean {
    let same = nodes.length === now.length * COLUMNS;
    if (!same) nodes = new Float64Array(now.length * COLUMNS);
    for (let node = 0; node < now.length; node += 1) {
      const one = now[node];
      if (one === undefined) continue;
      const { capacityMA, capacityW, unbalance } = one;
      let at = node * COLUMNS;
      const note = (value: number): void => {
        // What is no number is never the same.
        if (nodes[at] !== value) same = false;
        nodes[at] = value;
        at += 1;
      };
      for (let phase = 0; phase < 3; phase += 1) note(capacityMA[phase] ?? 0);
      note(capacityW ?? Number.POSITIVE_INFINITY);
      if (unbalance === null) continue;
      note(unbalance.limitMA);
      for (let phase = 0; phase < 3; phase += 1) note(unbalance.baseMA[phase] ?? 0);
    }
    return same;
  }
}

function alike(one: readonly AllocationCar[], other: readonly AllocationCar[]): boolean {
  return one.length === other.length && one.every((car, at) => isSame(car, other[at]));
}

function isSame(one: AllocationCar, other: AllocationCar | undefined): boolean {
  return (
    other !== undefined &&
    one.key === other.key &&
    one.node === other.node &&
    one.minMA === other.minMA &&
    one.maxMA === other.maxMA &&
    one.tier === other.tier &&
    one.weight === other.weight &&
    one.order === other.order &&
    one.heldMA === other.heldMA &&
    one.mustKeep === other.mustKeep &&
    one.yields === other.yields &&
    one.claimMA === other.claimMA &&
    sameNumbers(one.step, other.step) &&
    sameNumbers(one.phases, other.phases)
  );
}

function sameNumbers(one: number | readonly number[], other: number | readonly number[]): boolean {
  if (one === other) return true;
  if (typeof one === 'number' || typeof other === 'number' || one.length !== other.length) return false;
  return one.every((value, at) => value === other[at]);
}

/** What `allocate` should never do. A circuit that has less than nothing left is no fault of it, nor are cars that must go on. */
function faultsOf(allocation: Allocation, plan: Plan): string[] {
  if (allocation.cars.some(({ mustKeep }) => mustKeep)) return [];
  return violations(allocation, plan)
    .filter(({ kind, node, phase }) => {
      const found = allocation.nodes.find(({ id }) => id === node);
      return kind === 'current' && found !== undefined && (found.capacityMA[phase ?? 0] ?? 0) >= 0;
    })
    .map((violation) => JSON.stringify(violation));
}
