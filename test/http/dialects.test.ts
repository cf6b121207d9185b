import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Site, startSite } from './fixture.ts';

describe('dialects', () => {
  let site: Site;
  beforeEach(async () => {
    site = await startSite();
    await (await site.connect('CP1')).boot();
  });
  afterEach(() => site.close());

  it('are shown, set, exported and forgotten', async () => {
    const { json } = await ask(site.app, 'GET', '/api/v1/dialects');
    const [first] = json.items;
    expect(first).toMatchObject({ chargePointIds: ['CP1'], dialect: { mode: 'B' }, learned: {}, set: {} });
    const path = `/api/v1/dialects/${first.id}`;
    const set = await ask(site.app, 'PATCH', path, { unit: 'W', step: [10_000, 6_000] });
    expect([set.status, set.json]).toMatchObject([
      200,
      { dialect: { unit: 'W', step: [6_000, 10_000] }, sources: { unit: 'set' }, set: { unit: 'W' } },
    ]);
    expect((await ask(site.app, 'PATCH', path, { unit: null })).json.set).toEqual({ step: [6_000, 10_000] });
    const exported = await ask(site.app, 'GET', '/api/v1/dialects/export');
    expect(exported.json).toMatchObject({ version: 1, dialects: [{ set: { step: [6_000, 10_000] } }] });
    expect((await ask(site.app, 'DELETE', path)).status).toBe(204);
    expect((await ask(site.app, 'GET', path)).json.set).toEqual({});
  });

  it('of makes that are none are refused, and so are values that are none', async () => {
    expect((await ask(site.app, 'GET', '/api/v1/dialects/nonsense')).status).toBe(404);
    const other = Buffer.from(JSON.stringify(['X', 'Y', 'Z'])).toString('base64url');
    expect((await ask(site.app, 'PATCH', `/api/v1/dialects/${other}`, { unit: 'W' })).status).toBe(404);
    const [{ id }] = (await ask(site.app, 'GET', '/api/v1/dialects')).json.items;
    expect((await ask(site.app, 'PATCH', `/api/v1/dialects/${id}`, { unit: 'kW' })).status).toBe(400);
    expect((await ask(site.app, 'PATCH', `/api/v1/dialects/${id}`, { proofs: 3 })).status).toBe(400);
  });
});
