import { afterEach, describe, expect, it } from 'vitest';
import { outboxReads, outboxWrites } from '../../src/store/outbox.ts';
import { createViews } from '../../src/store/views.ts';
import { topicsOf } from '../../src/upstream/topics.ts';
import { type OwnCommands, startUpstream } from '../../src/upstream/upstream.ts';
import { createControlRoom } from '../support/control-room.ts';
import { createLoopbackBroker } from '../support/loopback-broker.ts';

const topics = topicsOf('busbar/v1/acme/depot');
type Batch = {
  epoch: string;
  stream: string;
  from: number;
  to: number;
  events: { type: string; sequence: string; data: Record<string, unknown> }[];
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function createSite(
  more: {
    ackMode?: 'app' | 'puback';
    room?: ReturnType<typeof createControlRoom>;
    broker?: Parameters<typeof createLoopbackBroker>[1];
  } = {},
) {
  const room = more.room ?? createControlRoom({ outbox: { boot: 'boot-1' }, policy: { unknownCards: 'accept' } });
  const { clock, controller, database } = room;
  const far = createLoopbackBroker(clock, more.broker);
  const received: string[] = [];
  let commands: OwnCommands = new Map();
  const views = createViews(database, controller.live, {
    id: 'depot',
    name: 'Depot',
    configured: new Set(),
    connectorsOf: () => [],
    securityProfile: () => 0,
  });
  const upstream = startUpstream({
    controller,
    views,
    reads: outboxReads(database),
    writes: outboxWrites(database),
    broker: far.broker,
    topics,
    ackMode: more.ackMode ?? 'app',
    compress: true,
    source: '/acme/depot',
    epoch: 'epoch',
    boot: 'boot-1',
    software: '1.2.3',
    description: () => ({
      software: '1.2.3',
      site: { id: 'depot', name: 'Depot', timeZone: 'UTC' },
      chargePoints: [],
      circuits: [{ id: 'grid', parent: null, limitA: [63, 63, 63] }],
      meters: ['main'],
      commands: ['site.get'],
    }),
    budgetBytes: 1_000_000,
    clock,
    log: room.log,
    desk: ({ own }) => ({
      received: async ({ topic }) => {
        received.push(topic);
      },
      start: () => {
        commands = own;
      },
      stop: () => undefined,
    }),
  });
  stops.push(() => void upstream.stop());
  const batches = (): Batch[] => far.on(topics.events('t0')) as Batch[];
  const types = (): string[] => batches().flatMap(({ events }) => events.map(({ type }) => type));
  const command = (name: string, request: Record<string, unknown>) => commands.get(name)?.(request);
  return { ...room, command, room, far, upstream, received, batches, types };
}

async function acknowledge(site: ReturnType<typeof createSite>, upTo: number, more: object = {}): Promise<void> {
  await site.far.say(topics.ack, { epoch: 'epoch', stream: 't0', upTo, ...more });
  site.clock.settle();
}

describe('the upstream', () => {
  it('introduces itself, then tells what has happened, in order', () => {
    const site = createSite();
    site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    expect(site.far.on(topics.status)[0]).toMatchObject({
      state: 'online',
      boot: 'boot-1',
      epoch: 'epoch',
      software: '1.2.3',
      heads: { t0: 3 },
      first: { t0: 1, t1: 1 },
    });
    expect(site.types()).toEqual([
      'busbar.epoch-began',
      'busbar.charge-point-registered',
      'busbar.charge-point-booted',
    ]);
    expect(site.batches()[0]).toMatchObject({ epoch: 'epoch', stream: 't0', from: 1, to: 3 });
    expect(site.batches()[0]?.events[2]).toMatchObject({
      specversion: '1.0',
      id: 'epoch:t0:3',
      source: '/acme/depot',
      subject: 'charge-points/CP1',
      sequence: '0000000000000003',
      data: { chargePointId: 'CP1', vendor: 'V' },
    });
    expect(site.far.retained.get(topics.state('CP1'))).toMatchObject({ id: 'CP1', connected: true });
    expect(site.far.retained.get(topics.site)).toMatchObject({ id: 'depot' });
    expect(JSON.parse(site.far.will()?.payload.toString() ?? '')).toEqual({ state: 'lost', boot: 'boot-1' });
  });

  it('begins behind what is acknowledged after each cut', async () => {
    const site = createSite();
    site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    await acknowledge(site, 2);
    site.far.cut();
    site.far.connect();
    site.clock.advance(1_000);
    expect(site.batches().map(({ from, to }) => [from, to])).toEqual([
      [1, 3],
      [3, 3],
    ]);
  });

  it('remembers across a restart what is acknowledged', async () => {
    const first = createSite();
    first.boot('CP1');
    first.far.connect();
    first.clock.advance(1_000);
    await acknowledge(first, 3);
    first.clock.advance(1_100);
    await first.upstream.stop();
    expect(first.far.retained.get(topics.status)).toMatchObject({ state: 'offline' });
    first.controller.stop();
    const second = createSite({
      room: createControlRoom({ database: first.database, outbox: { boot: 'boot-2' } }),
    });
    second.boot('CP2');
    second.far.connect();
    second.clock.advance(1_000);
    expect(second.batches()[0]?.from).toBe(4);
  });

  it('holds no more on its way than the broker takes', () => {
    const site = createSite({ broker: { receiveMaximum: 3 } });
    for (let point = 0; point < 40; point++) site.boot(`CP${point}`);
    site.far.connect();
    site.clock.advance(60_000);
    expect(site.far.most()).toBe(3);
    expect(site.far.retained.size).toBe(40 + 3);
  });

  it('gives up a connection that takes nothing, and goes on over the next', () => {
    const site = createSite();
    site.boot('CP1');
    site.far.connect();
    site.far.hang();
    site.clock.advance(29_999);
    expect(site.far.isUp()).toBe(true);
    site.clock.advance(2);
    expect(site.far.isUp()).toBe(false);
    site.far.connect();
    site.clock.advance(1_000);
    expect(site.types()).toHaveLength(3);
  });

  it('after weeks without a line tells each state once, as it is now', () => {
    const site = createSite();
    const station = site.boot('CP1');
    for (let change = 0; change < 50; change++) {
      const status = change % 2 === 0 ? 'Preparing' : 'Available';
      station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
    }
    site.far.connect();
    site.clock.advance(20_000);
    expect(site.far.on(topics.state('CP1'))).toHaveLength(1);
    expect(site.far.retained.get(topics.state('CP1'))).toMatchObject({ connectors: [{ id: 1, status: 'Available' }] });
    expect(site.types().filter((type) => type === 'busbar.status-reported')).toHaveLength(50);
  });

  it('sends again what the backend wants', async () => {
    const site = createSite();
    site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    await acknowledge(site, 3);
    await acknowledge(site, 3, { want: { from: 2, to: 2 } });
    site.clock.advance(1_000);
    expect(site.batches().at(-1)).toMatchObject({
      from: 2,
      to: 2,
      events: [{ type: 'busbar.charge-point-registered' }],
    });
  });

  it('takes no acknowledgement that is none', async () => {
    const site = createSite();
    site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    for (const bad of [
      Buffer.from('{'),
      Buffer.alloc(10_000, 32),
      {},
      { epoch: 'epoch', stream: 't0', upTo: -1 },
      { epoch: 'else', stream: 't0', upTo: 3 },
      { epoch: 'epoch', stream: 't2', upTo: 3 },
      { epoch: 'epoch', stream: 't0', upTo: 3, want: { from: 3, to: 1 } },
    ]) {
      await site.far.say(topics.ack, bad);
    }
    expect(site.upstream.state().streams.t0).toEqual({ head: 3, sent: 3, acked: 0, waiting: 3 });
    await acknowledge(site, 99);
    expect(site.upstream.state().streams.t0.acked).toBe(3);
  });

  it('hands everything else that it hears to the desk', async () => {
    const site = createSite();
    site.far.connect();
    await site.far.say(`${topics.commands}site.get`, { id: '1' });
    await site.far.say(topics.desired, { version: 1 });
    expect(site.received).toEqual([`${topics.commands}site.get`, topics.desired]);
  });

  it('clears an alert that is over, also one that ended without a line', async () => {
    const site = createSite();
    site.far.connect();
    const alert = { id: 'a/b', kind: 'k', chargePointId: null, text: 't', fix: 'f' };
    void site.controller.raise(alert);
    site.clock.advance(5_000);
    expect(site.far.retained.get('busbar/v1/acme/depot/alert/a%2Fb')).toMatchObject({ id: 'a/b', text: 't' });
    site.far.cut();
    site.execute({ type: 'clear-alert', id: 'a/b' });
    site.far.connect();
    site.clock.advance(5_000);
    expect(site.far.retained.has('busbar/v1/acme/depot/alert/a%2Fb')).toBe(false);
  });

  it('says on site that the backend has been away, until it is back', () => {
    const site = createSite();
    site.clock.advance(15 * 60_000 - 1);
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(false);
    site.clock.advance(2);
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(true);
    site.far.connect();
    site.clock.settle();
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(false);
  });
});

describe('telemetry', () => {
  const DAY_MS = 86_400_000;

  /** Readings every ten seconds for so many minutes from then, in the store. */
  function fill(site: ReturnType<typeof createSite>, fromMs: number, minutes: number): void {
    const insert = site.database.prepare(`
      INSERT INTO telemetry (charge_point_ref, connector_id, at_ms, received_ms, context, energy_wh, l1_ma, quality)
      VALUES (1, 1, @at, @at, 'Sample.Periodic', @wh, 16000, 'measured')`);
    site.database.transaction(() => {
      for (let tick = 0; tick < minutes * 6; tick++) insert.run({ at: fromMs + tick * 10_000, wh: tick });
    })();
  }
  type Readings = { from: number; to: number; everyS: number | null; series: { n: number; energyWh: number[] }[] };
  const sent = (site: ReturnType<typeof createSite>): Readings[] => site.far.on(topics.events('t1')) as Readings[];

  it('goes up as it is while it is young, and in columns', async () => {
    const site = createSite();
    site.boot('CP1');
    fill(site, site.clock.now() - 600_000, 10);
    site.far.connect();
    site.clock.advance(10_000);
    expect(sent(site)).toHaveLength(1);
    expect(sent(site)[0]).toMatchObject({
      from: 1,
      to: 60,
      everyS: null,
      series: [
        {
          chargePointId: 'CP1',
          connectorId: 1,
          n: 60,
          seq: [1, ...Array(59).fill(1)],
          l1MA: [16_000, ...Array(59).fill(0)],
        },
      ],
    });
    await site.far.say(topics.ack, { epoch: 'epoch', stream: 't1', upTo: 60 });
    site.far.cut();
    site.far.connect();
    site.clock.advance(10_000);
    expect(sent(site)).toHaveLength(1);
  });

  it('is thinned by its age, and a gap says so', () => {
    const site = createSite();
    site.boot('CP1');
    const now = site.clock.now();
    fill(site, now - 10 * DAY_MS, 30);
    fill(site, now - 2 * DAY_MS, 30);
    fill(site, now - 60_000, 1);
    site.far.connect();
    site.clock.advance(10_000);
    expect(sent(site).map(({ from, to, everyS, series }) => [from, to, everyS, series[0]?.n])).toEqual([
      [1, 180, 900, 2],
      [181, 360, 60, 30],
      [361, 366, null, 6],
    ]);
    const gaps = site.batches().flatMap(({ events }) => events.filter(({ type }) => type === 'busbar.upstream-gap'));
    expect(gaps.map(({ data }) => [data.from, data.to, data.reason, data.keptEveryS])).toEqual([
      [1, 180, 'thinned', 900],
      [181, 360, 'thinned', 60],
    ]);
  });

  it('that was dropped before it could go leaves a gap that says so', () => {
    const site = createSite();
    site.boot('CP1');
    fill(site, site.clock.now() - 600_000, 10);
    site.database.exec('DELETE FROM telemetry WHERE id <= 20');
    site.far.connect();
    site.clock.advance(10_000);
    expect(sent(site).map(({ from, to }) => [from, to])).toEqual([[21, 60]]);
    const gaps = site.batches().flatMap(({ events }) => events.filter(({ type }) => type === 'busbar.upstream-gap'));
    expect(gaps.map(({ data }) => [data.from, data.to, data.reason])).toEqual([[1, 20, 'retention']]);
  });

  it('never holds up what happens', () => {
    const site = createSite({ broker: { delayMs: 50 } });
    site.boot('CP1');
    fill(site, site.clock.now() - 7_000_000, 110 * 60);
    site.far.connect();
    site.clock.advance(2_000);
    const before = sent(site).length;
    expect(before).toBeGreaterThan(5);
    const from = site.clock.now();
    site.boot('CP2');
    site.clock.advance(600);
    expect(site.types()).toContain('busbar.charge-point-booted');
    expect(
      site
        .batches()
        .at(-1)
        ?.events.some(({ data }) => data.chargePointId === 'CP2'),
    ).toBe(true);
    expect(sent(site).length - before).toBeLessThan(((site.clock.now() - from) / 1_000) * 20 + 20);
  });

  it('of a connector goes live while somebody looks', () => {
    const site = createSite();
    const station = site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    const measured = (wh: number) =>
      station.call('MeterValues', {
        connectorId: 1,
        meterValue: [{ timestamp: new Date(site.clock.now()).toISOString(), sampledValue: [{ value: String(wh) }] }],
      });
    const live = () => site.far.on(topics.live('CP1', 1));
    measured(1);
    site.clock.advance(1_000);
    expect(live()).toEqual([]);
    expect(site.command('live.start', { params: { id: 'nobody' } })).toMatchObject({ status: 404 });
    expect(site.command('live.start', { params: { id: 'CP1' }, query: { seconds: 60 } })).toMatchObject({
      status: 200,
    });
    measured(2);
    measured(3);
    site.clock.advance(1_000);
    expect(live()).toMatchObject([{ energyWh: 2 }]);
    site.clock.advance(60_000);
    measured(4);
    site.clock.advance(1_000);
    expect(live()).toHaveLength(1);
  });
});
