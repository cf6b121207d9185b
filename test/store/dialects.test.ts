import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { dialectReads, dialectWriters } from '../../src/store/dialects.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/all.ts';

const key = (model: number) => ({ vendor: 'V', model: String(model), firmwareVersion: '' });

it('keeps a thousand makes, and those that a person has set before all others', () => {
  const database = new Database(':memory:');
  migrate(database, migrations, () => {});
  const write = dialectWriters(database);
  const { dialect } = dialectReads(database);
  write['dialect-set']({ type: 'dialect-set', key: key(0), values: { unit: 'W' }, at: instant(0) });
  for (let model = 1; model <= 1_000; model += 1) {
    write['dialect-learned']({ type: 'dialect-learned', key: key(model), values: { proofs: 1 }, at: instant(model) });
  }
  expect(dialect(key(0))).toEqual({ key: key(0), learned: {}, set: { unit: 'W' } });
  expect(dialect(key(1)).learned).toEqual({});
  expect(dialect(key(2)).learned).toEqual({ proofs: 1 });
  write['dialect-set']({ type: 'dialect-set', key: key(2), values: { mode: 'A' }, at: instant(2_000) });
  expect(dialect(key(2))).toMatchObject({ learned: { proofs: 1 }, set: { mode: 'A' } });
  write['dialect-reset']({ type: 'dialect-reset', key: key(2), at: instant(2_001) });
  expect(dialect(key(2))).toEqual({ key: key(2), learned: {}, set: {} });
  database.close();
});
