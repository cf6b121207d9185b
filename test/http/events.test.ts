import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFeed } from '../../src/controller/feed.ts';
import { instant } from '../../src/domain/units.ts';
import { createEventStreams } from '../../src/http/event-streams.ts';
import { type HttpServer, startHttpServer } from '../../src/http/server.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Clock } from '../../src/runtime/ports.ts';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let server: HttpServer;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite();
  server = await startHttpServer({ ...site.options, host: '127.0.0.1', port: 0 });
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
});
afterAll(async () => {
  await server.close();
  await site.close();
});

type Told = { id: string; event: string; data: Record<string, unknown> };

/** Opens a stream over a real socket and reads its events one by one. */
async function listen(lastEventId?: string) {
  const request = get({
    host: '127.0.0.1',
    port: server.port,
    path: '/api/v1/events',
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  const blocks = readBlocks(response);
  return {
    response,
    async next(): Promise<Told> {
      for (;;) {
        const { value, done } = await blocks.next();
        if (done || value === undefined) throw new Error('the stream has ended');
        const fields = new Map(value.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^[^:]*: ?/, '')]));
        const event = fields.get('event');
        if (event !== undefined)
          return { id: fields.get('id') ?? '', event, data: JSON.parse(fields.get('data') ?? '') };
      }
    },
    close: () => request.destroy(),
  };
}

async function* readBlocks(response: IncomingMessage): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of response) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
  return undefined;
}

const status = (status: string, info = 'x') =>
  chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status, info });

it('keeps to itself who did what, live and afterwards', async () => {
  const stream = await listen();
  const { id } = await stream.next();
  await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'surplus' });
  await status('Available');
  const told = [await stream.next(), await stream.next()];
  const late = await listen(id);
  const again = [await late.next(), await late.next()];
  for (const events of [told, again]) {
    expect(events.map(({ event }) => event)).toEqual(['policy-changed', 'status-reported']);
  }
  stream.close();
  late.close();
});

it('tells of changes as they happen, with safe headers and hostile text as data', async () => {
  const stream = await listen();
  expect(stream.response.statusCode).toBe(200);
  expect(stream.response.headers['content-type']).toBe('text/event-stream');
  expect(stream.response.headers['x-content-type-options']).toBe('nosniff');
  expect((await stream.next()).event).toBe('ready');
  await status('Preparing', 'a\n\nevent: fake\ndata: {}\n\n');
  const told = await stream.next();
  expect(told).toMatchObject({
    event: 'status-reported',
    data: { chargePointId: 'CP1', connectorId: 1, status: 'Preparing', info: 'a\n\nevent: fake\ndata: {}\n\n' },
  });
  const id = await chargePoint.start('card', 100, new Date().toISOString());
  expect(await stream.next()).toMatchObject({
    event: 'transaction-started',
    data: { transactionId: id, idTag: 'card', meterStartWh: 100 },
  });
  stream.close();
});

it('resumes after the last event that was seen, and leaves none out', async () => {
  const first = await listen();
  const { id } = await first.next();
  first.close();
  await status('Charging');
  await status('Finishing');
  const again = await listen(id);
  expect((await again.next()).data.status).toBe('Charging');
  expect((await again.next()).data.status).toBe('Finishing');
  expect((await again.next()).event).toBe('ready');
  await status('Available');
  expect((await again.next()).data.status).toBe('Available');
  again.close();
});

it.each(['gone.1', 'nonsense', '1', '.', '__proto__.1'])('says reset where %j is none of its ids', async (id) => {
  const stream = await listen(id);
  expect((await stream.next()).event).toBe('reset');
  stream.close();
});

it('says reset where the id is of a future that never was', async () => {
  const stream = await listen();
  const [boot] = (await stream.next()).id.split('.');
  stream.close();
  const later = await listen(`${boot}.999999`);
  expect((await later.next()).event).toBe('reset');
  later.close();
});

it('says reset where more was missed than is worth sending', async () => {
  const stream = await listen();
  const { id } = await stream.next();
  stream.close();
  for (let index = 0; index <= 1_000; index++) {
    site.controller.feed.publish({ type: 'connection-closed', chargePointId: 'CP1', at: instant(0) });
  }
  const again = await listen(id);
  expect((await again.next()).event).toBe('reset');
  again.close();
});

it('refuses one stream too many with a problem, and takes one again when another has ended', async () => {
  const streams = [];
  let refused: Awaited<ReturnType<typeof listen>> | null = null;
  while (refused === null && streams.length < 60) {
    const stream = await listen();
    if (stream.response.statusCode === 503) refused = stream;
    else streams.push(stream);
  }
  expect(refused?.response.headers['content-type']).toContain('application/problem+json');
  expect(streams.length).toBeGreaterThan(40);
  for (const stream of streams) stream.close();
  for (;;) {
    const stream = await listen();
    const taken = stream.response.statusCode === 200;
    stream.close();
    if (taken) break;
  }
});

it('ends its streams when it closes', async () => {
  const other = await startHttpServer({ ...site.options, host: '127.0.0.1', port: 0 });
  const request = get({ host: '127.0.0.1', port: other.port, path: '/api/v1/events' });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  const ended = once(response, 'end');
  await other.close();
  await ended;
});

it('sends a comment when nothing else is to be said, and drops a client that does not read', async () => {
  const feed = createFeed();
  const waiting: { ms: number; run: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    after: (ms, run) => {
      waiting.push({ ms, run });
      return { cancel: () => undefined };
    },
  };
  const streams = createEventStreams({ feed, clock, bootId: 'boot' });
  const { createServer } = await import('node:http');
  const plain = createServer((_, response) => streams.attach(response, {}, null, () => true)).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const address = plain.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const request = get({ host: '127.0.0.1', port });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const blocks = readBlocks(response.setEncoding('utf8'));
  await blocks.next();
  await blocks.next();
  expect(waiting.map(({ ms }) => ms)).toEqual([15_000]);
  waiting[0]?.run();
  expect((await blocks.next()).value).toBe(': still here');
  expect(waiting.length).toBe(2);
  request.destroy();

  const lazy = createConnection(port, '127.0.0.1');
  lazy.pause();
  const taken = once(plain, 'request');
  lazy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [, serverSide] = await taken;
  const dropped = once(serverSide, 'close');
  const remoteAddress = 'x'.repeat(100_000);
  for (let index = 0; index < 400 && !serverSide.destroyed; index++) {
    feed.publish({ type: 'connection-opened', chargePointId: 'CP1', remoteAddress, at: instant(0) });
  }
  await dropped;
  expect(streams.full()).toBe(false);
  lazy.destroy();
  streams.close();
  plain.close();
});
