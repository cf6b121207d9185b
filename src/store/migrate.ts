import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Migration } from './migrations/all.ts';

/** The database was made by a newer Busbar, or one of its applied migrations differs from ours. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/**
 * Brings the schema up to date in one transaction. `beforeChange` runs once before the first change to a database that
 * already holds something (the backup). Throws SchemaMismatch, having changed nothing, where the database is not ours to open.
 */
export function migrate(database: Database, migrations: readonly Migration[], beforeChange: () => void): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > newest) {
    throw new SchemaMismatch(
      `The store has schema version ${version}, this Busbar knows up to ${newest}. ` +
        'Start the newer Busbar again, or restore the backup that was made before its upgrade.',
    );
  }
  if (version > 0) compareApplied(database, migrations, version);
  if (version === newest) return;
  if (version > 0) beforeChange();
  database
    .transaction(() => {
      database.exec(
        'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT',
      );
      const insert = database.prepare('INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)');
      for (const migration of migrations) {
        if (migration.version <= version) continue;
        database.exec(migration.sql);
        insert.run(migration.version, migration.name, checksum(migration));
      }
      database.pragma(`user_version = ${newest}`);
    })
    .immediate();
}

function compareApplied(database: Database, migrations: readonly Migration[], version: number): void {
  const rows = database.prepare('SELECT version, checksum FROM schema_migrations').all() as {
    version: number;
    checksum: string;
  }[];
  const applied = new Map(rows.map((row) => [row.version, row.checksum]));
  for (const migration of migrations) {
    if (migration.version > version) return;
    if (applied.get(migration.version) !== checksum(migration)) {
      throw new SchemaMismatch(
        `Migration ${migration.version} (${migration.name}) of the store differs from this Busbar's. ` +
          'It was made by another build: use that build, or restore a backup.',
      );
    }
  }
}

const checksum = (migration: Migration): string => createHash('sha256').update(migration.sql).digest('hex');
