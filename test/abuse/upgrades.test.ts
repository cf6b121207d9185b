/** Bad requests for a connection, byte by byte over plain TCP. After each: its HTTP status, no trace, and the witness. */
import { connect as connectTcp, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChargePoint, connect } from '../support/charge-point.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { startWitness, traces, WITNESS_WITHIN_MS, witnessWait } from '../support/witness.ts';

type Case = {
  readonly name: string;
  /** HTTP status; 101 for what is odd and legal. */
  readonly status: number;
  readonly request: string | Buffer;
};

type Parts = {
  readonly method?: string;
  readonly path?: string;
  readonly version?: string;
  /** Replaces or, with null, leaves out headers of a good request. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

const good: Readonly<Record<string, string>> = {
  Host: '127.0.0.1',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': 'ocpp1.6',
};

function request({ method = 'GET', path = '/ocpp/STRANGER', version = '1.1', headers = {} }: Parts): string {
  const lines = Object.entries({ ...good, ...headers }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  return `${method} ${path} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

const upgrade = (status: number, name: string, parts: Parts): Case => ({ name, status, request: request(parts) });
const path = (status: number, name: string, at: string): Case => upgrade(status, name, { path: at });
const header = (status: number, name: string, headers: NonNullable<Parts['headers']>): Case =>
  upgrade(status, name, { headers });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const cases: Case[] = [
  // Ids (threats A20).
  path(400, 'no id', '/'),
  path(400, 'nothing but slashes', '////'),
  path(400, 'a percent sign that encodes nothing', '/ocpp/%zz'),
  path(400, 'half a percent encoding', '/ocpp/CP%'),
  path(400, 'a percent encoding that is no UTF-8', '/ocpp/%e0%a4'),
  path(400, 'an overlong encoding', '/ocpp/%c0%af'),
  path(400, 'an id with a slash', '/ocpp/a%2Fb'),
  path(400, 'an id with a backslash', '/ocpp/a%5Cb'),
  path(400, 'the folder itself', '/ocpp/%2e'),
  path(400, 'the folder above', '/ocpp/..'),
  path(400, 'the folder above, encoded', '/ocpp/%2e%2e'),
  path(400, 'a null byte', '/ocpp/CP%00'),
  path(400, 'a line break', '/ocpp/CP%0d%0aSet-Cookie:%20x'),
  path(400, 'a mark that turns the writing around', '/ocpp/CP%E2%80%AE1'),
  path(400, 'an id of 49 characters', `/ocpp/${'A'.repeat(49)}`),
  path(400, 'an id of 1,000 characters', `/ocpp/${'A'.repeat(1_000)}`),
  path(431, 'an id of 20,000 characters', `/ocpp/${'A'.repeat(20_000)}`),
  path(400, '1,000 slashes in front and none behind', `${'/'.repeat(1_000)}%zz`),
  path(101, 'the id __proto__', '/ocpp/__proto__'),
  path(101, 'the id constructor', '/ocpp/constructor'),
  path(101, 'an id that was encoded twice', '/ocpp/%252e%252e'),
  path(101, 'a whole address', 'http://elsewhere.example/ocpp/STRANGER'),
  // Handshakes.
  header(400, 'no key', { 'Sec-WebSocket-Key': null }),
  header(400, 'a short key', { 'Sec-WebSocket-Key': 'short' }),
  header(400, 'a key of 10,000 characters', { 'Sec-WebSocket-Key': 'A'.repeat(10_000) }),
  header(400, 'no version', { 'Sec-WebSocket-Version': null }),
  header(400, 'version 12', { 'Sec-WebSocket-Version': '12' }),
  header(400, 'version 99999999999', { 'Sec-WebSocket-Version': '99999999999' }),
  header(400, 'an upgrade to h2c', { Upgrade: 'h2c' }),
  upgrade(405, 'a POST', { method: 'POST' }),
  upgrade(405, 'a DELETE', { method: 'DELETE' }),
  header(400, 'no subprotocol', { 'Sec-WebSocket-Protocol': null }),
  header(400, 'an empty subprotocol', { 'Sec-WebSocket-Protocol': '' }),
  header(400, 'another subprotocol', { 'Sec-WebSocket-Protocol': 'ocpp2.0.1' }),
  header(400, 'the subprotocol constructor', { 'Sec-WebSocket-Protocol': 'constructor' }),
  header(400, 'the same subprotocol twice', { 'Sec-WebSocket-Protocol': 'ocpp1.6, ocpp1.6' }),
  header(400, 'a subprotocol that is no token', { 'Sec-WebSocket-Protocol': 'ocpp1.6, (x)' }),
  header(400, '2,000 other subprotocols', { 'Sec-WebSocket-Protocol': new Array(2_000).fill('p').join(',') }),
  header(101, 'a subprotocol __proto__ beside ours', { 'Sec-WebSocket-Protocol': '__proto__, ocpp1.6' }),
  header(101, 'the extension constructor', { 'Sec-WebSocket-Extensions': 'constructor' }),
  header(101, 'the extension __proto__', { 'Sec-WebSocket-Extensions': '__proto__; a=b' }),
  header(101, 'extensions that are no list', { 'Sec-WebSocket-Extensions': ';;,,;=' }),
  header(101, 'a compression window of 99999999 bits', {
    'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=99999999',
  }),
  // Authentication of a charge point that has a password.
  upgrade(401, 'no credentials', { path: '/LOCKED' }),
  ...[
    'Basic',
    'Basic !!!!',
    'Bearer abc',
    basic('LOCKED'),
    basic(':'),
    basic('LOCKED:'),
    basic(`LOCKED:${'p'.repeat(8_000)}`),
    basic('__proto__:secret'),
  ].map((authorization) =>
    upgrade(401, `the credentials ${authorization.slice(0, 24)}`, {
      path: '/LOCKED',
      headers: { Authorization: authorization },
    }),
  ),
  // What is no request for a WebSocket at all.
  header(426, 'a plain GET', { Upgrade: null, Connection: 'close' }),
  upgrade(426, 'a plain POST', {
    method: 'POST',
    headers: { Upgrade: null, Connection: 'close', 'Content-Length': '0' },
  }),
  header(431, 'a header of 20,000 characters', { 'X-Long': 'x'.repeat(20_000) }),
  header(431, '2,000 headers', Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`X-${index}`, 'abc']))),
  header(400, 'a header with a null byte', { 'X-Null': 'a\u0000b' }),
  header(400, 'two lengths', { 'Content-Length': '0\r\nContent-Length: 5' }),
  upgrade(400, 'HTTP/9.9', { version: '9.9' }),
  { name: 'a word', status: 400, request: 'hello\r\n\r\n' },
  { name: 'the preface of HTTP/2', status: 400, request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  { name: 'the beginning of TLS', status: 400, request: Buffer.from('16030100c8010000c40303', 'hex') },
  { name: 'null bytes', status: 400, request: Buffer.alloc(1_000) },
];

describe(`${cases.length} bad upgrades`, () => {
  let site: TestSite;
  let witness: ChargePoint;

  beforeAll(async () => {
    site = await startSite({ passwords: new Map([['LOCKED', Buffer.from('secret')]]) });
    witness = await startWitness(site);
  });
  afterAll(() => site.stop());

  it.each(cases.map((each) => [each.name, each] as const))('%s', async (_, bad) => {
    const before = traces(site);
    const connected = site.controller.lines.get('WITNESS')?.counters.connections;
    const left = bad.status === 101 ? nextClose(site) : Promise.resolve();
    expect(await statusOf(site.port, bad.request)).toBe(bad.status);
    await left;
    expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
    expect(traces(site)).toEqual(before);
    expect(site.controller.lines.get('WITNESS')?.counters.connections).toBe(connected);
  });

  it('300 handshakes that fail at the last moment leave room for strangers', async () => {
    const before = traces(site);
    for (let index = 0; index < 300; index += 1) {
      const bad = { path: `/ocpp/MADE-UP-${index}`, headers: { 'Sec-WebSocket-Key': 'short' } };
      expect(await statusOf(site.port, request(bad))).toBe(400);
    }
    expect(traces(site)).toEqual(before);
    const left = nextClose(site);
    expect(await statusOf(site.port, request({}))).toBe(101);
    await left;
  });
});

it('a right password with a broken handshake does not end the connection that works', async () => {
  const site = await startSite({ passwords: new Map([['LOCKED', Buffer.from('secret')]]) });
  const old = await connect(site.url, 'LOCKED', { password: 'secret' });
  await old.boot();
  const headers = { Authorization: basic('LOCKED:secret'), 'Sec-WebSocket-Key': 'short' };
  expect(await statusOf(site.port, request({ path: '/LOCKED', headers }))).toBe(400);
  expect(await old.heartbeat()).toHaveProperty('currentTime');
  await site.stop();
});

describe('slow and silent sockets', () => {
  it('half a request, dripped headers and silence are all ended, and nobody else waits', async () => {
    const site = await startSite();
    const witness = await startWitness(site);
    const before = traces(site);
    const half = request({}).slice(0, 60);
    const ends: Promise<void>[] = [];
    for (let index = 0; index < 150; index += 1) {
      const socket = connectTcp(site.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      if (index % 3 === 0) socket.write(half);
      if (index % 3 === 1) drip(socket, half);
      ends.push(new Promise((resolve) => void socket.on('close', () => resolve())));
    }
    expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
    await Promise.all(ends);
    expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
    expect(traces(site)).toEqual(before);
    await site.stop();
  });

  it('a refused one that goes on and never closes is ended after 5 s', async () => {
    const clock = createManualClock();
    const site = await startSite({ clock });
    const socket = await refused(site);
    drip(socket, 'and on');
    const ended = new Promise((resolve) => void socket.on('close', resolve));
    expect(socket.destroyed).toBe(false);
    clock.advance(5_000);
    await ended;
    await site.stop();
  });

  it('a refused one that never closes does not keep the site from stopping', async () => {
    const site = await startSite({ clock: createManualClock() });
    const socket = await refused(site);
    socket.write('and on');
    await site.stop();
    socket.destroy();
  });
});

/** One that has been told no, and leaves its own side open. */
function refused(site: TestSite): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connectTcp({ port: site.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.on('end', () => resolve(socket));
    socket.write(request({ path: '/ocpp/%zz' }));
    socket.resume();
  });
}

/** Writes one byte after the other for as long as the other side takes them. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 250);
  socket.on('close', () => clearInterval(timer));
}

/** The status of the answer, once the server has closed or upgraded the connection. */
function statusOf(port: number, bytes: string | Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.write(bytes));
    let heard = '';
    socket.setTimeout(8_000, () => {
      socket.destroy();
      reject(new Error(`no end after: ${heard}`));
    });
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (heard.startsWith('HTTP/1.1 101') && heard.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', (error) => {
      if (heard === '') reject(error);
    });
    socket.on('close', () => resolve(Number(heard.split(' ', 2)[1] ?? 0)));
  });
}

/** When the next connection has closed, and all that follows from it is done. */
function nextClose(site: TestSite): Promise<void> {
  return new Promise((resolve) => {
    const stop = site.controller.feed.listen(({ event }) => {
      if (event.type !== 'connection-closed') return;
      stop();
      setImmediate(resolve);
    });
  });
}
