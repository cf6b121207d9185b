import { commissioningWishes } from '../../../src/central-system/configuration/commissioning.ts';
import { defaultPolicy } from '../../../src/domain/sharing-policy.ts';
import { type Instant, milliAmps, type PerPhase } from '../../../src/domain/units.ts';
import { createElectricity } from '../../../src/sim/electricity.ts';
import { createRandom } from '../../../src/sim/random.ts';
import { type Database, openStore } from '../../../src/store/database.ts';
import { createWorld, type WorldOptions } from '../../../src/virtual-site/world.ts';
import { NOON } from '../../support/manual-clock.ts';
import { openPolicy } from '../../support/site.ts';
import { createBuilding } from './building.ts';
import { modelOf } from './makes.ts';
import { drawSetting } from './setting.ts';
import { createSpokenLog } from './spoken-log.ts';
import { watchLines } from './watched-lines.ts';

/** Everything of a storm but its weather: the controller, the charge points, the wiring, the building and its meter. */

export type Stage = ReturnType<typeof createStage>;

export type MeterMode = 'true' | 'silent' | 'frozen';

const emptyStoreOf = (epoch: string) => (at: Instant) =>
  openStore(':memory:', { now: at, newId: () => epoch }).database;

export function createStage(seed: number, prepare: (store: Database) => void, make?: WorldOptions['make']) {
  const random = createRandom(seed * 7_919);
  const setting = drawSetting(random, createRandom(seed * 104_729));
  const { siteModel, metered, meterS } = setting;
  const log = createSpokenLog();
  const database = emptyStoreOf('first')(NOON);
  prepare(database);
  const world = createWorld({
    seed,
    start: NOON,
    log,
    database,
    ...(make === undefined ? {} : { make }),
    policy: {
      ...openPolicy,
      unknownCards: 'accept',
      siteModel,
      unknownChargePoints: 'accept',
      chargePointConfiguration: 'keep',
      wishedConfiguration: {
        ...openPolicy.wishedConfiguration,
        all: [{ key: 'MeterValueSampleInterval', value: String(setting.sampleS), from: 'all' }],
        commissioning: commissioningWishes({}),
      },
    },
    sharing: { leaseS: setting.leaseS, rules: { policy: defaultPolicy, tierOf: [] } },
  });
  const lines = watchLines(world.network);
  const points = setting.points.map(({ id, make, clockErrorMs }) =>
    world.chargePoint(id, modelOf(make, random), { clockErrorMs }),
  );
  const building = createBuilding(random.fork());
  const electricity = createElectricity({
    clock: world.clock.sim,
    circuits: siteModel.circuits.map(({ id, parent, limitMA }) => ({
      id,
      parent,
      limitA: limitMA.map((mA) => mA / 1_000),
    })),
    placements: setting.points.flatMap(({ circuit, rotation }, index) => {
      const point = points[index];
      if (point === undefined) throw new RangeError('a charge point is missing');
      return point.connectors.map(({ id }) => ({ point, connectorId: id, circuit, rotation }));
    }),
    foreign: [building.load],
  });
  let seconds = 0;
  const meter = { mode: 'true' as MeterMode, last: [0, 0, 0] as readonly number[] };

  /** Once a second: what the meter says, where it says something in this one. */
  function sample(): void {
    seconds += 1;
    if (!metered || seconds % meterS !== 0 || meter.mode === 'silent') return;

    if (meter.mode !== 'frozen') meter.last = electricity.currents().get('grid') ?? [];
    world.controller().balancing?.meterSampled({
      meterId: 'main',
      at: world.clock.server.now(),
      receivedAt: world.clock.server.monotonic(),
      currentMA: meter.last.map((amps) => milliAmps(amps * 1_000)) as unknown as PerPhase<ReturnType<typeof milliAmps>>,
      powerW: null,
      energyWh: null,
      liveness: [],
      ...(meter.mode === 'frozen' ? {} : { stamped: true }),
    });
  }

  return {
    seed,
    random,
    setting,
    world,
    log,
    lines,
    points,
    building,
    electricity,
    meter,
    sample,
    emptyStore: emptyStoreOf('anew'),
  };
}
