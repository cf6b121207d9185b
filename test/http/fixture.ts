import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { WebSocket } from 'ws';
import { createCredentials } from '../../src/central-system/credentials.ts';
import type { Sharing } from '../../src/controller/balancing/for-site.ts';
import { createController } from '../../src/controller/controller.ts';
import type { SiteModel } from '../../src/domain/site-model.ts';
import type { App } from '../../src/http/app.ts';
import { createHttpApp, type HttpOptions } from '../../src/http/server.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createFileExchange } from '../../src/runtime/file-exchange.ts';
import { systemDisk } from '../../src/runtime/file-intake.ts';
import { openFirmwareShelf } from '../../src/runtime/firmware-shelf.ts';
import { startOcppServer } from '../../src/runtime/ocpp-server.ts';
import type { Clock } from '../../src/runtime/ports.ts';
import { openStore } from '../../src/store/database.ts';
import { createViews } from '../../src/store/views.ts';
import { peopleOf } from '../support/people.ts';
import { openPolicy } from '../support/site.ts';

const log = pino({ level: 'silent' });
const ids = { uuid: () => randomUUID() };

/** A whole site on an empty store: controller, OCPP on a free port, and the API. CP1 is configured, others await approval. */
export async function startSite(
  change: {
    localLists?: 'on' | 'off';
    callTimeoutMs?: number;
    siteModel?: SiteModel;
    ocppListening?: () => boolean;
    clock?: Clock;
    balancing?: Sharing;
  } = {},
) {
  const { clock = systemClock } = change;
  const { database } = openStore(':memory:', { now: Date.now(), newId: randomUUID });
  const configured = new Set(['CP1', 'CP2']);
  const folder = mkdtempSync(join(tmpdir(), 'busbar-api-'));
  const shelf = await openFirmwareShelf({
    folder: join(folder, 'firmware'),
    maxBytes: 3_000_000,
    reserveBytes: 0,
    disk: systemDisk,
    clock,
    log,
  });
  const controller = createController({
    database,
    policy: {
      ...openPolicy,
      unknownChargePoints: 'pending',
      unknownCards: 'accept',
      matchCardForms: false,
      stopWhenBlocked: false,
      clearCaches: false,
      timeZone: 'Europe/Berlin',
      concurrentTransactions: 'allow',
      localLists: change.localLists ?? 'off',
      configured,
      files: {
        tokenKey: 'of this test',
        baseUrl: null,
        limits: { waitMs: 3_600_000, beginMs: 600_000, transferMs: 600_000, installMs: 600_000 },
      },
      chargePointConfiguration: 'leave',
      wishedConfiguration: { all: [], of: new Map() },
      rebootForConfiguration: 'never',
      siteModel: change.siteModel ?? null,
    },
    ...(change.balancing === undefined ? {} : { balancing: change.balancing }),
    credentials: createCredentials(new Map()),
    clock,
    ids,
    log,
    callTimeoutMs: change.callTimeoutMs ?? 5_000,
    telemetryFlushMs: 60_000,
    files: {
      openFirmware: shelf.open,
      uploads: join(folder, 'uploads'),
      maxUploadBytes: 1_000_000,
      quota: { files: 3, bytes: 2_000_000 },
    },
  });
  const ocpp = await startOcppServer({
    host: '127.0.0.1',
    port: 0,
    pingIntervalMs: 30_000,
    mayOmitSubprotocol: new Set(),
    clock,
    log,
    upgradeRequested: controller.upgradeRequested,
    files: createFileExchange({ door: controller.files.door, clock, log, disk: systemDisk, reserveBytes: 0 }),
  });
  const options: HttpOptions = {
    controller,
    shelf,
    views: createViews(database, controller.live, {
      id: 'depot',
      name: 'Depot',
      configured,
      connectorsOf: () => [],
      securityProfile: () => 0,
    }),
    clock,
    ids,
    log,
    ocppListening: change.ocppListening ?? (() => true),
    people: peopleOf(database, { clock, setupFile: join(folder, 'setup-code') }),
    version: '0.0.0',
  };
  const { app, ask: askFromWithin } = await createHttpApp(options);
  return {
    app,
    ask: askFromWithin,
    controller,
    database,
    options,
    ocppUrl: `ws://127.0.0.1:${ocpp.port}/ocpp`,
    filesUrl: `http://127.0.0.1:${ocpp.port}/files`,
    shelf,
    setupFile: join(folder, 'setup-code'),
    connect: (id: string) => connectChargePoint(`ws://127.0.0.1:${ocpp.port}/ocpp/${encodeURIComponent(id)}`),
    async close(): Promise<void> {
      await app.close();
      controller.stop();
      await ocpp.close();
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Site = Awaited<ReturnType<typeof startSite>>;
export type ChargePoint = Awaited<ReturnType<typeof connectChargePoint>>;

/** A charge point of plain text frames. What it is asked is answered by `answer`, or not at all where that gives null. */
async function connectChargePoint(url: string) {
  const socket = new WebSocket(url, 'ocpp1.6');
  const waiting = new Map<string, (frame: unknown[]) => void>();
  const asked: [action: string, payload: unknown][] = [];
  let answer: (messageId: string, action: string, payload: unknown) => string | null = (id) =>
    JSON.stringify([3, id, { status: 'Accepted' }]);
  let next = 1;
  socket.on('message', (data) => {
    const frame: unknown[] = JSON.parse(String(data));
    const id = String(frame[1]);
    if (frame[0] !== 2) {
      waiting.get(id)?.(frame);
      waiting.delete(id);
      return;
    }
    asked.push([String(frame[2]), frame[3]]);
    const text = answer(id, String(frame[2]), frame[3]);
    if (text !== null) socket.send(text);
  });
  await once(socket, 'open');

  const call = (action: string, payload: object): Promise<unknown[]> => {
    const id = String(next++);
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify([2, id, action, payload]));
    });
  };
  return {
    socket,
    asked,
    call,
    answerWith(how: typeof answer): void {
      answer = how;
    },
    boot: (nameplate: object = {}) =>
      call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One', ...nameplate }),
    /** Starts a transaction and returns its id. */
    async start(idTag: string, meterStart: number, timestamp: string, connectorId = 1): Promise<number> {
      const [, , payload] = await call('StartTransaction', { connectorId, idTag, meterStart, timestamp });
      return Number((payload as { transactionId: number }).transactionId);
    },
    stop: (transactionId: number, meterStop: number, timestamp: string) =>
      call('StopTransaction', { transactionId, meterStop, timestamp, reason: 'Local' }),
    async close(): Promise<void> {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Sends a request to the API, with JSON where a body is given, and reads the answer as JSON. */
export async function ask(
  app: App,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const payload = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  const response = await app.inject({
    method,
    url,
    headers: payload === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const text = response.body;
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: text === '' ? null : JSON.parse(text),
  };
}

/** Returns once `check` holds, looking again whenever the site records something. */
export async function eventually(site: Site, check: () => boolean): Promise<void> {
  if (check()) return;
  await new Promise<void>((resolve) => {
    const deaf = site.controller.feed.listen(() => {
      if (!check()) return;
      deaf();
      resolve();
    });
  });
}
