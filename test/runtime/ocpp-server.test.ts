import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startOcppServer } from '../../src/runtime/ocpp-server.ts';
import type { Connection, ConnectionListener, UpgradeRequest } from '../../src/runtime/ports.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { createManualClock } from '../support/manual-clock.ts';

type Verdict = (request: UpgradeRequest, listener: ConnectionListener) => void;

/** The server on loopback; `events` are what its connections came to, in order. */
async function startServer(verdict: Verdict = (request, listener) => request.accept(listener)) {
  const clock = createManualClock();
  const log = createKeptLog();
  const events: string[] = [];
  const waiting: { needle: string; resolve: () => void }[] = [];
  const requests: UpgradeRequest[] = [];
  const connections: Connection[] = [];
  const note = (event: string): void => {
    events.push(event);
    for (const { needle, resolve } of waiting) if (event.startsWith(needle)) resolve();
  };
  const server = await startOcppServer({
    host: '127.0.0.1',
    port: 0,
    pingIntervalMs: 30_000,
    mayOmitSubprotocol: new Set(['lenient']),
    clock,
    log,
    upgradeRequested: (request) => {
      requests.push(request);
      verdict(request, {
        opened: (connection) => {
          connections.push(connection);
          note('opened');
        },
        frame: (text) => note(`frame ${text}`),
        binary: () => note('binary'),
        pong: () => note('pong'),
        closed: (code) => note(`closed ${code}`),
      });
      note('requested');
    },
  });
  return {
    server,
    clock,
    log,
    events,
    requests,
    connections,
    /** Resolves once an event that begins so has happened. */
    seen: (needle: string): Promise<void> =>
      events.some((event) => event.startsWith(needle))
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ needle, resolve })),
    client: (path: string, protocols: string[] = ['ocpp1.6'], options: object = {}) =>
      new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, options),
  };
}

let world: Awaited<ReturnType<typeof startServer>>;
const raw: Socket[] = [];
afterEach(async () => {
  for (const socket of raw.splice(0)) socket.destroy();
  const closing = world.server.close();
  // Whoever does not answer the close is cut off after a second.
  world.clock.advance(1_000);
  await closing;
});

/** The status that an upgrade was refused with. */
async function refusal(client: WebSocket): Promise<number | undefined> {
  client.on('error', () => undefined);
  const [, response] = await once(client, 'unexpected-response');
  client.terminate();
  return response.statusCode;
}

/** Sends an upgrade by hand and returns the socket. */
function upgrade(path: string, headers: Record<string, string> = {}): Socket {
  const socket = connect(world.server.port, '127.0.0.1');
  raw.push(socket);
  const all = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'ocpp1.6',
    ...headers,
  };
  socket.write(
    `GET ${path} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  return socket;
}

describe('the door', () => {
  it('takes ocpp1.6 from what is offered, and reads the id from the path', async () => {
    world = await startServer();
    const client = world.client('/any/prefix/CP%201', ['ocpp2.0.1', 'ocpp1.6']);
    await once(client, 'open');
    expect(client.protocol).toBe('ocpp1.6');
    expect(client.extensions).toBe('');
    expect(world.requests[0]).toMatchObject({ chargePointId: 'CP 1', remoteAddress: '127.0.0.1', credentials: null });
    client.terminate();
    await world.seen('closed');
  });

  it.each([
    ['another subprotocol', '/ocpp/CP1', ['ocpp2.0.1']],
    ['no subprotocol', '/ocpp/CP1', []],
    ['no id', '/', ['ocpp1.6']],
    ['a broken id', '/ocpp/%ff', ['ocpp1.6']],
    ['an id far too long', `/ocpp/${'x'.repeat(1_000)}`, ['ocpp1.6']],
  ])('stays shut for %s, without an upgrade and without asking', async (_, path, protocols) => {
    world = await startServer();
    expect(await refusal(world.client(path, protocols))).toBe(400);
    expect(world.events).toEqual([]);
  });

  it('opens without a subprotocol only for whom that was allowed', async () => {
    world = await startServer();
    const client = world.client('/ocpp/lenient', []);
    await once(client, 'open');
    expect(client.protocol).toBe('');
    client.terminate();
  });

  it('passes on the verdict as an HTTP status, with what a client needs to go on', async () => {
    const verdicts = new Map([
      ['a', 401],
      ['b', 404],
      ['c', 429],
      ['d', 503],
    ]);
    world = await startServer((request) => request.refuse(verdicts.get(request.chargePointId) ?? 500, 'no'));
    for (const [id, status] of verdicts) expect(await refusal(world.client(`/ocpp/${id}`))).toBe(status);
    const socket = upgrade('/ocpp/a');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('WWW-Authenticate: Basic realm="ocpp"');
    expect(world.server.connections()).toBe(0);
  });

  it('takes only the first verdict', async () => {
    world = await startServer((request, listener) => {
      request.refuse(404, 'first');
      request.accept(listener);
      request.refuse(503, 'third');
    });
    expect(await refusal(world.client('/ocpp/CP1'))).toBe(404);
    expect(world.events).toEqual(['requested']);
  });

  it('reads the password as bytes, split at the first colon', async () => {
    world = await startServer((request) => request.refuse(401, 'no'));
    const header = Buffer.concat([Buffer.from('CP1:'), Buffer.from([0xff, 0x3a, 0x00])]).toString('base64');
    for (const authorization of [`Basic ${header}`, `basic ${header}`, 'Basic Q1Ax', 'Bearer x', 'Basic !!']) {
      await refusal(world.client('/ocpp/CP1', ['ocpp1.6'], { headers: { authorization } }));
    }
    const [first, second, ...others] = world.requests.map(({ credentials }) => credentials);
    for (const credentials of [first, second]) {
      expect(credentials?.user.toString()).toBe('CP1');
      expect([...(credentials?.password ?? [])]).toEqual([0xff, 0x3a, 0x00]);
    }
    expect(others).toEqual([null, null, null]);
  });

  it('never opens for a handshake that breaks off, and goes on', async () => {
    world = await startServer();
    const socket = upgrade('/ocpp/CP1', { 'Sec-WebSocket-Key': 'too short' });
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400/);
    expect(world.events).toEqual(['requested']);
    const client = world.client('/ocpp/CP1');
    await once(client, 'open');
    client.terminate();
  });

  it('knows when a client that waits has gone, and counts it no longer', async () => {
    const held: [UpgradeRequest, ConnectionListener][] = [];
    world = await startServer((request, listener) => held.push([request, listener]));
    const socket = upgrade('/ocpp/CP1');
    await world.seen('requested');
    const [request] = held[0] ?? [];
    expect(request?.gone()).toBe(false);
    socket.resetAndDestroy();
    while (request?.gone() === false) await new Promise((resolve) => setImmediate(resolve));
    request?.refuse(503, 'gone');
    expect(world.server.connections()).toBe(0);
  });

  it('answers a browser with what this port is for', async () => {
    world = await startServer();
    const response = await fetch(`http://127.0.0.1:${world.server.port}/ocpp/CP1`);
    expect(response.status).toBe(426);
    expect(await response.text()).toContain('OCPP over WebSocket');
  });
});

describe('a connection', () => {
  const open = async () => {
    world = await startServer();
    const client = world.client('/ocpp/CP1');
    await once(client, 'open');
    const [connection] = world.connections;
    if (connection === undefined) throw new Error('not opened');
    return { client, connection };
  };

  it('carries text both ways, and says what is binary', async () => {
    const { client, connection } = await open();
    client.send('[2,"1","Heartbeat",{}]');
    client.send(Buffer.from([1, 2]));
    await world.seen('binary');
    expect(world.events).toEqual(['opened', 'requested', 'frame [2,"1","Heartbeat",{}]', 'binary']);
    const message = once(client, 'message');
    connection.send('hello');
    expect(String((await message)[0])).toBe('hello');
    client.close(1000);
    await world.seen('closed 1000');
    // After its end, nothing of it throws.
    connection.send('too late');
    connection.ping();
    expect(world.server.connections()).toBe(0);
  });

  it.each([
    ['text that is no UTF-8', (client: WebSocket) => client.send(Buffer.from([0xff, 0xfe]), { binary: false }), 1007],
    ['a frame above 1 MiB', (client: WebSocket) => client.send('x'.repeat(1_048_577)), 1009],
  ])('ends at %s, with its code, and others go on', async (_, send, code) => {
    const { client } = await open();
    client.on('error', () => undefined);
    const closed = once(client, 'close');
    send(client);
    expect((await closed)[0]).toBe(code);
    expect(world.events.filter((event) => event.startsWith('frame'))).toEqual([]);
    const other = world.client('/ocpp/CP2');
    await once(other, 'open');
    other.terminate();
  });

  it('is pinged, and cut off when it has not been heard of for a whole interval', async () => {
    world = await startServer();
    const [alive, dead] = [world.client('/ocpp/alive'), world.client('/ocpp/dead', ['ocpp1.6'], { autoPong: false })];
    await Promise.all([once(alive, 'open'), once(dead, 'open')]);
    const cut = once(dead, 'close');
    world.clock.advance(30_000);
    await world.seen('pong');
    world.clock.advance(30_000);
    expect((await cut)[0]).toBe(1006);
    expect(alive.readyState).toBe(WebSocket.OPEN);
    alive.terminate();
  });

  it('that sends, but never answers a ping, is alive', async () => {
    world = await startServer();
    const client = world.client('/ocpp/CP1', ['ocpp1.6'], { autoPong: false });
    await once(client, 'open');
    for (let round = 0; round < 3; round++) {
      world.clock.advance(30_000);
      client.send(`round ${round}`);
      await world.seen(`frame round ${round}`);
    }
    expect(client.readyState).toBe(WebSocket.OPEN);
    client.terminate();
  });

  it('that is paused is not read until it is resumed', async () => {
    const { client, connection } = await open();
    connection.pause();
    client.send('held');
    const pong = once(client, 'pong');
    const other = world.client('/ocpp/CP2');
    await once(other, 'open');
    other.send('passes');
    await world.seen('frame passes');
    expect(world.events).not.toContain('frame held');
    connection.resume();
    await world.seen('frame held');
    client.ping();
    await pong;
    client.terminate();
    other.terminate();
  });

  it('that does not read is cut off before it fills the memory', async () => {
    const { client, connection } = await open();
    client.pause();
    const text = 'x'.repeat(500_000);
    for (let times = 0; times < 100 && world.server.connections() > 0; times++) {
      connection.send(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await world.seen('closed');
    client.terminate();
  });
});

describe('the end', () => {
  it('closes what is open with 1001 and takes nothing new', async () => {
    world = await startServer();
    const client = world.client('/ocpp/CP1');
    await once(client, 'open');
    const closed = once(client, 'close');
    await world.server.close();
    expect((await closed)[0]).toBe(1001);
    await world.seen('closed');
    const late = world.client('/ocpp/CP1');
    const [error] = await once(late, 'error');
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('of a port that is taken is the error of the system', async () => {
    world = await startServer();
    const { clock, log } = world;
    await expect(
      startOcppServer({
        host: '127.0.0.1',
        port: world.server.port,
        pingIntervalMs: 1,
        mayOmitSubprotocol: new Set(),
        clock,
        log,
        upgradeRequested: () => undefined,
      }),
    ).rejects.toThrow('EADDRINUSE');
  });
});
