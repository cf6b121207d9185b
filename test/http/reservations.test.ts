import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite({ callTimeoutMs: 300 });
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
});
afterAll(() => site.close());

const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
const later = new Date(Date.now() + 7_200_000).toISOString();
const path = '/api/v1/reservations';
const answering = (status: string) => chargePoint.answerWith((id) => JSON.stringify([3, id, { status }]));
const reserve = (over: object = {}) =>
  ask(site.app, 'POST', path, { chargePointId: 'CP1', connectorId: 1, idTag: 'GUEST', expiresAt, ...over });

describe('reservations', () => {
  it('are made, extended and cancelled, and say what the charge point says', async () => {
    answering('Accepted');
    const made = await reserve({ parentIdTag: 'GROUP' });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      chargePointId: 'CP1',
      connectorId: 1,
      idTag: 'GUEST',
      parentIdTag: 'GROUP',
      expiresAt,
      state: 'active',
      verdict: 'Accepted',
      endedAt: null,
      warnings: ['There is no token "GUEST".'],
    });
    const one = `${path}/${made.json.id}`;
    expect(made.headers.location).toBe(one);
    const { warnings, ...shown } = made.json;
    expect((await ask(site.app, 'GET', one)).json).toEqual(shown);

    const moved = await ask(site.app, 'PATCH', one, { expiresAt: later });
    expect([moved.status, moved.json]).toMatchObject([200, { id: made.json.id, state: 'active', expiresAt: later }]);
    answering('Rejected');
    const refused = await ask(site.app, 'PATCH', one, { expiresAt });
    expect([refused.status, refused.json.detail]).toEqual([409, expect.stringContaining('It stands as it was')]);

    answering('Accepted');
    const gone = await ask(site.app, 'DELETE', one);
    expect([gone.status, gone.json]).toMatchObject([200, { state: 'cancelled', expiresAt: later }]);
    expect(chargePoint.asked.at(-1)).toEqual(['CancelReservation', { reservationId: made.json.reservationId }]);
    expect((await ask(site.app, 'DELETE', one)).status).toBe(409);
    expect((await ask(site.app, 'PATCH', one, { expiresAt })).status).toBe(409);
  });

  it('in the past are sent only by who insists', async () => {
    answering('Rejected');
    const past = '2020-01-01T00:00:00.000Z';
    const before = (await ask(site.app, 'GET', path)).json;
    const kept = await reserve({ expiresAt: past });
    expect([kept.status, kept.json]).toMatchObject([
      409,
      {
        type: 'urn:busbar:problem:conflict',
        detail: 'Nothing was sent: It expires in the past. To send it all the same, add ?override=true.',
        warnings: ['It expires in the past.'],
      },
    ]);
    expect((await ask(site.app, 'GET', path)).json).toEqual(before);
    const body = { chargePointId: 'CP1', connectorId: 1, idTag: 'GUEST', expiresAt: past };
    const sent = await ask(site.app, 'POST', `${path}?override=true`, body);
    expect([sent.status, sent.json]).toMatchObject([201, { state: 'refused', expiresAt: past }]);
    expect(sent.json.warnings).toContain('It expires in the past.');
  });

  it('show a refusal, an error and a lost answer as what they are', async () => {
    answering('Occupied');
    expect((await reserve()).json).toMatchObject({ state: 'refused', verdict: 'Occupied' });
    chargePoint.answerWith((id) => JSON.stringify([4, id, 'NotImplemented', '', {}]));
    expect((await reserve()).json).toMatchObject({ state: 'refused', verdict: null });
    chargePoint.answerWith(() => null);
    const { status, json } = await reserve({ connectorId: 0 });
    expect([status, json.state, json.connectorId]).toEqual([201, 'unconfirmed', 0]);
  });

  it('are listed by charge point and state, a page at a time', async () => {
    answering('Accepted');
    for (const idTag of ['A', 'B', 'C']) await reserve({ idTag, connectorId: 2 });
    const first = (await ask(site.app, 'GET', `${path}?chargePointId=CP1&state=active&limit=2`)).json;
    expect(first.items.map(({ idTag }: { idTag: string }) => idTag)).toEqual(['C', 'B']);
    const second = (await ask(site.app, 'GET', `${path}?state=active&limit=2&cursor=${first.next}`)).json;
    expect([second.items.map(({ idTag }: { idTag: string }) => idTag), second.next]).toEqual([['A'], null]);
    expect((await ask(site.app, 'GET', `${path}?chargePointId=__proto__`)).json).toEqual({ items: [], next: null });
    for (const query of ['state=gone', 'cursor=x', 'limit=0', 'who=A']) {
      expect([query, (await ask(site.app, 'GET', `${path}?${query}`)).status]).toEqual([query, 400]);
    }
  });

  it('need a charge point that is known and connected', async () => {
    const unknown = await reserve({ chargePointId: 'nobody' });
    expect([unknown.status, unknown.json.type]).toEqual([404, 'urn:busbar:problem:not-found']);
    const away = await reserve({ chargePointId: 'CP2' });
    expect([away.status, away.json.type]).toEqual([409, 'urn:busbar:problem:not-connected']);
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const body = method === 'PATCH' ? { expiresAt } : undefined;
      expect((await ask(site.app, method, `${path}/999999`, body)).status).toBe(404);
    }
  });

  it.each([
    { connectorId: '1' },
    { connectorId: 1.5 },
    { idTag: 'x'.repeat(21) },
    { idTag: null },
    { expiresAt: 'tomorrow' },
    { expiresAt: null },
    { parentIdTag: 5 },
    { reservationId: 5 },
  ])('refuse %j', async (over) => {
    const { status, json } = await reserve(over);
    expect([status, json.type]).toEqual([400, 'urn:busbar:problem:invalid-request']);
  });
});
