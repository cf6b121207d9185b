import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Busbar, startBusbar } from '../../src/main.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock } from '../../src/sim/clock.ts';
import { models } from '../../src/sim/models.ts';
import { createRandom } from '../../src/sim/random.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { freePort } from '../support/busbar-process.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

/** The whole of Busbar, stopped and started again in the middle of a job. */

/** The name of an upload, but for its last digit. */
const ID = '00000000-0000-4000-8000-00000000000';
const scratch = scratchPaths();
let busbar: Busbar | null = null;
let point: ChargePoint | null = null;

afterEach(async () => {
  await new Promise<void>((resolve) => (point === null ? resolve() : point.shutDown(resolve)));
  await busbar?.stop();
});

async function start(storePath: string, ocppPort: number): Promise<Busbar> {
  const overrides = {
    'store.path': storePath,
    'ocpp.host': '127.0.0.1',
    'ocpp.port': ocppPort,
    'http.port': 0,
    'ocpp.unknownChargePoints': 'accept',
    'files.reserveMiB': 1,
  };
  const loaded = loadConfig({ file: null, env: {}, overrides });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return startBusbar(loaded.config, pino({ level: 'silent' }));
}

/** Listens to what is told live from now on; `told` resolves once one event has all of these words in it. */
async function listen({ httpPort }: Busbar) {
  const ending = new AbortController();
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/events`, { signal: ending.signal });
  return {
    async told(...words: string[]): Promise<void> {
      let text = '';
      const decoder = new TextDecoder();
      for await (const piece of response.body ?? []) {
        text += decoder.decode(piece, { stream: true });
        if (text.split('\n\n').some((event) => words.every((word) => event.includes(word)))) break;
      }
      ending.abort();
    },
  };
}

const ask = async ({ httpPort }: Busbar, path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1${path}`, init);
  const json: { id: string } = JSON.parse(await response.text());
  return { status: response.status, json };
};

it('goes on with an update that was given before the restart, by the address that was given then', async () => {
  const storePath = scratch('busbar.db');
  const ocppPort = await freePort();
  busbar = await start(storePath, ocppPort);
  const [model] = models;
  if (model === undefined) throw new Error('no model');
  point = createChargePoint({
    id: 'CP1',
    model,
    dial: dialWebSocket(`ws://127.0.0.1:${ocppPort}/ocpp`),
    clock: realClock(60),
    random: createRandom(1),
    // It lives sixty times as fast, whatever time it is told.
    setsClock: false,
  });
  const first = await listen(busbar);
  point.powerOn();
  await first.told('charge-point-booted');
  const shelved = await ask(busbar, '/firmware?name=9.9.bin', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: 'the new firmware',
  });
  expect(shelved.status).toBe(201);
  const second = await listen(busbar);
  const made = await ask(busbar, '/charge-points/CP1/firmware-updates', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ firmwareId: shelved.json.id, retrieveAt: new Date(Date.now() + 900_000).toISOString() }),
  });
  expect(made.status).toBe(201);
  await second.told('file-job-changed', 'scheduled');

  await busbar.stop();
  const uploads = join(dirname(storePath), 'files', 'uploads');
  const [unfinished, old, young] = ['x.bin.part', `${ID}1.bin`, `${ID}2.bin`] as const;
  for (const name of [unfinished, old, young]) writeFileSync(join(uploads, name), 'nobody knows of it');
  utimesSync(join(uploads, old), 1_600_000_000, 1_600_000_000);
  busbar = await start(storePath, ocppPort);
  expect(readdirSync(uploads)).toEqual([young]);
  await (await listen(busbar)).told('file-job-changed', '"done"');
  const { json } = await ask(busbar, `/file-jobs/${made.json.id}`);
  expect(json).toMatchObject({ state: 'done', firmwareId: shelved.json.id });
  expect(point.flash.firmwareVersion).toBe('9.9.bin');
}, 40_000);
