import { createCredentials } from '../../src/central-system/credentials.ts';
import type { Policy } from '../../src/central-system/handler.ts';
import { createController } from '../../src/controller/controller.ts';
import { defaultPolicy, type SharingPolicy } from '../../src/domain/sharing-policy.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { createRandom, type Random } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import { type Database, openStore } from '../../src/store/database.ts';
import { createKeptLog } from './kept-log.ts';
import { createLoopback } from './loopback.ts';
import { openPolicy } from './site.ts';
import { createTwoSidedClock } from './two-sided-clock.ts';

/**
 * The real controller and simulated charge points in one process and one virtual time, over lines that carry the text of
 * OCPP. The same seed gives the same world, frame by frame; an hour takes as long as the work in it.
 */

export function createFastWorld(
  options: {
    seed?: number;
    policy?: Partial<Policy>;
    database?: Database;
    leaseS?: number | 'auto';
    passwords?: ReadonlyMap<string, string>;
    sharing?: Partial<SharingPolicy>;
  } = {},
) {
  const clock = createTwoSidedClock();
  const random = createRandom(options.seed ?? 1);
  const log = createKeptLog();
  const newId = () => 'epoch';
  let database = options.database ?? openStore(':memory:', { now: clock.server.now(), newId }).database;
  let ids = 0;
  const passwords = new Map([...(options.passwords ?? [])].map(([id, text]) => [id, Buffer.from(text)]));
  let policy: Policy = { ...openPolicy, unknownCards: 'accept', ...options.policy };
  const build = () =>
    createController({
      database,
      policy,
      credentials: createCredentials(passwords),
      clock: clock.server,
      ids: { uuid: () => `our-${++ids}` },
      log,
      callTimeoutMs: 30_000,
      telemetryFlushMs: 60_000,
      balancing: {
        leaseS: options.leaseS ?? 'auto',
        rules: { policy: { ...defaultPolicy, ...options.sharing }, tierOf: [] },
      },
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
    log,
    get database() {
      return database;
    },
    network,
    controller: () => controller,
    /** A charge point that has no power yet. */
    chargePoint(
      id: string,
      model: Model,
      more: { clockErrorMs?: number; random?: Random; serialNumber?: string } = {},
    ): ChargePoint {
      return createChargePoint({
        id,
        model,
        dial: network.dial,
        clock: clock.sim,
        random: more.random ?? random.fork(),
        clockErrorMs: more.clockErrorMs ?? 0,
        password: options.passwords?.get(id) ?? null,
        ...(more.serialNumber === undefined ? {} : { serialNumber: more.serialNumber }),
      });
    },
    /** The controller dies in this moment, and every line with it; nothing of it runs any more. */
    killController(): void {
      network.down = true;
      network.cutAll();
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
