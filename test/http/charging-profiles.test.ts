import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite();
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
});
afterAll(() => site.close());

const profile = (limit: number, over: object = {}) => ({
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  ...over,
});
const library = '/api/v1/charging-profiles';
const here = '/api/v1/charge-points/CP1/charging-profiles';
const answer = (payload: object) =>
  chargePoint.answerWith((id, action) =>
    JSON.stringify([3, id, action === 'GetCompositeSchedule' ? { ...payload, connectorId: 1 } : payload]),
  );

describe('the library', () => {
  it('adds, shows, changes and removes', async () => {
    const full = profile(10, {
      chargingProfileKind: 'Recurring',
      recurrencyKind: 'Daily',
      validTo: '2030-01-01T00:00:00.000Z',
      chargingSchedule: {
        duration: 28_800,
        startSchedule: '2026-01-01T22:00:00.000Z',
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 10, numberPhases: 3 }],
        minChargingRate: 6,
      },
    });
    const made = await ask(site.app, 'POST', library, { name: 'night', profile: full });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ name: 'night', profile: full });
    const one = String(made.headers.location);
    expect((await ask(site.app, 'GET', one)).json).toEqual(made.json);
    expect((await ask(site.app, 'POST', library, { name: 'night', profile: full })).status).toBe(409);
    const changed = await ask(site.app, 'PATCH', one, { name: 'nights' });
    expect(changed.json).toMatchObject({ name: 'nights', profile: full });
    await ask(site.app, 'POST', library, { name: 'away', profile: profile(6) });
    const page = (await ask(site.app, 'GET', `${library}?limit=1`)).json;
    expect(page.items.map(({ name }: { name: string }) => name)).toEqual(['away']);
    const rest = (await ask(site.app, 'GET', `${library}?cursor=${page.next}`)).json;
    expect(rest).toMatchObject({ items: [{ name: 'nights' }], next: null });
    expect((await ask(site.app, 'DELETE', one)).status).toBe(204);
    expect((await ask(site.app, 'GET', one)).status).toBe(404);
    expect((await ask(site.app, 'PATCH', one, { name: 'x' })).status).toBe(404);
    expect((await ask(site.app, 'DELETE', one)).status).toBe(404);
  });

  it('a template has no id and no transaction', async () => {
    for (const extra of [{ chargingProfileId: 1 }, { transactionId: 1 }]) {
      const made = await ask(site.app, 'POST', library, { name: 'x', profile: profile(6, extra) });
      expect(made.status).toBe(400);
    }
  });

  it('D1.12: watts that were called amps are refused', async () => {
    const made = await ask(site.app, 'POST', library, { name: 'x', profile: profile(11_000) });
    expect(made.status).toBe(400);
    expect(made.json.detail).toBe('No connector carries 11000 A. Watts have the unit W.');
  });
});

describe('what a charge point holds', () => {
  it('installs, shows state, source and warnings, and clears', async () => {
    answer({ status: 'Accepted' });
    const made = await ask(site.app, 'POST', here, { connectorId: 1, profile: profile(16.3) });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      chargingProfileId: 10_001,
      connectorId: 1,
      transactionId: null,
      profile: profile(16),
      state: 'installed',
      source: 'resource',
      keep: true,
      warnings: [{ kind: 'rounded-down' }],
    });
    expect(made.headers.location).toBe(`${here}/10001`);
    const raw = { connectorId: 2, csChargingProfiles: { ...profile(8), chargingProfileId: 3 } };
    await ask(site.app, 'POST', '/api/v1/charge-points/CP1/operations/SetChargingProfile', raw);
    expect((await ask(site.app, 'GET', here)).json.items).toMatchObject([
      { chargingProfileId: 10_001, source: 'resource' },
      { chargingProfileId: 3, source: 'operation', keep: false, state: 'installed' },
    ]);
    const cleared = await ask(site.app, 'DELETE', `${here}/10001`);
    expect(cleared.json).toEqual({ status: 'Accepted', note: 'The charge point has cleared it.' });
    answer({ status: 'Unknown' });
    expect((await ask(site.app, 'DELETE', `${here}/3`)).json).toMatchObject({ status: 'Unknown' });
    expect((await ask(site.app, 'GET', here)).json).toEqual({ items: [], next: null });
    expect((await ask(site.app, 'DELETE', `${here}/3`)).status).toBe(404);
  });

  it('what OCPP leaves without effect is sent only by who insists', async () => {
    answer({ status: 'Rejected' });
    const past = profile(6, { validTo: '2020-01-01T00:00:00.000Z', chargingProfilePurpose: 'ChargePointMaxProfile' });
    const kept = await ask(site.app, 'POST', here, { connectorId: 1, profile: past });
    expect([kept.status, kept.json.type]).toEqual([409, 'urn:busbar:problem:conflict']);
    expect(kept.json.warnings).toMatchObject([
      expect.stringContaining('belongs to connector 0'),
      expect.stringContaining('validTo has passed'),
    ]);
    expect((await ask(site.app, 'GET', here)).json.items).toEqual([]);
    chargePoint.asked.length = 0;
    expect((await ask(site.app, 'POST', `${here}?override=true`, { connectorId: 1, profile: past })).status).toBe(422);
    const tx = profile(6, { chargingProfilePurpose: 'TxProfile' });
    expect((await ask(site.app, 'POST', `${here}?override=true`, { connectorId: 0, profile: tx })).status).toBe(422);
    expect(chargePoint.asked.filter(([action]) => action === 'SetChargingProfile')).toMatchObject([
      [expect.anything(), { connectorId: 1, csChargingProfiles: { chargingProfilePurpose: 'ChargePointMaxProfile' } }],
      [expect.anything(), { connectorId: 0, csChargingProfiles: { chargingProfilePurpose: 'TxProfile' } }],
    ]);
  });

  it('installs by template', async () => {
    answer({ status: 'Accepted' });
    const { json } = await ask(site.app, 'POST', library, { name: 'floor', profile: profile(6) });
    const made = await ask(site.app, 'POST', here, { connectorId: 1, templateId: json.id });
    expect(made.json).toMatchObject({ state: 'installed', profile: profile(6) });
    expect((await ask(site.app, 'POST', here, { connectorId: 1, templateId: 'none' })).status).toBe(404);
    expect((await ask(site.app, 'POST', here, { connectorId: 1 })).status).toBe(400);
  });

  it('a refusal is a problem with its likely causes, and stays on record', async () => {
    answer({ status: 'Rejected' });
    const refused = await ask(site.app, 'POST', here, { connectorId: 2, profile: profile(6, { stackLevel: 9 }) });
    expect(refused.status).toBe(422);
    expect(refused.json.type).toBe('urn:busbar:problem:refused');
    expect(refused.json.detail).toContain('some take only stack level 0');
    const items: { state: string; why: string }[] = (await ask(site.app, 'GET', here)).json.items;
    expect(items.at(-1)).toMatchObject({ state: 'refused', why: refused.json.detail });
  });

  it('a TxProfile without a transaction is a conflict; for a charge point that is away, what stays is wanted', async () => {
    const tx = profile(6, { chargingProfilePurpose: 'TxProfile' });
    expect((await ask(site.app, 'POST', here, { connectorId: 1, profile: tx })).status).toBe(409);
    const other = await site.connect('CP2');
    await other.boot();
    await other.close();
    const away = '/api/v1/charge-points/CP2/charging-profiles';
    const wanted = await ask(site.app, 'POST', away, { connectorId: 1, profile: profile(6) });
    expect(wanted.status).toBe(201);
    expect(wanted.json).toMatchObject({ state: 'wanted', sentAt: null });
    const id: number = wanted.json.chargingProfileId;
    expect((await ask(site.app, 'DELETE', `${away}/${id}`)).json).toMatchObject({ status: 'NotSent' });
    expect((await ask(site.app, 'GET', '/api/v1/charge-points/none/charging-profiles')).status).toBe(404);
  });
});

describe('composite schedule', () => {
  it('is computed, and compared with what the charge point reports when it is asked', async () => {
    answer({ status: 'Accepted' });
    await ask(site.app, 'POST', here, { connectorId: 1, profile: profile(13) });
    const url = '/api/v1/charge-points/CP1/composite-schedule?connectorId=1&durationS=600';
    const computed = await ask(site.app, 'GET', url);
    expect(computed.json).toMatchObject({
      connectorId: 1,
      durationS: 600,
      unit: 'A',
      computed: [{ startS: 0, limit: 13, phases: null }],
      reportedAt: null,
      reported: null,
      differences: [],
    });
    const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] };
    answer({ status: 'Accepted', chargingSchedule });
    const asked = await ask(site.app, 'GET', `${url}&ask=true`);
    expect(asked.json).toMatchObject({
      outcome: 'differs',
      reportedUnit: 'A',
      reported: [{ startS: 0, limit: 32, phases: null }],
      differences: [{ kind: 'higher', fromS: 0, toS: 600, computed: 13, reported: 32 }],
    });
    answer({ status: 'Rejected' });
    expect((await ask(site.app, 'GET', `${url}&ask=true`)).json).toMatchObject({
      outcome: 'no-report',
      reported: null,
    });
    expect((await ask(site.app, 'GET', url)).json.reportedAt).toBeTypeOf('string');
    expect((await ask(site.app, 'GET', '/api/v1/charge-points/CP1/composite-schedule')).status).toBe(400);
  });
});

it('the examples of the documentation work as they stand', async () => {
  const text = readFileSync(new URL('../../docs/charging-profiles.md', import.meta.url), 'utf8');
  const posts = [...text.matchAll(/curl -X POST http:\/\/127\.0\.0\.1:8080(\S+)[^']*'[^']*'[^']*'([^']*)'/g)];
  expect(posts).toHaveLength(2);
  answer({ status: 'Accepted' });
  for (const [, path = '', body = ''] of posts) {
    const { status, text: said } = await ask(site.app, 'POST', path.replace('CP001', 'CP1'), body);
    expect(status, said).toBe(201);
  }
});
