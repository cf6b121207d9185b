import { exposureOf } from '../../balancer/exposure.ts';
import { type ForeignState, foreignStateFrom } from '../../balancer/foreign-load.ts';
import { type CircuitRisk, type Lease, leaseFor } from '../../balancer/lease.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../../domain/units.ts';
import type { ConnectorState } from './state.ts';
import type { World } from './world.ts';

/** What building loads have done in the last 30 days, and how long a grant may therefore last. */

const PHASES = [0, 1, 2] as const;
/** A peak that is higher by less than this is not put on record again, mA. */
const NEWS_MA = 200;

/** Three for each circuit, mA: the highest foreign load, and its largest rise from one look to the next. */
type Peaks = { readonly highest: Float64Array; readonly jumps: Float64Array };

export function createRisks(world: World) {
  const { index, connectors, site } = world;
  const size = index.circuits.length * 3;
  const noPeaks = (): Peaks => ({ highest: new Float64Array(size), jumps: new Float64Array(size) });
  /** Of the days before, of this one, and of this one as it is on record. */
  let before = noPeaks();
  let today = noPeaks();
  let recorded = noPeaks();
  let day = Number.NaN;
  const last = new Float64Array(size).fill(Number.NaN);
  const floors = new Float64Array(size);
  for (const { model, at } of connectors) {
    for (let node = index.nodes[at] ?? -1; node >= 0; node = index.parents[node] ?? -1) {
      for (const phase of PHASES) {
        if (((index.wired[at] ?? 7) & (1 << phase)) !== 0)
          floors[node * 3 + phase] = (floors[node * 3 + phase] ?? 0) + model.floorMA;
      }
    }
  }
  /** Filled anew after each look, and not made anew: there are as many as circuits, and a second is short. */
  const risks = index.circuits.map(({ limitMA, reserveMA }, node) => ({
    limitMA,
    foreignMA: reserveMA as CircuitRisk['foreignMA'],
    largestJumpMA: [0, 0, 0] as [number, number, number],
    highestMA: null as [number, number, number] | null,
    seenMA: [0, 0, 0] as [number, number, number],
    reserveMA,
    grantsMA: [0, 0, 0] as [number, number, number],
    settledMA: three(floors, node),
  }));
  let isFilled = false;

  return {
    /** After each look at the meters. `now`: the day by the site's clock. */
    seen(now: number): void {
      isFilled = false;
      if (now !== day) turnTo(now);
      // While a car is out of sight its load looks like the building's.
      if (world.foreign.blindSince.size > 0 || world.foreign.leavingSince.size > 0) return;
      const loads = world.planned?.loads ?? [];
      for (let node = 0; node < loads.length; node += 1) {
        const load = loads[node];
        if (load?.quality !== 'fresh') continue;
        let isNews = false;
        for (const phase of PHASES) {
          const own = node * 3 + phase;
          const value = load.nowMA[phase];
          const rise = value - (last[own] ?? Number.NaN);
          last[own] = value;
          if (rise > (today.jumps[own] ?? 0)) today.jumps[own] = rise;
          if (value > (today.highest[own] ?? 0)) today.highest[own] = value;
          isNews ||= rises(today.jumps, recorded.jumps, own) || rises(today.highest, recorded.highest, own);
        }
        if (isNews) putOnRecord(node);
      }
    },
    leaseOf({ at, model }: ConnectorState, grantMA: number): Lease {
      if (!isFilled) fill();
      const lease = leaseFor(index, risks, at, { grantMA, mask: index.wired[at] ?? 7, settledMA: model.floorMA });
      const { leaseS } = site;
      return leaseS === 'auto' ? lease : { ...lease, seconds: Math.min(leaseS, lease.seconds) };
    },
  };

  /** Another day: what is on record of those before it, and what may be on its way there. */
  function turnTo(now: number): void {
    const old = today;
    before = noPeaks();
    today = noPeaks();
    for (const { circuit, day: of, highestMA, largestJumpMA } of site.foreignPeaks(now)) {
      const node = index.circuitAt.get(circuit);
      const into = of === now ? today : before;
      if (node === undefined) continue;
      for (const phase of PHASES) {
        raiseTo(into.highest, node * 3 + phase, highestMA[phase]);
        raiseTo(into.jumps, node * 3 + phase, largestJumpMA[phase]);
      }
    }
    for (let own = 0; own < size; own += 1) {
      raiseTo(before.highest, own, old.highest[own] ?? 0);
      raiseTo(before.jumps, own, old.jumps[own] ?? 0);
    }
    recorded = { highest: today.highest.slice(), jumps: today.jumps.slice() };
    day = now;
  }

  function putOnRecord(node: number): void {
    const [highestMA, largestJumpMA] = [three(today.highest, node), three(today.jumps, node)];
    site.history.peak({ circuit: index.circuits[node]?.id ?? '', day, highestMA, largestJumpMA });
    for (const phase of PHASES) {
      recorded.highest[node * 3 + phase] = highestMA[phase];
      recorded.jumps[node * 3 + phase] = largestJumpMA[phase];
    }
  }

  function fill(): void {
    isFilled = true;
    for (let node = 0; node < risks.length; node += 1) {
      const risk = risks[node];
      if (risk === undefined) continue;
      const load = world.planned?.loads[node];
      risk.foreignMA = load?.gateMA ?? risk.reserveMA;
      risk.highestMA = load === undefined || load.quality === 'unmetered' ? null : risk.seenMA;
      for (const phase of PHASES) {
        const own = node * 3 + phase;
        risk.largestJumpMA[phase] = Math.max(before.jumps[own] ?? 0, today.jumps[own] ?? 0);
        risk.seenMA[phase] = Math.max(before.highest[own] ?? 0, today.highest[own] ?? 0);
        risk.grantsMA[phase] = world.planned?.sums[own] ?? 0;
      }
    }
  }
}

/** Before cars have shown what they draw: the building draws its reserves at the most, or what it ever did in 30 days. */
export function foreignAtStart({ index, site, day }: Pick<World, 'index' | 'site'> & { day: number }): ForeignState {
  const most = exposureOf(index, [], [], undefined, index.reserves);
  for (const { circuit, highestMA } of site.foreignPeaks(day)) {
    const node = index.circuitAt.get(circuit);
    for (const phase of PHASES) if (node !== undefined) raiseTo(most, node * 3 + phase, highestMA[phase]);
  }
  // Where nothing is on record and nothing was written down, all that is measured may be the building's.
  const known = index.circuits.map(({ id }, node) => [id, three(most, node)] as const);
  return foreignStateFrom(new Map(known.filter(([, mA]) => Math.max(...mA) > 0)));
}

const rises = (now: Float64Array, then: Float64Array, at: number): boolean =>
  (now[at] ?? 0) > (then[at] ?? 0) + NEWS_MA;

function raiseTo(values: Float64Array, at: number, value: number): void {
  if (value > (values[at] ?? 0)) values[at] = value;
}

const three = (values: Float64Array, node: number): PerPhase<MilliAmps> => [
  milliAmps(values[node * 3] ?? 0),
  milliAmps(values[node * 3 + 1] ?? 0),
  milliAmps(values[node * 3 + 2] ?? 0),
];
