import { expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations/all.ts';
import { Sqlite } from '../../src/store/sqlite.ts';

it('a table that is made anew keeps its rows, its indexes and its triggers', () => {
  const database = new Sqlite(':memory:');
  const named = (type: string): unknown[] =>
    database
      .prepare("SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all(type);
  migrate(database, migrations.slice(0, 17), () => undefined);
  database.exec(`
    INSERT INTO tokens (id_tag_key, id_tag, status, created_ms, updated_ms, source, note) VALUES
      ('a', 'A', 'Accepted', 1, 2, 'file', 'kept'), ('b', 'B', 'Blocked', 3, 4, 'api', NULL)`);
  const triggers = named('trigger');
  const rows = database.prepare('SELECT * FROM tokens ORDER BY id_tag_key').all();
  migrate(database, migrations, () => undefined);
  expect(named('trigger')).toEqual(triggers);
  expect(named('index')).toContain('tokens_by_group');
  expect(database.prepare('SELECT * FROM tokens ORDER BY id_tag_key').all()).toEqual(rows);
  database.close();
});
