import { once } from 'node:events';
import { get, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { get as getSecurely } from 'node:https';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/http/server.ts';
import { setupCodeIn } from '../../src/people/setup-code.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { watchTlsFiles } from '../../src/runtime/tls-files.ts';
import { createPki, type Pki } from '../support/certificates.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { type Site, startSite } from './fixture.ts';

/** The HTTP interface over real sockets; 127.0.0.2 stands for a network, for 0.0.0.0 listens there and 127.0.0.1 does not. */

let site: Site;
let server: HttpServer;
let pki: Pki;
beforeAll(() => {
  pki = createPki();
  pki.authority('root');
  pki.certificate('web', { subject: '/CN=localhost' });
});
afterAll(() => pki.remove());
beforeEach(async () => {
  site = await startSite();
});
afterEach(async () => {
  await server.close();
  await site.close();
});

const LAN = '127.0.0.2';
const setUp = () =>
  site.options.people.setUp(
    { code: setupCodeIn(site.setupFile).open(), name: 'Ann', password: 'correct horse' },
    'here',
  );

async function answer(
  host: string,
  headers: OutgoingHttpHeaders = {},
  path = '/api/v1/site',
): Promise<IncomingMessage> {
  const request = get({ host, port: server.port, path, headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}
const statusAt = async (host: string, headers: OutgoingHttpHeaders = {}): Promise<number | undefined> => {
  const response = await answer(host, headers);
  response.resume();
  return response.statusCode;
};

it('opens to its network with the first admin, without a restart, and to known names alone', async () => {
  const own = { names: ['depot.example'], byAddress: true };
  server = await startHttpServer({ ...site.options, own, host: '0.0.0.0', port: 0 });
  expect(server.host).toBe('127.0.0.1');
  expect(await statusAt('127.0.0.1')).toBe(200);
  await expect(statusAt(LAN)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  const { secret } = await setUp();
  await server.openUp();
  expect(server.host).toBe('0.0.0.0');
  const cookie = `busbar=${secret}`;
  expect(await statusAt('127.0.0.1')).toBe(401);
  expect(await statusAt(LAN)).toBe(401);
  expect(await statusAt(LAN, { cookie })).toBe(200);
  expect(await statusAt(LAN, { cookie, host: 'Depot.Example:8080' })).toBe(200);
  expect(await statusAt(LAN, { cookie, host: 'rebound.example' })).toBe(403);
});

it('goes on serving this machine where its network has no such address', async () => {
  // Of a documentation network (RFC 5737): no machine has it.
  server = await startHttpServer({ ...site.options, host: '192.0.2.1', port: 0 });
  const { secret } = await setUp();
  await expect(server.openUp()).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  expect(server.host).toBe('127.0.0.1');
  expect(await statusAt('127.0.0.1', { cookie: `busbar=${secret}` })).toBe(200);
});

it('stays on this machine where nobody is set up, and listens to all at once where somebody is', async () => {
  await setUp();
  server = await startHttpServer({ ...site.options, own: { names: [], byAddress: true }, host: '0.0.0.0', port: 0 });
  expect(await statusAt(LAN)).toBe(401);
});

it('ends an event stream with the login that it belongs to', async () => {
  server = await startHttpServer({ ...site.options, host: '127.0.0.1', port: 0 });
  const { secret } = await setUp();
  const stream = await answer('127.0.0.1', { cookie: `busbar=${secret}` }, '/api/v1/events');
  expect(stream.statusCode).toBe(200);
  const ended = once(stream.resume(), 'end');
  for (const { id } of site.options.people.sessions()) site.options.people.endSession(id);
  await site.controller.raise({ id: 'any', kind: 'any', chargePointId: null, text: 'A secret.', fix: 'None.' });
  await ended;
});

it('speaks TLS, with a cookie that no other host can set', async () => {
  const tls = watchTlsFiles({
    pairs: [{ certFile: pki.path('web.pem'), keyFile: pki.path('web.key') }],
    clock: systemClock,
    log: createKeptLog(),
  });
  server = await startHttpServer({ ...site.options, tls, host: '127.0.0.1', port: 0 });
  const { secret } = await setUp();
  const trusted = { host: 'localhost', port: server.port, path: '/api/v1/me', ca: pki.read('root.pem'), family: 4 };
  const request = getSecurely({ ...trusted, headers: { cookie: `__Host-busbar=${secret}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  expect(JSON.parse(Buffer.concat(pieces).toString())).toMatchObject({ kind: 'person', name: 'Ann' });
  await expect(statusAt('127.0.0.1')).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|HPE/) });
  tls.close();
});
