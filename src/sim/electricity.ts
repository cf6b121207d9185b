import { allowedAhead, allowedTogether, momentsAhead } from './allowance.ts';
import type { ChargePoint } from './charge-point.ts';
import { type CircuitSums, createCircuitTree, phasesOf, straight } from './circuit-sums.ts';
import type { SimClock } from './clock.ts';
import type { Limit } from './composite-schedule.ts';
import type { Connector } from './connector.ts';
import type { ForeignLoad } from './foreign-load.ts';
import { createKeptAllowance } from './kept-allowance.ts';
import { createOverloads } from './overloads.ts';

/**
 * The wiring of a simulated site: a tree of circuits, what hangs on them, and the currents that really flow. Currents
 * are amps on L1, L2, L3 of the grid. It is the judge of a limit: it knows nothing of what a controller believes.
 */

export type SimCircuit = {
  readonly id: string;
  /** Null for the root. */
  readonly parent: string | null;
  readonly limitA: readonly number[];
};

export type Placement = {
  readonly point: ChargePoint;
  readonly connectorId: number;
  readonly circuit: string;
  /** Which of the grid's phases (R, S, T) stands at the charge point's L1, L2, L3. */
  readonly rotation: string;
};

type ElectricityOptions = {
  readonly clock: SimClock;
  readonly circuits: readonly SimCircuit[];
  readonly placements: readonly Placement[];
  readonly foreign?: readonly ForeignLoad[];
  /** How often the currents are looked at, in seconds; 1 if absent. */
  readonly tickSeconds?: number;
};

export type Electricity = ReturnType<typeof createElectricity>;

type Currents = ReadonlyMap<string, number[]>;

/** A placement, as it is walked along. */
type Socket = {
  readonly point: ChargePoint;
  readonly connectorId: number;
  readonly connector: Connector | undefined;
  /** Its circuit. */
  readonly at: number;
  /** Among those of its charge point. */
  readonly place: number;
  readonly phases: readonly number[];
};

type Allowed = {
  readonly ids: readonly number[];
  readonly now: ReturnType<typeof createKeptAllowance>;
  /** At the last look. */
  found: ReturnType<ReturnType<typeof createKeptAllowance>> | null;
};

const none: Limit = { amps: 0, phases: 3 };

export function createElectricity(options: ElectricityOptions) {
  const { clock, circuits } = options;
  const tree = createCircuitTree(circuits);
  const sockets: Socket[] = [];
  const allowances = new Map<ChargePoint, Allowed>();
  const foreign = [...(options.foreign ?? [])];
  const drawn = createOverloads();
  const permitted = createOverloads();
  const peaks = new Map(circuits.map(({ id }) => [id, [0, 0, 0]]));
  /** What may be drawn, as it was last summed up; null where that is to be done. */
  let allowed: CircuitSums | null = null;
  /** What was last looked at. */
  const seen: unknown[] = [];
  let timer = 0;
  for (const one of options.placements) place(one);

  function place({ circuit, point, connectorId, rotation }: Placement): void {
    if (!/^(?=.*R)(?=.*S)(?=.*T)[RST]{3}$/.test(rotation)) throw new RangeError(`no rotation: ${rotation}`);
    const ids = [...(allowances.get(point)?.ids ?? []), connectorId];
    const connector = point.connectors.find(({ id }) => id === connectorId);
    const at = tree.place(circuit);
    sockets.push({ point, connectorId, connector, at, place: ids.length - 1, phases: phasesOf(rotation) });
    allowances.set(point, { ids, now: createKeptAllowance(point, ids), found: null });
    allowed = null;
  }

  const foreignSums = (): CircuitSums => {
    const sums = tree.nothing();
    for (const { circuit, amps } of foreign) tree.spread(sums, tree.place(circuit), amps(clock.now()), straight);
    return sums;
  };

  /** What really flows through each circuit at this moment. */
  const currentSums = (): CircuitSums => {
    const sums = foreignSums();
    for (const { connector, at, phases } of sockets) tree.spread(sums, at, connector?.amps ?? [], phases);
    return sums;
  };

  /** Of each circuit, the sum of these limits; a charge point's own maximum holds its connectors together. */
  const sumsOf = (limit: (one: Socket) => Limit, together: (point: ChargePoint) => number | null): CircuitSums => {
    const sums = tree.nothing();
    for (const point of new Set(sockets.map((one) => one.point))) {
      const own = tree.nothing();
      for (const one of sockets.filter((each) => each.point === point)) {
        const { amps, phases } = limit(one);
        tree.spread(
          own,
          one.at,
          straight.map((phase) => (phase < phases ? amps : 0)),
          one.phases,
        );
      }
      const most = together(point) ?? Number.POSITIVE_INFINITY;
      for (let on = 0; on < sums.length; on += 1) sums[on] = (sums[on] ?? 0) + Math.min(own[on] ?? 0, most);
    }
    return sums;
  };

  /** What the profiles that the charge points hold allow them to draw at this moment, whether or not they do. */
  const allowedSums = (): CircuitSums => {
    const now = clock.now();
    let isKept = allowed !== null;
    for (const each of allowances.values()) {
      const found = each.now(now);
      if (found !== each.found) isKept = false;
      each.found = found;
    }
    if (allowed !== null && isKept) return allowed;
    allowed = sumsOf(
      ({ point, place }) => allowances.get(point)?.found?.limits[place] ?? none,
      (point) => allowances.get(point)?.found?.together ?? null,
    );
    return allowed;
  };

  /** Whether anything may flow or be allowed that did not at the last look. */
  const hasChanged = (now: number): boolean => {
    let changed = false;
    let at = 0;
    const note = (what: unknown): void => {
      if (seen[at] !== what) changed = true;
      seen[at] = what;
      at += 1;
    };
    for (const load of foreign) note(load.amps(now));
    for (const { connector } of sockets) note(connector?.amps);
    note(allowedSums());
    return changed;
  };

  const look = (): void => {
    const at = clock.now();
    if (!hasChanged(at) && !drawn.isAnyOpen() && !permitted.isAnyOpen()) return;
    const now = currentSums();
    const [may, others] = [allowedSums(), foreignSums()];
    for (const [node, { id, limitA }] of circuits.entries()) {
      const peak = peaks.get(id);
      limitA.forEach((limit, phase) => {
        const on = node * 3 + phase;
        const amps = now[on] ?? 0;
        if (peak !== undefined) peak[phase] = Math.max(peak[phase] ?? 0, amps);
        drawn.look(id, phase, amps, limit, at);
        permitted.look(id, phase, (may[on] ?? 0) + (others[on] ?? 0), limit, at);
      });
    }
  };
  const tick = (): void => {
    look();
    timer = clock.setTimeout(tick, (options.tickSeconds ?? 1) * 1000);
  };

  return {
    circuits,
    currents: (): Currents => tree.byId(currentSums()),
    allowedSums: (): Currents => tree.byId(allowedSums()),
    /** What flows besides the charge points. */
    foreignNow: (): Currents => tree.byId(foreignSums()),
    /** Highest currents so far. */
    peaks: (): Currents => peaks,
    /** More current than the limit. */
    overloads: drawn,
    /** More foreign load and allowance together than the limit, even if nobody made use of it. */
    overcommitments: permitted,
    /** The highest sums that the charge points may draw in the next so many hours if nobody talks to them any more. */
    deadBox(hours: number): Currents {
      const now = clock.now();
      const until = now + hours * 3_600_000;
      const points = [...allowances.keys()];
      const moments = new Set([now, ...points.flatMap((point) => momentsAhead(point, now, until))]);
      const worst = tree.nothing();
      for (const at of moments) {
        const sums = sumsOf(
          ({ point, connectorId }) => allowedAhead(point, connectorId, now, at),
          (point) => allowedTogether(point, at),
        );
        for (let on = 0; on < worst.length; on += 1) worst[on] = Math.max(worst[on] ?? 0, sums[on] ?? 0);
      }
      return tree.byId(worst);
    },
    add: place,
    burden(load: ForeignLoad): void {
      foreign.push(load);
    },
    /** Looks once at what flows; `start` does so by itself. */
    look,
    start: tick,
    stop: () => clock.clearTimeout(timer),
  };
}
