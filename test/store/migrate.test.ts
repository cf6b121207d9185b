import { describe, expect, it } from 'vitest';
import { migrate, SchemaMismatch } from '../../src/store/migrate.ts';
import type { Migration } from '../../src/store/migrations/all.ts';
import { Sqlite } from '../../src/store/sqlite.ts';

const one: Migration = { version: 1, name: 'first', sql: 'CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);' };
const two: Migration = { version: 2, name: 'second', sql: 'ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 7;' };
const broken: Migration = { version: 3, name: 'third', sql: 'CREATE TABLE b (x); CREATE TABLE a (x);' };

function createWorld() {
  const database = new Sqlite(':memory:');
  let backups = 0;
  return {
    database,
    migrate: (migrations: readonly Migration[]) =>
      migrate(database, migrations, () => {
        backups += 1;
      }),
    backups: () => backups,
    version: () => database.pragma('user_version', { simple: true }),
    rows: (sql: string) => database.prepare(sql).all(),
  };
}

describe('a fresh database', () => {
  it('gets every migration, without a backup of nothing', () => {
    const world = createWorld();
    world.migrate([one, two]);
    expect(world.rows('SELECT * FROM a')).toEqual([{ x: 1, y: 7 }]);
    expect(world.rows('SELECT version, name FROM schema_migrations')).toEqual([
      { version: 1, name: 'first' },
      { version: 2, name: 'second' },
    ]);
    expect([world.version(), world.backups()]).toEqual([2, 0]);
  });
});

describe('an older database', () => {
  it('is backed up once, before it gets what it lacks', () => {
    const world = createWorld();
    world.migrate([one]);
    world.database.exec('UPDATE a SET x = 5');
    migrate(world.database, [one, two], () => {
      expect(world.rows('SELECT * FROM a')).toEqual([{ x: 5 }]);
    });
    expect(world.rows('SELECT * FROM a')).toEqual([{ x: 5, y: 7 }]);
    world.migrate([one, two]);
    expect(world.backups()).toBe(0);
  });

  it('stays as it was when the backup fails', () => {
    const world = createWorld();
    world.migrate([one]);
    const noRoom = () => {
      throw new Error('no room');
    };
    expect(() => migrate(world.database, [one, two], noRoom)).toThrow('no room');
    expect(world.version()).toBe(1);
  });

  it('stays as it was when any migration fails', () => {
    const world = createWorld();
    world.migrate([one]);
    expect(() => world.migrate([one, two, broken])).toThrow('table a already exists');
    expect(world.version()).toBe(1);
    expect(world.rows('SELECT * FROM a')).toEqual([{ x: 1 }]);
    expect(world.rows('SELECT version FROM schema_migrations')).toEqual([{ version: 1 }]);
    world.migrate([one, two]);
    expect(world.version()).toBe(2);
  });
});

describe('a database that is not ours to open', () => {
  it('because it is newer is refused in plain words, and not touched', () => {
    const world = createWorld();
    world.migrate([one, two]);
    expect(() => world.migrate([one])).toThrow(SchemaMismatch);
    expect(() => world.migrate([one])).toThrow(
      'The store has schema version 2, this Busbar knows up to 1. Start the newer Busbar again, or restore the backup ' +
        'that was made before its upgrade.',
    );
    expect([world.version(), world.backups()]).toEqual([2, 0]);
  });

  it('because an applied migration reads otherwise is refused, naming it', () => {
    const world = createWorld();
    world.migrate([one]);
    const edited = { ...one, sql: `${one.sql} ` };
    expect(() => world.migrate([edited])).toThrow(SchemaMismatch);
    expect(() => world.migrate([edited, two])).toThrow("Migration 1 (first) of the store differs from this Busbar's.");
    expect([world.version(), world.backups()]).toEqual([1, 0]);
  });
});
