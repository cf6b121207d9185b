import { worst, worstInSight } from '../../balancer/book.ts';
import { exposureOf, HIGH_VOLTAGE_V, type PhaseSums, type Room } from '../../balancer/exposure.ts';
import { foreignLoad } from '../../balancer/foreign-load.ts';
import type { ForeignLoad } from '../../balancer/metering.ts';
import { type CarFacts, rankCars } from '../../balancer/order.ts';
import { connectorsBelow } from '../../balancer/site-index.ts';
import { nextTurns } from '../../balancer/turns.ts';
import type { Allocation, AllocationCar } from '../../domain/allocation.ts';
import type { Share } from '../../domain/because.ts';
import type { SharingPolicy } from '../../domain/sharing-policy.ts';
import type { LimitInForce } from '../../domain/site-limit.ts';
import { type Instant, type Monotonic, milliAmps, wattHours, watts } from '../../domain/units.ts';
import { filledNodes } from './allocation-nodes.ts';
import { fillLoad } from './connector-loads.ts';
import { besideGrants, countedMA, grantMask, grantPhases, ownSums } from './counted.ts';
import type { Planned, Wish } from './planned.ts';
import { type ConnectorState, commandedMA } from './state.ts';
import { twinsOf } from './twins.ts';
import { chargePointOf, isReachable, leastGrantMA, mayPause, type World } from './world.ts';

/** From what is known now to a share for every car, and to what the book leaves room for. */

/** What holds in this cycle. */
export type Cycle = {
  readonly limits: ReadonlyMap<string, LimitInForce>;
  readonly policy: SharingPolicy;
  readonly wishOf: (state: ConnectorState) => Wish;
  readonly now: Monotonic;
  readonly at: Instant;
};

/**
 * An absence is as short as this in most cases, ms. In that time nothing is raised on what a charge point might draw after a
 * power cut that nobody saw; what the others have is taken off them only after it.
 */
const SPARED_MS = 60_000;
/** A limit that is followed at all proves itself within this time, ms. */
const UNRELEASED_MS = 120_000;

export function planSite(world: World, cycle: Cycle): Planned {
  const { index, connectors } = world;
  const { now } = cycle;
  const amounts = new Float64Array(connectors.length);
  /** Without who is planned, and an absence that may be short spared. */
  const unplanned = new Float64Array(connectors.length);
  const trusts = index.model.trustLearnedPhases;
  const masks = trusts ? connectors.map((state) => grantMask(world, state)) : index.wired;
  const cars: ConnectorState[] = [];
  for (const state of connectors) {
    const { at, book } = state;
    const running = state.running?.id ?? null;
    const load = world.connectorLoads[at];
    const amountMA = worst(book, now, running);
    amounts[at] = amountMA;
    if (world.resting[at] === 1) {
      // Its floor, in sight or not.
      unplanned[at] = amountMA;
      // No current of a car is in what a meter shows.
      if (load !== undefined) {
        load.counted = 'worst';
        load.provenMA = null;
      }
      continue;
    }
    const isCar = isPlanned(world, state);
    const inSightMA = worstInSight(book, now, running);
    if (isCar) cars.push(state);
    unplanned[at] = isCar ? unreleasedMA(state, inSightMA, now) : worst(book, now, running, SPARED_MS);
    // Taken off what a meter shows, more would make the building's load look smaller than it is.
    if (load !== undefined) fillLoad(load, world, state, inSightMA, isCar);
  }
  const looked = foreignLoad(index.metering, world.meters, world.connectorLoads, world.foreign, now);
  const twins = twinsOf(world);
  const counted = trusts ? countedMA(world, now) : null;
  const sums = exposureOf(index, counted === null ? amounts : [], masks, twins, ownSums(world, counted));
  const beside = counted === null ? undefined : besideGrants(world, counted, unplanned, cars);
  const others = exposureOf(index, counted === null ? unplanned : [], masks, twins, beside);
  const { room, limits, held } = roomOf(world, cycle, looked.loads);
  const { shares, faults } = sharesOf(world, cycle, cars, room, others, looked.loads);
  return { shares, room, sums, masks, counted, loads: looked.loads, foreign: looked.state, limits, held, faults };
}

/** What its book counts above what it was told, once that has lasted: given to others in the plan, it would be given to nobody. */
function unreleasedMA({ unreleasedSince, commanded }: ConnectorState, holdsMA: number, now: Monotonic): number {
  if (unreleasedSince === null || commanded === null || now - unreleasedSince < UNRELEASED_MS) return 0;
  return Math.max(0, holdsMA - commanded.bookedMA);
}

/** Since when the book of a connector counts more than it was told. */
export function watchUnreleased(state: ConnectorState, now: Monotonic): void {
  const { running, commanded, book } = state;
  const isTold = running !== null && commanded !== null && commanded.transactionId === running.id;
  const isMore = isTold && worstInSight(book, now, running.id) > commanded.bookedMA;
  state.unreleasedSince = isMore ? (state.unreleasedSince ?? now) : null;
}

/** It has a car with a right to charge, and a limit would reach it. */
function isPlanned(world: World, state: ConnectorState): boolean {
  const { running, model, obedience } = state;
  if (running === null || !running.authorized || !model.smartCharging) return false;
  // Of two that go by one id nobody knows which would be limited.
  if (state.book.hasTwin) return false;
  // What does not obey takes all that it can draw off the others' capacity, and no share.
  if (obedience === 'drawing-unasked' || obedience === 'disobedient') return false;
  return isReachable(world, chargePointOf(world, state)) && !state.book.isolated;
}

function roomOf({ index }: World, { limits }: Cycle, loads: readonly ForeignLoad[]) {
  const { circuits } = index;
  const room: Room = { mA: new Float64Array(circuits.length * 3), watts: new Float64Array(circuits.length) };
  const carries = new Float64Array(circuits.length * 3);
  const held = new Set<string>();
  for (let node = 0; node < circuits.length; node += 1) {
    const circuit = circuits[node];
    if (circuit === undefined) continue;
    const outside = limits.get(circuit.id);
    const load = loads[node];
    if (load?.holdsIncreases) held.add(circuit.id);
    const share = 1 - circuit.marginPercent / 100;
    let foreignW = 0;
    for (let phase = 0; phase < 3; phase += 1) {
      const configured = circuit.limitMA[phase] ?? 0;
      const limit = Math.min(configured * share, outside?.limitMA?.[phase] ?? Number.POSITIVE_INFINITY);
      const foreign = load?.gateMA[phase] ?? circuit.reserveMA[phase] ?? 0;
      carries[node * 3 + phase] = Math.floor(limit);
      room.mA[node * 3 + phase] = Math.floor(limit - foreign);
      foreignW += (foreign * HIGH_VOLTAGE_V) / 1_000;
    }
    const limitW = Math.min(circuit.limitW ?? Number.POSITIVE_INFINITY, outside?.limitW ?? Number.POSITIVE_INFINITY);
    room.watts[node] = Number.isFinite(limitW) ? limitW - foreignW : Number.NaN;
  }
  return { room, limits: carries, held };
}

function sharesOf(
  world: World,
  cycle: Cycle,
  cars: readonly ConnectorState[],
  room: Room,
  others: PhaseSums,
  loads: readonly ForeignLoad[],
): { shares: ReadonlyMap<string, Share>; faults: readonly string[] } {
  const { index } = world;
  const { policy, at } = cycle;
  const facts = cars.map((state) => factsOf(world, cycle, state));
  const surplus = policy.kind === 'surplus' ? watts(surplusOf(world, loads)) : null;
  const ranked = rankCars(facts, policy, at, surplus);
  let turns: ReturnType<typeof nextTurns> | null = null;
  const allocation: Allocation = {
    voltageMV: HIGH_VOLTAGE_V * 1_000,
    nodes: filledNodes(world.nodes, room, others),
    cars: cars.flatMap((state): AllocationCar[] => {
      const rank = ranked.get(state.key);
      if (rank === undefined) return [];
      const { model, commanded, running } = state;
      const chargePoint = chargePointOf(world, state);
      const leastMA = Math.min(model.maxMA, leastGrantMA(state, chargePoint));
      const isOurs = commanded !== null && commanded.transactionId === running?.id;
      return [
        {
          key: state.key,
          node: index.nodes[state.at] ?? 0,
          phases: grantPhases(world, state),
          // Its floor flows in any case.
          minMA: milliAmps(Math.max(model.minMA, model.floorMA)),
          claimMA: rank.claimMA,
          maxMA: milliAmps(rank.isEligible ? Math.max(rank.maxMA, leastMA) : rank.maxMA),
          tier: rank.tier,
          weight: rank.weight,
          order: rank.order,
          step: chargePoint.dialect.step,
          heldMA: isOurs ? milliAmps(commanded.grantMA) : null,
          // What flows in any case is counted in any case.
          mustKeep: rank.mustKeep || model.floorMA > 0,
          yields: rank.yields,
        },
      ];
    }),
  };
  const { plan, faults } = world.plan(allocation);
  const shares = new Map<string, Share>();
  const unprovenBelow = createUnproven(world);
  for (const state of cars) {
    const share = plan.get(state.key);
    if (share === undefined) continue;
    const rank = ranked.get(state.key);
    const waits = share.because.kind === 'waiting-for-minimum';
    if (waits) turns ??= nextTurns(facts, ranked, policy, at);
    const because: Share['because'] =
      waits && rank?.yields === true
        ? { kind: 'resting' }
        : waits
          ? { ...share.because, nextTurn: turns?.get(state.key) ?? null }
          : rank?.because != null && (share.because.kind === 'demand-met' || share.because.kind === 'not-eligible')
            ? rank.because
            : share.because;
    // The last gate before the gate: a plan that overloads may only lower.
    const grantMA = faults.length === 0 ? share.grantMA : Math.min(share.grantMA, commandedMA(state));
    shares.set(state.key, { grantMA: milliAmps(grantMA), because: named(because, cycle, unprovenBelow) });
  }
  return { shares, faults };
}

/** Where a limit from outside binds the circuit, or what others there might draw, that is the reason. */
function named(
  because: Share['because'],
  { limits }: Cycle,
  unprovenBelow: ReturnType<typeof createUnproven>,
): Share['because'] {
  if (because.kind === 'waiting-for-minimum') {
    const [first, ...others] = unprovenBelow(because.circuit);
    return first === undefined
      ? because
      : { kind: 'floors-unproven', circuit: because.circuit, of: first.key, more: others.length };
  }
  if (because.kind !== 'circuit-full' && because.kind !== 'power-full') return because;
  const source = limits.get(because.circuit)?.sources[0];
  return source === undefined ? because : { kind: 'limit-from-outside', circuit: because.circuit, source };
}

/**
 * Idle connectors below a circuit that count with their rating there until they have shown that they keep a floor; looked for
 * once in a cycle, however many wait for them.
 */
function createUnproven({ index, connectors }: World): (circuit: string) => readonly ConnectorState[] {
  const found = new Map<string, readonly ConnectorState[]>();
  let areAny: boolean | null = null;
  const isUnproven = ({ book, running, model }: ConnectorState): boolean =>
    running === null && model.smartCharging && !book.floorProven && !book.isolated;
  return (circuit) => {
    areAny ??= connectors.some(isUnproven);
    if (!areAny) return [];
    const below =
      found.get(circuit) ??
      connectorsBelow(index, index.circuitAt.get(circuit) ?? -1)
        .flatMap((at) => connectors[at] ?? [])
        .filter(isUnproven);
    found.set(circuit, below);
    return below;
  };
}

/**
 * What generation sends back through the circuit at which it is looked for, W: what cars may use without taking anything from
 * the grid. The least of the last minute, so that they don't follow every cloud up.
 */
function surplusOf({ index, site }: World, loads: readonly ForeignLoad[]): number {
  const { circuit, keepMA } = site.surplus ?? { circuit: index.circuits[0]?.id ?? '', keepMA: 0 };
  const netMA = (loads[index.circuitAt.get(circuit) ?? -1]?.netMA ?? []).reduce(
    (sum: number, mA) => sum + mA + keepMA,
    0,
  );
  return Math.max(0, Math.floor((-netMA * site.nominalMV) / 1_000_000));
}

function factsOf(world: World, { wishOf, at }: Cycle, state: ConnectorState): CarFacts {
  const { model, running, appetite, learning, energyWh } = state;
  const wish = wishOf(state);
  return {
    key: state.key,
    tier: wish.tier,
    isBoosted: wish.isBoosted,
    startedAt: running?.startedAt ?? at,
    phases: learning.used.length,
    voltageMV: world.site.nominalMV,
    minMA: model.minMA,
    maxMA: milliAmps(Math.min(model.maxMA, appetite.maxMA)),
    deliveredWh: wattHours(Math.max(0, (energyWh ?? 0) - (running?.meterStartWh ?? 0))),
    targetWh: wish.targetWh === null ? null : wattHours(wish.targetWh),
    departAt: wish.departAt,
    onSince: state.onSince,
    offSince: state.offSince,
    waitingSince: state.waitingSince,
    mayPause: mayPause(state, chargePointOf(world, state)),
    isResting: appetite.isResting,
  };
}
