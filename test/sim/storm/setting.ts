import type { CircuitModel, ConnectorModel, Rotation, SiteModel } from '../../../src/domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../../../src/domain/units.ts';
import type { Random } from '../../../src/sim/random.ts';
import { type Make, makes } from './makes.ts';

/** The site in which a storm happens: drawn from its seed, and such that its floors and the building fit together. */

const COUNT = 8;
/** What the building takes without jumps, A per phase, and how far it jumps at most on top of that. */
export const BUILDING_A = { lowest: 4, highest: 6, jump: 14 } as const;
const RESERVE_A = 20;
/** No car charges with less. */
const LEAST_A = 6;

export function drawSetting(random: Random, pace: Random) {
  const rotations: Rotation[] = ['RST', 'STR', 'TRS'];
  const metered = random.chance(0.6);
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
  const limitA = random.pick([80, 100, 125]);
  const sockets = points.reduce((sum, { make }) => sum + (make.sockets ?? 1), 0);
  // Where all obey and all minimums fit beside the building, cars may go on when the controller is gone. What takes watts only
  // starves with a floor: docs/proof-by-simulation.md names that as open.
  const mayHaveFloors = unrulyAt < 0 && points.every(({ make }) => make.quirks.wattsOnly !== true);
  const floorA = mayHaveFloors && sockets * LEAST_A + RESERVE_A <= 0.95 * limitA ? LEAST_A : 0;
  const circuits = [
    circuit('grid', null, limitA, { metered, reserveA: RESERVE_A }),
    circuit('east', 'grid', random.pick([40, 50]), { metered, reserveA: 0 }),
    circuit('west', 'grid', random.pick([40, 50]), { metered, reserveA: 0 }),
  ];
  const connectors = points.flatMap(({ id, make, circuit: on, rotation }) =>
    Array.from({ length: make.sockets ?? 1 }, (_, index) => connector(id, index + 1, { on, rotation, make, floorA })),
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

function circuit(
  id: string,
  parent: string | null,
  limitA: number,
  { metered, reserveA }: { metered: boolean; reserveA: number },
): CircuitModel {
  return {
    id,
    parent,
    limitMA: three(limitA),
    limitW: null,
    unbalanceMA: null,
    // What a meter says of the building is old while cars change one after another. Without one, a margin would only hide errors.
    marginPercent: metered ? 5 : 0,
    reserveMA: three(reserveA),
    creditGeneration: false,
    chargePointId: null,
  };
}

function connector(
  chargePointId: string,
  connectorId: number,
  { on, rotation, make, floorA }: { on: string; rotation: Rotation; make: Make; floorA: number },
) {
  const model: ConnectorModel = {
    chargePointId,
    connectorId,
    circuit: on,
    wiredPhases: make.phases ?? 3,
    rotation,
    ratedMA: milliAmps(32_000),
    maxMA: milliAmps(32_000),
    minMA: milliAmps(LEAST_A * 1_000),
    floorMA: milliAmps(floorA * 1_000),
    dc: null,
    smartCharging: true,
  };
  return model;
}
