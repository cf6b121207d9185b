import { describe, expect, it } from 'vitest';
import { createUpstreamSite, topics, type UpstreamSite } from '../support/upstream-site.ts';

describe('telemetry', () => {
  const DAY_MS = 86_400_000;

  /** Readings every ten seconds for so many minutes from then, in the store. */
  function fill(site: UpstreamSite, fromMs: number, minutes: number): void {
    const insert = site.database.prepare(`
      INSERT INTO telemetry (charge_point_ref, connector_id, at_ms, received_ms, context, energy_wh, l1_ma, quality)
      VALUES (1, 1, @at, @at, 'Sample.Periodic', @wh, 16000, 'measured')`);
    site.database.transaction(() => {
      for (let tick = 0; tick < minutes * 6; tick++) insert.run({ at: fromMs + tick * 10_000, wh: tick });
    })();
  }
  type Readings = { from: number; to: number; everyS: number | null; series: { n: number; energyWh: number[] }[] };
  const sent = (site: UpstreamSite): Readings[] => site.far.on(topics.events('t1')) as Readings[];

  it('goes up as it is while it is young, and in columns', async () => {
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const site = createUpstreamSite();
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
    const site = createUpstreamSite({ broker: { delayMs: 50 } });
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
    const site = createUpstreamSite();
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
