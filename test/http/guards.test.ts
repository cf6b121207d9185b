import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../src/http/server.ts';
import { ask, type Site, startSite } from './fixture.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const token = { idTag: 'guarded' };
const post = (headers: Record<string, string>) => ask(site.app, 'POST', '/api/v1/tokens', token, headers);

describe('the names of this machine', () => {
  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '[::1]:8080', '[::1]'])('serves %s', async (host) => {
    expect((await ask(site.app, 'GET', '/healthz', undefined, { host })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '127.0.0.2',
    'localhost:80:80',
    'a@localhost',
  ])('refuses %j, whatever is asked for', async (host) => {
    for (const url of ['/healthz', '/api/v1/site', '/api/v1/events', '/nowhere']) {
      const { status, json } = await ask(site.app, 'GET', url, undefined, { host });
      expect([status, json.type]).toEqual([403, 'urn:busbar:problem:host-not-allowed']);
    }
  });
});

describe('a write', () => {
  it.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'https://localhost:80' },
    { origin: 'http://localhost:8081', host: 'localhost:8080' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('of a foreign page is refused: %j', async (headers) => {
    const { status, json } = await post(headers as Record<string, string>);
    expect([status, json.type]).toEqual([403, 'urn:busbar:problem:foreign-origin']);
    expect(site.controller.reader.token('guarded')).toBeNull();
  });

  it('of our own page, and of no page, is taken', async () => {
    const own = { origin: 'http://localhost:8080', host: 'localhost:8080', 'sec-fetch-site': 'same-origin' };
    expect((await post(own)).status).toBe(201);
    expect((await ask(site.app, 'DELETE', '/api/v1/tokens/guarded')).status).toBe(204);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'as %j is refused with 415',
    async (type) => {
      const { status, json } = await post({ 'content-type': type });
      expect([status, json.type]).toEqual([415, 'urn:busbar:problem:not-json-type']);
    },
  );
});

it('says on every answer that nothing in it may run', async () => {
  for (const url of ['/healthz', '/api/v1/charge-points', '/nowhere', '/api/v1/transactions/x', '/%zz']) {
    const { headers } = await ask(site.app, 'GET', url);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

describe('what is wrong with a request is said in words', () => {
  const token = '/api/v1/tokens';
  const hours = (from: string) => ({ idTag: 'A', rules: { hours: [{ days: ['mon'], from, to: '06:00' }] } });
  it.each([
    ['a word of a list', token, { idTag: 'A', status: 'blocked' }, 'status in the body must be one of: Accepted, '],
    ['a time', token, { idTag: 'A', expiresAt: 'soon' }, 'must be a date and time with its zone, such as 2030-'],
    ['a time of day', token, hours('25:00'), 'rules/hours/0/from in the body must be a time of day, such as 06:00'],
    ['an unknown field', token, { idTag: 'A', colour: 1 }, 'colour in the body is not known here.'],
    ['a missing field', token, {}, 'The body lacks idTag.'],
    ['a number', '/api/v1/reservations', { connectorId: 'x' }, 'connectorId in the body must be a whole number'],
    ['a text', token, { idTag: 5 }, 'idTag in the body must be text.'],
  ])('%s', async (_, url, body, words) => {
    const { status, json } = await ask(site.app, 'POST', url, body);
    expect(status).toBe(400);
    const said: string[] = json.errors.map(
      (one: { path: string; message: string }) =>
        `${one.path === '' ? 'The body' : `${one.path.slice(1)} in the body`} ${one.message}.`,
    );
    expect(said[0]).toBe(json.detail);
    expect(said.join(' ')).toContain(words);
    expect(json.detail).not.toMatch(/schema|anyOf|null|pattern|\^/);
  });
});

describe('problem documents', () => {
  const problem = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => {
    const answer = await ask(site.app, method, url, body, headers);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ status: answer.status, title: expect.any(String), detail: expect.any(String) });
    return [answer.status, answer.json.type.replace('urn:busbar:problem:', '')];
  };

  it('404 for what is not served, and for a path that is no path', async () => {
    expect(await problem('GET', '/nowhere')).toEqual([404, 'not-found']);
    expect(await problem('DELETE', '/api/v1/site')).toEqual([404, 'not-found']);
    expect(await problem('GET', '/%zz')).toEqual([400, 'request-failed']);
    expect(await problem('GET', `/api/v1/tokens/${'x'.repeat(5_000)}`)).toEqual([404, 'not-found']);
  });

  it('400 for what is not JSON, and for prototype keys', async () => {
    expect(await problem('POST', '/api/v1/tokens', '{"idTag":')).toEqual([400, 'not-json']);
    expect(await problem('POST', '/api/v1/tokens', '{"idTag":"a","__proto__":{"x":1}}')).toEqual([400, 'not-json']);
    const nested = '{"idTag":"a","constructor":{"prototype":{"x":1}}}';
    expect(await problem('POST', '/api/v1/tokens', nested)).toEqual([400, 'not-json']);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it('400 for a body, a query and a path that break their schema', async () => {
    expect(await problem('POST', '/api/v1/tokens', { idTag: 'x'.repeat(21) })).toEqual([400, 'invalid-request']);
    expect(await problem('POST', '/api/v1/tokens', { idTag: 'a', rules: 1 })).toEqual([400, 'invalid-request']);
    expect(await problem('POST', '/api/v1/tokens')).toEqual([400, 'invalid-request']);
    for (const query of [
      'limit=0',
      'limit=501',
      'limit=1.5',
      'limit=',
      'limit=1&limit=2',
      'nonsense=1',
      'from=today',
    ]) {
      expect(await problem('GET', `/api/v1/transactions?${query}`)).toEqual([400, 'invalid-request']);
    }
    expect(await problem('GET', '/api/v1/transactions/one')).toEqual([400, 'invalid-request']);
    expect(await problem('GET', '/api/v1/transactions?cursor=t1x')).toEqual([400, 'invalid-request']);
    expect(await problem('GET', '/api/v1/tokens?cursor=!')).toEqual([400, 'invalid-request']);
  });

  it('413 for more than a frame can carry', async () => {
    const body = JSON.stringify({ idTag: 'a', note: 'x'.repeat(1_100_000) });
    expect(await problem('POST', '/api/v1/tokens', body)).toEqual([413, 'too-large']);
  });

  it('500 says nothing of the inside', async () => {
    const broken = await startSite();
    broken.database.exec('DROP TABLE alerts');
    const { status, text, json } = await ask(broken.app, 'GET', '/api/v1/alerts');
    expect([status, json.type]).toEqual([500, 'urn:busbar:problem:internal-error']);
    expect(text).not.toMatch(/sql|table|alerts|\.ts/i);
    await broken.close();
  });

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a request without a Host', 'GET /healthz HTTP/1.0\r\n\r\n', 403],
    ['a request with an empty Host', 'GET /healthz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 403],
  ])('answers %s on the wire', async (_, sent, status) => {
    const server = await startHttpServer({ ...site.options, host: '127.0.0.1', port: 0 });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(sent);
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    await once(socket, 'close');
    expect(text).toContain(`HTTP/1.1 ${status} `);
    expect(text).toContain('application/problem+json');
    expect(text).toContain(`"status":${status}`);
    await server.close();
  });
});

describe('readiness', () => {
  it('is 503 with the check that fails: no charge point can connect', async () => {
    const deaf = await startSite({ ocppListening: () => false });
    const { status, json } = await ask(deaf.app, 'GET', '/readyz');
    expect([status, json.checks]).toEqual([503, { storeWritable: true, ocppListening: false }]);
    expect((await ask(deaf.app, 'GET', '/healthz')).status).toBe(200);
    await deaf.close();
  });

  it('notices a store that takes no writes, also after a good answer', async () => {
    expect((await ask(site.app, 'GET', '/readyz')).json).toEqual({ status: 'ok' });
    site.database.pragma('query_only = ON');
    // A commit that fails is noticed at once, and needs no waiting for the next proof.
    expect((await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'unsaved' })).status).toBe(503);
    const { status, json } = await ask(site.app, 'GET', '/readyz');
    site.database.pragma('query_only = OFF');
    expect([status, json.checks]).toEqual([503, { storeWritable: false, ocppListening: true }]);
    expect((await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'saved' })).status).toBe(201);
    expect((await ask(site.app, 'GET', '/readyz')).status).toBe(200);
  });
});
