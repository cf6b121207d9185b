import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitValue } from '../../src/domain/site-limits.ts';
import { siteModel } from '../support/site-model.ts';
import { ask, type Site, startSite } from './fixture.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ siteModel: siteModel() });
});
afterAll(() => site.close());
const url = '/api/v1/site/limits';

it('sets, shows, renews and takes back a limit, and shows what was asked and done', async () => {
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  const body = { circuit: 'main', limitA: [16, 16, 10.5], ttlS: 60, then: { limitW: 5_000 }, source: 'ems' };
  const made = await ask(site.app, 'POST', url, body);
  expect(made.status).toBe(201);
  expect(made.headers.location).toBe('/api/v1/site/limits/http%20ems%3Amain');
  expect(made.json).toMatchObject({
    id: 'http ems:main',
    limitA: [16, 16, 10.5],
    limitW: null,
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract
    then: { limitA: null, limitW: 5_000 },
  });
  expect(Date.parse(made.json.until) - Date.parse(made.json.since)).toBe(60_000);
  expect((await ask(site.app, 'GET', url)).json.items).toEqual([made.json]);
  expect((await ask(site.app, 'DELETE', String(made.headers.location))).status).toBe(204);
  expect((await ask(site.app, 'GET', url)).json.items).toEqual([]);
  expect((await ask(site.app, 'DELETE', String(made.headers.location))).status).toBe(404);
  const first = (await ask(site.app, 'GET', `${url}/evidence?limit=3&circuit=main`)).json;
  expect(first.items).toMatchObject([
    { kind: 'command', limit: null, why: 'signal' },
    { kind: 'signal', raw: 'DELETE' },
    { kind: 'command', limit: { limitA: [16, 16, 10.5], limitW: null } },
  ]);
  const rest = (await ask(site.app, 'GET', `${url}/evidence?cursor=${first.next}`)).json;
  expect(rest).toMatchObject({ items: [{ kind: 'signal', circuit: 'main', source: 'http ems' }], next: null });
});

it('refuses what is no limit, and leaves those of other sources alone', async () => {
  for (const wrong of [
    { circuit: 'main' },
    { circuit: 'main', limitA: -1 },
    { circuit: 'main', limitA: [1, 2] },
    { circuit: 'main', limitW: 1, ttlS: 0 },
    { circuit: 'attic', limitW: 1 },
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract
    { circuit: 'main', limitW: 1, then: {} },
    { circuit: 'main', limitW: 1, source: 'a:b' },
  ]) {
    expect((await ask(site.app, 'POST', url, wrong)).status, JSON.stringify(wrong)).toBe(400);
  }
  expect((await ask(site.app, 'GET', `${url}/evidence?cursor=x`)).status).toBe(400);
  await site.controller.execute({
    type: 'set-site-limit',
    circuit: 'main',
    source: 'relay grid',
    value: limitValue({ limitW: 4_200 }),
    ttlMs: null,
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract
    then: 'configured',
    signal: null,
  });
  const refused = await ask(site.app, 'DELETE', `${url}/relay%20grid%3Amain`);
  expect(refused).toMatchObject({ status: 409, json: { detail: expect.stringContaining('relay grid') } });
});

it('can hold no limit where no circuits are described', async () => {
  const bare = await startSite();
  expect((await ask(bare.app, 'POST', url, { circuit: 'main', limitW: 1 })).status).toBe(409);
  await bare.close();
});
