import type { ConnectorLoad } from '../../src/balancer/car-load.ts';
import { type ForeignState, foreignLoad, newForeignState } from '../../src/balancer/foreign-load.ts';
import { layOutMeters } from '../../src/balancer/metering.ts';
import type { MeterQuality, MeterState } from '../../src/domain/meter.ts';
import type { CircuitModel, MeterModel, SiteModel } from '../../src/domain/site-model.ts';
import {
  instant,
  type MilliAmps,
  type Monotonic,
  milliAmps,
  monotonic,
  type PerPhase,
} from '../../src/domain/units.ts';

/** One meter, circuits and cars for tests of what a building draws. */

export const on = (a: number, b = a, c = b): PerPhase<MilliAmps> => [
  milliAmps(a * 1_000),
  milliAmps(b * 1_000),
  milliAmps(c * 1_000),
];
export const circuit = (id: string, parent: string | null, change: Partial<CircuitModel> = {}): CircuitModel => ({
  id,
  parent,
  limitMA: on(100),
  limitW: null,
  unbalanceMA: null,
  marginPercent: 5,
  reserveMA: on(0),
  creditGeneration: false,
  chargePointId: null,
  ...change,
});
export const meter = (id: string, at: string, side: MeterModel['side'] = 'grid'): MeterModel => {
  return { id, circuit: at, side, intervalMs: 1_000, lostAfterMs: 60_000 };
};
export const site = (circuits: CircuitModel[], meters: MeterModel[]): SiteModel => ({
  circuits,
  connectors: [],
  meters,
  unknownReserveMA: milliAmps(0),
  trustLearnedPhases: false,
});
export const car = (change: Partial<ConnectorLoad> = {}): ConnectorLoad => ({
  key: 'CP1/1',
  circuit: 'grid',
  phases: [0, 1, 2],
  measuredMA: on(16),
  sampledAt: monotonic(0),
  sampleIntervalMs: 10_000,
  changedAt: null,
  lagMs: 15_000,
  toldMA: milliAmps(6_000),
  limitMA: milliAmps(16_000),
  counted: 'planned',
  provenMA: null,
  ...change,
});
export const says = (currentMA: PerPhase<MilliAmps>, quality: MeterQuality = 'fresh'): MeterState => ({
  meterId: '',
  quality,
  why: null,
  ageMs: 0,
  last: {
    meterId: '',
    at: instant(0),
    receivedAt: monotonic(0),
    currentMA,
    powerW: null,
    energyWh: null,
    liveness: [],
  },
});

/** Looks at a site again and again, with memory between the looks. */
export function watched(model: SiteModel, from: ForeignState = newForeignState) {
  let state = from;
  return (at: number, meters: Record<string, MeterState>, cars: ConnectorLoad[] = []) => {
    const result = foreignLoad(layOutMeters(model), new Map(Object.entries(meters)), cars, state, at as Monotonic);
    state = result.state;
    return (id: string) => {
      const load = result.loads.find(({ circuit }) => circuit === id);
      if (load === undefined) throw new Error(`no load of ${id}`);
      return load;
    };
  };
}
export const simple = () => watched(site([circuit('grid', null, { reserveMA: on(20) })], [meter('main', 'grid')]));
