import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../support/charge-point.ts';
import { ask, type ChargePoint, eventually, type Site, startSite } from './fixture.ts';

let site: Site;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite();
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
});
afterAll(() => site.close());

it('a new key is random, goes out as 40 digits, counts at once, and is shown nowhere', async () => {
  const rotate = async () =>
    (await ask(site.app, 'POST', '/api/v1/charge-points/CP1/authorization-key/rotate', {})).json;
  expect(await rotate()).toEqual({ status: 'Accepted' });
  expect(await rotate()).toEqual({ status: 'Accepted' });
  const keys = chargePoint.asked
    .filter(([action]) => action === 'ChangeConfiguration')
    .map(([, payload]) => payload as { key: string; value: string });
  expect(keys).toEqual([0, 1].map(() => ({ key: 'AuthorizationKey', value: expect.stringMatching(/^[0-9A-F]{40}$/) })));
  const [old = '', current = ''] = keys.map(({ value }) => value);
  expect(current).not.toBe(old);
  for (const path of ['messages', 'operations', 'events', 'charge-points/CP1/configuration', 'alerts']) {
    if (path !== 'events') expect((await ask(site.app, 'GET', `/api/v1/${path}`)).text).not.toContain(current);
  }
  await chargePoint.close();
  const text = Buffer.from(current, 'hex');
  expect(text.toString()).toMatch(/^[A-Za-z0-9]{20}$/);
  // As its bytes, and as its digits; the old one and none no more.
  for (const password of [text, current]) (await connect(site.ocppUrl, 'CP1', { password })).crash();
  for (const password of [Buffer.from(old, 'hex'), undefined]) {
    await expect(connect(site.ocppUrl, 'CP1', password === undefined ? {} : { password })).rejects.toThrow('401');
  }
});

it('security events are listed, and those to look at are alerts', async () => {
  const other = await site.connect('CP2');
  await other.boot();
  const tell = (type: string, techInfo?: string) =>
    other.call('SecurityEventNotification', {
      type,
      timestamp: '2026-01-01T00:00:00Z',
      ...(techInfo === undefined ? {} : { techInfo }),
    });
  await tell('StartupOfTheDevice');
  await tell('Vendor=Something <b>new</b>');
  await tell('TamperDetectionActivated', 'lid "A"');
  await tell('FirmwareUpdated');
  const { items } = (await ask(site.app, 'GET', '/api/v1/security-events?chargePointId=CP2')).json;
  expect(items.map(({ kind }: { kind: string }) => kind)).toEqual([
    'FirmwareUpdated',
    'TamperDetectionActivated',
    'Vendor=Something <b>new</b>',
    'StartupOfTheDevice',
  ]);
  const alerts = (await ask(site.app, 'GET', '/api/v1/alerts')).json.items.filter(
    ({ kind }: { kind: string }) => kind === 'security-event',
  );
  expect(alerts.map(({ text }: { text: string }) => text).toSorted()).toEqual([
    'CP2 says that it has new firmware, and none was sent from here (FirmwareUpdated).',
    'CP2 says that somebody has opened it (TamperDetectionActivated). It says: "lid \\"A\\"".',
  ]);
  expect((await ask(site.app, 'GET', '/api/v1/security-events?cursor=x')).status).toBe(400);
  // An update that was told of is no surprise.
  await ask(site.app, 'DELETE', '/api/v1/alerts/security:FirmwareUpdated:CP2');
  await other.call('FirmwareStatusNotification', { status: 'Installed' });
  await tell('FirmwareUpdated');
  expect((await ask(site.app, 'GET', '/api/v1/alerts')).text).not.toContain('security:FirmwareUpdated');
});

it('one charge point keeps a bounded number of them', async () => {
  const third = await site.connect('CP3');
  await third.boot();
  await ask(site.app, 'POST', '/api/v1/charge-points/CP3/approve', {});
  await eventually(site, () => site.controller.lines.get('CP3')?.registration === 'accepted');
  const flood = Array.from({ length: 1_600 }, (_, at) =>
    third.call('SecurityEventNotification', { type: `Event ${at}`, timestamp: '2026-01-01T00:00:00Z' }),
  );
  await Promise.all(flood);
  const count = site.database.prepare("SELECT count(*) FROM security_events WHERE kind LIKE 'Event %'").pluck().get();
  expect(count).toBeLessThanOrEqual(1_256);
  expect(
    site.database.prepare("SELECT count(*) FROM security_events WHERE kind = 'TamperDetectionActivated'").pluck().get(),
  ).toBe(1);
});
