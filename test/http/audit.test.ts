import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shown } from '../../src/http/audit.ts';
import { requestOf } from '../../src/http/audit-texts.ts';
import { setupCodeIn } from '../../src/people/setup-code.ts';
import { ask, type Site, startSite } from './fixture.ts';

const good = 'correct horse battery';
let site: Site;
let admin: { cookie: string };

beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.close());

async function settle(): Promise<void> {
  const code = setupCodeIn(site.setupFile).open();
  const answer = await ask(site.app, 'POST', '/api/v1/setup', { code, name: 'Ann', password: good });
  admin = { cookie: String([answer.headers['set-cookie']].flat()[0]).split(';')[0] ?? '' };
}

const entries = async (query = '') =>
  (await ask(site.app, 'GET', `/api/v1/audit${query}`, undefined, admin)).json.items;
const last = async () => (await entries('?limit=1'))[0];
const onRecord = () => JSON.stringify(site.database.prepare('SELECT * FROM audit').all());

it('says who did what from where, with what there was before and after', async () => {
  await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'CARD', note: 'Van' });
  await settle();
  await ask(site.app, 'PATCH', '/api/v1/tokens/CARD', { status: 'Blocked' }, admin);
  expect(await last()).toMatchObject({
    who: 'person',
    name: 'Ann',
    address: '127.0.0.1',
    commandId: null,
    method: 'PATCH',
    route: '/api/v1/tokens/:idTag',
    target: '/api/v1/tokens/CARD',
    status: 200,
    why: null,
    request: { status: 'Blocked' },
    before: { idTag: 'CARD', note: 'Van' },
    after: { idTag: 'CARD', note: 'Van', status: 'Blocked' },
    leftOut: 0,
  });
  await ask(site.app, 'DELETE', '/api/v1/tokens/CARD', undefined, admin);
  expect(await last()).toMatchObject({ status: 204, before: { idTag: 'CARD' }, after: null, request: null });
  const [before, made] = (await entries()).toReversed();
  expect(before).toMatchObject({ who: 'local', name: null, status: 201, before: null, after: { idTag: 'CARD' } });
  expect(made).toMatchObject({ route: '/api/v1/setup', who: 'person', name: 'Ann', status: 201, after: null });
});

it('is written before the request is answered, by whoever it is', async () => {
  await settle();
  const count = site.database.prepare('SELECT count(*) FROM audit').pluck();
  const before = Number(count.get());
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'first-come' }, admin);
  expect(count.get()).toBe(before + 1);
  expect(await last()).toMatchObject({ before: { kind: 'equal' }, after: { kind: 'first-come' } });
});

it('finds what is shown in a list only: people, API tokens, limits, wishes for keys', async () => {
  await settle();
  const { json } = await ask(site.app, 'POST', '/api/v1/users', { name: 'Bo', role: 'viewer', password: good }, admin);
  await ask(site.app, 'PATCH', `/api/v1/users/${json.id}`, { role: 'operator' }, admin);
  expect(await last()).toMatchObject({
    before: { name: 'Bo', role: 'viewer' },
    after: { name: 'Bo', role: 'operator' },
  });
  const charger = await site.connect('CP1');
  await charger.boot();
  await ask(site.app, 'PUT', '/api/v1/charge-points/CP1/configuration/HeartbeatInterval', { value: '60' }, admin);
  await ask(site.app, 'PUT', '/api/v1/charge-points/CP1/configuration/heartbeatInterval', { value: '90' }, admin);
  expect(await last()).toMatchObject({ before: { desired: '60' }, after: { desired: '90' } });
  await charger.close();
});

it('what was refused or failed is there with its reason, and changes nothing', async () => {
  await settle();
  await ask(site.app, 'PATCH', '/api/v1/tokens/NOBODY', { status: 'Blocked' }, admin);
  expect(await last()).toMatchObject({
    status: 404,
    why: expect.stringContaining('NOBODY'),
    before: null,
    after: null,
  });
  const viewer = (await ask(site.app, 'POST', '/api/v1/api-tokens', { name: 'wall', scope: 'viewer' }, admin)).json;
  const authorization = `Bearer ${viewer.token}`;
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'equal' }, { authorization });
  expect(await last()).toMatchObject({ who: 'token', name: 'wall', status: 403 });
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'equal' });
  expect(await last()).toMatchObject({ who: 'nobody', name: null, status: 401, request: null });
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'equal' }, { ...admin, origin: 'http://elsewhere' });
  expect(await last()).toMatchObject({ who: 'nobody', status: 403 });
  await ask(site.app, 'POST', '/api/v1/charge-points/CP9/operations/Reset', { type: 'Hard' }, admin);
  expect(await last()).toMatchObject({ who: 'person', status: 404 });
});

it('reading, meter samples and addresses that are not served leave nothing', async () => {
  await settle();
  const before = (await entries()).length;
  await ask(site.app, 'GET', '/api/v1/site', undefined, admin);
  await ask(site.app, 'GET', '/api/v1/site');
  await ask(site.app, 'POST', '/api/v1/meters/grid/samples', { currentA: [1, 2, 3] }, admin);
  await ask(site.app, 'POST', '/api/v1/nothing', {}, admin);
  expect(await entries()).toHaveLength(before);
});

describe('secrets', () => {
  it('of people, API tokens and charge points are nowhere on record', async () => {
    await settle();
    const made = await ask(
      site.app,
      'POST',
      '/api/v1/users',
      { name: 'Bo', role: 'viewer', password: 'S3CRET-one!' },
      admin,
    );
    const user = `/api/v1/users/${made.json.id}`;
    await ask(site.app, 'POST', '/api/v1/users', { name: 'Cy', role: 'viewer', pass: 'S3CRET-zero!' }, admin);
    await ask(site.app, 'PUT', `${user}/password`, { password: 'S3CRET-two!' }, admin);
    await ask(site.app, 'PUT', '/api/v1/me/password', { present: good, next: 'S3CRET-three!' }, admin);
    await ask(site.app, 'POST', '/api/v1/login', { name: 'S3CRET-four!', password: 'S3CRET-five!' });
    await ask(site.app, 'POST', '/api/v1/login', { name: 'bo', password: 'S3CRET-six!' });
    await ask(site.app, 'POST', '/api/v1/setup', { code: 'S3CRET-seven!', name: 'X', password: 'S3CRET-eight!' });
    await ask(site.app, 'POST', '/api/v1/api-tokens', { name: 'ems', scope: 'operator' }, admin);
    const key = '/api/v1/charge-points/CP1/configuration/AuthorizationKey';
    const charger = await site.connect('CP1');
    await charger.boot();
    await ask(site.app, 'PUT', key, { value: 'S3CRET-nine!!!!!' }, admin);
    const operation = '/api/v1/charge-points/CP1/operations/ChangeConfiguration';
    await ask(site.app, 'POST', operation, { key: 'AuthorizationKey', value: 'S3CRET-ten!!!!!!' }, admin);
    await ask(site.app, 'PUT', '/api/v1/tokens/CARD?token=S3CRET-eleven', { idTag: 'CARD' }, admin);
    const pem = '-----BEGIN EC PRIVATE KEY-----\nS3CRET12\n-----END EC PRIVATE KEY-----';
    await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'CARD', note: pem }, admin);
    const found = onRecord();
    expect(found).not.toContain('S3CRET');
    expect(found).not.toContain('bb_');
    expect(found).not.toContain(admin.cookie.slice('busbar='.length));
    const names = (await entries()).filter((one: { route: string }) => one.route === '/api/v1/login');
    expect(names.map(({ name, status }: { name: string; status: number }) => [name, status])).toEqual([
      ['Bo', 401],
      [null, 401],
    ]);
    expect((await entries()).map(({ route }: { route: string }) => route)).toContain(
      '/api/v1/charge-points/:id/configuration/:key',
    );
    await charger.close();
  });
});

it('of a request whose address names a secret key no body is kept, whatever becomes of it', () => {
  const of = (key: string) =>
    requestOf({
      body: { value: 'S3CRET' },
      headers: { 'content-length': '20' },
      params: { id: 'CP1', key },
      routeOptions: { url: '/api/v1/charge-points/:id/configuration/:key' },
    } as unknown as FastifyRequest);
  expect([of('AuthorizationKey'), of('WifiPassword'), of('HeartbeatInterval')]).toEqual([
    null,
    null,
    '{"value":"S3CRET"}',
  ]);
});

it('long texts are cut, and of very long bodies only the length is kept', async () => {
  await settle();
  const rules = { chargePoints: Array.from({ length: 200 }, (_, n) => `A-CHARGE-POINT-WITH-A-LONG-NAME-${n}`) };
  await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'CARD', rules }, admin);
  const { request } = await last();
  expect(request).toBeTypeOf('string');
  expect(request).toHaveLength(4_096);
  const lines = Array.from({ length: 2_000 }, (_, n) => `CARD${n}`).join('\n');
  await ask(site.app, 'POST', '/api/v1/tokens/import', `idTag\n${lines}`, { ...admin, 'content-type': 'text/csv' });
  expect(await last()).toMatchObject({ status: 200, request: expect.stringMatching(/^\d{5} bytes, not kept$/) });
});

it('refusals without end, and the same thing over and over, are counted and do not fill the record', async () => {
  await settle();
  const count = site.database.prepare('SELECT count(*) FROM audit WHERE route = ?').pluck();
  for (let n = 0; n < 60; n++) await ask(site.app, 'PUT', '/api/v1/policy', {});
  expect(count.get('/api/v1/policy')).toBe(50);
  const ems = (await ask(site.app, 'POST', '/api/v1/api-tokens', { name: 'ems', scope: 'operator' }, admin)).json;
  const program = { authorization: `Bearer ${ems.token}` };
  const group = '/api/v1/token-groups/FLEET';
  for (let n = 0; n < 30; n++) await ask(site.app, 'PUT', `${group}?n=${n}`, { note: String(n) }, program);
  expect(count.get('/api/v1/token-groups/:parentIdTag')).toBe(20);
  for (let n = 0; n < 30; n++) await ask(site.app, 'PUT', group, { note: String(n) }, admin);
  expect(count.get('/api/v1/token-groups/:parentIdTag')).toBe(50);
  for (let n = 0; n < 30; n++) await ask(site.app, 'POST', '/api/v1/tokens', { idTag: `C${n}` }, program);
  expect(count.get('/api/v1/tokens')).toBe(30);
});

it('is read page by page, of all or of one, by technicians and admins', async () => {
  await settle();
  await ask(site.app, 'POST', '/api/v1/users', { name: 'Op', role: 'operator', password: good }, admin);
  for (const idTag of ['A', 'B', 'C']) await ask(site.app, 'POST', '/api/v1/tokens', { idTag }, admin);
  const page = async (query: string) => (await ask(site.app, 'GET', `/api/v1/audit?${query}`, undefined, admin)).json;
  const first = await page('limit=2&who=Ann');
  const second = await page(`limit=10&who=Ann&cursor=${first.next}`);
  const ids = [...first.items, ...second.items].map(({ id }: { id: number }) => id);
  expect(ids).toEqual([5, 4, 3, 2, 1]);
  expect(second.next).toBeNull();
  expect((await page('who=backend')).items).toEqual([]);
  expect((await page('cursor=none')).status).toBe(400);
  const { headers } = await ask(site.app, 'POST', '/api/v1/login', { name: 'Op', password: good });
  const operator = { cookie: String([headers['set-cookie']].flat()[0]).split(';')[0] ?? '' };
  expect((await ask(site.app, 'GET', '/api/v1/audit', undefined, operator)).status).toBe(403);
});

it('commands of the backend bear their id; a header from outside does not', async () => {
  await settle();
  await site.ask({ method: 'PUT', path: '/api/v1/policy', query: {}, body: { kind: 'surplus' }, commandId: 'cmd-1' });
  expect(await last()).toMatchObject({ who: 'backend', name: null, address: null, commandId: 'cmd-1', status: 200 });
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'equal' }, { ...admin, 'x-busbar-command': 'cmd-2' });
  expect(await last()).toMatchObject({ who: 'person', address: '127.0.0.1', commandId: null });
});

it('a store that can not be written keeps nobody from what was done', async () => {
  await settle();
  site.database.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'full'); END");
  expect((await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'surplus' }, admin)).status).toBe(200);
  expect((await ask(site.app, 'GET', '/api/v1/policy', undefined, admin)).json.kind).toBe('surplus');
});

it('what is shown before and after exists', async () => {
  const { paths } = (await ask(site.app, 'GET', '/api/v1/openapi.json')).json;
  for (const [route, where] of Object.entries(shown)) {
    const path = route.replaceAll(/:(\w+)/g, '{$1}');
    const read = where === 'itself' ? path : path.replace(/\/[^/]+$/, '');
    expect(Object.keys(paths[read] ?? {}), read).toContain('get');
    expect(
      Object.keys(paths[path] ?? {}).some((method) => method !== 'get'),
      path,
    ).toBe(true);
  }
});
