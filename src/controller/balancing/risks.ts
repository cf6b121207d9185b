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
  /** Filled anew after each look, and not made anew: there are as many as circuits, and a second is short. */
  const risks = index.circuits.map(({ limitMA, reserveMA }, node) => ({
    limitMA,
    foreignMA: reserveMA as Three,
    largestJumpMA: [0, 0, 0] as [number, number, number],
    highestMA: null as [number, number, number] | null,
    seenMA: [0, 0, 0] as [number, number, number],
    reserveMA,
    grantsMA: [0, 0, 0] as [number, number, number],
    settledMA: [floors[node * 3] ?? 0, floors[node * 3 + 1] ?? 0, floors[node * 3 + 2] ?? 0] as Three,
  }));
  let isFilled = false;

  return {
    /** After each look at the meters. */
    seen(): void {
      isFilled = false;
      // While a car is out of sight its load looks like the building's.
      if (world.foreign.blindSince.size > 0) return;
      const loads = world.planned?.loads ?? [];
      for (let node = 0; node < loads.length; node += 1) {
        const load = loads[node];
        for (const phase of PHASES) {
          const own = node * 3 + phase;
          const value = load?.nowMA[phase] ?? 0;
          const before = last[own] ?? Number.NaN;
          if (!Number.isNaN(before)) jumps[own] = Math.max(jumps[own] ?? 0, value - before);
          highest[own] = Math.max(highest[own] ?? 0, value);
          last[own] = value;
        }
      }
    },
    leaseOf({ at, model }: ConnectorState, grantMA: number): Lease {
      if (!isFilled) fill();
      const lease = leaseFor(index, risks, at, { grantMA, mask: index.wired[at] ?? 7, settledMA: model.floorMA });
      const { leaseS } = world.site;
      return leaseS === 'auto' ? lease : { ...lease, seconds: Math.min(leaseS, lease.seconds) };
    },
  };

  function fill(): void {
    isFilled = true;
    for (let node = 0; node < risks.length; node += 1) {
      const risk = risks[node];
      if (risk === undefined) continue;
      const load = world.planned?.loads[node];
      risk.foreignMA = load?.gateMA ?? risk.reserveMA;
      risk.highestMA = load === undefined || load.quality === 'unmetered' ? null : risk.seenMA;
      for (const phase of PHASES) {
        risk.largestJumpMA[phase] = jumps[node * 3 + phase] ?? 0;
        risk.seenMA[phase] = highest[node * 3 + phase] ?? 0;
        risk.grantsMA[phase] = world.planned?.sums[node * 3 + phase] ?? 0;
      }
    }
  }
}

type Three = CircuitRisk['foreignMA'];
const PHASES = [0, 1, 2] as const;
