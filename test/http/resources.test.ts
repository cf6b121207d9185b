import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, eventually, type Site, startSite } from './fixture.ts';

const hostile = `<img src=x onerror=`;
let site: Site;
let cp1: ChargePoint;
let stranger: ChargePoint;
const ids: number[] = [];
const get = async (url: string) => (await ask(site.app, 'GET', url)).json;

beforeAll(async () => {
  site = await startSite();
  cp1 = await site.connect('CP1');
  await cp1.boot({ chargePointModel: hostile, firmwareVersion: '=cmd|"__proto__"' });
  await cp1.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' });
  await cp1.call('StatusNotification', {
    connectorId: 1,
    errorCode: 'OtherError',
    status: 'Charging',
    info: '</script><script>',
    vendorErrorCode: '\u0000\u202e',
  });
  for (let index = 0; index < 5; index++) {
    const day = `2025-03-0${index + 1}`;
    const id = await cp1.start(index === 4 ? 'OTHER' : 'Card', index * 1_000, `${day}T10:00:00Z`);
    await cp1.stop(id, index * 1_000 + 500, `${day}T11:00:00Z`);
    ids.push(id);
  }
  await cp1.stop(424_242, 9_000, '2025-03-06T11:00:00Z');
  const running = await cp1.start('Card', 5_000, new Date(Date.now() - 60_000).toISOString());
  ids.push(running);
  await cp1.call('MeterValues', {
    connectorId: 1,
    transactionId: running,
    meterValue: [
      {
        timestamp: new Date().toISOString(),
        sampledValue: [
          { value: '5.6', unit: 'kWh' },
          { value: '6900', measurand: 'Power.Active.Import', unit: 'W' },
          ...['L1', 'L2', 'L3'].map((phase) => ({
            value: '10.25',
            measurand: 'Current.Import',
            unit: 'A',
            phase,
          })),
        ],
      },
    ],
  });
  stranger = await site.connect('New one');
  await stranger.boot();
});
afterAll(() => site.close());

describe('charge points', () => {
  it('show those of the store, of the configuration and of the moment', async () => {
    const { items, next } = await get('/api/v1/charge-points');
    expect(next).toBeNull();
    expect(items.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      ['CP1', 'online'],
      ['CP2', 'offline'],
      ['New one', 'pending'],
    ]);
  });

  it('give back what a charge point says as data, connectors with their live values', async () => {
    const chargePoint = await get('/api/v1/charge-points/CP1');
    expect(chargePoint).toMatchObject({
      id: 'CP1',
      connected: true,
      registration: 'accepted',
      vendor: 'Acme',
      model: hostile,
      firmwareVersion: '=cmd|"__proto__"',
      securityProfile: 0,
      boots: 1,
      remoteAddress: '127.0.0.1',
      reported: { status: 'Available' },
      counters: { connections: 1, tolerated: {} },
    });
    expect(Date.now() - Date.parse(chargePoint.lastSeenAt)).toBeLessThan(60_000);
    expect(chargePoint.connectors).toEqual([
      expect.objectContaining({
        id: 1,
        status: 'Charging',
        errorCode: 'OtherError',
        info: '</script><script>',
        vendorErrorCode: '\u0000\u202e',
        transactionId: ids.at(-1),
        currentA: [10.25, 10.25, 10.25],
        powerW: 6900,
        energyWh: 5600,
      }),
    ]);
    expect((await get('/api/v1/site')).powerW).toBe(6900);
  });

  it('count what was tolerated, also under prototype names', async () => {
    await cp1.call('Heartbeat', { __proto: 1, extra: 2 });
    const { counters } = await get('/api/v1/charge-points/CP1');
    expect(Object.values(counters.tolerated).length).toBeGreaterThan(0);
  });

  it('404 for one that nobody knows', async () => {
    for (const id of ['nobody', '__proto__', '%F0%9F%98%80', "';DROP TABLE charge_points;--"]) {
      expect((await ask(site.app, 'GET', `/api/v1/charge-points/${id}`)).status).toBe(404);
    }
  });

  it('are approved and rejected', async () => {
    const url = `/api/v1/charge-points/${encodeURIComponent('New one')}`;
    const refused = await stranger.call('StatusNotification', {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Available',
    });
    expect(refused[2]).toBe('SecurityError');
    const approved = await ask(site.app, 'POST', `${url}/approve`);
    expect([approved.status, approved.json.status]).toEqual([200, 'online']);
    const rejected = await ask(site.app, 'POST', `${url}/reject`, {});
    expect([rejected.status, rejected.json.status]).toEqual([200, 'rejected']);
    expect((await ask(site.app, 'POST', `${url}/approve`, { extra: 1 })).status).toBe(400);
    expect((await ask(site.app, 'POST', '/api/v1/charge-points/nobody/approve')).status).toBe(404);
    const early = await ask(site.app, 'POST', '/api/v1/charge-points/CP2/approve');
    expect([early.status, early.json.type]).toEqual([409, 'urn:busbar:problem:not-registered']);
  });

  it('remember when one that has gone was last seen', async () => {
    const cp2 = await site.connect('CP2');
    await cp2.boot();
    await cp2.close();
    await eventually(site, () => site.controller.lines.get('CP2')?.session === null);
    const { status, connected, lastSeenAt } = await get('/api/v1/charge-points/CP2');
    expect([status, connected]).toEqual(['offline', false]);
    expect(Date.now() - Date.parse(lastSeenAt)).toBeLessThan(60_000);
  });
});

describe('transactions', () => {
  const list = async (query: string): Promise<number[]> =>
    (await get(`/api/v1/transactions${query}`)).items.map(({ id }: { id: number }) => id);

  it('come newest first in pages that neither overlap nor leave out', async () => {
    const all = await list('');
    expect(all.length).toBe(7);
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: number }[]; next: string | null } = await get(
        `/api/v1/transactions?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toEqual(all);
    expect(all).toEqual([...all].sort((a, b) => b - a));
  });

  it('are filtered', async () => {
    expect(await list('?state=running')).toEqual([ids.at(-1)]);
    expect((await list('?state=orphan')).length).toBe(1);
    expect(await list('?idTag=oTHER')).toEqual([ids[4]]);
    expect(await list('?chargePointId=CP2')).toEqual([]);
    expect((await list('?chargePointId=CP1&state=stopped')).length).toBe(5);
    expect(await list('?from=2025-03-02T10:00:00Z&to=2025-03-03T10:00:00Z')).toEqual([ids[1]]);
    expect(await list(`?idTag=${encodeURIComponent("' OR 1=1 --")}`)).toEqual([]);
    expect((await list('?limit=2&state=stopped')).length).toBe(2);
  });

  it('have the fields of the contract', async () => {
    const { items } = await get('/api/v1/transactions?idTag=OTHER');
    expect(items[0]).toMatchObject({
      id: ids[4],
      chargePointId: 'CP1',
      connectorId: 1,
      idTag: 'OTHER',
      parentIdTag: null,
      startedAt: '2025-03-05T10:00:00.000Z',
      meterStartWh: 4_000,
      stoppedAt: '2025-03-05T11:00:00.000Z',
      meterStopWh: 4_500,
      energyWh: 500,
      reason: 'Local',
      reservationId: null,
      state: 'stopped',
      findings: [{ kind: 'register-gap', detail: expect.stringContaining('500 Wh'), resolvedAt: null }],
    });
    const [orphan] = (await get('/api/v1/transactions?state=orphan')).items;
    expect(orphan).toMatchObject({ startedAt: null, energyWh: null, reportedTransactionId: 424_242 });
    expect(orphan.findings.map(({ kind }: { kind: string }) => kind)).toContain('missing-start');
    const [running] = (await get('/api/v1/transactions?state=running')).items;
    expect(running).toMatchObject({ energyWh: null, energySoFarWh: 600, stoppedAt: null });
  });

  it('have evidence, registers and readings', async () => {
    const id = ids.at(-1);
    await cp1.stop(id ?? 0, 5_700, new Date().toISOString());
    const detail = await get(`/api/v1/transactions/${id}`);
    expect(detail.registers).toMatchObject({ meterStartWh: 5_000, lastReadingWh: 5_600, meterStopWh: 5_700 });
    expect(detail.evidence.map(({ kind }: { kind: string }) => kind)).toEqual(['start', 'stop']);
    expect(detail.evidence[0].message).toContain('"StartTransaction"');
    expect(detail.readingsTotal).toBe(1);
    expect(detail.readings).toEqual([
      expect.objectContaining({ energyWh: 5_600, powerW: 6_900, currentA: [10.25, 10.25, 10.25] }),
    ]);
    expect((await get('/api/v1/charge-points/CP1')).connectors[0]).toMatchObject({ transactionId: null, powerW: null });
  });

  it('404 for an id that was never given', async () => {
    expect((await ask(site.app, 'GET', '/api/v1/transactions/999999')).status).toBe(404);
  });
});

describe('tokens', () => {
  it('are added, shown, changed and removed, whatever the case', async () => {
    const added = await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'Ab/C 1', note: 'Ann' });
    expect([added.status, added.headers.location]).toEqual([201, '/api/v1/tokens/Ab%2FC%201']);
    expect(added.json).toMatchObject({ idTag: 'Ab/C 1', status: 'Accepted', expiresAt: null, parentIdTag: null });
    expect((await ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'aB/c 1' })).status).toBe(409);

    const url = '/api/v1/tokens/aB%2Fc%201';
    const changed = await ask(site.app, 'PATCH', url, { status: 'Blocked', expiresAt: '2030-01-01T00:00:00+01:00' });
    expect(changed.json).toMatchObject({
      idTag: 'Ab/C 1',
      status: 'Blocked',
      note: 'Ann',
      expiresAt: '2029-12-31T23:00:00.000Z',
    });
    const again = await ask(site.app, 'PATCH', url, { expiresAt: null, parentIdTag: 'group' });
    expect(again.json).toMatchObject({ status: 'Blocked', expiresAt: null, parentIdTag: 'group', note: 'Ann' });

    expect((await ask(site.app, 'DELETE', url)).status).toBe(204);
    expect((await ask(site.app, 'GET', url)).status).toBe(404);
    expect((await ask(site.app, 'PATCH', url, {})).status).toBe(404);
    expect((await ask(site.app, 'DELETE', url)).status).toBe(404);
  });

  it('of two additions at once only one succeeds, and of two changes both', async () => {
    const add = () => ask(site.app, 'POST', '/api/v1/tokens', { idTag: 'race' });
    const [one, two] = await Promise.all([add(), add()]);
    expect([one.status, two.status].sort()).toEqual([201, 409]);
    const patch = (body: object) => ask(site.app, 'PATCH', '/api/v1/tokens/RACE', body);
    await Promise.all([patch({ note: 'n' }), patch({ parentIdTag: 'p' })]);
    expect(await get('/api/v1/tokens/race')).toMatchObject({ note: 'n', parentIdTag: 'p' });
  });

  it('may bear prototype names, and decide who may charge', async () => {
    await ask(site.app, 'POST', '/api/v1/tokens', { idTag: '__proto__', status: 'Blocked' });
    expect((await get('/api/v1/tokens/__proto__')).status).toBe('Blocked');
    const [, , answer] = await cp1.call('Authorize', { idTag: '__PROTO__' });
    expect(answer).toEqual({ idTagInfo: { status: 'Blocked' } });
  });

  it('whose time is over are shown as Expired', async () => {
    const old = { idTag: 'old', expiresAt: '2020-01-01T00:00:00Z' };
    expect((await ask(site.app, 'POST', '/api/v1/tokens', old)).json.status).toBe('Expired');
  });

  it('come in pages', async () => {
    const first = await get('/api/v1/tokens?limit=1');
    const rest = await get(`/api/v1/tokens?limit=500&cursor=${first.next}`);
    const all = await get('/api/v1/tokens?limit=500');
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(rest.next).toBeNull();
  });
});

describe('alerts', () => {
  it('are shown until they are cleared', async () => {
    // Somebody comes under the name of a charge point that is there and alive.
    await expect(site.connect('CP1')).rejects.toThrow('409');
    const { items } = await get('/api/v1/alerts');
    expect(items).toEqual([
      expect.objectContaining({ id: 'identity:CP1', kind: 'identity-contested', chargePointId: 'CP1', times: 1 }),
    ]);
    expect((await get('/api/v1/site')).alerts.length).toBe(1);
    expect((await ask(site.app, 'DELETE', '/api/v1/alerts/identity:CP1')).status).toBe(204);
    expect((await get('/api/v1/alerts')).items).toEqual([]);
    expect((await ask(site.app, 'DELETE', '/api/v1/alerts/identity:CP1')).status).toBe(404);
  });
});

it('shows the site at a glance', async () => {
  expect(await get('/api/v1/site')).toMatchObject({
    id: 'depot',
    name: 'Depot',
    limitState: 'off',
    chargePoints: { online: 1, offline: 1, pending: 0, rejected: 1 },
    transactionsRunning: 0,
  });
});
