import { createCredentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Sharing } from '../controller/balancing/for-site.ts';
import { type Controller, createController } from '../controller/controller.ts';
import type { Instant } from '../domain/units.ts';
import type { Log } from '../runtime/ports.ts';
import { type ChargePoint, createChargePoint } from '../sim/charge-point.ts';
import { createRandom, type Random } from '../sim/random.ts';
import type { Model } from '../sim/station.ts';
import { type Database, openStore } from '../store/database.ts';
import { createLoopback } from './loopback.ts';
import { createTwoSidedClock } from './two-sided-clock.ts';

/**
 * The real controller and simulated charge points in one process and one virtual time, over lines that carry the text of
 * OCPP. The same seed gives the same world, frame by frame; an hour takes as long as the work in it.
 */

export type WorldOptions = {
  readonly seed: number;
  /** Where the wall clock begins. */
  readonly start: Instant;
  readonly policy: Policy;
  readonly sharing: Sharing;
  readonly log: Log;
  /** IANA; UTC where it is left out. */
  readonly timeZone?: string;
  /** In memory and empty if absent. */
  readonly database?: Database;
  /** Of charge points, by id. */
  readonly passwords?: ReadonlyMap<string, string>;
  /** Makes each controller, for whoever stands between it and its world. */
  readonly make?: (parts: ControllerParts) => Controller;
};

/** What a controller is made of. */
export type ControllerParts = Parameters<typeof createController>[0];

export type World = ReturnType<typeof createWorld>;

export function createWorld(options: WorldOptions) {
  const clock = createTwoSidedClock(options.start);
  const random = createRandom(options.seed);
  const { log } = options;
  let database = options.database ?? openStore(':memory:', { now: clock.server.now(), newId: () => 'epoch' }).database;
  let ids = 0;
  const passwords = new Map([...(options.passwords ?? [])].map(([id, text]) => [id, Buffer.from(text)]));
  let { policy } = options;
  const build = () =>
    (options.make ?? createController)({
      database,
      policy,
      credentials: createCredentials(passwords),
      clock: clock.serverOfThisLife(),
      ids: { uuid: () => `our-${++ids}` },
      log,
      callTimeoutMs: 30_000,
      telemetryFlushMs: 60_000,
      ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
      balancing: options.sharing,
    });
  let controller = build();
  const network = createLoopback({
    clock: clock.sim,
    random: random.fork(),
    upgradeRequested: (request) => controller.upgradeRequested(request),
  });
  return {
    clock,
    random,
    get database() {
      return database;
    },
    network,
    controller: () => controller,
    /** A charge point that has no power yet. */
    chargePoint(
      id: string,
      model: Model,
      more: {
        clockErrorMs?: number;
        random?: Random;
        serialNumber?: string;
        tickSeconds?: number;
        volts?: number;
      } = {},
    ): ChargePoint {
      return createChargePoint({
        id,
        model,
        dial: network.dial,
        clock: clock.sim,
        random: more.random ?? random.fork(),
        clockErrorMs: more.clockErrorMs ?? 0,
        password: options.passwords?.get(id) ?? null,
        ...(more.tickSeconds === undefined ? {} : { tickSeconds: more.tickSeconds }),
        ...(more.volts === undefined ? {} : { volts: more.volts }),
        ...(more.serialNumber === undefined ? {} : { serialNumber: more.serialNumber }),
      });
    },
    /** The controller dies in this moment, and every line with it; nothing of it runs any more. */
    killController(): void {
      network.down = true;
      network.abandonAll();
      clock.forgetServer();
    },
    /** Another one begins, on the same store unless it is given one, and with what has changed of its configuration. */
    startController(store: Database = database, changed: Partial<Policy> = {}): void {
      database = store;
      policy = { ...policy, ...changed };
      controller = build();
      network.down = false;
    },
    stop(): void {
      controller.stop();
      database.close();
    },
  };
}
