import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/sharing-policy.ts';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite();
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
  await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'CARD1', status: 'Accepted', aliases: ['OTHER'] });
});
afterAll(() => site.close());

const later = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const start = () => chargePoint.start('CARD1', 0, new Date().toISOString());

describe('plans', () => {
  it('for a token are set, shown under each of its names, and dropped', async () => {
    const path = '/api/v1/tokens/CARD1/plan';
    expect((await ask(site.app, 'GET', path)).status).toBe(404);
    const set = await ask(site.app, 'PUT', path, { departAt: '05:30', energyKwh: 30.5, tier: 'vip' });
    expect([set.status, set.json]).toMatchObject([
      200,
      { departAt: '05:30', energyKwh: 30.5, tier: 'vip', boostUntil: null },
    ]);
    expect((await ask(site.app, 'GET', '/api/v1/tokens/other/plan')).json).toEqual(set.json);
    expect((await ask(site.app, 'PUT', path, {})).json).toMatchObject({ departAt: null, energyKwh: null, tier: null });
    expect((await ask(site.app, 'DELETE', path)).status).toBe(204);
    expect((await ask(site.app, 'DELETE', path)).status).toBe(404);
    expect((await ask(site.app, 'PUT', '/api/v1/tokens/NOBODY/plan', {})).status).toBe(404);
  });

  it('for a group hold the tier of its tokens', async () => {
    const path = '/api/v1/token-groups/BOARD/plan';
    expect((await ask(site.app, 'PUT', path, { tier: 'vip' })).json).toMatchObject({ tier: 'vip' });
    expect(site.controller.reader.chargingWish({ kind: 'group', parentIdTag: 'board' })?.tier).toBe('vip');
  });

  it('for a running session take "16:30" as the next one, and leave a boost alone', async () => {
    const id = await start();
    const path = `/api/v1/transactions/${id}/plan`;
    const boost = await ask(site.app, 'POST', `/api/v1/transactions/${id}/boost`, { durationMin: 30 });
    expect(boost.status).toBe(200);
    expect(Date.parse(boost.json.boostUntil) - Date.now()).toBeGreaterThan(29 * 60_000);
    const plan = await ask(site.app, 'PUT', path, { departAt: '16:30', energyKwh: 20 });
    expect(plan.json).toMatchObject({ energyKwh: 20, boostUntil: boost.json.boostUntil });
    const departs = Date.parse(plan.json.departAt);
    expect(departs).toBeGreaterThan(Date.now());
    expect(departs - Date.now()).toBeLessThanOrEqual(25 * 3_600_000);
    const clock = new Intl.DateTimeFormat('de-DE', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
    expect(clock.format(departs)).toBe('16:30');
    expect((await ask(site.app, 'DELETE', `/api/v1/transactions/${id}/boost`)).status).toBe(204);
    expect((await ask(site.app, 'GET', path)).json).toMatchObject({ boostUntil: null, energyKwh: 20 });
    await chargePoint.stop(id, 100, new Date().toISOString());
    expect((await ask(site.app, 'PUT', path, {})).status).toBe(404);
    expect((await ask(site.app, 'POST', `/api/v1/transactions/${id}/boost`, {})).status).toBe(404);
  });

  it('for what does not exist are not found', async () => {
    for (const path of ['/api/v1/reservations/99/plan', '/api/v1/transactions/99/plan']) {
      expect((await ask(site.app, 'PUT', path, { departAt: later(60) })).status).toBe(404);
    }
  });

  it.each([
    { departAt: 'soon' },
    { departAt: '2020-01-01T00:00:00Z' },
    { energyKwh: 0 },
    { tier: 5 },
    { when: '16:30' },
  ])('refuse %j', async (body) => {
    const { status, json } = await ask(site.app, 'PUT', '/api/v1/tokens/CARD1/plan', body);
    expect([status, json.type]).toEqual([400, 'urn:busbar:problem:invalid-request']);
  });
});

describe('the policy', () => {
  it('is equal shares until somebody changes it, in part or as a whole', async () => {
    const before = (await ask(site.app, 'GET', '/api/v1/policy')).json;
    expect(before).toMatchObject({ kind: 'equal', tiers: ['normal'], rotationMin: 15, guaranteeKwh: 0 });
    const changed = await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'deadline', tiers: ['vip', 'normal'] });
    expect([changed.status, changed.json]).toEqual([200, { ...before, kind: 'deadline', tiers: ['vip', 'normal'] }]);
    expect((await ask(site.app, 'GET', '/api/v1/policy')).json).toEqual(changed.json);
    expect(site.controller.reader.sharingPolicy()).toMatchObject({ kind: 'deadline' });
  });

  it('is that of the configuration file where nobody has set one, and what is left out stays as it is there', async () => {
    const policy = { ...defaultPolicy, kind: 'surplus', tiers: ['vip', 'normal'] } as const;
    const other = await startSite({ balancing: { leaseS: 'auto', rules: { policy, tierOf: [] } } });
    expect((await ask(other.app, 'GET', '/api/v1/policy')).json).toMatchObject({
      kind: 'surplus',
      tiers: ['vip', 'normal'],
    });
    await ask(other.app, 'PUT', '/api/v1/policy', { minOffMin: 10 });
    expect(other.controller.reader.sharingPolicy()).toMatchObject({ kind: 'surplus', tiers: ['vip', 'normal'] });
    await other.close();
  });

  it.each([{ kind: 'fair' }, { rotationMin: 10 }, { tiers: [] }, { tiers: ['a', 'a'] }, { minOnMin: 20 }])(
    'refuses %j',
    async (body) => {
      expect((await ask(site.app, 'PUT', '/api/v1/policy', body)).status).toBe(400);
    },
  );
});

describe('the history', () => {
  it('is written along with the turn, and shown', async () => {
    const at = site.options.clock.now();
    const { history } = site.controller;
    history.connector({
      chargePointId: 'CP1',
      connectorId: 1,
      at,
      planMA: null,
      grantMA: null,
      acknowledgedMA: null,
      measuredMA: [null, null, null],
      because: 'no-car',
    });
    await ask(site.app, 'PUT', '/api/v1/policy', { kind: 'equal' });
    expect(history.state().waiting).toBe(0);
    const to = later(1);
    const { status, json } = await ask(
      site.app,
      'GET',
      `/api/v1/charge-points/CP1/connectors/1/history?to=${encodeURIComponent(to)}`,
    );
    expect([status, json.items.length, json.items[0].because, json.next]).toEqual([200, 1, 'no-car', null]);
    expect((await ask(site.app, 'GET', '/api/v1/circuits/grid/history')).json).toEqual({ items: [], next: null });
    for (const query of ['from=yesterday', 'cursor=x', 'limit=0']) {
      expect((await ask(site.app, 'GET', `/api/v1/circuits/grid/history?${query}`)).status).toBe(400);
    }
  });
});
