import { allowedNow, allowedTogether } from '../../../src/sim/allowance.ts';
import type { ChargePoint } from '../../../src/sim/charge-point.ts';
import type { Connector } from '../../../src/sim/connector.ts';
import type { Stage } from './stage.ts';

/**
 * What stands on the ground: of each circuit and phase, what charge points may draw by the profiles that they hold, what they
 * draw, and what the building takes. Amps; the index is 3 x circuit + phase of the grid.
 */

type Placed = {
  readonly point: ChargePoint;
  readonly connector: Connector;
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
    point.connectors.map((connector) => ({
      point,
      connector,
      above: above(setting.points[index]?.circuit ?? ''),
      phases: [...(setting.points[index]?.rotation ?? '')].map((letter) => 'RST'.indexOf(letter)),
    })),
  );
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

  return {
    ids,
    limits,
    groups,
    /** How much a charge point may draw, A per phase of each of its connectors. */
    allowedOf(index: number): number[] {
      const now = world.clock.sim.now();
      return (groups[index] ?? []).map(({ point, connector }) => allowedNow(point, connector.id, now).amps);
    },
    /** `capOf`: of a connector, what it counts with at most. */
    allowed(capOf: (index: number, connector: number) => number): Float64Array {
      const sums = new Float64Array(limits.length);
      const now = world.clock.sim.now();
      groups.forEach((group, index) => {
        const most = group[0] === undefined ? null : allowedTogether(group[0].point, now);
        const of = ({ point, connector }: Placed) => {
          const { amps, phases } = allowedNow(point, connector.id, now);
          return perPhase(Math.min(amps, capOf(index, connector.id)), phases);
        };
        add(sums, group, of, most ?? Number.POSITIVE_INFINITY);
      });
      return sums;
    },
    /** What is drawn, with one charge point's excess above its limits left out where `obeys` says so. */
    drawn(obeys: (index: number) => boolean): Float64Array {
      const sums = new Float64Array(limits.length);
      const now = world.clock.sim.now();
      groups.forEach((group, index) => {
        const counted = obeys(index)
          ? ({ point, connector }: Placed) => {
              const { amps: most } = allowedNow(point, connector.id, now);
              return connector.measurement().amps.map((amps) => Math.min(amps, most));
            }
          : ({ connector }: Placed) => connector.measurement().amps;
        add(sums, group, counted, Number.POSITIVE_INFINITY);
      });
      return sums;
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
