import { expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { openStore } from '../../src/store/database.ts';
import { createPeopleStore } from '../../src/store/people.ts';
import { holdStore, openReplayCopy } from '../../src/store/replay-copy.ts';
import { NOON } from '../support/manual-clock.ts';

it('leaves out who may log in, who did what, and what waits for the backend', async () => {
  const { database } = openStore(':memory:', { now: NOON, newId: () => 'epoch' });
  const at = instant(NOON);
  const people = createPeopleStore(database);
  people.addPerson({ id: 'ann', name: 'Ann', role: 'admin', password: '$scrypt$hash-of-ann', at });
  people.beginSession({ id: 's', hash: 'hash-of-session', personId: 'ann', address: 'here', at });
  people.addToken({
    id: 't',
    name: 'tool',
    hash: 'hash-of-token',
    scope: 'viewer',
    createdBy: 'Ann',
    at,
    expiresAt: null,
  });
  const copy = await holdStore(database, NOON, (text) => text).copy();
  expect(copy.toString('latin1')).not.toMatch(/hash-of-/);
  const again = openReplayCopy(copy);
  const rows = (table: string): unknown => again.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect(['people', 'login_sessions', 'api_tokens', 'audit', 'outbox'].map(rows)).toEqual([0, 0, 0, 0, 0]);
  again.close();
  database.close();
});
