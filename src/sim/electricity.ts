import { allowedAhead, allowedNow, allowedTogether, momentsAhead } from './allowance.ts';
import type { ChargePoint } from './charge-point.ts';
import type { SimClock } from './clock.ts';
import type { Limit } from './composite-schedule.ts';
import type { ForeignLoad } from './foreign-load.ts';
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

export function createElectricity(options: ElectricityOptions) {
  const { clock, circuits } = options;
  const placements = [...options.placements];
  const foreign = [...(options.foreign ?? [])];
  const parents = new Map(circuits.map(({ id, parent }) => [id, parent]));
  const drawn = createOverloads();
  const permitted = createOverloads();
  const peaks = new Map(circuits.map(({ id }) => [id, [0, 0, 0]]));
  let timer = 0;
  for (const one of placements) place(one);

  function place({ circuit, point, connectorId, rotation }: Placement): void {
    if (!parents.has(circuit)) throw new RangeError(`there is no circuit ${circuit} for ${point.id}/${connectorId}`);
    if (!/^(?=.*R)(?=.*S)(?=.*T)[RST]{3}$/.test(rotation)) throw new RangeError(`no rotation: ${rotation}`);
  }

  /** Adds to a circuit and to all above it. */
  const spread = (sums: Currents, circuit: string, amps: readonly number[]): void => {
    for (let id: string | null = circuit; id !== null; id = parents.get(id) ?? null) {
      const sum = sums.get(id);
      if (sum === undefined) throw new RangeError(`there is no circuit ${id}`);
      amps.forEach((each, phase) => {
        sum[phase] = (sum[phase] ?? 0) + each;
      });
    }
  };
  const nothing = (): Currents => new Map(circuits.map(({ id }) => [id, [0, 0, 0]]));

  const foreignNow = (): Currents => {
    const sums = nothing();
    for (const load of foreign) spread(sums, load.circuit, load.amps(clock.now()));
    return sums;
  };

  /** What really flows through each circuit at this moment. */
  const currents = (): Currents => {
    const sums = foreignNow();
    for (const { point, connectorId, circuit, rotation } of placements) {
      const amps = point.connectors.find(({ id }) => id === connectorId)?.measurement().amps ?? [];
      spread(sums, circuit, turned(amps, rotation));
    }
    return sums;
  };

  /** Of each circuit, the sum of these limits; a charge point's own maximum holds its connectors together. */
  const sumsOf = (limit: (one: Placement) => Limit, together: (point: ChargePoint) => number | null): Currents => {
    const sums = nothing();
    for (const point of new Set(placements.map((one) => one.point))) {
      const own = nothing();
      for (const one of placements.filter((each) => each.point === point)) {
        const { amps, phases } = limit(one);
        spread(
          own,
          one.circuit,
          turned(
            [0, 1, 2].map((phase) => (phase < phases ? amps : 0)),
            one.rotation,
          ),
        );
      }
      const most = together(point) ?? Number.POSITIVE_INFINITY;
      for (const [id, amps] of own) {
        const sum = sums.get(id);
        amps.forEach((each, phase) => {
          if (sum !== undefined) sum[phase] = (sum[phase] ?? 0) + Math.min(each, most);
        });
      }
    }
    return sums;
  };

  /** What the profiles that the charge points hold allow them to draw at this moment, whether or not they do. */
  const allowedSums = (): Currents =>
    sumsOf(
      ({ point, connectorId }) => allowedNow(point, connectorId, clock.now()),
      (point) => allowedTogether(point, clock.now()),
    );

  const look = (): void => {
    const at = clock.now();
    const now = currents();
    const [allowed, others] = [allowedSums(), foreignNow()];
    for (const { id, limitA } of circuits) {
      const peak = peaks.get(id);
      limitA.forEach((limit, phase) => {
        const amps = now.get(id)?.[phase] ?? 0;
        if (peak !== undefined) peak[phase] = Math.max(peak[phase] ?? 0, amps);
        drawn.look(id, phase, amps, limit, at);
        permitted.look(id, phase, (allowed.get(id)?.[phase] ?? 0) + (others.get(id)?.[phase] ?? 0), limit, at);
      });
    }
  };
  const tick = (): void => {
    look();
    timer = clock.setTimeout(tick, (options.tickSeconds ?? 1) * 1000);
  };

  return {
    circuits,
    currents,
    allowedSums,
    /** What flows besides the charge points. */
    foreignNow,
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
      const points = [...new Set(placements.map((one) => one.point))];
      const moments = new Set([now, ...points.flatMap((point) => momentsAhead(point, now, until))]);
      const worst = nothing();
      for (const at of moments) {
        const sums = sumsOf(
          ({ point, connectorId }) => allowedAhead(point, connectorId, now, at),
          (point) => allowedTogether(point, at),
        );
        for (const [id, amps] of worst) {
          for (const [phase, each] of (sums.get(id) ?? []).entries()) amps[phase] = Math.max(amps[phase] ?? 0, each);
        }
      }
      return worst;
    },
    add(one: Placement): void {
      place(one);
      placements.push(one);
    },
    burden(load: ForeignLoad): void {
      foreign.push(load);
    },
    /** Looks once at what flows; `start` does so by itself. */
    look,
    start: tick,
    stop: () => clock.clearTimeout(timer),
  };
}

/** From the charge point's phases to the grid's. */
function turned(amps: readonly number[], rotation: string): number[] {
  const grid = [0, 0, 0];
  [...rotation].forEach((letter, phase) => {
    grid['RST'.indexOf(letter)] = amps[phase] ?? 0;
  });
  return grid;
}
