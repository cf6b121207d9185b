import { describe, expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';
import { acknowledge, createUpstreamSite, topics } from '../support/upstream-site.ts';

describe('the upstream', () => {
  it('introduces itself, then tells what has happened, in order', () => {
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const first = createUpstreamSite();
    first.boot('CP1');
    first.far.connect();
    first.clock.advance(1_000);
    await acknowledge(first, 3);
    first.clock.advance(1_100);
    await first.upstream.stop();
    expect(first.far.retained.get(topics.status)).toMatchObject({ state: 'offline' });
    first.controller.stop();
    const second = createUpstreamSite({
      room: createControlRoom({ database: first.database, outbox: { boot: 'boot-2' } }),
    });
    second.boot('CP2');
    second.far.connect();
    second.clock.advance(1_000);
    expect(second.batches()[0]?.from).toBe(4);
  });

  it('holds no more on its way than the broker takes', () => {
    const site = createUpstreamSite({ broker: { receiveMaximum: 3 } });
    for (let point = 0; point < 40; point++) site.boot(`CP${point}`);
    site.far.connect();
    site.clock.advance(60_000);
    expect(site.far.most()).toBe(3);
    expect(site.far.retained.size).toBe(40 + 3);
  });

  it('gives up a connection that takes nothing, and goes on over the next', () => {
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
    site.far.connect();
    await site.far.say(`${topics.commands}site.get`, { id: '1' });
    await site.far.say(topics.desired, { version: 1 });
    expect(site.received).toEqual([`${topics.commands}site.get`, topics.desired]);
  });

  it('clears an alert that is over, also one that ended without a line', async () => {
    const site = createUpstreamSite();
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

  it('a disk that takes nothing keeps nobody from charging, and costs no event', () => {
    const site = createUpstreamSite();
    const station = site.boot('CP1');
    site.far.connect();
    site.clock.advance(1_000);
    const timestamp = new Date(site.clock.now()).toISOString();
    const start = { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp };
    site.database.pragma('query_only = ON');
    station.call('StartTransaction', start);
    site.clock.advance(1_000);
    expect(site.types()).not.toContain('busbar.transaction-started');
    expect(site.upstream.state().connected).toBe(true);
    site.database.pragma('query_only = OFF');
    // A charge point that got no answer repeats itself.
    station.call('StartTransaction', start);
    site.clock.advance(1_000);
    expect(site.types().filter((type) => type === 'busbar.transaction-started')).toHaveLength(1);
  });

  it('says on site that the backend has been away, until it is back', () => {
    const site = createUpstreamSite();
    site.clock.advance(15 * 60_000 - 1);
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(false);
    site.clock.advance(2);
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(true);
    site.far.connect();
    site.clock.settle();
    expect(site.controller.reader.isAlertOpen('upstream:away')).toBe(false);
  });
});
