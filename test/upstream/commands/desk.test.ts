import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Clock } from '../../../src/runtime/ports.ts';
import { commands } from '../../../src/upstream/commands/table.ts';
import { createSite, endAll, ends, topics } from './fixture.ts';

afterEach(endAll);

const put = (id: string, idTag = 'CARD1') => ({ id, params: { idTag }, body: { note: 'van' } });

describe('a command', () => {
  it('is on record before its message may be forgotten, carried out, and answered', async () => {
    const site = await createSite();
    const release = site.holdUp();
    await site.say('token.put', put('c-1'));
    expect(site.rows('SELECT id, name FROM upstream_commands')).toEqual([{ id: 'c-1', name: 'token.put' }]);
    release();
    await site.answered(1);
    expect(site.answers()).toMatchObject([
      {
        topic: `${topics.root}/res/token.put`,
        id: 'c-1',
        name: 'token.put',
        state: 'done',
        status: 200,
        body: { idTag: 'CARD1', note: 'van', source: 'upstream' },
      },
    ]);
    expect(site.rows('SELECT state, status FROM upstream_commands')).toEqual([{ state: 'done', status: 200 }]);
    expect(site.rows('SELECT who, command_id, target FROM audit')).toEqual([
      { who: 'backend', command_id: 'c-1', target: '/api/v1/tokens/CARD1' },
    ]);
  });

  it('is done once, however often it comes, and answered each time', async () => {
    const site = await createSite();
    await site.say('token.put', put('c-1'));
    await site.answered(1);
    await site.say('token.put', { body: { note: 'van' }, params: { idTag: 'CARD1' }, id: 'c-1' });
    await site.answered(2);
    expect(site.asked).toEqual(['PUT /api/v1/tokens/CARD1']);
    expect(site.answers()[1]).toEqual(site.answers()[0]);
  });

  it('with the id of another one is refused', async () => {
    const site = await createSite();
    await site.say('token.put', put('c-1'));
    await site.answered(1);
    await site.say('token.put', put('c-1', 'CARD2'));
    expect(site.answers()[1]).toMatchObject({ state: 'refused', status: 409 });
    expect(site.asked).toHaveLength(1);
  });

  it('is answered where it asks for that, with what it wants to see again', async () => {
    const site = await createSite();
    const responseTopic = `${topics.root}/res/inbox/7`;
    await site.say('site.get', {}, { responseTopic, correlation: Buffer.from('corr-7') });
    await site.answered(1);
    expect(site.answers()[0]).toMatchObject({
      topic: responseTopic,
      id: 'corr-7',
      state: 'done',
      body: { id: 'depot' },
    });
    expect(site.published[0]?.correlation?.toString()).toBe('corr-7');
    expect(site.rows('SELECT * FROM upstream_commands')).toEqual([]);
  });

  it.each([
    ['elsewhere', { responseTopic: 'other/site/cmd/x' }, 403],
    ['a wildcard', { responseTopic: `${topics.root}/res/#` }, 403],
    ['retained', { retained: true }, 400],
  ] as const)('whose answer or message can not be (%s) is refused in the usual place', async (_, props, status) => {
    const site = await createSite();
    await site.say('token.put', put('c-1'), props);
    expect(site.answers()).toMatchObject([
      { topic: `${topics.root}/res/token.put`, id: 'c-1', state: 'refused', status },
    ]);
    expect(site.asked).toEqual([]);
  });

  it.each([
    ['no JSON', Buffer.from('{'), 400],
    ['a list', [], 400],
    ['too long', Buffer.alloc(300_000, 32), 413],
    ['without id', { params: { idTag: 'A' } }, 400],
    ['with an odd id', { id: 'a/b', params: { idTag: 'A' } }, 400],
    ['without what its path needs', { id: 'a' }, 400],
    ['with dots that climb the path', { id: 'a', params: { idTag: '..' } }, 400],
    ['with a dot for a name', { id: 'a', params: { idTag: '.' } }, 400],
    ['with half a character', Buffer.from('{"id":"a","params":{"idTag":"\\ud800"}}'), 400],
    ['with fields that it does not have', { id: 'a', params: { idTag: 'A' }, bodi: {} }, 400],
    ['with an odd life', { id: 'a', params: { idTag: 'A' }, ttlS: 0 }, 400],
    ['with params that are none', { id: 'a', params: { idTag: { x: 1 } } }, 400],
    ['with a body that the API refuses', { id: 'a', params: { idTag: 'A' }, body: { note: 7 } }, 400],
  ] as const)('%s is refused in words, and changes nothing', async (_, content, status) => {
    const site = await createSite();
    await site.say('token.put', content);
    await site.answered(1);
    expect(site.answers()).toMatchObject([{ state: 'refused', status, body: { detail: expect.any(String) } }]);
    expect(site.rows('SELECT * FROM tokens')).toEqual([]);
  });

  it('that is unknown, or not allowed here, is refused', async () => {
    const site = await createSite({ allowed: ['site.get'] });
    await site.say('nothing.such', { id: 'a' });
    await site.say('token.put', put('b'));
    await site.say('site.get', { id: 'c' });
    await site.answered(3);
    expect(site.answers().map(({ id, status }) => [id, status])).toEqual([
      ['a', 404],
      ['b', 403],
      ['c', 200],
    ]);
  });

  it('whose name is cut in the middle of a character is refused like any other, and does not come again', async () => {
    const site = await createSite();
    await site.say(`${'a'.repeat(49)}\u{1f600}`, { id: 'c-1' });
    expect(site.answers()).toMatchObject([
      { topic: `${topics.root}/res/${'a'.repeat(49)}`, id: 'c-1', state: 'refused', status: 404 },
    ]);
  });

  it('that does harm when it comes late needs an end of its life', async () => {
    const site = await createSite();
    const start = { params: { id: 'CP1' }, body: { idTag: 'CARD1' } };
    await site.say('transaction.start', { id: 'a', ...start });
    await site.say('transaction.start', { id: 'b', ...start, ttlS: 301 });
    await site.say('transaction.start', { id: 'c', ...start }, { expiryS: 30 });
    await site.answered(3);
    expect(site.answers().map(({ id, state, status }) => [id, state, status])).toEqual([
      ['a', 'refused', 400],
      ['b', 'refused', 400],
      ['c', 'refused', 409],
    ]);
    expect(site.answers()[2]?.body).toMatchObject({ type: 'urn:busbar:problem:not-connected' });
  });

  it('that has expired while it waited is not begun', async () => {
    let monotonicMs = 0;
    const clock: Clock = { ...systemClock, monotonic: () => monotonicMs as ReturnType<Clock['monotonic']> };
    const site = await createSite({ clock });
    const release = site.holdUp();
    const approve = (id: string) => ({ id, params: { id: 'CP1' }, ttlS: 10 });
    await site.say('charge-point.approve', approve('a'));
    await site.say('charge-point.approve', approve('b'));
    monotonicMs = 10_001;
    release();
    await site.answered(2);
    expect(site.answers().map(({ id, state }) => [id, state])).toEqual([
      ['a', 'refused'],
      ['b', 'expired'],
    ]);
    expect(site.asked).toHaveLength(1);
  });

  it('of the connection itself is answered at once', async () => {
    const site = await createSite();
    await site.say('live.start', { id: 'a' });
    expect(site.answers()).toMatchObject([{ id: 'a', state: 'done', body: { live: true } }]);
  });

  it('is not acknowledged while the store can not be written', async () => {
    const site = await createSite();
    site.database.pragma('query_only = ON');
    await expect(site.say('token.put', put('c-1'))).rejects.toThrow('record');
    site.database.pragma('query_only = OFF');
    await site.say('token.put', put('c-1'));
    await site.answered(1);
    expect(site.answers()[0]).toMatchObject({ state: 'done' });
  });

  it('leaves no secret on record', async () => {
    const site = await createSite();
    const body = { key: 'AuthorizationKey', value: 'a very secret key' };
    await site.say('operation', { id: 'a', params: { id: 'CP1', action: 'ChangeConfiguration' }, body, ttlS: 60 });
    await site.answered(1);
    expect(JSON.stringify(site.rows('SELECT * FROM upstream_commands'))).not.toContain('very secret');
    expect(JSON.stringify(site.rows('SELECT * FROM upstream_commands'))).toContain('***');
  });
});

describe('after the process ended', () => {
  async function ended(name: string, content: object): Promise<{ path: string; asked: string[] }> {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-desk-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'busbar.db');
    const site = await createSite({ path });
    site.holdUp();
    await site.say(name, content);
    // Held up in the middle: the process ends now.
    await site.close();
    return { path, asked: site.asked };
  }

  it('in the middle of what may be done twice, it is done again', async () => {
    const { path, asked } = await ended('token.put', put('c-1'));
    expect(asked).toHaveLength(1);
    const site = await createSite({ path });
    site.desk.start();
    await site.answered(1);
    expect(site.answers()).toMatchObject([{ id: 'c-1', state: 'done', status: 200 }]);
  });

  it('in the middle of what may not, it is unknown, and stays so', async () => {
    const reset = { id: 'c-1', params: { id: 'CP1' }, body: { type: 'Soft' }, ttlS: 60 };
    const { path } = await ended('charge-point.reset', reset);
    const site = await createSite({ path });
    site.desk.start();
    await site.answered(1);
    expect(site.answers()).toMatchObject([{ id: 'c-1', state: 'unknown', status: 500 }]);
    await site.say('charge-point.reset', reset);
    await site.answered(2);
    expect(site.answers()[1]).toMatchObject({ id: 'c-1', state: 'unknown' });
    expect(site.asked).toEqual([]);
  });

  it('with a secret that is not on record, it is unknown rather than done with a mask', async () => {
    const body = { value: 'a very secret key' };
    const { path } = await ended('configuration.set', {
      id: 'c-1',
      params: { id: 'CP1', key: 'AuthorizationKey' },
      body,
    });
    const site = await createSite({ path });
    const kept = JSON.stringify(site.rows('SELECT * FROM upstream_commands'));
    expect(kept).toContain('***');
    expect(kept).not.toContain('very secret');
    site.desk.start();
    await site.answered(1);
    expect(site.answers()).toMatchObject([{ id: 'c-1', state: 'unknown' }]);
    expect(site.asked).toEqual([]);
  });
});

it('nothing that somebody sends makes it fall, and nothing malformed changes anything', async () => {
  const site = await createSite();
  const names = fc.oneof(fc.constantFrom(...Object.keys(commands)), fc.string({ maxLength: 30 }));
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
    fc
      .record(
        { id: fc.anything(), params: fc.anything(), query: fc.anything(), ttlS: fc.anything(), replyTo: fc.anything() },
        { requiredKeys: [] },
      )
      .map((one) => {
        try {
          return Buffer.from(JSON.stringify(one) ?? '');
        } catch {
          return Buffer.from('');
        }
      }),
  );
  await fc.assert(
    fc.asyncProperty(names, payloads, fc.boolean(), async (name, payload, retained) => {
      await site.say(name, payload, { retained, correlation: null });
    }),
    { numRuns: 300 },
  );
  expect(site.rows('SELECT count(*) AS tokens FROM tokens')).toEqual([{ tokens: 0 }]);
});
