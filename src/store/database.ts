import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/all.ts';
import { type Database, Sqlite } from './sqlite.ts';

export type { Database };

/** Transaction ids jump by this after a restore, so that ids given out since the backup are never given again. */
const RESTORE_JUMP = 1_000_000;

export type Opened = {
  readonly database: Database;
  /** Identifies this history of the store: a new one after every restore. */
  readonly epoch: string;
  /** What a person must be told: a damaged store that was moved aside, a backup that was restored. */
  readonly notices: readonly string[];
};

/**
 * Opens the store at `path` (':memory:' for none on disk), checks it, and brings its schema up to date. A damaged file
 * is moved aside, never deleted, and the newest good backup takes its place. Throws SchemaMismatch for a newer schema.
 */
export function openStore(path: string, { now, newId }: { now: number; newId: () => string }): Opened {
  const inMemory = path === ':memory:';
  const notices: string[] = [];
  if (!inMemory) {
    mkdirSync(dirname(path), { recursive: true });
    finishRestore(path);
    replaceIfDamaged(path, now, notices);
  }
  const database = connect(path);
  try {
    migrate(database, migrations, () => backupBefore(database, path, now));
    const epoch = settleEpoch(database, newId);
    return { database, epoch, notices };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a connection with the pragmas that durability rests on (order matters; no checkpoint stalls a turn). */
export function connect(path: string): Database {
  const database = new Sqlite(path);
  for (const pragma of [
    'page_size = 4096',
    'auto_vacuum = INCREMENTAL',
    'journal_mode = WAL',
    'synchronous = FULL',
    'wal_autocheckpoint = 0',
    'journal_size_limit = 16777216',
    'busy_timeout = 5000',
    'foreign_keys = ON',
    'temp_store = MEMORY',
    'cache_size = -8000',
    'mmap_size = 0',
    'trusted_schema = OFF',
    'cell_size_check = ON',
  ]) {
    database.pragma(pragma);
  }
  return database;
}

/**
 * Puts a backup in the place of the store at `path`, and what stood there aside. Opened next, the store begins a new
 * epoch and jumps its transaction ids. The new file is whole and durable before the old one moves: a power cut between
 * the two must not leave a place where an empty store would begin. Returns where the old store went, or null.
 */
export function swapIn(backup: string, path: string, aside: string): string | null {
  const prepared = preparedPath(path);
  mkdirSync(dirname(resolve(path)), { recursive: true });
  copyInto(backup, prepared);
  markRestored(prepared);
  const replaced = moveAside(path, aside);
  renameSync(prepared, path);
  syncFile(path);
  return replaced;
}

/** Where the store that stood at `path` is kept, by the reason why it moved. */
export function asidePath(path: string, why: 'damaged' | 'replaced', now: number): string {
  return `${path}.${why}-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
}

const preparedPath = (path: string): string => `${path}.restoring`;

/** Brings a restore to its end that was cut off just before its last step; drops one that was cut off earlier. */
function finishRestore(path: string): void {
  const prepared = preparedPath(path);
  if (!existsSync(prepared)) return;
  if (existsSync(path)) {
    rmSync(prepared);
    return;
  }
  markRestored(prepared);
  renameSync(prepared, path);
  syncFile(path);
}

function moveAside(path: string, aside: string): string | null {
  const existed = existsSync(path);
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return existed ? aside : null;
}

function markRestored(path: string): void {
  const database = connect(path);
  try {
    database
      .prepare("INSERT INTO meta (key, value) VALUES ('restored', '1') ON CONFLICT DO UPDATE SET value = '1'")
      .run();
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  syncFile(path);
}

/** Whether the file is a whole store of ours, and not merely some sound database (an empty file is one, too). */
export function isSoundStore(path: string): boolean {
  if (!isSound(path)) return false;
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get() !== undefined;
  } finally {
    database.close();
  }
}

/** Whether SQLite finds the file whole; false also for what is no database at all. Throws when it cannot be read. */
export function isSound(path: string): boolean {
  const database = new Sqlite(path, { fileMustExist: true });
  try {
    return database.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    // Busy, out of memory or no permission say nothing about the file; only these do.
    if (error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return false;
    throw error;
  } finally {
    database.close();
  }
}

/** Another process holds the store. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

/**
 * Takes the store for this process alone until the returned function is called or the process dies, however it dies.
 * Throws StoreInUse. (SQLite's own file lock on a file beside the store: the operating system drops it with the process.)
 */
export function lockStore(path: string): () => void {
  if (path === ':memory:') return () => undefined;
  mkdirSync(dirname(path), { recursive: true });
  const lock = new Sqlite(`${path}.lock`, { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    // A read-only or full disk is something else, and says so itself.
    if (!(error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error;
    throw new StoreInUse(
      `The store ${path} is in use by another Busbar. Stop that one first, or give this one another store.path.`,
    );
  }
  return () => lock.close();
}

/** Good places for backups of the store at `path`, newest first. */
export function backupsOf(path: string): string[] {
  const folder = join(dirname(path), 'backups');
  if (!existsSync(folder)) return [];
  const prefix = `${basename(path)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.backup'))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

/** Where a backup made at `now` goes; names sort by time. */
export function backupPath(path: string, now: number): string {
  const folder = join(dirname(path), 'backups');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${basename(path)}.${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}.backup`);
}

/** Forces a file and its folder's entry onto the medium. */
function syncFile(path: string): void {
  for (const target of [path, dirname(path)]) {
    const descriptor = openSync(target, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

function replaceIfDamaged(path: string, now: number, notices: string[]): void {
  if (!existsSync(path)) {
    restoreMissing(path, now, notices);
    return;
  }
  // SQLite takes an empty file for an empty database; where backups are, it is a store whose content was lost.
  const emptied = statSync(path).size === 0 && backupsOf(path).length > 0;
  if (!emptied && isSound(path)) return;
  const aside = asidePath(path, 'damaged', now);
  const backup = backupsOf(path).find(isSoundStore);
  if (backup === undefined) {
    moveAside(path, aside);
    notices.push(
      `The store was damaged and no good backup was found. It was moved to ${aside} and an empty store begins. ` +
        'Sessions before now are only in that file: keep it and ask for help to recover it.',
    );
    return;
  }
  swapIn(backup, path, aside);
  notices.push(
    `The store was damaged. It was moved to ${aside} and the backup ${basename(backup)} was restored. ` +
      'Sessions since that backup are only in the damaged file: keep it.',
  );
}

/** No store, but backups of one: something took it away, and beginning empty would give its transaction ids out again. */
function restoreMissing(path: string, now: number, notices: string[]): void {
  const backup = backupsOf(path).find(isSoundStore);
  if (backup === undefined) return;
  swapIn(backup, path, asidePath(path, 'damaged', now));
  notices.push(
    `There was no store at ${path}, but a backup of one: ${basename(backup)} was restored. ` +
      'If an empty store was wanted, stop, and move the folder of backups away as well.',
  );
}

/** Copies a whole database with SQLite itself, so that a journal beside it is honoured, then makes it durable. */
export function copyInto(from: string, to: string): void {
  const temporary = `${to}.partial`;
  rmSync(temporary, { force: true });
  const source = new Sqlite(from, { readonly: true, fileMustExist: true });
  try {
    source.prepare('VACUUM INTO ?').run(temporary);
  } finally {
    source.close();
  }
  syncFile(temporary);
  for (const suffix of ['-wal', '-shm']) rmSync(to + suffix, { force: true });
  renameSync(temporary, to);
  syncFile(to);
}

function backupBefore(database: Database, path: string, now: number): void {
  if (path === ':memory:') return;
  database.pragma('wal_checkpoint(TRUNCATE)');
  copyInto(path, backupPath(path, now));
}

function settleEpoch(database: Database, newId: () => string): string {
  const read = database.prepare('SELECT value FROM meta WHERE key = ?').pluck();
  const write = database.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  return database
    .transaction((): string => {
      const restored = read.get('restored') !== undefined;
      const known = read.get('epoch') as string | undefined;
      if (known !== undefined && !restored) return known;
      const epoch = newId();
      write.run('epoch', epoch);
      for (const counter of ['next_transaction_id', 'next_reservation_id', 'next_charging_profile_id']) {
        const next = Number(read.get(counter) ?? 1);
        write.run(counter, String(restored ? next + RESTORE_JUMP : next));
      }
      database.prepare("DELETE FROM meta WHERE key = 'restored'").run();
      return epoch;
    })
    .immediate();
}
