/**
 * Which circuits any meter tells of, and to which meters a connector's current shows. Worked out once for each site model:
 * most circuits of a large site have no meter at or below them, and what is known of those never changes.
 */
import type { MeterQuality } from '../domain/meter.ts';
import type { CircuitModel, MeterModel, SiteModel } from '../domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../domain/units.ts';

/** A circuit that has a meter at or below it. */
export type MeteredCircuit = {
  readonly circuit: CircuitModel;
  /** Its index in the model. */
  readonly at: number;
  /** Its own, which has seen everything below. */
  readonly grid: MeterModel | null;
  /** Of single consumers and of generation. */
  readonly others: readonly MeterModel[];
  /** Circuits directly below that have a meter at or below them, as indexes in the model. */
  readonly below: readonly number[];
  /** Its own reserve, and those at and below all other circuits below it, mA. */
  readonly reserveMA: PerPhase<MilliAmps>;
};

export type ForeignQuality = MeterQuality | 'unmetered';

export type ForeignLoad = {
  readonly circuit: string;
  /** The best estimate at this moment, at and below the circuit. Less than 0 only where generation is credited. */
  readonly nowMA: PerPhase<MilliAmps>;
  /** What increases are held against: the highest of the last minute. Never less than `nowMA`. */
  readonly gateMA: PerPhase<MilliAmps>;
  /**
   * The same with what flows back, credited or not: less than 0 is what others have generated and do not use. Without a
   * meter of the circuit's own nobody sees it, and it is `nowMA`.
   */
  readonly netMA: PerPhase<MilliAmps>;
  /** Of the worst meter that it rests on. */
  readonly quality: ForeignQuality;
  /** What it says is held and not measured: nothing on this circuit is increased. */
  readonly holdsIncreases: boolean;
  /** By its own fresh meter: what is above the limit now, 0 where nothing is. To be shed at once. */
  readonly overMA: PerPhase<MilliAmps>;
};

export type Metering = {
  /** Children before their parents. */
  readonly metered: readonly MeteredCircuit[];
  /**
   * In the order of the model. Of a circuit without a meter at or below it, all reserves at and below it are its foreign
   * load; of all others it is what counts until they are looked at.
   */
  readonly unmetered: readonly ForeignLoad[];
  /** Circuits with a meter of their own that sees all below, children before their parents. */
  readonly seenAt: readonly string[];
  /** Of every circuit the first of those at or above it, as an index; absent where no meter sees it. */
  readonly seenBy: ReadonlyMap<string, number>;
  /** Of each of those the next one above it; -1 where there is none. */
  readonly above: readonly number[];
};

const unmeasured = {
  quality: 'unmetered',
  holdsIncreases: false,
  overMA: [milliAmps(0), milliAmps(0), milliAmps(0)],
} as const;

export function layOutMeters({ circuits, meters }: SiteModel): Metering {
  const own = new Map<string, MeterModel[]>();
  for (const meter of meters) own.set(meter.circuit, [...(own.get(meter.circuit) ?? []), meter]);
  const reserves = new Map(circuits.map(({ id, reserveMA }) => [id, [...reserveMA] as [number, number, number]]));
  const below = new Map<string, number[]>();
  const metered: MeteredCircuit[] = [];
  const unmetered: ForeignLoad[] = [];
  // Parents come before their children in the model: backwards, every child is known when its parent is reached.
  for (const [back, circuit] of circuits.toReversed().entries()) {
    const at = circuits.length - 1 - back;
    const { id, parent } = circuit;
    const all = own.get(id) ?? [];
    const children = below.get(id) ?? [];
    const [a, b, c] = reserves.get(id) ?? [0, 0, 0];
    const reserveMA: PerPhase<MilliAmps> = [milliAmps(a), milliAmps(b), milliAmps(c)];
    unmetered[at] = { ...unmeasured, circuit: id, nowMA: reserveMA, gateMA: reserveMA, netMA: reserveMA };
    if (all.length === 0 && children.length === 0) {
      const above = reserves.get(parent ?? '');
      if (above !== undefined) for (const phase of [0, 1, 2] as const) above[phase] += reserveMA[phase];
      continue;
    }
    const grid = all.find(({ side }) => side === 'grid') ?? null;
    metered.push({ circuit, at, grid, others: all.filter(({ side }) => side !== 'grid'), below: children, reserveMA });
    if (parent !== null) below.set(parent, [...(below.get(parent) ?? []), at]);
  }
  return { metered, unmetered, ...seenIn(circuits, metered) };
}

function seenIn(circuits: readonly CircuitModel[], metered: readonly MeteredCircuit[]) {
  const seenAt = metered.flatMap(({ circuit, grid }) => (grid === null ? [] : [circuit.id]));
  const places = new Map(seenAt.map((id, at) => [id, at]));
  const seenBy = new Map<string, number>();
  const above = seenAt.map(() => -1);
  for (const { id, parent } of circuits) {
    const place = places.get(id);
    const next = seenBy.get(parent ?? '');
    if (place !== undefined) above[place] = next ?? -1;
    const by = place ?? next;
    if (by !== undefined) seenBy.set(id, by);
  }
  return { seenAt, seenBy, above };
}
