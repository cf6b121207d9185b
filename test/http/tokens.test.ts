import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let cp1: ChargePoint;
beforeAll(async () => {
  site = await startSite();
  cp1 = await site.connect('CP1');
  await cp1.boot();
});
afterAll(() => site.close());

const post = (url: string, body: unknown) => ask(site.app, 'POST', url, body);
const importing = (text: string, query = '') =>
  ask(site.app, 'POST', `/api/v1/tokens/import${query}`, text, { 'content-type': 'text/csv' });
const names = async () =>
  (await ask(site.app, 'GET', '/api/v1/tokens')).json.items.map(({ idTag }: { idTag: string }) => idTag);

describe('a token', () => {
  it('has aliases, a cost centre and rules, and keeps what a change does not say', async () => {
    const rules = {
      chargePoints: ['CP1'],
      hours: [{ days: ['mon', 'fri'], from: '22:00', to: '06:00' }],
      energyPerMonthKWh: 120.5,
    };
    const made = await post('/api/v1/tokens', { idTag: 'Anna', aliases: ['04A1B2C3'], costCentre: '4711', rules });
    expect([made.status, made.json]).toEqual([
      201,
      expect.objectContaining({ idTag: 'Anna', aliases: ['04A1B2C3'], costCentre: '4711', rules, source: 'api' }),
    ]);
    const changed = await ask(site.app, 'PATCH', '/api/v1/tokens/anna', { note: 'x' });
    expect(changed.json).toMatchObject({ note: 'x', aliases: ['04A1B2C3'], rules });
    const freed = await ask(site.app, 'PATCH', '/api/v1/tokens/anna', { rules: null });
    expect(freed.json.rules).toEqual({ chargePoints: [], hours: [], energyPerMonthKWh: null });
  });

  it('shares none of its names with another', async () => {
    for (const body of [
      { idTag: '04a1b2c3' },
      { idTag: 'Bert', aliases: ['ANNA'] },
      { idTag: 'B', aliases: ['04A1b2c3'] },
    ]) {
      const refused = await post('/api/v1/tokens', body);
      expect([refused.status, refused.json.detail]).toEqual([409, expect.stringContaining('token Anna already')]);
    }
    const twice = await post('/api/v1/tokens', { idTag: 'Bert', aliases: ['bert'] });
    expect([twice.status, twice.json.detail]).toEqual([
      400,
      'bert is named twice: idTag and aliases must all differ, whatever their case.',
    ]);
    expect(await names()).toEqual(['Anna']);
  });

  it.each([
    { hours: [{ days: ['mon'], from: '08:00', to: '08:00' }] },
    { hours: [{ days: ['mon'], from: '24:00', to: '08:00' }] },
    { hours: [{ days: ['day'], from: '08:00', to: '09:00' }] },
    { hours: [{ days: [], from: '08:00', to: '09:00' }] },
    { energyPerMonthKWh: -1 },
    { energy: 5 },
  ])('%j are no rules', async (rules) => {
    expect((await post('/api/v1/tokens', { idTag: 'C', rules })).status).toBe(400);
  });
});

describe('a group', () => {
  it('is set, shown with its tokens, and taken away', async () => {
    await post('/api/v1/tokens', { idTag: 'Van', parentIdTag: 'fleet' });
    const rules = { chargePoints: [], hours: [], energyPerMonthKWh: 500 };
    const put = await ask(site.app, 'PUT', '/api/v1/token-groups/FLEET', { note: 'Vans', rules });
    expect(put.json).toMatchObject({ parentIdTag: 'FLEET', note: 'Vans', tokens: 1, rules });
    expect((await ask(site.app, 'GET', '/api/v1/token-groups')).json.items).toHaveLength(1);
    expect((await ask(site.app, 'DELETE', '/api/v1/token-groups/fleet')).status).toBe(204);
    expect((await ask(site.app, 'GET', '/api/v1/token-groups/FLEET')).status).toBe(404);
    expect((await ask(site.app, 'PUT', `/api/v1/token-groups/${'x'.repeat(21)}`, {})).status).toBe(400);
    await ask(site.app, 'DELETE', '/api/v1/tokens/Van');
  });
});

describe('an unknown card', () => {
  it('is shown with the token that it may be, and becomes its alias in one step', async () => {
    await cp1.call('Authorize', { idTag: 'C3:B2:A1:04' });
    const [card] = (await ask(site.app, 'GET', '/api/v1/unknown-cards')).json.items;
    expect(card).toMatchObject({
      idTag: 'C3:B2:A1:04',
      times: 1,
      chargePointId: 'CP1',
      connectorId: null,
      suggestions: [{ idTag: 'Anna', sure: true }],
    });
    const url = `/api/v1/unknown-cards/${encodeURIComponent('c3:b2:a1:04')}/enrol`;
    const [suggestion] = card.suggestions;
    const enrolled = await post(url, { asAliasOf: suggestion.idTag });
    expect([enrolled.status, enrolled.json.idTag, enrolled.json.aliases]).toEqual([
      201,
      'Anna',
      ['04A1B2C3', 'C3:B2:A1:04'],
    ]);
    expect((await ask(site.app, 'GET', '/api/v1/unknown-cards')).json.items).toEqual([]);
    expect((await post(url, {})).status).toBe(404);
  });

  it('of more than 20 characters can be no token: no list and no reservation could name it', async () => {
    const long = 'X'.repeat(21);
    await cp1.call('Authorize', { idTag: long });
    const { status, json } = await post(`/api/v1/unknown-cards/${long}/enrol`, { note: 'x' });
    expect([status, json.detail]).toEqual([400, expect.stringContaining('20 characters at most')]);
    expect((await post(`/api/v1/unknown-cards/${long}/enrol`, { asAliasOf: 'Anna' })).status).toBe(400);
    expect((await ask(site.app, 'GET', `/api/v1/tokens/${long}`)).status).toBe(404);
    expect((await ask(site.app, 'DELETE', `/api/v1/unknown-cards/${long}`)).status).toBe(204);
  });

  it('becomes a token of its own, or is forgotten', async () => {
    await cp1.call('Authorize', { idTag: 'Guest' });
    await cp1.call('Authorize', { idTag: 'Stranger' });
    expect((await post('/api/v1/unknown-cards/guest/enrol', { note: 'x', asAliasOf: 'Anna' })).status).toBe(400);
    expect((await post('/api/v1/unknown-cards/guest/enrol', { asAliasOf: 'nobody' })).status).toBe(404);
    const page = (await ask(site.app, 'GET', '/api/v1/unknown-cards?limit=1')).json;
    const rest = (await ask(site.app, 'GET', `/api/v1/unknown-cards?limit=1&cursor=${page.next}`)).json;
    // Both may have been seen in the same millisecond.
    const seen = [...page.items, ...rest.items].map(({ idTag }: { idTag: string }) => idTag);
    expect([seen.sort(), rest.next]).toEqual([['Guest', 'Stranger'], null]);
    expect((await ask(site.app, 'GET', '/api/v1/unknown-cards?cursor=x')).status).toBe(400);
    const rules = { energyPerMonthKWh: 10 };
    const made = await post('/api/v1/unknown-cards/guest/enrol', { note: 'Visitor', parentIdTag: 'G', rules });
    expect(made.json).toMatchObject({ idTag: 'Guest', note: 'Visitor', parentIdTag: 'G', rules });
    expect((await ask(site.app, 'DELETE', '/api/v1/unknown-cards/stranger')).status).toBe(204);
    expect((await ask(site.app, 'DELETE', '/api/v1/unknown-cards/stranger')).status).toBe(404);
    await ask(site.app, 'DELETE', '/api/v1/tokens/Guest');
  });
});

describe('what was refused', () => {
  it('says why, the last first, page by page and by card', async () => {
    await post('/api/v1/tokens', { idTag: 'Late', status: 'Blocked' });
    await post('/api/v1/tokens', { idTag: 'Elsewhere', rules: { chargePoints: ['CP2'] } });
    await cp1.call('Authorize', { idTag: 'Late' });
    await cp1.call('Authorize', { idTag: 'Elsewhere' });
    const first = (await ask(site.app, 'GET', '/api/v1/refused-authorizations?limit=1')).json;
    expect(first.items).toEqual([
      expect.objectContaining({
        idTag: 'Elsewhere',
        status: 'Blocked',
        rule: 'charge-points',
        why: 'Token Elsewhere may not charge at CP1.',
      }),
    ]);
    const second = (await ask(site.app, 'GET', `/api/v1/refused-authorizations?limit=1&cursor=${first.next}`)).json;
    expect(second.items[0]).toMatchObject({ idTag: 'Late', rule: null, why: 'Token Late is blocked.' });
    const ofCard = (await ask(site.app, 'GET', '/api/v1/refused-authorizations?idTag=LATE')).json;
    expect(ofCard.items).toHaveLength(1);
    expect((await ask(site.app, 'GET', '/api/v1/refused-authorizations?cursor=x')).status).toBe(400);
    for (const idTag of ['Late', 'Elsewhere']) await ask(site.app, 'DELETE', `/api/v1/tokens/${idTag}`);
  });
});

describe('a list of tokens', () => {
  it('goes out as CSV and comes back', async () => {
    await post('/api/v1/tokens', { idTag: '=1+1', note: '@SUM(A1)' });
    const exported = await site.app.inject({ method: 'GET', url: '/api/v1/tokens.csv' });
    expect(exported.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(exported.body).toContain("\r\n'=1+1,Accepted,,,'@SUM(A1),");
    expect((await importing(exported.body, '?mode=replace')).json).toEqual({
      dryRun: false,
      added: 0,
      changed: 0,
      unchanged: 2,
      removed: 0,
    });
    await ask(site.app, 'DELETE', `/api/v1/tokens/${encodeURIComponent('=1+1')}`);
  });

  it('changes nothing in a dry run, and nothing where any line is wrong', async () => {
    expect((await importing('idTag\nB\nC', '?dryRun=true')).json).toMatchObject({ dryRun: true, added: 2 });
    expect(await names()).toEqual(['Anna']);
    const wrong = await importing('idTag,status\nB,Accepted\nC,maybe\n04a1b2c3,Blocked');
    expect([wrong.status, wrong.json.detail]).toEqual([400, expect.stringContaining('Line 3: status is "maybe"')]);
    const clash = await importing('idTag,status\nB,Accepted\n04a1b2c3,Blocked');
    expect(clash.json.errors).toEqual([
      {
        in: 'body',
        path: '/3',
        message: 'Line 3: 04a1b2c3 is the idTag or an alias of token Anna already',
      },
    ]);
    expect(await names()).toEqual(['Anna']);
  });

  it('adds and changes, or replaces all', async () => {
    expect((await importing('idTag;note\r\nB;b\r\nanna;new')).json).toMatchObject({ added: 1, changed: 1, removed: 0 });
    expect((await ask(site.app, 'GET', '/api/v1/tokens/Anna')).json).toMatchObject({
      note: 'new',
      aliases: ['04A1B2C3', 'C3:B2:A1:04'],
    });
    expect((await importing('idTag\nB', '?mode=replace')).json).toMatchObject({ unchanged: 1, removed: 1 });
    expect(await names()).toEqual(['B']);
  });

  it('of 20,000 lines is taken in, and shown on the stream as one change', async () => {
    const seen: string[] = [];
    const deaf = site.controller.feed.listen(({ event }) => seen.push(event.type));
    const lines = Array.from({ length: 20_000 }, (_, index) => `CARD-${index},Card number ${index},a${index}`);
    const answer = await importing(`idTag,note,aliases\n${lines.join('\n')}`);
    deaf();
    expect(answer.json).toMatchObject({ added: 20_000 });
    expect(seen).toEqual(['tokens-imported', 'request-audited']);
    expect((await importing(`idTag\n${lines.join('\n')}\nX`)).status).toBe(400);
    expect((await importing('idTag\nB', '?mode=replace')).json.removed).toBe(20_000);
  });

  it('is taken as text/csv only, and nothing else is', async () => {
    expect((await post('/api/v1/tokens/import', '{}')).json.type).toBe('urn:busbar:problem:not-csv-type');
    const elsewhere = await ask(site.app, 'POST', '/api/v1/tokens', 'idTag', { 'content-type': 'text/csv' });
    expect(elsewhere.json.type).toBe('urn:busbar:problem:not-json-type');
    const large = await importing(`idTag\n${'x'.repeat(4_194_304)}`);
    expect([large.status, large.json.detail]).toEqual([413, 'At most 4 MiB can be taken.']);
    expect((await importing('idTag\nA', '?mode=other')).status).toBe(400);
  });
});
