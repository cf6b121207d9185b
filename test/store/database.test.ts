import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { makeBackup } from '../../src/store/backup.ts';
import { backupPath, backupsOf, connect, isSound, lockStore, openStore, StoreInUse } from '../../src/store/database.ts';
import { SchemaMismatch } from '../../src/store/migrate.ts';
import { Sqlite } from '../../src/store/sqlite.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { nextLine, startNode } from '../support/node-process.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered, started } from '../support/things.ts';

const scratch = scratchPaths();

/** A store with charge points and transactions up to id 300, closed. */
function makeStore(path: string): void {
  const ledger = openLedger(path);
  const starts = Array.from({ length: 300 }, (_, at) => started(at + 1, { at: instant(NOON + at * 1_000) }));
  ledger.given(registered(), ...starts);
  ledger.database.close();
}

/** Overwrites the middle of the file with nonsense. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4_096, bytes.length - 4_096);
  writeFileSync(path, bytes);
}

const open = (path: string, epoch = 'new') => openStore(path, { now: NOON, newId: () => epoch });

describe('opening', () => {
  it('sets the pragmas that durability rests on', () => {
    const { database } = open(scratch('store.db'));
    const pragmas = Object.fromEntries(
      [
        'page_size',
        'auto_vacuum',
        'journal_mode',
        'synchronous',
        'wal_autocheckpoint',
        'journal_size_limit',
        'busy_timeout',
        'foreign_keys',
        'temp_store',
        'cache_size',
        'mmap_size',
        'trusted_schema',
        'cell_size_check',
      ].map((name) => [name, database.pragma(name, { simple: true })]),
    );
    expect(pragmas).toEqual({
      page_size: 4_096,
      auto_vacuum: 2,
      journal_mode: 'wal',
      synchronous: 2,
      wal_autocheckpoint: 0,
      journal_size_limit: 16_777_216,
      busy_timeout: 5_000,
      foreign_keys: 1,
      temp_store: 2,
      cache_size: -8_000,
      mmap_size: 0,
      trusted_schema: 0,
      cell_size_check: 1,
    });
    database.close();
  });

  it('makes the folder and the store, which keeps its epoch and its counter', () => {
    const path = scratch('deep/down/store.db');
    const first = open(path, 'one');
    expect([first.epoch, first.notices]).toEqual(['one', []]);
    first.database.close();
    const again = openLedger(path);
    expect([again.epoch, again.notices, again.reader.nextTransactionId()]).toEqual(['one', [], 1]);
    again.database.close();
  });

  it('refuses a newer schema and leaves the file as it is', () => {
    const path = scratch('store.db');
    makeStore(path);
    const database = new Sqlite(path);
    database.pragma('user_version = 99');
    database.close();
    expect(() => open(path)).toThrow(SchemaMismatch);
    expect(backupsOf(path)).toEqual([]);
    const after = new Sqlite(path, { readonly: true });
    expect(after.prepare('SELECT count(*) FROM transactions').pluck().get()).toBe(300);
    after.close();
  });
});

describe('a damaged store', () => {
  it('is moved aside, and the newest good backup takes its place in a new epoch with higher ids', () => {
    const path = scratch('store.db');
    makeStore(path);
    makeBackup(path, backupPath(path, NOON - 2));
    const bad = backupPath(path, NOON - 1);
    makeBackup(path, bad);
    damage(bad);
    writeFileSync(backupPath(path, NOON), '');
    damage(path);
    const damaged = readFileSync(path);

    const { database, epoch, notices } = open(path, 'after');
    expect(epoch).toBe('after');
    expect(database.prepare('SELECT count(*) FROM transactions').pluck().get()).toBe(300);
    expect(database.prepare("SELECT value FROM meta WHERE key = 'next_transaction_id'").pluck().get()).toBe('1000301');
    const aside = `${path}.damaged-2026-01-15T12-00-00-000Z`;
    expect(readFileSync(aside).equals(damaged)).toBe(true);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(aside);
    expect(notices[0]).toContain(basename(backupPath(path, NOON - 2)));
    database.close();

    // Only once: the next start finds a sound store.
    const again = open(path, 'never');
    expect([again.epoch, again.notices]).toEqual(['after', []]);
    again.database.close();
  });

  it('without a backup is kept too, and said so, and an empty one begins', () => {
    const path = scratch('store.db');
    makeStore(path);
    damage(path);
    const { database, notices } = open(path);
    expect(database.prepare('SELECT count(*) FROM transactions').pluck().get()).toBe(0);
    expect(existsSync(`${path}.damaged-2026-01-15T12-00-00-000Z`)).toBe(true);
    expect(notices[0]).toContain('no good backup was found');
    database.close();
  });

  it('that is no database at all is treated alike', () => {
    const path = scratch('store.db');
    writeFileSync(path, 'not a database, but long enough to be read as one'.repeat(100));
    const { database, notices } = open(path);
    expect(notices).toHaveLength(1);
    database.close();
  });

  it('that was emptied is damaged where there are backups, and new where there are none', () => {
    const path = scratch('store.db');
    writeFileSync(path, '');
    const fresh = open(path);
    expect(fresh.notices).toEqual([]);
    fresh.database.close();

    const known = scratch('store.db');
    makeStore(known);
    makeBackup(known, backupPath(known, NOON));
    truncateSync(known, 0);
    const restored = open(known);
    expect(restored.notices).toHaveLength(1);
    expect(restored.database.prepare('SELECT count(*) FROM transactions').pluck().get()).toBe(300);
    restored.database.close();
  });

  it('that is missing where backups are is restored from the newest, and said so', () => {
    const path = scratch('store.db');
    makeStore(path);
    makeBackup(path, backupPath(path, NOON));
    renameSync(path, `${path}.taken-away`);
    const { database, epoch, notices } = open(path, 'after');
    expect(epoch).toBe('after');
    expect(notices.join()).toContain('There was no store');
    expect(database.prepare("SELECT value FROM meta WHERE key = 'next_transaction_id'").pluck().get()).toBe('1000301');
    database.close();
  });

  it('whose restore was cut off just before the end is restored at the next start', () => {
    const path = scratch('store.db');
    makeStore(path);
    const backup = backupPath(path, NOON);
    makeBackup(path, backup);
    renameSync(path, `${path}.damaged-somehow`);
    makeBackup(backup, `${path}.restoring`);
    const { database, epoch } = open(path, 'after');
    expect(epoch).toBe('after');
    expect(database.prepare("SELECT value FROM meta WHERE key = 'next_transaction_id'").pluck().get()).toBe('1000301');
    expect(readdirSync(dirname(path)).filter((name) => name.includes('restoring'))).toEqual([]);
    database.close();
  });
});

describe('isSound', () => {
  it('tells a whole database from a damaged one and from what is none', () => {
    const path = scratch('store.db');
    makeStore(path);
    expect(isSound(path)).toBe(true);
    damage(path);
    expect(isSound(path)).toBe(false);
    const text = scratch('text');
    writeFileSync(text, 'x'.repeat(5_000));
    expect(isSound(text)).toBe(false);
  });

  it('does not call damaged what merely can not be read', () => {
    expect(() => isSound(scratch('missing'))).toThrow();
    expect(() => isSound(dirname(scratch('folder')))).toThrow();
  });
});

describe('the lock', () => {
  it('is for one process: another that dies, however it dies, leaves it', async () => {
    const path = scratch('store.db');
    const holder = startNode(
      `import { lockStore } from './src/store/database.ts';
       lockStore(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`,
      [path],
    );
    expect(await nextLine(holder)).toBe('held');
    expect(() => lockStore(path)).toThrow(StoreInUse);
    expect(() => lockStore(path)).toThrow(/is in use by another Busbar/);
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;

    const release = lockStore(path);
    const other = startNode(
      `import { lockStore } from './src/store/database.ts';
       try { lockStore(process.argv[1]); console.log('got it'); } catch (error) { console.log(error.name); }`,
      [path],
    );
    expect(await nextLine(other)).toBe('StoreInUse');
    release();
    lockStore(path)();
  });

  it('does not blame another Busbar for what is something else', () => {
    const path = scratch('store.db');
    writeFileSync(`${path}.lock`, 'x'.repeat(5_000));
    let error: unknown;
    try {
      lockStore(path)();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreInUse);
  });

  it('is not needed in memory', () => {
    lockStore(':memory:')();
    lockStore(':memory:')();
  });
});

describe('backupsOf', () => {
  it('lists the backups of this store, newest first', () => {
    const path = scratch('store.db');
    expect(backupsOf(path)).toEqual([]);
    const paths = [NOON, NOON + 86_400_000, NOON - 1].map((now) => backupPath(path, now));
    for (const made of [...paths, `${paths[0]}.partial`, backupPath(`${path}x`, NOON)]) writeFileSync(made, '');
    expect(backupsOf(path)).toEqual([paths[1], paths[0], paths[2]]);
  });
});

describe('a journal', () => {
  it('that the last process left is taken in', () => {
    const path = scratch('store.db');
    makeStore(path);
    const left = connect(path);
    left.prepare("INSERT INTO meta (key, value) VALUES ('in-the-journal', 'yes')").run();
    const copy = scratch('store.db');
    for (const suffix of ['', '-wal']) writeFileSync(copy + suffix, readFileSync(path + suffix));
    left.close();
    expect(statSync(`${copy}-wal`).size).toBeGreaterThan(0);
    const { database, notices } = open(copy);
    expect(notices).toEqual([]);
    expect(database.prepare("SELECT value FROM meta WHERE key = 'in-the-journal'").pluck().get()).toBe('yes');
    database.close();
  });
});
