import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { checkpoint, dropOldBackups, makeBackup, restoreBackup } from '../../src/store/backup.ts';
import { backupPath, backupsOf, lockStore, openStore, StoreInUse } from '../../src/store/database.ts';
import { Sqlite } from '../../src/store/sqlite.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { registered, started } from '../support/things.ts';

const scratch = scratchPaths();

const countIn = (path: string): unknown => {
  const database = new Sqlite(path, { readonly: true });
  try {
    return database.prepare('SELECT count(*) FROM transactions').pluck().get();
  } finally {
    database.close();
  }
};

describe('a backup', () => {
  it('is whole while the store is being written, and restores to it', () => {
    const path = scratch('store.db');
    const to = join(dirname(path), 'elsewhere', 'copy.backup');
    const ledger = openLedger(path);
    ledger.given(registered());
    for (let id = 1; id <= 200; id++) ledger.given(started(id, { at: instant(NOON + id) }));
    // A turn is open in the middle of the copy: what it has not committed is not in it.
    ledger.database.exec('BEGIN IMMEDIATE');
    ledger.record(started(201, { at: instant(NOON + 201) }));
    makeBackup(path, to);
    ledger.database.exec('COMMIT');
    for (let id = 202; id <= 250; id++) ledger.given(started(id, { at: instant(NOON + id) }));
    expect(countIn(to)).toBe(200);
    const epoch = ledger.epoch;
    ledger.database.close();

    const aside = restoreBackup(to, path, NOON);
    expect(aside).toBe(`${path}.replaced-2026-01-15T12-00-00-000Z`);
    expect(countIn(String(aside))).toBe(250);
    const restored = openStore(path, { now: NOON, newId: () => 'after' });
    expect(restored.epoch).toBe('after');
    expect(restored.epoch).not.toBe(epoch);
    expect(restored.notices).toEqual([]);
    restored.database.close();
    const { reader, database } = openLedger(path);
    // 201 to 250 were given out after the backup: they must never be given again.
    expect(reader.nextTransactionId()).toBe(1_000_201);
    expect(reader.nextReservationId()).toBe(1_000_001);
    expect(countIn(path)).toBe(200);
    database.close();
    // The backup itself stays as it was, for another time.
    expect(countIn(to)).toBe(200);
    expect(existsSync(`${to}-wal`)).toBe(false);
  });

  it('that can not be written leaves nothing behind', () => {
    const path = scratch('store.db');
    openLedger(path).database.close();
    const blocked = scratch('file');
    writeFileSync(blocked, 'a file where a folder should be');
    expect(() => makeBackup(path, join(blocked, 'copy.backup'))).toThrow();
    expect(readdirSync(dirname(path))).toEqual(['store.db']);
  });

  it('of which there are too many goes, the oldest first', () => {
    const path = scratch('store.db');
    const paths = [1, 2, 3, 4].map((day) => backupPath(path, NOON + day * 86_400_000));
    for (const made of paths) writeFileSync(made, '');
    dropOldBackups(path, 2);
    expect(backupsOf(path)).toEqual([paths[3], paths[2]]);
  });
});

describe('a restore', () => {
  const makeStore = (): string => {
    const path = scratch('store.db');
    const ledger = openLedger(path);
    ledger.given(registered(), started(1));
    ledger.database.close();
    return path;
  };

  it('to where no store was moves nothing', () => {
    const backup = makeStore();
    const path = join(dirname(scratch('x')), 'new', 'store.db');
    expect(restoreBackup(backup, path, NOON)).toBeNull();
    expect(countIn(path)).toBe(1);
  });

  it.each([
    ['a file that is not there', null, /there is no file/],
    ['a text', 'x'.repeat(5_000), /is no sound backup/],
    ['an empty file', '', /is a database, but no store of Busbar/],
  ])('of %s is refused, and the store stays', (_, content, message) => {
    const path = makeStore();
    const before = readFileSync(path);
    const backup = scratch('copy.backup');
    if (content !== null) writeFileSync(backup, content);
    expect(() => restoreBackup(backup, path, NOON)).toThrow(message);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('replaced'))).toEqual([]);
  });

  it("of somebody else's database is refused, and the store stays", () => {
    const path = makeStore();
    const backup = scratch('copy.backup');
    const foreign = new Sqlite(backup);
    foreign.exec('CREATE TABLE recipes (name TEXT)');
    foreign.close();
    expect(() => restoreBackup(backup, path, NOON)).toThrow(/no store of Busbar/);
    expect(countIn(path)).toBe(1);
  });

  it('into a store in use is refused', () => {
    const path = makeStore();
    const backup = scratch('copy.backup');
    makeBackup(path, backup);
    const release = lockStore(path);
    expect(() => restoreBackup(backup, path, NOON)).toThrow(StoreInUse);
    release();
    restoreBackup(backup, path, NOON);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path))).length).toBeGreaterThan(1);
  });
});

describe('a checkpoint', () => {
  it('moves the journal into the database, and pulls it back when it has grown far too long', () => {
    const path = scratch('store.db');
    const ledger = openLedger(path);
    ledger.given(registered(), started(1));
    const other = new Sqlite(path);
    checkpoint(other);
    const main = scratch('main-file-alone.db');
    writeFileSync(main, readFileSync(path));
    expect(countIn(main)).toBe(1);

    ledger.database.exec('CREATE TABLE ballast (x BLOB)');
    const insert = ledger.database.prepare('INSERT INTO ballast VALUES (zeroblob(1000000))');
    for (let at = 0; at < 70; at++) insert.run();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(67_108_864);
    checkpoint(other);
    expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(16_777_216);
    other.close();
    ledger.database.close();
  });
});
