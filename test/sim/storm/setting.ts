import type { CircuitModel, ConnectorModel, Rotation, SiteModel } from '../../../src/domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../../../src/domain/units.ts';
import type { Random } from '../../../src/sim/random.ts';
import { type Make, makes } from './makes.ts';

/** The site in which a storm happens: drawn from its seed, and such that its floors and the building fit together. */

const COUNT = 8;
/** What the building takes without jumps, A per phase, and how far it jumps at most on top of that. */
export const BUILDING_A = { lowest: 4, highest: 6, jump: 14 } as const;
const RESERVE_A = 20;

export function drawSetting(random: Random, pace: Random) {
  const rotations: Rotation[] = ['RST', 'STR', 'TRS'];
  const metered = random.chance(0.85);
  const unrulyAt = random.chance(0.6) ? random.integer(0, COUNT - 1) : -1;
  /** How often the meter is read, and how often a charge point says what it draws: not every site can have both each few seconds. */
  const meterS = pace.pick([1, 2, 5, 10]);
  const sampleS = pace.pick([10, 30, 60]);
  const tame = makes.filter((make) => make.unruly !== true);
  const points = Array.from({ length: COUNT }, (_, index) => {
    const make: Make = random.pick(index === unrulyAt ? makes.filter(({ unruly }) => unruly === true) : tame);
    return {
      id: `CP${index + 1}`,
      make,
      circuit: index % 2 === 0 ? 'grid' : index % 4 === 1 ? 'east' : 'west',
      rotation: random.pick(rotations),
      clockErrorMs: random.chance(0.3) ? random.integer(-90_000, 90_000) : 0,
    };
  });
  const circuits = [
    circuit('grid', null, random.pick([80, 100, 125]), metered ? RESERVE_A : BUILDING_A.highest + BUILDING_A.jump),
    circuit('east', 'grid', random.pick([40, 50])),
    circuit('west', 'grid', random.pick([40, 50])),
  ];
  const connectors = points.flatMap(({ id, make, circuit: on, rotation }) =>
    Array.from({ length: make.sockets ?? 1 }, (_, index) => connector(id, index + 1, on, rotation, make)),
  );
  const siteModel: SiteModel = {
    circuits,
    connectors,
    meters: metered
      ? [{ id: 'main', circuit: 'grid', side: 'grid', intervalMs: meterS * 1_000, lostAfterMs: 60_000 }]
      : [],
    unknownReserveMA: milliAmps(0),
    trustLearnedPhases: false,
  };
  return { points, siteModel, metered, meterS, sampleS, leaseS: random.pick([120, 'auto'] as const) };
}

const three = (amps: number): PerPhase<MilliAmps> => {
  const mA = milliAmps(amps * 1_000);
  return [mA, mA, mA];
};

function circuit(id: string, parent: string | null, limitA: number, reserveA = 0): CircuitModel {
  return {
    id,
    parent,
    limitMA: three(limitA),
    limitW: null,
    unbalanceMA: null,
    marginPercent: 5,
    reserveMA: three(reserveA),
    creditGeneration: false,
    chargePointId: null,
  };
}

function connector(chargePointId: string, connectorId: number, on: string, rotation: Rotation, make: Make) {
  const model: ConnectorModel = {
    chargePointId,
    connectorId,
    circuit: on,
    wiredPhases: make.phases ?? 3,
    rotation,
    ratedMA: milliAmps(32_000),
    maxMA: milliAmps(32_000),
    minMA: milliAmps(6_000),
    floorMA: milliAmps(0),
    dc: null,
    smartCharging: true,
  };
  return model;
}
