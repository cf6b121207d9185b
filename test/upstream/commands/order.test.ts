import { afterEach, expect, it } from 'vitest';
import { commands, laneOf } from '../../../src/upstream/commands/table.ts';
import { createSite, endAll } from './fixture.ts';

afterEach(endAll);

/** What comes quickly, in order or twice, and how much of it. */

it('a large list of tokens and what changes one of them right after it are done in this order', async () => {
  const site = await createSite();
  const list = Array.from({ length: 2_000 }, (_, index) => ({ idTag: `CARD${index}`, note: 'of the list' }));
  await Promise.all([
    site.say('tokens.sync', { id: 'a', body: { version: 1, put: list } }),
    site.say('token.remove', { id: 'b', params: { idTag: 'CARD7' } }),
    site.say('token.put', { id: 'c', params: { idTag: 'CARD8' }, body: { note: 'later' } }),
  ]);
  await site.answered(3);
  expect(site.answers().map(({ id, status }) => [id, status])).toEqual([
    ['a', 200],
    ['b', 204],
    ['c', 200],
  ]);
  expect(site.rows("SELECT id_tag, note FROM tokens WHERE id_tag IN ('CARD7', 'CARD8')")).toEqual([
    { id_tag: 'CARD8', note: 'later' },
  ]);
});

it('a command that comes a second time before the first is on record is done once', async () => {
  const site = await createSite();
  const put = { id: 'a', params: { idTag: 'CARD1' }, body: {} };
  await Promise.all([site.say('token.put', put), site.say('token.put', put), site.say('token.put', put)]);
  await site.answered(1);
  expect(site.asked).toEqual(['PUT /api/v1/tokens/CARD1']);
});

it('another command under an id that is just being taken is refused', async () => {
  const site = await createSite();
  await Promise.all([
    site.say('token.put', { id: 'a', params: { idTag: 'CARD1' }, body: {} }),
    site.say('token.put', { id: 'a', params: { idTag: 'CARD2' }, body: {} }),
  ]);
  await site.answered(2);
  expect(site.answers().map(({ state, status }) => [state, status])).toEqual([
    ['refused', 409],
    ['done', 200],
  ]);
});

it('questions wait in a bounded queue like all else, and are refused beyond it', async () => {
  const site = await createSite();
  const release = site.holdUp();
  for (let index = 0; index < 1_100; index += 1) await site.say('site.get', { id: `q-${index}` });
  expect(site.desk.figures()).toMatchObject({ running: 16, waiting: 1_000 });
  expect(site.answers().every(({ status }) => status === 503)).toBe(true);
  expect(site.published).toHaveLength(84);
  release();
  await site.answered(1_100);
});

it('each charge point, the tokens, the limits and the policy have an order of their own', () => {
  const lane = (name: keyof typeof commands, params = {}) => laneOf(commands[name], params);
  expect(lane('charge-point.reset', { id: 'CP1' })).toBe(lane('operation', { id: 'CP1', action: 'Reset' }));
  expect(lane('charge-point.reset', { id: 'CP1' })).not.toBe(lane('charge-point.reset', { id: 'CP2' }));
  expect(lane('charge-point.reset', { id: 'tokens' })).not.toBe(lane('token.put'));
  expect(lane('tokens.sync')).toBe(lane('unknown-card.enrol'));
  expect(lane('tokens.sync')).toBe(lane('token-group.put'));
  expect(lane('limit.set')).toBe(lane('limit.end'));
  expect(lane('limit.set')).not.toBe(lane('policy.set'));
  // It waits for a charge point that may be slow: it must not hold up those of others.
  expect(lane('reservation.make')).toBeNull();
});
