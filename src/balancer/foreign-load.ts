/**
 * Foreign load: what flows through a circuit and is no car of ours (design: safety rule 8). Nothing measures it; it is
 * what a meter says less what the cars below draw, two figures of different age. Wherever they can't be brought together
 * the error is on the side of more foreign load: too little of it overloads, too much of it only makes cars wait.
 *
 * Of a circuit counts all foreign load at and below it. Where a circuit has a meter of its own, that meter has seen what
 * the meters below have seen; where it has none, it is its reserve and what is known of below.
 */
import { type Highest, higher, highestSince, LONGEST_MS, nothingYet, withValue } from '../domain/highest.ts';
import type { MeterQuality, MeterState } from '../domain/meter.ts';
import type { CircuitModel, GridPhase, MeterModel } from '../domain/site-model.ts';
import { type MilliAmps, type Monotonic, milliAmps, type PerPhase } from '../domain/units.ts';
import { type ConnectorLoad, carLoadBelow, markUnseen, type PhaseLoad, type Unseen } from './car-load.ts';
import type { ForeignLoad, ForeignQuality, MeteredCircuit, Metering } from './metering.ts';
import { knownLoad, neverSteady, type SteadyLoad, steadyMA, withSteady } from './steady-load.ts';

/** A lull of less than this frees nothing, ms. */
const GATE_MS = 60_000;

const NONE: PerPhase<MilliAmps> = [milliAmps(0), milliAmps(0), milliAmps(0)];

type Past = {
  readonly highest: Highest;
  /** Of what was measured alone: what was held or reserved is no load that anybody has seen. */
  readonly measured: Highest;
  /** Of what was measured, with what flows back. */
  readonly net: Highest;
  /** What was computed with all cars in sight, by phase; less than 0 where current flows back. */
  readonly steady: readonly [SteadyLoad, SteadyLoad, SteadyLoad];
  readonly freshAt: Monotonic | null;
  /** What is held since the meter was last fresh. */
  readonly heldMA: PerPhase<MilliAmps> | null;
};

/** What has to be remembered from one look to the next. */
export type ForeignState = Unseen & {
  readonly since: Monotonic | null;
  readonly circuits: ReadonlyMap<string, Past>;
  /** Of consumer and generation meters, by their id. */
  readonly meters: ReadonlyMap<string, Past>;
};

export const newForeignState: ForeignState = {
  since: null,
  circuits: new Map(),
  meters: new Map(),
  blindSince: new Map(),
  leavingSince: new Map(),
};

/**
 * After a start, `mostMA` being the most that each circuit's foreign load is known to be. Cars may charge by what they were
 * granted before, and until they have shown what they draw, a meter's reading is no more the building's than that.
 */
export function foreignStateFrom(mostMA: ReadonlyMap<string, PerPhase<MilliAmps>>): ForeignState {
  const circuits = [...mostMA].map(([id, [one, two, three]]): [string, Past] => [
    id,
    { ...noPast, steady: [knownLoad(one), knownLoad(two), knownLoad(three)] },
  ]);
  return { ...newForeignState, circuits: new Map(circuits) };
}

const noPast: Past = {
  highest: nothingYet,
  measured: nothingYet,
  net: nothingYet,
  steady: [neverSteady, neverSteady, neverSteady],
  freshAt: null,
  heldMA: null,
};

/** Foreign load of every circuit at `now`, in the order of the model, with the state for the next look. */
export function foreignLoad(
  metering: Metering,
  meters: ReadonlyMap<string, MeterState>,
  connectors: readonly ConnectorLoad[],
  state: ForeignState,
  now: Monotonic,
): { readonly loads: readonly ForeignLoad[]; readonly state: ForeignState } {
  const since = state.since ?? now;
  const unseen = markUnseen(connectors, state, now);
  const cars = carLoadBelow(metering, connectors, unseen, now);
  const loads: ForeignLoad[] = metering.unmetered.slice();
  const circuits = new Map<string, Past>();
  const meterPasts = new Map<string, Past>();

  for (const metered of metering.metered) {
    const { circuit, at, grid } = metered;
    const past = state.circuits.get(circuit.id) ?? noPast;
    let part: Part;
    const met = grid === null ? undefined : meters.get(grid.id);
    const quality = met?.quality ?? 'never';
    if (grid !== null && quality === 'fresh' && met?.last != null) {
      const below = cars[metering.seenBy.get(circuit.id) ?? -1] ?? [];
      part = measuredAt(circuit, met.last.currentMA, below, past, now);
    } else {
      part = summedAt(metered, loads, { meters, pasts: state.meters, keep: meterPasts, now });
      if (grid !== null) part = withoutMeter(part, past, quality, grid, now - since);
    }
    const next: Past = {
      // The reserve that stood for a meter that had yet to speak was no load that anybody saw.
      highest: withValue(isFirstWord(past, grid, quality) ? nothingYet : past.highest, now, part.nowMA),
      measured: quality === 'fresh' ? withValue(past.measured, now, part.nowMA) : past.measured,
      net: part.netMA === null ? past.net : withValue(past.net, now, part.netMA),
      steady: part.steady ?? past.steady,
      freshAt: quality === 'fresh' ? now : past.freshAt,
      heldMA: part.heldMA,
    };
    circuits.set(circuit.id, next);
    loads[at] = {
      circuit: circuit.id,
      nowMA: part.nowMA,
      gateMA: higher(part.nowMA, highestSince(next.highest, now - GATE_MS) ?? part.nowMA),
      netMA: netOf(part, next, quality, now),
      quality: part.quality,
      holdsIncreases: part.holdsIncreases,
      overMA: part.overMA,
    };
  }
  return { loads, state: { ...unseen, since, circuits, meters: meterPasts } };
}

/** While a meter is only late, what it has seen back then is held; it is no reason to stop cars. */
function netOf({ nowMA }: Part, { net, freshAt }: Past, quality: MeterQuality, now: Monotonic): PerPhase<MilliAmps> {
  const isLate = quality === 'stale' || quality === 'suspect';
  const seenAt = quality === 'fresh' ? now : isLate ? freshAt : null;
  return (seenAt === null ? null : highestSince(net, seenAt - GATE_MS)) ?? nowMA;
}

type Part = {
  readonly nowMA: PerPhase<MilliAmps>;
  /** With what flows back; null where no meter of the circuit's own tells. */
  readonly netMA: PerPhase<MilliAmps> | null;
  readonly steady: Past['steady'] | null;
  readonly heldMA: PerPhase<MilliAmps> | null;
  readonly quality: ForeignQuality;
  readonly holdsIncreases: boolean;
  readonly overMA: PerPhase<MilliAmps>;
};

/** By the circuit's own meter, which has seen everything below. */
function measuredAt(
  circuit: CircuitModel,
  flowMA: PerPhase<MilliAmps>,
  cars: readonly PhaseLoad[],
  past: Past,
  now: Monotonic,
): Part {
  const lowest = circuit.creditGeneration ? Number.NEGATIVE_INFINITY : 0;
  const steady: [SteadyLoad, SteadyLoad, SteadyLoad] = [...past.steady];
  const netMA = perPhase((phase) => {
    const { surelyMA, blindMA, blindLeastMA } = cars[phase] ?? { surelyMA: 0, blindMA: 0, blindLeastMA: 0 };
    const rest = flowMA[phase] - surelyMA;
    if (blindMA === 0) {
      steady[phase] = withSteady(steady[phase], now, milliAmps(rest));
      return rest;
    }
    const known = steadyMA(steady[phase]);
    // Before anything is known, cars out of sight are counted as foreign load and not as none.
    const most = rest - blindLeastMA;
    return known === null ? most : Math.min(most, Math.max(known, rest - blindMA));
  });
  const nowMA = perPhase((phase) => Math.max(lowest, netMA[phase]));
  const overMA = perPhase((phase) => Math.max(0, flowMA[phase] - circuit.limitMA[phase]));
  return { nowMA, netMA, steady, heldMA: null, quality: 'fresh', holdsIncreases: false, overMA };
}

type Consumers = {
  readonly meters: ReadonlyMap<string, MeterState>;
  readonly pasts: ReadonlyMap<string, Past>;
  readonly keep: Map<string, Past>;
  readonly now: Monotonic;
};

/** Without a meter of its own: the reserve, what is known of below, and what single consumers draw. */
function summedAt(
  { circuit, others, below, reserveMA }: MeteredCircuit,
  loads: readonly ForeignLoad[],
  { meters, pasts, keep, now }: Consumers,
): Part {
  let sum = reserveMA;
  let quality: ForeignQuality = 'unmetered';
  let holdsIncreases = false;
  for (const at of below) {
    const child = loads[at];
    if (child === undefined) continue;
    sum = plus(sum, child.nowMA);
    quality = worse(quality, child.quality);
    holdsIncreases ||= child.holdsIncreases;
  }
  for (const meter of others) {
    const state = meters.get(meter.id);
    const past = pasts.get(meter.id) ?? noPast;
    const fresh = state?.quality === 'fresh' && state.last !== null ? state.last.currentMA : null;
    if (meter.side === 'generation') {
      // Generation that may be gone is none; age takes it away at once.
      if (fresh !== null && circuit.creditGeneration) {
        sum = plus(
          sum,
          perPhase((phase) => -Math.max(0, fresh[phase])),
        );
      }
      continue;
    }
    quality = worse(quality, state?.quality ?? 'never');
    const drawn = fresh === null ? null : perPhase((phase) => Math.max(0, fresh[phase]));
    const measured = drawn === null ? past.measured : withValue(past.measured, now, drawn);
    const heldMA = drawn === null ? (past.heldMA ?? held(past)) : null;
    keep.set(meter.id, { ...noPast, measured, heldMA, freshAt: drawn === null ? past.freshAt : now });
    sum = plus(sum, drawn ?? heldMA ?? NONE);
    holdsIncreases ||= state?.quality === 'stale' || state?.quality === 'suspect';
  }
  const nowMA = circuit.creditGeneration ? sum : perPhase((phase) => Math.max(0, sum[phase]));
  return { nowMA, netMA: null, steady: null, heldMA: null, quality, holdsIncreases, overMA: NONE };
}

/**
 * The meter is there and does not tell. While it is stale, the highest of its last minutes is held; when it is lost, the
 * reserve stands for it, yet never less than was held: age makes no limit go up.
 */
function withoutMeter(known: Part, past: Past, quality: MeterQuality, meter: MeterModel, runningMs: number): Part {
  const heldMA = past.heldMA ?? held(past);
  const waiting = quality === 'never' && runningMs <= meter.lostAfterMs;
  const holdsIncreases = known.holdsIncreases || quality === 'stale' || quality === 'suspect' || waiting;
  const nowMA =
    heldMA === null ? known.nowMA : quality === 'stale' || quality === 'suspect' ? heldMA : higher(heldMA, known.nowMA);
  return { ...known, nowMA, heldMA, quality: worse(known.quality, quality), holdsIncreases };
}

const isFirstWord = (past: Past, grid: MeterModel | null, quality: MeterQuality): boolean =>
  grid !== null && quality === 'fresh' && past.freshAt === null;

/** The highest of the minutes before it was last fresh; null where it never was. */
function held({ measured, freshAt }: Past): PerPhase<MilliAmps> | null {
  return freshAt === null ? null : highestSince(measured, freshAt - LONGEST_MS);
}

const ORDER: readonly ForeignQuality[] = ['unmetered', 'fresh', 'never', 'lost', 'stale', 'suspect'];

function worse(a: ForeignQuality, b: ForeignQuality): ForeignQuality {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

function plus(a: PerPhase<MilliAmps>, b: PerPhase<MilliAmps>): PerPhase<MilliAmps> {
  return perPhase((phase) => a[phase] + b[phase]);
}

function perPhase(of: (phase: GridPhase) => number): PerPhase<MilliAmps> {
  return [milliAmps(of(0)), milliAmps(of(1)), milliAmps(of(2))];
}
