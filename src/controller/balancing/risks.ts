import { type CircuitRisk, type Lease, leaseFor } from '../../balancer/lease.ts';
import type { ConnectorState } from './state.ts';
import type { World } from './world.ts';

/** What building loads have done so far, and how long a grant may therefore last. */
export function createRisks(world: World) {
  const { index, connectors } = world;
  const size = index.circuits.length * 3;
  /** Largest rise of foreign load from one look to the next, its highest, and what it was: three for each circuit, mA. */
  const jumps = new Float64Array(size);
  const highest = new Float64Array(size);
  const last = new Float64Array(size).fill(Number.NaN);
  const floors = new Float64Array(size);
  for (const { model, at } of connectors) {
    for (let node = index.nodes[at] ?? -1; node >= 0; node = index.parents[node] ?? -1) {
      for (let phase = 0; phase < 3; phase += 1) {
        if (((index.wired[at] ?? 7) & (1 << phase)) !== 0)
          floors[node * 3 + phase] = (floors[node * 3 + phase] ?? 0) + model.floorMA;
      }
    }
  }
  let risks: CircuitRisk[] | null = null;

  return {
    /** After each look at the meters. */
    seen(): void {
      risks = null;
      for (const [node, circuit] of index.circuits.entries()) {
        const load = world.planned?.loads.get(circuit.id);
        for (const phase of [0, 1, 2] as const) {
          const own = node * 3 + phase;
          const value = load?.nowMA[phase] ?? 0;
          const before = last[own] ?? Number.NaN;
          // While a car is out of sight its load looks like the building's.
          if (world.foreign.blindSince.size > 0) continue;
          if (!Number.isNaN(before)) jumps[own] = Math.max(jumps[own] ?? 0, value - before);
          highest[own] = Math.max(highest[own] ?? 0, value);
          last[own] = value;
        }
      }
    },
    leaseOf({ at, model }: ConnectorState, grantMA: number): Lease {
      risks ??= index.circuits.map((_, node) => riskOf(node));
      const lease = leaseFor(index, risks, at, { grantMA, mask: index.wired[at] ?? 7, settledMA: model.floorMA });
      const { leaseS } = world.site;
      return leaseS === 'auto' ? lease : { ...lease, seconds: Math.min(leaseS, lease.seconds) };
    },
  };

  function riskOf(node: number): CircuitRisk {
    const circuit = index.circuits[node];
    const load = circuit === undefined ? undefined : world.planned?.loads.get(circuit.id);
    const none = [0, 0, 0] as const;
    return {
      limitMA: circuit?.limitMA ?? none,
      foreignMA: load?.gateMA ?? circuit?.reserveMA ?? none,
      largestJumpMA: three(jumps, node),
      highestMA: load === undefined || load.quality === 'unmetered' ? null : three(highest, node),
      reserveMA: circuit?.reserveMA ?? none,
      grantsMA: world.planned === null ? [0, 0, 0] : three(world.planned.sums, node),
      settledMA: three(floors, node),
    };
  }
}

const three = (values: Float64Array, node: number): [number, number, number] => [
  values[node * 3] ?? 0,
  values[node * 3 + 1] ?? 0,
  values[node * 3 + 2] ?? 0,
];
