import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, it } from 'vitest';
import { atPointer } from '../../src/meters/json-pointer.ts';
import type { MqttMeter } from '../../src/meters/meter-config.ts';
import { MAX_MESSAGE_BYTES, startMqttMeter } from '../../src/meters/mqtt.ts';
import { meterRig } from './rig.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function broker(port = 0) {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    await new Promise<void>((done) => aedes.close(done));
  };
  endings.push(close);
  const publish = (topic: string, payload: string | Buffer, retain = false): Promise<void> => {
    return new Promise((done, fail) => {
      aedes.publish({ cmd: 'publish', topic, payload, qos: 0, retain, dup: false }, (error) =>
        error ? fail(error) : done(),
      );
    });
  };
  return { aedes, publish, close, port: (server.address() as AddressInfo).port };
}

async function watch(port: number, change: Partial<MqttMeter> = {}) {
  const rig = meterRig();
  const meter = startMqttMeter(
    {
      id: 'hall',
      circuit: 'grid',
      side: 'grid',
      intervalS: 1,
      lostAfterS: 60,
      type: 'mqtt',
      url: `mqtt://127.0.0.1:${port}`,
      topic: 'meters/hall',
      currentA: ['/l/0', '/l/1', '/l/2'],
      ...change,
    },
    rig.port,
  );
  endings.push(() => meter.stop());
  return { ...rig, stop: meter.stop };
}

const subscribed = ({ aedes }: Awaited<ReturnType<typeof broker>>) => once(aedes, 'subscribe');

describe('a meter over MQTT', () => {
  it('gives what JSON pointers point to', async () => {
    const site = await broker();
    const ready = subscribed(site);
    const { next } = await watch(site.port, { energyWh: '/e', at: '/t' });
    await ready;
    const sample = next();
    await site.publish('meters/hall', JSON.stringify({ l: [12.5, '-3', 0], e: 77, t: '2026-01-15T12:00:00Z' }));
    expect(await sample).toMatchObject({
      currentMA: [12_500, -3_000, 0],
      energyWh: 77,
      stamped: true,
      at: Date.UTC(2026, 0, 15, 12),
    });
  });

  it('becomes amps where it gives watts, with the nominal voltage', async () => {
    const site = await broker();
    const ready = subscribed(site);
    const { next } = await watch(site.port, { currentA: undefined, powerW: '', scale: 1_000 });
    await ready;
    const sample = next();
    await site.publish('meters/hall', '-6.9');
    expect(await sample).toMatchObject({ currentMA: [-10_000, -10_000, -10_000], powerW: -6_900 });
  });

  it('does not count what was retained: it is of the past', async () => {
    const site = await broker();
    await site.publish('meters/hall', JSON.stringify({ l: [99, 99, 99] }), true);
    const ready = subscribed(site);
    const { next, samples } = await watch(site.port);
    await ready;
    const sample = next();
    await site.publish('meters/hall', JSON.stringify({ l: [1, 2, 3] }));
    expect((await sample).currentMA).toEqual([1_000, 2_000, 3_000]);
    expect(samples).toHaveLength(1);
  });

  it.each([
    ['garbage', '{"l": [1, 2', 'not JSON'],
    ['a missing value', '{"l": [1, 2]}', 'no number at /l/2'],
    ['a text', '{"l": [1, 2, "off"]}', 'no number at /l/2'],
    ['an impossible value', '{"l": [1, 2, 1e300]}', 'no currents'],
    ['nothing', '', 'not JSON'],
    ['too much', `{"l": [1, 2, 3], "x": "${'x'.repeat(MAX_MESSAGE_BYTES)}"}`, 'too large'],
  ])('gives nothing at %s, says why, and goes on', async (_, payload, words) => {
    const site = await broker();
    const ready = subscribed(site);
    const { next, trouble, samples, troubles } = await watch(site.port);
    await ready;
    await site.publish('meters/hall', payload);
    await trouble(words);
    expect(samples).toEqual([]);
    const sample = next();
    await site.publish('meters/hall', '{"l": [1, 2, 3]}');
    await sample;
    expect(troubles.at(-1)).toBeNull();
  });

  it('is heard again after the broker was away', async () => {
    const site = await broker();
    const ready = subscribed(site);
    const { next, trouble } = await watch(site.port);
    await ready;
    await site.close();
    await trouble('no connection to the broker');
    const again = await broker(site.port);
    await subscribed(again);
    const sample = next();
    await again.publish('meters/hall', '{"l": [1, 2, 3]}');
    expect((await sample).currentMA).toEqual([1_000, 2_000, 3_000]);
  });

  it('goes on trying where the broker refuses it, and says no secret', async () => {
    const site = await broker();
    let refusals = 1;
    site.aedes.authenticate = (_client, _user, _password, done) => {
      refusals -= 1;
      done(null, refusals < 0);
    };
    const ready = subscribed(site);
    const { troubles } = await watch(site.port, {
      url: `mqtt://reader:swordfish@127.0.0.1:${site.port}`,
    });
    await ready;
    expect(troubles.length).toBeGreaterThan(0);
    expect(troubles.join()).not.toContain('swordfish');
  });
});

describe('a JSON pointer', () => {
  it('finds values and nothing that is inherited', () => {
    expect(atPointer({ a: { 'b/c': [1, { '~': 2 }] } }, '/a/b~1c/1/~0')).toBe(2);
    expect(atPointer(5, '')).toBe(5);
    expect(atPointer({}, '/constructor')).toBeUndefined();
    expect(atPointer('text', '/length')).toBeUndefined();
  });
});
