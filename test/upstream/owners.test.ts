import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitsInForce, nextLimitChange } from '../../src/domain/site-limits.ts';
import { instant } from '../../src/domain/units.ts';
import type { Asked } from '../../src/http/ask.ts';
import { type Site, startSite } from '../http/fixture.ts';
import { siteModel } from '../support/site-model.ts';

/** Each token, limit and key has one owner: the site, its file or the backend. */

let site: Site;
beforeAll(async () => {
  site = await startSite({ siteModel: siteModel() });
});
afterAll(() => site.close());

const path = (text: string) => `/api/v1/${text}`;
async function upstream(method: Asked['method'], to: string, body?: unknown, query: Record<string, string> = {}) {
  const answer = await site.ask({ method, path: path(to), query, body });
  return { status: answer.status, json: answer.body === '' ? null : JSON.parse(answer.body) };
}
async function local(method: Asked['method'], to: string, body?: object) {
  const response = await site.app.inject({
    method,
    url: path(to),
    headers: { host: 'localhost' },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, json: response.payload === '' ? null : response.json() };
}

describe('a token', () => {
  it('of the backend is changed by the backend, and on site only for a while', async () => {
    expect(await upstream('PUT', 'tokens/FLEET1', { note: 'van 1' })).toMatchObject({
      status: 200,
      json: { source: 'upstream', note: 'van 1' },
    });
    expect(await local('PATCH', 'tokens/FLEET1', { status: 'Blocked' })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('overrideUntil') },
    });
    expect(await local('DELETE', 'tokens/FLEET1')).toMatchObject({ status: 409 });
    const soon = new Date(Date.now() + 60_000).toISOString();
    const late = new Date(Date.now() + 8 * 86_400_000).toISOString();
    expect(await local('PATCH', `tokens/FLEET1?overrideUntil=${late}`, { status: 'Blocked' })).toMatchObject({
      status: 400,
    });
    expect(await local('PATCH', `tokens/FLEET1?overrideUntil=${soon}`, { status: 'Blocked' })).toMatchObject({
      status: 200,
      json: { status: 'Blocked', source: 'upstream' },
    });
    // What the backend says meanwhile holds afterwards.
    expect(await upstream('PUT', 'tokens/FLEET1', { note: 'van 1, new plate' })).toMatchObject({
      status: 200,
      json: { status: 'Blocked', note: 'van 1' },
    });
    site.database.exec('UPDATE token_overrides SET until_ms = 1');
    await site.controller.execute({ type: 'lapse-overrides' });
    expect(site.controller.reader.token('FLEET1')).toMatchObject({
      status: 'Accepted',
      note: 'van 1, new plate',
      source: 'upstream',
    });
    expect(site.controller.reader.tokenOverride('FLEET1')).toBeNull();
    expect(await upstream('DELETE', 'tokens/FLEET1')).toMatchObject({ status: 204 });
    expect(site.controller.reader.token('FLEET1')).toBeNull();
  });

  it("of the site is the backend's only where it takes it over", async () => {
    expect(await local('POST', 'tokens', { idTag: 'GUEST' })).toMatchObject({ status: 201, json: { source: 'api' } });
    expect(await upstream('PUT', 'tokens/GUEST', { note: 'x' })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('adopt') },
    });
    expect(await upstream('DELETE', 'tokens/GUEST')).toMatchObject({ status: 409 });
    expect(await upstream('PUT', 'tokens/GUEST', { note: 'x' }, { adopt: 'true' })).toMatchObject({
      status: 200,
      json: { source: 'upstream' },
    });
  });

  it("in the list of the backend comes and goes with its versions, and the site's own stay", async () => {
    await local('POST', 'tokens', { idTag: 'OWN' });
    const sync = (body: object) => upstream('POST', 'tokens/sync', body);
    expect(await sync({ version: 5, put: [{ idTag: 'A' }, { idTag: 'B', note: 'b' }] })).toMatchObject({
      status: 200,
      json: { added: 2, removed: 1 },
    });
    expect(site.controller.reader.idTagsFrom('upstream')).toEqual(['A', 'B']);
    expect(await sync({ version: 7, base: 6, put: [{ idTag: 'C' }] })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('version 5') },
    });
    expect(
      await sync({ version: 6, base: 5, put: [{ idTag: 'C' }, { idTag: 'B' }], remove: ['A', 'OWN', 'NOBODY'] }),
    ).toMatchObject({ status: 200, json: { added: 1, changed: 1, removed: 1 } });
    expect(site.controller.reader.idTagsFrom('upstream')).toEqual(['B', 'C']);
    expect(site.controller.reader.token('B')).toMatchObject({ note: null });
    expect(site.controller.reader.upstreamTokensVersion()).toBe(6);
    expect(await sync({ version: 8, put: [{ idTag: 'OWN' }] })).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('OWN') },
    });
    expect(site.controller.reader.idTagsFrom('upstream')).toEqual(['B', 'C']);
    expect(await local('POST', 'tokens/sync', { version: 9, put: [] })).toMatchObject({ status: 409 });
    expect(site.controller.reader.idTagsFrom('api')).toEqual(['OWN']);
  });
});

describe('a limit', () => {
  it('of the backend is ended by the backend, and set aside on site for a day at most', async () => {
    const [circuit] = siteModel().circuits;
    const set = await upstream('POST', 'site/limits', { circuit: circuit?.id, limitA: 10, ttlS: 3_600 });
    expect(set).toMatchObject({
      status: 201,
      json: { source: 'upstream', limitA: [10, 10, 10], suspendedUntil: null },
    });
    const to = `site/limits/${encodeURIComponent(set.json.id)}`;
    expect(await local('DELETE', to)).toMatchObject({ status: 409 });
    expect(await local('POST', `${to}/suspend`, { seconds: 86_401 })).toMatchObject({ status: 400 });
    expect(await upstream('POST', `${to}/suspend`, { seconds: 60 })).toMatchObject({ status: 409 });
    expect(await local('POST', `${to}/suspend`, { seconds: 600 })).toMatchObject({
      status: 200,
      json: { suspendedUntil: expect.any(String) },
    });
    // A renewal does not undo what somebody on site has decided.
    expect(await upstream('POST', 'site/limits', { circuit: circuit?.id, limitA: 9, ttlS: 3_600 })).toMatchObject({
      json: { suspendedUntil: expect.any(String) },
    });
    expect(await local('POST', `${to}/suspend`, { seconds: 0 })).toMatchObject({
      status: 200,
      json: { suspendedUntil: null },
    });
    expect(await upstream('DELETE', to)).toMatchObject({ status: 204 });
    const own = await local('POST', 'site/limits', { circuit: circuit?.id, limitA: 20 });
    expect(await upstream('DELETE', `site/limits/${encodeURIComponent(own.json.id)}`)).toMatchObject({ status: 409 });
    expect(
      await local('POST', `site/limits/${encodeURIComponent(own.json.id)}/suspend`, { seconds: 60 }),
    ).toMatchObject({ status: 409 });
  });
});

it('a limit of the backend that begins later is one of a schedule', async () => {
  const circuit = siteModel().circuits[0]?.id ?? '';
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const set = (body: object) => upstream('POST', 'site/limits', { circuit, limitA: 8, ttlS: 3_600, ...body });
  const startAt = at(3_600_000);
  const made = await set({ source: 'evening', startAt });
  expect(made).toMatchObject({ status: 201, json: { source: 'upstream evening', startsAt: startAt } });
  expect(Date.parse(made.json.until) - Date.parse(startAt)).toBe(3_600_000);
  const limits = site.controller.reader.siteLimits();
  const begins = instant(Date.parse(startAt));
  expect(limitsInForce(limits, instant(begins - 1)).get(circuit)?.sources ?? []).not.toContain('upstream evening');
  expect(limitsInForce(limits, begins).get(circuit)?.sources).toContain('upstream evening');
  expect(limitsInForce(limits, instant(begins + 3_600_000)).get(circuit)?.sources ?? []).not.toContain(
    'upstream evening',
  );
  expect(nextLimitChange(limits, instant(begins - 1))).toBe(begins);
  for (const wrong of [at(-1_000), at(32 * 86_400_000), 'soon']) {
    expect(await set({ source: 'wrong', startAt: wrong })).toMatchObject({ status: 400 });
  }
});

it('a configuration key has one owner, and the backend is overridden only for a while', async () => {
  const station = await site.connect('CP2');
  await station.boot();
  const key = 'charge-points/CP2/configuration/HeartbeatInterval';
  const desired = async () => {
    const { json } = await local('GET', 'charge-points/CP2/configuration');
    const item = json.items.find((one: { key: string }) => one.key === 'HeartbeatInterval');
    return [item?.desired ?? null, item?.desiredFrom ?? null];
  };
  expect(await upstream('PUT', key, { value: '60' })).toMatchObject({ status: 200 });
  expect(await local('PUT', key, { value: '70' })).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('overrideUntil') },
  });
  expect(await local('DELETE', key)).toMatchObject({ status: 409 });
  const soon = new Date(Date.now() + 60_000).toISOString();
  expect(await local('PUT', `${key}?overrideUntil=${soon}`, { value: '70' })).toMatchObject({ status: 200 });
  expect(await desired()).toEqual(['70', 'upstream']);
  // What the backend wishes meanwhile holds afterwards.
  expect(await upstream('PUT', key, { value: '80' })).toMatchObject({ status: 200 });
  expect(await desired()).toEqual(['70', 'upstream']);
  site.database.exec('UPDATE configuration_wishes SET override_until_ms = 1 WHERE override_until_ms IS NOT NULL');
  await site.controller.execute({ type: 'lapse-overrides' });
  expect(await desired()).toEqual(['80', 'upstream']);
  expect(await upstream('DELETE', key)).toMatchObject({ status: 204 });
  expect(await local('PUT', key, { value: '90' })).toMatchObject({ status: 200 });
  expect(await upstream('PUT', key, { value: '60' })).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('on site') },
  });
  expect(await desired()).toEqual(['90', 'api']);
});

it('nobody passes for the backend over a socket', async () => {
  for (const given of ['', 'upstream', 'x'.repeat(64)]) {
    const response = await site.app.inject({
      method: 'PUT',
      url: path('tokens/FALSE'),
      headers: { host: 'localhost', 'x-busbar-origin': given },
      payload: {},
    });
    expect(response.json()).toMatchObject({ source: 'api' });
  }
});
