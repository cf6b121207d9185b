import { type CarType, socPercent } from './car.ts';
import { type ChargePoint, createChargePoint } from './charge-point.ts';
import type { SimClock } from './clock.ts';
import type { Placement } from './electricity.ts';
import { models } from './models.ts';
import { createRandom } from './random.ts';
import type { Model } from './station.ts';
import type { ConnectorStatus } from './status-report.ts';
import type { Dial } from './transport.ts';
import { invite } from './visitor.ts';
import { dialWebSocket } from './ws-transport.ts';

/** A depot of simulated charge points with cars coming and going. */

type FleetOptions = {
  /** The Central System's endpoint; `/<charge point id>` is added. */
  readonly url: string;
  readonly count: number;
  /** The same seed gives the same charge points, cars and cards. */
  readonly seed: number;
  readonly clock: SimClock;
  /** Cards that the Central System may know; at least one. */
  readonly idTags: readonly string[];
  /** Charge points are called this and a number; "SIM-" if absent. */
  readonly idPrefix?: string;
  readonly password?: string | null;
  /** How many times faster than in life cars come and go; 1 if absent. Currents and energies stay as in life. */
  readonly pace?: number;
  /** Share of drivers with a card that nobody knows, 0 to 1; 0.05 if absent. */
  readonly strangers?: number;
  /** Another line than a WebSocket to `url`. */
  readonly dial?: Dial;
  /** As for a charge point; false when the clock runs faster than the Central System's. */
  readonly setsClock?: boolean;
  /** Makes of the charge points, in turn; all of them if absent. */
  readonly models?: readonly Model[];
  /** Cars that come, each as likely; all types if absent. */
  readonly cars?: readonly CarType[];
  /** The first cars all come within so many seconds; spread over a while if absent. */
  readonly stormSeconds?: number;
};

type ConnectorSnapshot = {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly connected: boolean;
  readonly status: ConnectorStatus;
  /** What car is plugged, and its state of charge in percent. */
  readonly car: { readonly type: string; readonly socPercent: number } | null;
  /** Drawn now, on L1, L2, L3. */
  readonly amps: readonly number[];
  /** The import register. */
  readonly registerKwh: number;
  /** Since the running transaction began. */
  readonly sessionKwh: number | null;
};

export type Fleet = {
  readonly chargePoints: readonly ChargePoint[];
  snapshot(): ConnectorSnapshot[];
  /** The cars leave, queued messages go out if the Central System takes them, all connections close. */
  stop(): Promise<void>;
};

/** Seconds over which the charge points are switched on, and which `stop` waits for queued messages at most. */
const startSpreadSeconds = 5;
const farewellSeconds = 20;

export function startFleet(options: FleetOptions): Fleet {
  const { clock, idPrefix = 'SIM-', pace = 1, strangers = 0.05 } = options;
  const random = createRandom(options.seed);
  const makes = options.models ?? models;
  const dial = options.dial ?? dialWebSocket(options.url);
  const chargePoints = Array.from({ length: options.count }, (_, index) =>
    createChargePoint({
      id: `${idPrefix}${String(index + 1).padStart(3, '0')}`,
      model: makes[index % makes.length] ?? random.pick(makes),
      dial,
      clock,
      random: random.fork(),
      password: options.password ?? null,
      clockErrorMs: random.integer(-20_000, 20_000) * (options.setsClock === false ? 0 : 1),
      setsClock: options.setsClock ?? true,
    }),
  );
  const starts = chargePoints.map((one) => {
    for (const connector of one.connectors) {
      one.flash.registersWh.set(connector.id, random.integer(0, 5_000_000));
    }
    return clock.setTimeout(one.powerOn, random.between(0, startSpreadSeconds) * 1000);
  });
  const { idTags, cars, stormSeconds } = options;
  const habits = {
    ...{ clock, idTags, strangers, pace },
    ...(cars === undefined ? {} : { cars }),
    ...(stormSeconds === undefined ? {} : { stormSeconds }),
  };
  const visitors = chargePoints
    .flatMap((one) => one.connectors)
    .map((connector) => invite({ ...habits, connector, random: random.fork() }));

  return {
    chargePoints,
    snapshot: () => chargePoints.flatMap(snapshotOf),
    stop: async () => {
      for (const start of starts) clock.clearTimeout(start);
      for (const one of visitors) one.stop();
      await Promise.all(chargePoints.map((one) => farewell(one, clock)));
    },
  };
}

/** Hangs the connectors on circuits in turn, and turns the phases of one after the other as an electrician does. */
export function placed(
  chargePoints: readonly ChargePoint[],
  circuits: readonly string[],
  rotations: readonly string[] = ['RST', 'STR', 'TRS'],
): Placement[] {
  return chargePoints.flatMap((point, index) =>
    point.connectors.map(({ id }) => ({
      point,
      connectorId: id,
      circuit: circuits[index % circuits.length] ?? '',
      rotation: rotations[index % rotations.length] ?? 'RST',
    })),
  );
}

function snapshotOf(chargePoint: ChargePoint): ConnectorSnapshot[] {
  return chargePoint.connectors.map((connector) => {
    const { amps, registerWh } = connector.measurement();
    const { car, transaction } = connector;
    return {
      chargePointId: chargePoint.id,
      connectorId: connector.id,
      connected: chargePoint.connected(),
      status: connector.status,
      car: car === null ? null : { type: car.type.name, socPercent: socPercent(car) },
      amps,
      registerKwh: registerWh / 1000,
      sessionKwh: transaction === null ? null : (registerWh - transaction.meterStartWh) / 1000,
    };
  });
}

function farewell(chargePoint: ChargePoint, clock: SimClock): Promise<void> {
  const deadline = clock.now() + farewellSeconds * 1000;
  return new Promise((resolve) => {
    const wait = (): void => {
      const waits = chargePoint.connected() && chargePoint.flash.queue.length > 0 && clock.now() < deadline;
      if (waits) clock.setTimeout(wait, 200);
      else chargePoint.shutDown(resolve);
    };
    wait();
  });
}
