import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { asidePath, backupsOf, copyInto, isSound, isSoundStore, lockStore, swapIn } from './database.ts';

/** Above this the journal is pulled back by force, bytes: a reader that never ends must not fill the card. */
const MAX_WAL_BYTES = 67_108_864;

/** Moves the journal into the database without stopping writers, unless it has grown far too long. */
export function checkpoint(database: Database): void {
  database.pragma('wal_checkpoint(PASSIVE)');
  const wal = `${database.name}-wal`;
  if (existsSync(wal) && statSync(wal).size > MAX_WAL_BYTES) database.pragma('wal_checkpoint(TRUNCATE)');
}

/** Pages in the journal that the database does not have yet. */
export function pagesInJournal(database: Database): number {
  // NOOP only counts (SQLite 3.51); the size of the file tells nothing, for it is not cut when its content has moved.
  const [row] = database.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[];
  return row === undefined ? 0 : row.log - row.checkpointed;
}

/** Copies the store at `path` to `to`, whole and durable, also while it is being written, and proves the copy sound. */
export function makeBackup(path: string, to: string): void {
  mkdirSync(dirname(resolve(to)), { recursive: true });
  copyInto(path, to);
  if (!isSound(to)) {
    rmSync(to, { force: true });
    throw new Error(`the backup ${to} could not be read back and was removed`);
  }
}

/** Removes all but the newest `kept` automatic backups. */
export function dropOldBackups(path: string, kept: number): void {
  for (const old of backupsOf(path).slice(kept)) rmSync(old, { force: true });
}

/**
 * Puts a backup in the place of the store, which must not be in use (throws StoreInUse). The store that was there is kept
 * beside it. The restored one begins a new epoch and never gives out a transaction id again that was given before.
 * Returns where the old store went, or null if there was none.
 */
export function restoreBackup(backup: string, path: string, now: number): string | null {
  if (!existsSync(backup)) throw new Error(`there is no file ${backup}`);
  if (!isSound(backup)) throw new Error(`${backup} is no sound backup: it is damaged, or no database`);
  if (!isSoundStore(backup)) throw new Error(`${backup} is a database, but no store of Busbar`);
  const release = lockStore(path);
  try {
    return swapIn(backup, path, asidePath(path, 'replaced', now));
  } finally {
    release();
  }
}
