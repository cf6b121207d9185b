import { commissioningWishes } from '../../src/central-system/configuration/commissioning.ts';
import type { SharingPolicy } from '../../src/domain/sharing-policy.ts';
import type { CircuitModel, ConnectorModel, Rotation, SiteModel } from '../../src/domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase, watts } from '../../src/domain/units.ts';
import { type CarType, createCar } from '../../src/sim/car.ts';
import type { ChargePoint } from '../../src/sim/charge-point.ts';
import type { DcOutlet } from '../../src/sim/dc.ts';
import { createElectricity } from '../../src/sim/electricity.ts';
import type { ForeignLoad } from '../../src/sim/foreign-load.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import type { Model } from '../../src/sim/station.ts';
import type { Database } from '../../src/store/database.ts';
import type { WorldOptions } from '../../src/virtual-site/world.ts';
import { createFastWorld } from '../support/fast-world.ts';
import { openPolicy } from '../support/site.ts';

/**
 * A site with a connection, charge points that enforce their own profiles, cars, a building and a meter, in virtual time.
 * What is judged is the simulated electricity, and what the charge points hold: never our own book.
 */

export type SiteOptions = {
  readonly seed?: number;
  /** Of the connection, A per phase. */
  readonly limitA: number;
  readonly reserveA?: number;
  readonly chargePoints: number;
  /** Connectors of each; 1 if absent. */
  readonly sockets?: number;
  readonly quirks?: (index: number) => Partial<Quirks>;
  /** Of a DC charge point, and what it draws from each phase of the grid without a limit, A; null for AC, with 32 A. */
  readonly dc?: (index: number) => (DcOutlet & { readonly ratedA: number }) | null;
  readonly metered?: boolean;
  /** Phases that cars were seen to use are counted on. */
  readonly trustLearnedPhases?: boolean;
  /** Between two samples of the meter; 1 if absent. */
  readonly meterSeconds?: number;
  /** False: no circuits are configured, and nothing is limited. */
  readonly balanced?: boolean;
  readonly foreign?: readonly ForeignLoad[];
  readonly floorA?: number;
  readonly rotations?: readonly Rotation[];
  readonly circuits?: readonly CircuitModel[];
  readonly circuitOf?: (index: number) => string;
  readonly leaseS?: number | 'auto';
  readonly sharing?: Partial<SharingPolicy>;
  readonly database?: Database;
  /** They send nothing of their own when they are back from a short absence. */
  readonly returnsSilently?: boolean;
  /** How wrong its clock is until it is told the time, ms. */
  readonly clockErrorMs?: (index: number) => number;
  /** Of charge points, by id. */
  readonly passwords?: ReadonlyMap<string, string>;
  readonly make?: WorldOptions['make'];
};

type DcOption = ReturnType<NonNullable<SiteOptions['dc']>>;

const model = (quirks: Partial<Quirks>, connectors: number, dc: DcOption, returnsSilently = false): Model => ({
  vendor: 'Testwerk',
  model: `${dc === null ? 'T' : 'DC'}${JSON.stringify(quirks).length}-${Object.keys(quirks).join('-').slice(0, 12)}`,
  firmwareVersion: '1.0',
  connectors,
  phases: 3,
  maxAmps: dc?.ratedA ?? 32,
  ...(dc === null ? {} : { dc }),
  lock: true,
  repeatsStatus: !returnsSilently,
  countsMessages: false,
  sampleSeconds: 10,
  quirks,
});

export const bigCar: CarType = {
  name: 'big',
  phases: 3,
  maxAmps: 32,
  batteryWh: 300_000,
  taperFromPercent: 99,
  reactionSeconds: 2,
  wakeUpSeconds: 5,
  rampAmpsPerSecond: 4,
  dcW: 150_000,
};

export const three = (amps: number): PerPhase<MilliAmps> => [
  milliAmps(amps * 1_000),
  milliAmps(amps * 1_000),
  milliAmps(amps * 1_000),
];

export function circuit(id: string, parent: string | null, limitA: number, reserveA = 0): CircuitModel {
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

const dcModel = (dc: DcOption): ConnectorModel['dc'] =>
  dc === null ? null : { efficiency: dc.efficiency, minW: watts(dc.leastW) };

const leastMA = (dc: DcOption): number =>
  dc === null ? 6_000 : Math.ceil(Math.max(6, dc.leastW / (dc.efficiency * 3 * 230)) * 1_000);

export function createBalancedSite(options: SiteOptions) {
  const { chargePoints: count, floorA = 0, metered = false } = options;
  const meterMs = (options.meterSeconds ?? 1) * 1_000;
  const circuits = options.circuits ?? [circuit('grid', null, options.limitA, options.reserveA)];
  const dcOf = options.dc ?? (() => null);
  const sockets = Array.from({ length: options.sockets ?? 1 }, (_, index) => index + 1);
  const ids = Array.from({ length: count }, (_, index) => `CP${String(index + 1).padStart(2, '0')}`);
  const circuitOf = options.circuitOf ?? (() => circuits[0]?.id ?? 'grid');
  const rotationOf = (index: number): Rotation => options.rotations?.[index % options.rotations.length] ?? 'RST';
  const siteModel: SiteModel = {
    circuits,
    connectors: ids.flatMap((chargePointId, index) =>
      sockets.map(
        (connectorId): ConnectorModel => ({
          chargePointId,
          connectorId,
          circuit: circuitOf(index),
          wiredPhases: 3,
          rotation: rotationOf(index),
          ratedMA: milliAmps((dcOf(index)?.ratedA ?? 32) * 1_000),
          maxMA: milliAmps((dcOf(index)?.ratedA ?? 32) * 1_000),
          minMA: milliAmps(leastMA(dcOf(index))),
          floorMA: milliAmps(floorA * 1_000),
          dc: dcModel(dcOf(index)),
          smartCharging: true,
        }),
      ),
    ),
    meters: metered ? [{ id: 'main', circuit: 'grid', side: 'grid', intervalMs: meterMs, lostAfterMs: 60_000 }] : [],
    unknownReserveMA: milliAmps(0),
    trustLearnedPhases: options.trustLearnedPhases ?? false,
  };
  const world = createFastWorld({
    seed: options.seed ?? 1,
    leaseS: options.leaseS ?? 'auto',
    sharing: options.sharing ?? {},
    policy: {
      siteModel: options.balanced === false ? null : siteModel,
      unknownChargePoints: 'accept',
      chargePointConfiguration: 'keep',
      wishedConfiguration: { ...openPolicy.wishedConfiguration, commissioning: commissioningWishes({}) },
    },
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.passwords === undefined ? {} : { passwords: options.passwords }),
    ...(options.make === undefined ? {} : { make: options.make }),
  });
  const points = ids.map((id, index) =>
    world.chargePoint(id, model(options.quirks?.(index) ?? {}, sockets.length, dcOf(index), options.returnsSilently), {
      clockErrorMs: options.clockErrorMs?.(index) ?? 0,
    }),
  );
  const electricity = createElectricity({
    clock: world.clock.sim,
    circuits: circuits.map(({ id, parent, limitMA }) => ({ id, parent, limitA: limitMA.map((mA) => mA / 1_000) })),
    placements: points.flatMap((point, index) =>
      sockets.map((connectorId) => ({
        point,
        connectorId,
        circuit: circuitOf(index),
        rotation: rotationOf(index),
      })),
    ),
    foreign: options.foreign ?? [],
  });
  /** What the meter does: tells the truth, says nothing, or repeats itself. */
  const meter = { mode: 'true' as 'true' | 'silent' | 'frozen' | 'thousandfold' | 'swapped', last: three(0) };
  if (metered) tick();

  function tick(): void {
    world.clock.sim.setTimeout(tick, meterMs);
    if (meter.mode === 'silent') return;
    const truth = electricity.currents().get('grid') ?? [0, 0, 0];
    const scale = meter.mode === 'thousandfold' ? 1_000_000 : 1_000;
    if (meter.mode !== 'frozen') {
      meter.last = (meter.mode === 'swapped' ? [1, 0, 2] : [0, 1, 2]).map((phase) =>
        milliAmps((truth[phase] ?? 0) * scale),
      ) as unknown as PerPhase<MilliAmps>;
    }
    world.controller().balancing?.meterSampled({
      meterId: 'main',
      at: world.clock.server.now(),
      receivedAt: world.clock.server.monotonic(),
      currentMA: meter.last,
      powerW: null,
      energyWh: null,
      liveness: [],
      ...(meter.mode === 'frozen' ? {} : { stamped: true }),
    });
  }

  return {
    world,
    points,
    siteModel,
    electricity,
    meter,
    advance: (seconds: number) => world.clock.advance(seconds),
    powerOn(): void {
      for (const point of points) point.powerOn();
      electricity.start();
    },
    plugIn(index: number, car = bigCar, socPercent = 10): void {
      const point = points[index];
      point?.connectors[0]?.plug(createCar(car, socPercent));
      point?.connectors[0]?.presentCard(`CARD-${index}`);
    },
    /** Another one that goes by the id of the first, beside it on its circuit, without power yet. */
    twin(quirks: Partial<Quirks> = {}): ChargePoint {
      const point = world.chargePoint(ids[0] ?? '', model(quirks, 1, null), { serialNumber: 'THE-OTHER' });
      electricity.add({ point, connectorId: 1, circuit: circuitOf(0), rotation: rotationOf(0) });
      points.push(point);
      return point;
    },
    /** Amps on L1 to L3 of a circuit. */
    flow: (id = 'grid'): readonly number[] => electricity.currents().get(id) ?? [],
    drawn: (index: number): number => Math.max(...(points[index]?.connectors[0]?.measurement().amps ?? [0])),
    plan: () => world.controller().balancing?.shown.connectors() ?? [],
    circuits: () => world.controller().balancing?.shown.circuits() ?? [],
    stop: () => world.stop(),
  };
}
