import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Asked } from '../../src/http/ask.ts';
import { type Site, startSite } from '../http/fixture.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());

const path = (text: string) => `/api/v1/${text}`;
async function upstream(method: Asked['method'], to: string, body?: unknown, query: Record<string, string> = {}) {
  const answer = await site.ask({ method, path: path(to), query, body });
  return { status: answer.status, json: answer.body === '' ? null : JSON.parse(answer.body) };
}
async function local(method: Asked['method'], to: string, body?: object) {
  const response = await site.app.inject({
    method,
    url: path(to),
    headers: { host: 'localhost' },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, json: response.payload === '' ? null : response.json() };
}

describe('a token that was changed on site for a while', () => {
  const soon = () => new Date(Date.now() + 60_000).toISOString();
  const change = (idTag: string, body: object) => local('PATCH', `tokens/${idTag}?overrideUntil=${soon()}`, body);
  const lapse = () => {
    site.database.exec('UPDATE token_overrides SET until_ms = 1');
    return site.controller.execute({ type: 'lapse-overrides' });
  };
  const token = (idTag: string) => site.controller.reader.token(idTag);

  it('comes back without a name that another was given meanwhile, and holds up nobody else', async () => {
    await upstream('PUT', 'tokens/BACK1', { aliases: ['NAME1', 'NAME2'] });
    await upstream('PUT', 'tokens/BACK2', {});
    await change('BACK1', { aliases: [] });
    await change('BACK2', { status: 'Blocked' });
    expect(await local('POST', 'tokens', { idTag: 'HERE1', aliases: ['NAME1'] })).toMatchObject({ status: 201 });
    expect(await lapse()).toEqual({ kind: 'done' });
    expect(token('BACK1')?.aliases).toEqual(['NAME2']);
    expect(token('BACK2')?.status).toBe('Accepted');
    expect(token('HERE1')?.aliases).toEqual(['NAME1']);
    expect(site.controller.reader.tokenOverride('BACK1')).toBeNull();
  });

  it('gets back a name that another of them was given for the while', async () => {
    await upstream('PUT', 'tokens/SWAP1', { aliases: ['LEFT'] });
    await upstream('PUT', 'tokens/SWAP2', { aliases: ['RIGHT'] });
    await change('SWAP1', { aliases: [] });
    await change('SWAP2', { aliases: ['LEFT'] });
    await change('SWAP1', { aliases: ['RIGHT'] });
    await lapse();
    expect([token('SWAP1')?.aliases, token('SWAP2')?.aliases]).toEqual([['LEFT'], ['RIGHT']]);
  });

  it('is refused a name that is taken at once, and not when it comes back', async () => {
    await upstream('PUT', 'tokens/LATE1', {});
    await change('LATE1', { status: 'Blocked' });
    await local('POST', 'tokens', { idTag: 'HERE2', aliases: ['NAME3'] });
    expect(await upstream('PUT', 'tokens/LATE1', { aliases: ['NAME3'] })).toMatchObject({ status: 409 });
    expect(await upstream('PUT', 'tokens/LATE1', { aliases: ['TWICE', 'twice'] })).toMatchObject({ status: 400 });
  });

  it('keeps what the list of the backend says, also where that is what somebody on site has said', async () => {
    const sync = (body: object) => upstream('POST', 'tokens/sync', { put: [], ...body });
    await sync({ version: 20, put: [{ idTag: 'STOLEN' }, { idTag: 'TAKEN' }] });
    await change('STOLEN', { status: 'Blocked' });
    await change('TAKEN', { note: 'on site' });
    const base = { base: 20, version: 21 };
    await sync({ ...base, put: [{ idTag: 'STOLEN', status: 'Blocked' }] });
    await lapse();
    expect(token('STOLEN')?.status).toBe('Blocked');
    expect(token('TAKEN')?.note).toBeNull();
  });

  it('and that the file names now stays as the file has it', async () => {
    await upstream('PUT', 'tokens/FILED', {});
    await change('FILED', { status: 'Blocked' });
    const lines = [{ line: 1, idTag: 'FILED', fields: { note: 'by the file' } }];
    await site.controller.execute({ type: 'import-tokens', lines, mode: 'merge', source: 'file', dryRun: false });
    await lapse();
    expect(token('FILED')).toMatchObject({ source: 'file', note: 'by the file' });
    expect(site.controller.reader.tokenOverride('FILED')).toBeNull();
  });
});

it('a card that the backend enrols is its own, and no longer than a message can carry', async () => {
  const see = site.database.prepare(
    "INSERT INTO unknown_cards (id_tag_key, id_tag, first_ms, last_ms, times, charge_point_id) VALUES (?, ?, 1, 1, 1, 'CP1')",
  );
  for (const idTag of ['NEW1', 'NEW2', 'NEW3']) see.run(idTag.toLowerCase(), idTag);
  expect(await upstream('POST', 'unknown-cards/NEW1/enrol', {})).toMatchObject({ json: { source: 'upstream' } });
  expect(await upstream('POST', 'unknown-cards/NEW2/enrol', { asAliasOf: 'NEW1' })).toMatchObject({
    json: { idTag: 'NEW1', aliases: ['NEW2'] },
  });
  expect(await local('POST', 'unknown-cards/NEW3/enrol', { asAliasOf: 'NEW1' })).toMatchObject({ status: 409 });
  expect(await local('POST', 'unknown-cards/NEW3/enrol', {})).toMatchObject({ json: { source: 'api' } });
  expect(await upstream('PUT', `tokens/${'X'.repeat(21)}`, {})).toMatchObject({ status: 400 });
});
