import type { Connector } from '../../../src/sim/connector.ts';
import { createKeptAllowance } from '../../../src/sim/kept-allowance.ts';
import type { Stage } from './stage.ts';

/**
 * What stands on the ground: of each circuit and phase, what charge points may draw by the profiles that they hold, what they
 * draw, and what the building takes. Amps; the index is 3 x circuit + phase of the grid.
 */

type Placed = {
  readonly connector: Connector;
  /** Among those of its charge point. */
  readonly at: number;
  /** Circuits from its own to the root. */
  readonly above: readonly number[];
  /** Phase of the grid at its L1, L2, L3. */
  readonly phases: readonly number[];
};

export type Ground = ReturnType<typeof createGround>;

export function createGround({ setting, points, electricity, world }: Stage) {
  const { circuits } = setting.siteModel;
  const ids = circuits.map(({ id }) => id);
  const above = (id: string | null): number[] => {
    const found = circuits.findIndex((one) => one.id === id);
    const circuit = circuits[found];
    return circuit === undefined ? [] : [found, ...above(circuit.parent)];
  };
  const groups = points.map((point, index): readonly Placed[] =>
    point.connectors.map((connector, at) => ({
      connector,
      at,
      above: above(setting.points[index]?.circuit ?? ''),
      phases: [...(setting.points[index]?.rotation ?? '')].map((letter) => 'RST'.indexOf(letter)),
    })),
  );
  const allowances = points.map((point) => {
    const now = createKeptAllowance(
      point,
      point.connectors.map(({ id }) => id),
    );
    return { now, found: now(world.clock.sim.now()), amps: [] as readonly number[] };
  });
  /** What a charge point's profiles allow now; the same object for as long as nothing changes. */
  const allowanceOf = (index: number) => {
    const allowance = allowances[index];
    if (allowance === undefined) throw new RangeError('a charge point is missing');
    const found = allowance.now(world.clock.sim.now());
    if (found !== allowance.found || allowance.amps.length === 0) {
      allowance.found = found;
      allowance.amps = found.limits.map(({ amps }) => amps);
    }
    return allowance;
  };
  const sockets = points.flatMap(({ connectors }) => connectors);
  const limits = circuits.flatMap(({ limitMA }) => limitMA.map((mA) => mA / 1_000));

  /** Adds what one charge point takes to the sums of all circuits above it; `most`: all its sockets together, per phase. */
  const add = (sums: Float64Array, group: readonly Placed[], of: (one: Placed) => readonly number[], most: number) => {
    const own = [0, 0, 0];
    for (const one of group) {
      of(one).forEach((amps, phase) => {
        const grid = one.phases[phase] ?? 0;
        own[grid] = (own[grid] ?? 0) + amps;
      });
    }
    for (const circuit of group[0]?.above ?? []) {
      for (let phase = 0; phase < 3; phase += 1) {
        const place = 3 * circuit + phase;
        sums[place] = (sums[place] ?? 0) + Math.min(own[phase] ?? 0, most);
      }
    }
  };
  const perPhase = (amps: number, phases: number): readonly number[] =>
    phases >= 3 ? [amps, amps, amps] : [amps, phases >= 2 ? amps : 0, 0];

  const allowed = (capOf: (index: number, connector: number) => number): Float64Array => {
    const sums = new Float64Array(limits.length);
    groups.forEach((group, index) => {
      const { limits: own, together } = allowanceOf(index).found;
      const of = ({ connector, at }: Placed) => {
        const { amps, phases } = own[at] ?? { amps: 0, phases: 3 };
        return perPhase(Math.min(amps, capOf(index, connector.id)), phases);
      };
      add(sums, group, of, together ?? Number.POSITIVE_INFINITY);
    });
    return sums;
  };
  /** Sums are made anew only where one of these things is another than at the last look. */
  const createKept = (make: () => Float64Array) => {
    let kept: Float64Array | null = null;
    let seen: readonly unknown[] = [];
    return (things: readonly unknown[]): Float64Array => {
      if (kept !== null && things.every((thing, at) => thing === seen[at])) return kept;
      seen = things;
      kept = make();
      return kept;
    };
  };
  const full = createKept(() => allowed(() => Number.POSITIVE_INFINITY));
  const drawn = createKept(() => {
    const sums = new Float64Array(limits.length);
    groups.forEach((group, index) => {
      const most = held[index] ?? null;
      const counted = ({ connector, at }: Placed) =>
        most === null ? connector.amps : connector.amps.map((amps) => Math.min(amps, most[at] ?? 0));
      add(sums, group, counted, Number.POSITIVE_INFINITY);
    });
    return sums;
  });
  /** Of charge points whose excess is left out, what they may draw. */
  const held: (readonly number[] | null)[] = points.map(() => null);

  return {
    ids,
    limits,
    groups,
    /** How much a charge point may draw, A per phase of each of its connectors; the same list for as long as nothing changes. */
    allowedOf: (index: number): readonly number[] => allowanceOf(index).amps,
    /** `capOf`: of a connector, what it counts with at most. */
    allowed,
    /** Without any cap. */
    full: (): Float64Array => full(points.map((_, index) => allowanceOf(index).found)),
    /** What is drawn, with one charge point's excess above its limits left out where `obeys` says so. */
    drawn(obeys: (index: number) => boolean): Float64Array {
      points.forEach((_, index) => {
        held[index] = obeys(index) ? allowanceOf(index).amps : null;
      });
      return drawn([...held, ...sockets.map(({ amps }) => amps)]);
    },
    /** What the building takes. */
    foreign(): Float64Array {
      const now = electricity.foreignNow();
      return new Float64Array(ids.flatMap((id) => now.get(id) ?? [0, 0, 0]));
    },
    /** Circuit and phase of a place, in words. */
    nameOf: (place: number): string => `${ids[Math.floor(place / 3)]} L${(place % 3) + 1}`,
  };
}
