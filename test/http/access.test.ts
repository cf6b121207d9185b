import { afterEach, describe, expect, it } from 'vitest';
import { routesWithAccess } from '../../src/http/route-roles.ts';
import { setupCodeIn } from '../../src/people/setup-code.ts';
import { ask, type Site, startSite } from './fixture.ts';

let site: Site;
afterEach(() => site.close());

const good = 'correct horse battery';

/** A site with an admin, and what its browser sends. */
async function settled() {
  site = await startSite();
  const code = setupCodeIn(site.setupFile).open();
  const answer = await ask(site.app, 'POST', '/api/v1/setup', { code, name: 'Ann', password: good });
  expect(answer.status).toBe(201);
  return { admin: { cookie: cookieOf(answer) } };
}

const cookieOf = ({ headers }: { headers: Record<string, unknown> }): string =>
  String([headers['set-cookie']].flat()[0]).split(';')[0] ?? '';

async function person(admin: Record<string, string>, role: string) {
  const name = `A ${role}`;
  await ask(site.app, 'POST', '/api/v1/users', { name, role, password: good }, admin);
  return { cookie: cookieOf(await ask(site.app, 'POST', '/api/v1/login', { name, password: good })) };
}

async function token(admin: Record<string, string>, scope: string) {
  const { json } = await ask(site.app, 'POST', '/api/v1/api-tokens', { name: scope, scope }, admin);
  return { authorization: `Bearer ${json.token}` };
}

const inject = (url: string, headers: Record<string, string>, remoteAddress: string) =>
  site.app.inject({ method: 'GET', url, headers, remoteAddress });

it('without anybody set up this machine may do all, and no other anything', async () => {
  site = await startSite();
  expect((await inject('/api/v1/site', {}, '127.0.0.1')).statusCode).toBe(200);
  expect((await inject('/api/v1/site', {}, '::ffff:127.0.0.1')).statusCode).toBe(200);
  expect((await inject('/api/v1/site', {}, '192.168.1.9')).statusCode).toBe(401);
  expect((await inject('/healthz', {}, '192.168.1.9')).statusCode).toBe(200);
});

describe('once somebody is set up', () => {
  it('nothing but health, setup and login is served to whoever has not logged in, this machine included', async () => {
    await settled();
    const served: string[] = [];
    const routes = Object.entries((await paths()) as Record<string, object>);
    expect(routes.length).toBeGreaterThan(100);
    for (const [path, methods] of routes) {
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, '1');
        const { statusCode } = await site.app.inject({ method: method.toUpperCase() as 'GET', url });
        if (statusCode !== 401) served.push(`${method} ${path} ${statusCode}`);
      }
    }
    expect(served.sort()).toEqual([
      'get /api/v1/me 200',
      'get /api/v1/setup 200',
      'get /healthz 200',
      'get /readyz 200',
      'post /api/v1/login 400',
      'post /api/v1/setup 400',
    ]);
    expect((await ask(site.app, 'GET', '/api/v1/nothing')).status).toBe(401);
  });

  it('an operator starts cars, but sets no limits with that, and does not insist', async () => {
    const { admin } = await settled();
    const [operator, technician] = [await person(admin, 'operator'), await person(admin, 'technician')];
    const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 400 }] };
    const chargingProfile = {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: schedule,
    };
    const start = async (who: Record<string, string>, body: object, query = '') =>
      (await ask(site.app, 'POST', `/api/v1/charge-points/CP9/operations/RemoteStartTransaction${query}`, body, who))
        .status;
    expect(await start(operator, { idTag: 'A' })).toBe(404);
    expect(await start(operator, { idTag: 'A', chargingProfile })).toBe(403);
    expect(await start(operator, { idTag: 'A' }, '?override=true')).toBe(403);
    expect(await start(technician, { idTag: 'A', chargingProfile }, '?override=true')).toBe(404);
  });

  it('each role may do all that those before it may', async () => {
    const { admin } = await settled();
    const wanted: [string, string, string, unknown?][] = [
      ['viewer', 'GET', '/api/v1/site'],
      ['operator', 'DELETE', '/api/v1/alerts/none'],
      ['operator', 'POST', '/api/v1/charge-points/CP1/operations/RemoteStopTransaction', { transactionId: 1 }],
      ['technician', 'POST', '/api/v1/charge-points/CP1/operations/Reset', { type: 'Hard' }],
      ['technician', 'GET', '/api/v1/messages'],
      ['admin', 'GET', '/api/v1/users'],
    ];
    const roles = ['viewer', 'operator', 'technician', 'admin'];
    for (const role of roles) {
      const own = await person(admin, role);
      const may: boolean[] = [];
      for (const [, method, url, body] of wanted)
        may.push((await ask(site.app, method as 'GET', url, body, own)).status !== 403);
      expect([role, may]).toEqual([role, wanted.map(([least]) => roles.indexOf(role) >= roles.indexOf(least))]);
    }
    const refused = await ask(site.app, 'GET', '/api/v1/users', undefined, await person(admin, 'viewer'));
    expect(refused.json.detail).toBe('This asks for the role admin; A viewer may do what a viewer may.');
    expect((await ask(site.app, 'GET', '/api/v1/me', undefined, admin)).json).toMatchObject({
      kind: 'person',
      scope: 'admin',
    });
  });

  it('a token for meter samples pushes samples and does nothing else', async () => {
    const { admin } = await settled();
    const meter = await token(admin, 'meters');
    expect((await ask(site.app, 'POST', '/api/v1/meters/none/samples', { currentA: [1, 2, 3] }, meter)).status).toBe(
      404,
    );
    expect((await ask(site.app, 'GET', '/api/v1/site', undefined, meter)).status).toBe(403);
    const viewer = await token(admin, 'viewer');
    expect((await ask(site.app, 'GET', '/api/v1/site', undefined, viewer)).status).toBe(200);
    expect((await ask(site.app, 'POST', '/api/v1/meters/none/samples', { currentA: [1, 2, 3] }, viewer)).status).toBe(
      403,
    );
    for (const authorization of ['Bearer bb_wrong', 'Bearer', 'Basic QQ==', `Bearer ${'x'.repeat(300)}`]) {
      expect((await ask(site.app, 'GET', '/api/v1/site', undefined, { ...admin, authorization })).status).toBe(401);
    }
  });

  it('the cookie is for this host and no script, and goes with the login', async () => {
    const { admin } = await settled();
    const answer = await ask(site.app, 'POST', '/api/v1/login', { name: 'ann', password: good });
    expect(String(answer.headers['set-cookie'])).toMatch(/^busbar=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.json).not.toHaveProperty('password');
    const own = { cookie: cookieOf(answer) };
    expect((await ask(site.app, 'POST', '/api/v1/logout', {}, own)).status).toBe(204);
    expect((await ask(site.app, 'GET', '/api/v1/site', undefined, own)).status).toBe(401);
    expect((await ask(site.app, 'GET', '/api/v1/site', undefined, admin)).status).toBe(200);
  });

  it('the own password is changed with the present one; wrong ones cost time', async () => {
    const { admin } = await settled();
    const change = (present: string, next: string) =>
      ask(site.app, 'PUT', '/api/v1/me/password', { present, next }, admin);
    expect((await change('not the one I have', 'a new long password')).status).toBe(401);
    expect((await change(good, 'short')).json.detail).toContain('10 to 200 characters');
    expect((await change(good, 'a new long password')).status).toBe(204);
    for (let times = 0; times < 6; times++)
      await ask(site.app, 'POST', '/api/v1/login', { name: 'Ann', password: good });
    const told = await ask(site.app, 'POST', '/api/v1/login', { name: 'Ann', password: good });
    expect([told.status, told.headers['retry-after']]).toEqual([429, '1']);
  });

  it('a viewer ends the own logins and nobody else’s', async () => {
    const { admin } = await settled();
    const viewer = await person(admin, 'viewer');
    const { items } = (await ask(site.app, 'GET', '/api/v1/login-sessions', undefined, admin)).json;
    const idOf = (name: string): string => items.find((one: { name: string }) => one.name === name).id;
    expect((await ask(site.app, 'DELETE', `/api/v1/login-sessions/${idOf('Ann')}`, undefined, viewer)).status).toBe(
      403,
    );
    expect(
      (await ask(site.app, 'DELETE', `/api/v1/login-sessions/${idOf('A viewer')}`, undefined, viewer)).status,
    ).toBe(204);
    expect((await ask(site.app, 'GET', '/api/v1/site', undefined, viewer)).status).toBe(401);
  });

  it('the backend still commands, in process', async () => {
    await settled();
    expect((await site.ask({ method: 'GET', path: '/api/v1/site', query: {} })).status).toBe(200);
  });

  async function paths(): Promise<object> {
    return (await ask(site.app, 'GET', '/api/v1/openapi.json', undefined, await token((await again()).admin, 'viewer')))
      .json.paths;
  }
  async function again() {
    return {
      admin: { cookie: cookieOf(await ask(site.app, 'POST', '/api/v1/login', { name: 'Ann', password: good })) },
    };
  }
});

it('the table of roles names routes that exist', async () => {
  site = await startSite();
  const { paths } = (await ask(site.app, 'GET', '/api/v1/openapi.json')).json;
  const served = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  const gone = [...routesWithAccess()].filter((route) => !served.has(route.replaceAll(/:(\w+)/g, '{$1}')));
  expect(gone).toEqual([]);
});
