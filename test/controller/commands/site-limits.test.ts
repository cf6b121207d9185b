import { expect, it } from 'vitest';
import type { Command } from '../../../src/domain/commands.ts';
import { limitValue, MAX_SITE_LIMITS } from '../../../src/domain/site-limits.ts';
import { createControlRoom } from '../../support/control-room.ts';
import { siteModel } from '../../support/site-model.ts';

const set = (over: Partial<Extract<Command, { type: 'set-site-limit' }>> = {}): Command => ({
  type: 'set-site-limit',
  circuit: 'main',
  source: 'http',
  value: limitValue({ limitA: 16 }),
  ttlMs: 60_000,
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  then: 'configured',
  signal: 'a',
  ...over,
});
const room = () => createControlRoom({ policy: { siteModel: siteModel() } });
const kinds = (one: ReturnType<typeof room>) =>
  one.rows('SELECT kind, detail FROM limit_evidence ORDER BY id').map((row) => (row as { kind: string }).kind);

it('keeps one limit of each source and circuit, and as evidence what changes, not what is renewed', async () => {
  const one = room();
  const { promise } = one.execute(set());
  expect(await promise).toEqual({ kind: 'created', id: 'http:main' });
  one.clock.advance(30_000);
  one.execute(set());
  expect(one.controller.reader.siteLimits()).toHaveLength(1);
  expect(kinds(one)).toEqual(['signal', 'command']);
  one.execute(set({ value: limitValue({ limitA: 10 }) }));
  expect(one.controller.reader.siteLimit('http:main')?.value.limitMA).toEqual([10_000, 10_000, 10_000]);
  one.execute({ type: 'end-site-limit', id: 'http:main', signal: 'b' });
  expect(one.controller.reader.siteLimits()).toEqual([]);
  expect(kinds(one)).toEqual(['signal', 'command', 'signal', 'command', 'signal', 'command']);
});

it('lets what has run out end, or become what was to hold afterwards', () => {
  const one = room();
  one.execute(set());
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  one.execute(set({ circuit: 'garage', then: limitValue({ limitW: 5_000 }) }));
  one.clock.advance(59_999);
  one.execute({ type: 'lapse-site-limits' });
  expect(one.controller.reader.siteLimits()).toHaveLength(2);
  one.clock.advance(1);
  one.execute({ type: 'lapse-site-limits' });
  expect(one.controller.reader.siteLimits()).toMatchObject([
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract
    { circuit: 'garage', value: { limitMA: null, limitW: 5_000 }, until: null, then: 'configured' },
  ]);
  expect(one.rows("SELECT count(*) AS n FROM limit_evidence WHERE detail LIKE '%ran-out%'")).toEqual([{ n: 2 }]);
});

it('refuses what can not hold, and more than it keeps', async () => {
  const one = room();
  expect(await one.execute(set({ circuit: 'attic' })).promise).toMatchObject({ kind: 'invalid' });
  expect(await one.execute(set({ value: limitValue({}) })).promise).toMatchObject({ kind: 'invalid' });
  expect(await createControlRoom().execute(set()).promise).toMatchObject({ kind: 'conflict' });
  for (let n = 0; n < MAX_SITE_LIMITS; n++) one.execute(set({ source: `http ${n}` }));
  expect(await one.execute(set({ source: 'http more' })).promise).toMatchObject({ kind: 'conflict' });
  expect(await one.execute(set({ source: 'http 7' })).promise).toMatchObject({ kind: 'created' });
});
