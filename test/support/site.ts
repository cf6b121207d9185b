import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createCredentials } from '../../src/central-system/credentials.ts';
import { openDoor, type Policy } from '../../src/central-system/handler.ts';
import { createController } from '../../src/controller/controller.ts';
import { milliVolts } from '../../src/domain/units.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startOcppServer } from '../../src/runtime/ocpp-server.ts';
import type { Clock } from '../../src/runtime/ports.ts';
import { openStore } from '../../src/store/database.ts';

export type TestSite = Awaited<ReturnType<typeof startSite>>;

/** The real controller and its real OCPP port on loopback, over a store in memory or at `storePath`. */
export async function startSite(
  options: {
    policy?: Partial<Policy>;
    passwords?: ReadonlyMap<string, Buffer>;
    storePath?: string;
    callTimeoutMs?: number;
    pingIntervalMs?: number;
    port?: number;
    clock?: Clock;
  } = {},
) {
  const clock = options.clock ?? systemClock;
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const { database } = openStore(options.storePath ?? ':memory:', { now: clock.now(), newId: randomUUID });
  const controller = createController({
    database,
    policy: { ...openPolicy, ...options.policy },
    credentials: createCredentials(options.passwords ?? new Map()),
    clock,
    ids: { uuid: randomUUID },
    log,
    callTimeoutMs: options.callTimeoutMs ?? 5_000,
    telemetryFlushMs: 60_000,
  });
  const ocpp = await startOcppServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    pingIntervalMs: options.pingIntervalMs ?? 30_000,
    mayOmitSubprotocol: new Set(),
    clock,
    log,
    upgradeRequested: (request) => controller.upgradeRequested(request),
  });
  return {
    controller,
    database,
    port: ocpp.port,
    /** To append a charge point id to. */
    url: `ws://127.0.0.1:${ocpp.port}/ocpp`,
    async stop(): Promise<void> {
      await ocpp.close();
      controller.stop();
      database.close();
    },
  };
}

/** Everything that connects is accepted; cards must be known. */
export const openPolicy: Policy = {
  unknownChargePoints: 'accept',
  security: openDoor,
  unknownCards: 'reject',
  matchCardForms: false,
  stopWhenBlocked: false,
  clearCaches: false,
  timeZone: 'Europe/Berlin',
  concurrentTransactions: 'refuse',
  chargingProfiles: 'leave',
  localLists: 'off',
  reservations: { restore: false },
  heartbeatIntervalS: 300,
  dataTransfers: new Map(),
  nominalVoltageMV: milliVolts(230_000),
  configured: new Set(),
  files: null,
  chargePointConfiguration: 'leave',
  wishedConfiguration: { all: [], of: new Map() },
  rebootForConfiguration: 'never',
  siteModel: null,
};
