import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CarType, createCar } from '../../src/sim/car.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock } from '../../src/sim/clock.ts';
import { createElectricity, type Electricity } from '../../src/sim/electricity.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import type { Dial } from '../../src/sim/transport.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';

/**
 * A site in real time over real WebSockets: simulated charge points that keep to the profiles that they hold, big cars, a
 * building, and the currents that come of it, which are the judge.
 */

export type LiveSite = ReturnType<typeof createLiveSite>;

/** A limit that has arrived at a charge point. */
export type Arrival = { readonly chargePointId: string; readonly limitA: number; readonly at: number };

const CIRCUIT = 'grid';
/** After the power is on: floors are laid while nobody charges, ms. */
const CAR_AFTER_MS = 8_000;

/** What is learned of one make counts for all of it: those with other quirks are of another make. */
const modelWith = (quirks: Partial<Quirks>): Model => ({
  vendor: 'Testwerk',
  model: `Live ${Object.keys(quirks).join(' ')}`.trim().slice(0, 20),
  firmwareVersion: '1.0',
  connectors: 1,
  phases: 3,
  maxAmps: 32,
  lock: true,
  repeatsStatus: true,
  countsMessages: false,
  sampleSeconds: 10,
  quirks,
});

const bigCar: CarType = {
  name: 'big',
  phases: 3,
  maxAmps: 32,
  batteryWh: 300_000,
  taperFromPercent: 99,
  reactionSeconds: 2,
  wakeUpSeconds: 4,
  rampAmpsPerSecond: 8,
};

export type LiveSiteOptions = {
  readonly chargePoints: number;
  readonly limitA: number;
  readonly reserveA: number;
  readonly seed: number;
  readonly quirks?: (at: number) => Partial<Quirks>;
  /** Cars come only where they are told to; else soon after the power is on. */
  readonly carsWait?: boolean;
  /** Keys of the section `ocpp` besides its address. */
  readonly ocpp?: object;
  /** Hears of every limit of a running transaction, `at` on `performance.now()`. */
  readonly arrived?: (limit: Arrival) => void;
};

export function createLiveSite(options: LiveSiteOptions) {
  const clock = realClock();
  const random = createRandom(options.seed);
  const building = { amps: 0 };
  const ids = Array.from({ length: options.chargePoints }, (_, at) => `CP${String(at + 1).padStart(3, '0')}`);
  let points: ChargePoint[] = [];
  const electricity: Electricity = createElectricity({
    clock,
    circuits: [{ id: CIRCUIT, parent: null, limitA: [options.limitA, options.limitA, options.limitA] }],
    placements: [],
    foreign: [{ circuit: CIRCUIT, amps: () => [building.amps, building.amps, building.amps] }],
  });

  function arrive(at: number): void {
    const point = points[at];
    if (point?.registration() !== 'Accepted' || !point.connected()) {
      clock.setTimeout(() => arrive(at), 500);
      return;
    }
    point.connectors[0]?.plug(createCar(bigCar, 10));
    point.connectors[0]?.presentCard(`CARD-${at}`);
  }

  return {
    clock,
    electricity,
    limitA: options.limitA,
    points: (): readonly ChargePoint[] => points,
    /** What flows on L1 to L3 through the grid connection, A. */
    flow: (): readonly number[] => electricity.currents().get(CIRCUIT) ?? [],
    /** What the building draws from now on, A per phase. */
    build(amps: number): void {
      building.amps = amps;
    },
    /** A car comes, with its card, as soon as its charge point is online. */
    plugIn: arrive,
    unplug: (at: number): void => points[at]?.connectors[0]?.unplug(),
    drawn: (at: number): number => Math.max(...(points[at]?.connectors[0]?.measurement().amps ?? [0])),
    /** The whole configuration as a folder to start the process in. */
    configure(folder: string, ports: { ocpp: number; http: number }, meter: object): void {
      mkdirSync(join(folder, 'config'), { recursive: true });
      const site = {
        ocpp: { host: '127.0.0.1', port: ports.ocpp, ...options.ocpp },
        http: { port: ports.http },
        store: { path: join(folder, 'busbar.db') },
        authorization: { unknownCards: 'accept' },
        log: { level: 'info' },
        circuits: [{ id: CIRCUIT, limitA: options.limitA, reserveA: options.reserveA, meter: 'main' }],
        meters: [{ id: 'main', ...meter }],
        chargePoints: ids.map((id) => ({
          id,
          circuit: CIRCUIT,
          connectors: [{ id: 1, ratedA: 32, phases: 3, rotation: 'RST', floorA: 0 }],
        })),
      };
      // JSON is YAML too.
      writeFileSync(join(folder, 'config', 'site.yaml'), JSON.stringify(site));
    },
    /** Switches the charge points on; a car and its card come to each of them soon. */
    begin(url: string): void {
      points = ids.map((id, at) => {
        const dial = options.arrived === undefined ? dialWebSocket(url) : heard(dialWebSocket(url), options.arrived);
        const model = modelWith(options.quirks?.(at) ?? {});
        return createChargePoint({ id, model, dial, clock, random: random.fork() });
      });
      for (const [at, point] of points.entries()) {
        electricity.add({ point, connectorId: 1, circuit: CIRCUIT, rotation: 'RST' });
        point.powerOn();
        if (options.carsWait !== true) clock.setTimeout(() => arrive(at), CAR_AFTER_MS);
      }
      electricity.start();
    },
    end(): void {
      electricity.stop();
      for (const point of points) point.powerOff();
    },
  };
}

/** Listens in on the line: the first period of a transaction's profile is what it may draw now. */
function heard(dial: Dial, arrived: (limit: Arrival) => void): Dial {
  return (who, events) =>
    dial(who, {
      ...events,
      text: (text) => {
        const at = performance.now();
        const limit = text.includes('"TxProfile"') ? /"limit":([\d.]+)/.exec(text)?.[1] : undefined;
        if (limit !== undefined) arrived({ chargePointId: who.chargePointId, limitA: Number(limit), at });
        events.text(text);
      },
    });
}
