import fc from 'fast-check';
import { describe, it } from 'vitest';
import { allocate, unroundedShares } from '../../src/balancer/allocate.ts';
import { violations } from '../../src/balancer/violations.ts';
import type { Allocation, AllocationCar, Plan } from '../../src/domain/allocation.ts';
import { randomSite, type SiteKind } from './random-sites.ts';

/** fast-check picks the seeds, and names the one that fails; a plain generator makes many sites of each. */
const SITES_PER_SEED = 250;

function everySite(seeds: number, kind: SiteKind, wrongWith: (site: Allocation) => string | null): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      for (let index = 0; index < SITES_PER_SEED; index++) {
        const site = randomSite(seed + index, kind);
        const wrong = wrongWith(site);
        if (wrong !== null) throw new Error(`site ${seed + index}: ${wrong}\n${JSON.stringify(site)}`);
      }
    }),
    { numRuns: seeds, endOnFailure: true },
  );
}

const NOTHING: Plan = new Map();
const grantOf = (plan: Plan, car: AllocationCar): number => plan.get(car.key)?.grantMA ?? Number.NaN;
/** What a plan overloads beyond what flows without it. */
const worsened = (site: Allocation, plan: Plan) => {
  const before = new Map(violations(site, NOTHING).map((each) => [`${each.kind} ${each.node} ${each.phase}`, each]));
  return violations(site, plan).filter((each) => {
    const was = before.get(`${each.kind} ${each.node} ${each.phase}`);
    return was === undefined || excessOf(each) > excessOf(was);
  });
};
const excessOf = (each: ReturnType<typeof violations>[number]): number =>
  each.kind === 'power' ? each.excessW : each.excessMA;

/** Says what a car may not be given by its own terms. */
function brokenTerms(site: Allocation, plan: Plan): string | null {
  for (const car of site.cars) {
    const grant = grantOf(plan, car);
    const { step } = car;
    const taken = typeof step === 'number' ? grant % step === 0 : step.some((each) => each === grant) || grant === 0;
    const inRange = grant === 0 || (grant >= car.minMA && grant <= car.maxMA);
    if (!Number.isInteger(grant) || !inRange || !taken) return `${car.key} got ${grant}`;
  }
  return null;
}

const everyKind: SiteKind = { power: true, unbalance: true, history: true };

describe('allocate, on random sites', () => {
  it('overloads nothing', { timeout: 240_000 }, () => {
    everySite(400, { power: true, unbalance: true }, (site) => {
      const plan = allocate(site);
      const [wrong] = worsened(site, plan);
      return wrong === undefined ? brokenTerms(site, plan) : JSON.stringify(wrong);
    });
  });

  it('overloads nothing while holding on to what cars have', { timeout: 240_000 }, () => {
    everySite(200, { power: true, unbalance: true, history: true }, (site) => {
      const plan = allocate({ ...site, cars: site.cars.map((car) => ({ ...car, mustKeep: false })) });
      const [wrong] = worsened(site, plan);
      return wrong === undefined ? brokenTerms(site, plan) : JSON.stringify(wrong);
    });
  });

  it('overloads by no more than the minimums of those that are never paused', { timeout: 240_000 }, () => {
    everySite(100, everyKind, (site) => {
      const plan = allocate(site);
      const kept: Plan = new Map([...plan].map(([key, share]) => [key, onlyKept(site, key, share)]));
      const allowed = new Set(violations(site, kept).map((each) => JSON.stringify(each)));
      const wrong = violations(site, plan).find(
        (each) => !allowed.has(JSON.stringify(each)) && each.kind !== 'unbalance',
      );
      return wrong === undefined ? brokenTerms(site, plan) : JSON.stringify(wrong);
    });
  });

  it('lets nobody gain unless somebody with no more loses', { timeout: 240_000 }, () => {
    everySite(120, { power: true, fine: true }, notMaxMin);
  });

  it('leaves no step unused that fits', { timeout: 240_000 }, () => {
    everySite(80, { power: true, unbalance: true }, (site) => {
      // Where a phase leads too far already, the excess over the lowest does not show what the others may do.
      if (violations(site, NOTHING).some(({ kind }) => kind === 'unbalance')) return null;
      const plan = allocate(site);
      for (const car of site.cars) {
        const grant = grantOf(plan, car);
        const next = typeof car.step === 'number' ? grant + car.step : car.step.find((each) => each > grant);
        if (grant === 0 || next === undefined || next > car.maxMA) continue;
        const more = new Map(plan).set(car.key, { grantMA: next as never, because: { kind: 'demand-met' } });
        if (worsened(site, more).length <= worsened(site, plan).length) return `${car.key} could have ${next}`;
      }
      return null;
    });
  });

  it('gives the same whatever the order of the list', { timeout: 240_000 }, () => {
    everySite(80, everyKind, (site) => {
      const cars = site.cars.map((car, index) => ({ ...car, order: index }));
      const one = allocate({ ...site, cars });
      const other = allocate({ ...site, cars: cars.toReversed() });
      for (const car of cars) {
        if (JSON.stringify(one.get(car.key)) !== JSON.stringify(other.get(car.key))) return `${car.key} differs`;
      }
      return null;
    });
  });

  it('raises the smallest share of each tier, or leaves it, when the same cars get more capacity', {
    timeout: 240_000,
  }, () => {
    everySite(40, { fine: true }, (site) => {
      const cars = site.cars.map((car) => ({ ...car, tier: 1, weight: 1 }));
      const before = unroundedShares({ ...site, cars });
      const running = cars.filter(({ key }) => (before.get(key) ?? 0) > 0);
      const nodes = site.nodes.map((node) => ({
        ...node,
        capacityMA: node.capacityMA.map((mA, phase) => mA + (phase + 1) * 1_500) as [number, number, number],
      }));
      const after = unroundedShares({ ...site, nodes, cars: running });
      const lowest = (shares: ReadonlyMap<string, number>): number =>
        Math.min(...running.map(({ key }) => shares.get(key) ?? 0));
      return lowest(after) >= lowest(before) - 1e-3 ? null : `${lowest(before)} became ${lowest(after)}`;
    });
  });
});

function onlyKept(site: Allocation, key: string, share: { grantMA: number }) {
  const kept = site.cars.some((car) => car.key === key && car.mustKeep);
  return { grantMA: (kept ? share.grantMA : 0) as never, because: { kind: 'demand-met' as const } };
}

/**
 * The test of max-min (Bertsekas and Gallager): every car below its maximum has a full row in which none of its tier that
 * is above its minimum has a higher level, and none of a later tier is above its minimum.
 */
function notMaxMin(site: Allocation): string | null {
  const shares = unroundedShares(site);
  const shareOf = (car: AllocationCar): number => shares.get(car.key) ?? 0;
  const loads = site.nodes.map(() => [0, 0, 0, 0]);
  const rowsOf = (car: AllocationCar): [number, number, number][] => {
    const rows: [number, number, number][] = [];
    for (let node = car.node; node >= 0; node = site.nodes[node]?.parent ?? -1) {
      for (const phase of car.phases) rows.push([node, phase, 1]);
      rows.push([node, 3, car.phases.length]);
    }
    return rows;
  };
  for (const car of site.cars) {
    for (const [node, phase, times] of rowsOf(car)) {
      const on = loads[node] ?? [];
      on[phase] = (on[phase] ?? 0) + times * shareOf(car);
    }
  }
  const capacityOf = (node: number, phase: number): number => {
    const { capacityMA = [], capacityW = null } = site.nodes[node] ?? {};
    if (phase < 3) return capacityMA[phase] ?? 0;
    return capacityW === null ? Number.POSITIVE_INFINITY : Math.floor((capacityW * 1e6) / site.voltageMV);
  };
  for (const [node, row] of loads.entries()) {
    for (const [phase, load] of row.entries()) {
      if (load > 0 && load > capacityOf(node, phase) + 1e-2) return `row ${node}/${phase} carries ${load}`;
    }
  }
  for (const car of site.cars) {
    const share = shareOf(car);
    if (share === 0 || share >= car.maxMA - 1e-3) continue;
    const level = share / car.weight;
    const justified = rowsOf(car).some(([node, phase]) => {
      if ((loads[node]?.[phase] ?? 0) < capacityOf(node, phase) - 1e-2) return false;
      return site.cars.every((other) => {
        if (shareOf(other) <= other.minMA + 1e-3) return true;
        if (!rowsOf(other).some(([at, on]) => at === node && on === phase)) return true;
        return other.tier < car.tier || (other.tier === car.tier && shareOf(other) / other.weight <= level + 1e-2);
      });
    });
    if (!justified) return `${car.key} has ${share} without a reason`;
  }
  return null;
}
