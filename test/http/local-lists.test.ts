import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

const path = '/api/v1/charge-points/CP1/local-list';

let site: Site;
let chargePoint: ChargePoint;
let version = 0;
beforeAll(async () => {
  site = await startSite({ localLists: 'on' });
  chargePoint = await site.connect('CP1');
  chargePoint.answerWith((id, action, payload) => {
    if (action === 'GetLocalListVersion') return JSON.stringify([3, id, { listVersion: version }]);
    if (action === 'SendLocalList') version = (payload as { listVersion: number }).listVersion;
    return JSON.stringify([3, id, { status: 'Accepted' }]);
  });
  for (const idTag of ['Anna', 'ben', 'Carl']) await ask(site.app, 'POST', '/api/v1/tokens', { idTag });
  await ask(site.app, 'PATCH', '/api/v1/tokens/ben', { status: 'Blocked', parentIdTag: 'FLEET' });
});
afterAll(() => site.close());

/** Resolves once the list is in line; what has been recorded before does not count. */
const inLine = () =>
  new Promise<void>((resolve) => {
    const deaf = site.controller.feed.listen(({ event }) => {
      if (event.type !== 'local-list-changed' || event.list.state !== 'in-line') return;
      deaf();
      resolve();
    });
  });

describe('the local list of a charge point', () => {
  it('is unknown before anybody has asked, and there is nothing to resync before it has booted', async () => {
    const { status, json } = await ask(site.app, 'GET', path);
    expect([status, json]).toEqual([
      200,
      {
        supported: null,
        state: 'unknown',
        reportedVersion: null,
        sentVersion: null,
        missing: 0,
        verifiedAt: null,
        nextTryAt: null,
        problem: null,
        entries: [],
        next: null,
      },
    ]);
    const early = await ask(site.app, 'POST', `${path}/resync`, {});
    expect([early.status, early.json.type]).toEqual([409, 'urn:busbar:problem:not-registered']);
  });

  it('is shown as the charge point accepted it, in pages', async () => {
    const done = inLine();
    await chargePoint.boot();
    await done;
    const { json } = await ask(site.app, 'GET', `${path}?limit=2`);
    expect(json).toMatchObject({
      supported: true,
      state: 'in-line',
      reportedVersion: 1,
      sentVersion: 1,
      verifiedAt: expect.stringMatching(/Z$/),
      entries: [
        { idTag: 'Anna', status: 'Accepted', expiresAt: null, parentIdTag: null },
        { idTag: 'ben', status: 'Blocked', expiresAt: null, parentIdTag: 'FLEET' },
      ],
    });
    const next = await ask(site.app, 'GET', `${path}?limit=2&cursor=${json.next}`);
    expect(next.json).toMatchObject({ entries: [{ idTag: 'Carl' }], next: null });
  });

  it('is sent anew on demand', async () => {
    const done = inLine();
    const { status, json } = await ask(site.app, 'POST', `${path}/resync`, {});
    expect([status, json.entries.length]).toEqual([200, 3]);
    await done;
    const sent = chargePoint.asked.filter(([action]) => action === 'SendLocalList').map(([, payload]) => payload);
    expect(sent).toMatchObject([
      { listVersion: 1, updateType: 'Full' },
      { listVersion: 2, updateType: 'Full' },
    ]);
  });

  it('400 for a cursor that is none, 404 for a stranger', async () => {
    expect((await ask(site.app, 'GET', `${path}?cursor=*`)).status).toBe(400);
    expect((await ask(site.app, 'GET', '/api/v1/charge-points/nobody/local-list')).status).toBe(404);
    expect((await ask(site.app, 'POST', '/api/v1/charge-points/nobody/local-list/resync', {})).status).toBe(404);
    expect((await ask(site.app, 'POST', `${path}/resync`, { force: true })).status).toBe(400);
  });
});
