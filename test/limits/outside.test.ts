import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { ServerTCP } from 'modbus-serial';
import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { milliAmps, watts } from '../../src/domain/units.ts';
import { meaningOf } from '../../src/limits/modbus.ts';
import { limitIn } from '../../src/limits/mqtt.ts';
import type { LimitOptions, ModbusOptions } from '../../src/limits/options.ts';
import { startLimits } from '../../src/limits/start-limits.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { startSite } from '../support/site.ts';
import { siteModel } from '../support/site-model.ts';

const relay: ModbusOptions = {
  id: 'grid',
  circuit: 'main',
  host: '127.0.0.1',
  port: 0,
  unit: 1,
  kind: 'coil',
  address: 3,
  intervalS: 0.02,
  timeoutMs: 1_000,
  values: [],
  scale: 1,
  standard: 'section-14a',
  ttlS: 60,
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  then: 'configured',
};

it('dims to what section 14a guarantees while the contact is closed, and keeps what was asked, done and measured', async () => {
  let closed = true;
  const server = new ServerTCP(
    { getCoil: (address: number) => address === 3 && closed },
    { host: '127.0.0.1', port: 0 },
  );
  await once(server, 'initialized');
  const { port } = (server as unknown as { _server: { address(): AddressInfo } })._server.address();
  const site = await start({ schedules: [], modbus: [{ ...relay, port }], mqtt: [] });
  const heard = site.until((event) => event.type === 'limit-evidence-noted' && event.evidence.kind === 'effect');
  await heard;
  // Two 22 and 11 kW points and one of 7.4 kW: three devices.
  expect(site.controller.reader.siteLimits()).toMatchObject([
    { id: 'relay grid:main', value: { limitMA: null, limitW: 10_500 } },
  ]);
  const ended = site.until((event) => event.type === 'site-limit-ended');
  closed = false;
  await ended;
  expect(site.controller.reader.siteLimits()).toEqual([]);
  const kinds = site.database.prepare('SELECT kind FROM limit_evidence ORDER BY id').pluck().all();
  expect(kinds).toEqual(['signal', 'command', 'effect', 'signal', 'command']);
  await site.stop();
  await new Promise((resolve) => server.close(resolve));
});

it('holds on to the limit of a relay that is lost until its time is over, then to what follows', async () => {
  const server = new ServerTCP({ getCoil: () => true }, { host: '127.0.0.1', port: 0 });
  await once(server, 'initialized');
  const { port } = (server as unknown as { _server: { address(): AddressInfo } })._server.address();
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  const short = { ...relay, port, timeoutMs: 100, ttlS: 0.3, then: { limitW: 4_200 } };
  const site = await start({ schedules: [], modbus: [short], mqtt: [] });
  await site.until((event) => event.type === 'site-limit-set');
  await new Promise((resolve) => server.close(resolve));
  const lapsed = site.until((event) => event.type === 'site-limit-set' && event.limit.until === null);
  expect(site.controller.reader.siteLimits()).toMatchObject([{ value: { limitW: 10_500 } }]);
  expect(await lapsed).toMatchObject({ limit: { source: 'relay grid', value: { limitW: 4_200 } } });
  await site.stop();
});

it('says in plain words which schedule is none', async () => {
  const bad = { id: 'tea', circuit: 'main', start: '0 25 * * *', durationMin: 5, limitA: 6 };
  const starting = start({ schedules: [bad], modbus: [], mqtt: [] });
  await expect(starting).rejects.toThrow('limits.schedules tea: "0 25 * * *" is no time of cron');
});

it('reads limits from a topic, and ends them where the message says so', async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const subscribed = once(broker, 'subscribe');
  const mqtt = { ...relay, url, topic: 'ems/limit', pointer: '/a', measures: 'A', standard: undefined } as const;
  const site = await start({ schedules: [], modbus: [], mqtt: [mqtt] });
  await subscribed;
  const publisher = await connectAsync(url);
  const set = site.until((event) => event.type === 'site-limit-set');
  publisher.publish('ems/limit', '{"a":"nonsense"}');
  publisher.publish('ems/limit', '{"a":12.5}');
  expect(await set).toMatchObject({ limit: { source: 'mqtt grid', value: { limitMA: [12_500, 12_500, 12_500] } } });
  const ended = site.until((event) => event.type === 'site-limit-ended');
  publisher.publish('ems/limit', '{"a":null}');
  await ended;
  await publisher.endAsync(true);
  await site.stop();
  await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
});

it('ends limits of sources that are no longer configured, and no others', async () => {
  const site = await startSite({ policy: { siteModel: siteModel() } });
  for (const source of ['relay old', 'http']) {
    await site.controller.execute({
      type: 'set-site-limit',
      circuit: 'main',
      source,
      value: { limitMA: null, limitW: watts(1) },
      ttlMs: null,
      // biome-ignore lint/suspicious/noThenProperty: the name of the contract
      then: 'configured',
      signal: null,
    });
  }
  const limits = await startOn(site.controller, { schedules: [], modbus: [], mqtt: [] });
  expect(site.controller.reader.siteLimits().map(({ id }) => id)).toEqual(['http:main']);
  await limits.stop();
  await site.stop();
});

it('understands values of relays and messages', () => {
  const listed = { ...relay, values: [{ value: 2, limitW: 1_000 }, { value: 3 }] };
  expect([0, 2, 3].map((read) => meaningOf(read, listed, null)?.limitW ?? null)).toEqual([null, 1_000, null]);
  expect(meaningOf(2, listed, watts(4_200))?.limitW).toBe(4_200);
  expect(meaningOf(160, { ...relay, measures: 'A', scale: 0.1 }, null)?.limitMA?.[0]).toBe(16_000);
  expect(limitIn('', { measures: 'A' }, null)).toEqual({ value: null });
  expect(limitIn('5000', { measures: 'W' }, null)).toEqual({ value: { limitMA: null, limitW: 5_000 } });
  for (const wrong of ['{', '-1', '"x"', '{"b":1}', 'true']) {
    expect(limitIn(wrong, { pointer: wrong === '{"b":1}' ? '/a' : undefined, measures: 'A' }, null)).toHaveProperty(
      'fault',
    );
  }
});

const startOn = (controller: Parameters<typeof startLimits>[0]['controller'], options: LimitOptions) =>
  startLimits({
    options,
    siteModel: siteModel(),
    timeZone: 'Europe/Berlin',
    controller,
    clock: systemClock,
    log: createKeptLog(),
    measure: () => ({ currentMA: [milliAmps(0), milliAmps(0), milliAmps(0)], powerW: watts(0) }),
  });

async function start(options: LimitOptions) {
  const site = await startSite({ policy: { siteModel: siteModel() } });
  const seen: Event[] = [];
  const waiting = new Set<() => void>();
  const deaf = site.controller.feed.listen(({ event }) => {
    seen.push(event);
    for (const look of waiting) look();
  });
  onTestFinished(() => deaf());
  const limits = await startOn(site.controller, options);
  return {
    ...site,
    /** The first such event, of those that have been and those to come. */
    until: (is: (event: Event) => boolean): Promise<Event> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = seen.find(is);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async stop(): Promise<void> {
      await limits.stop();
      await site.stop();
    },
  };
}
