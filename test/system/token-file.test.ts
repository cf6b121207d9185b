import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Busbar, startBusbar } from '../../src/main.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

const scratchPath = scratchPaths();
let folder: string;
let running: Busbar | null = null;
beforeEach(() => {
  folder = dirname(scratchPath('site.yaml'));
});
afterEach(async () => {
  await running?.stop();
  running = null;
});

/** Starts anew over the same store, with this file of tokens or with none, and talks to its API. */
async function startWith(tokens: string | null) {
  await running?.stop();
  writeFileSync(join(folder, 'tokens.csv'), tokens ?? '');
  const file = join(folder, 'site.yaml');
  const authorization = tokens === null ? '' : 'authorization: {tokens: {file: tokens.csv}}\n';
  const store = `store: {path: ${JSON.stringify(join(folder, 'busbar.db'))}}`;
  writeFileSync(file, `${authorization}ocpp: {port: 0}\nhttp: {port: 0}\n${store}\n`);
  const loaded = loadConfig({ file, env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  running = await startBusbar(loaded.config, pino({ level: 'silent' }));
  const base = `http://127.0.0.1:${running.httpPort}/api/v1`;
  const send = (method: string, path: string, body: object = {}) =>
    fetch(`${base}${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const get = async (path: string) =>
    (await fetch(base + path)).json() as Promise<{ items: Record<string, unknown>[] }>;
  return {
    send,
    tokens: async () =>
      (await get('/tokens')).items.map(({ idTag, source, note }) => [idTag, source, note].filter(Boolean).join(' ')),
    alerts: async () => (await get('/alerts')).items.map(({ text }) => text),
  };
}

it('owns its tokens from start to start, beside those of the API', async () => {
  const first = await startWith('idTag,note\nA,one\nB,two\n');
  expect(await first.tokens()).toEqual(['A file one', 'B file two']);
  expect((await first.send('POST', '/tokens', { idTag: 'C' })).status).toBe(201);
  for (const refused of [
    await first.send('PATCH', '/tokens/a', { status: 'Blocked' }),
    await first.send('DELETE', '/tokens/a'),
  ]) {
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({
        detail: 'Token A comes from the file that authorization.tokens names: change it there, and restart.',
      }),
    ]);
  }

  const second = await startWith('idTag,note\nB,new\nC,taken over\n');
  expect(await second.tokens()).toEqual(['B file new', 'C file taken over']);

  const third = await startWith(null);
  expect(await third.tokens()).toEqual(['B api new', 'C api taken over']);
  expect((await third.send('PATCH', '/tokens/b', { note: 'mine' })).status).toBe(200);
});

it('that clashes with other tokens changes nothing, and says so until it is mended', async () => {
  const first = await startWith('idTag\nA\n');
  await first.send('POST', '/tokens', { idTag: 'C', aliases: ['X'] });
  const second = await startWith('idTag\nA\nX\n');
  expect(await second.tokens()).toEqual(['A file', 'C api']);
  expect(await second.alerts()).toEqual([
    'The tokens of tokens.csv were not taken: line 3: X is the idTag or an alias of token C already.',
  ]);
  const third = await startWith('idTag\nA\nY\n');
  expect([await third.tokens(), await third.alerts()]).toEqual([['A file', 'C api', 'Y file'], []]);
});
