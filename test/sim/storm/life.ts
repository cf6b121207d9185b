import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, swapIn } from '../../../src/store/database.ts';
import { type Database, Sqlite } from '../../../src/store/sqlite.ts';

/**
 * How a controller dies: in any moment, before a commit, or just after one, when nothing of what it promised has left yet. What
 * it would do after that never happens. The next one finds the database as it was in that moment, an older copy, or none.
 */

export type Moment = 'before a commit' | 'after a commit';

/** Sessions answered in these spans may be missing, ms. */
export type Losses = {
  mayMiss(answeredAt: number): boolean;
  /** The controller has begun without its database, or with an older one. */
  any(): boolean;
};

export function createDeath() {
  let armed: { readonly moment: Moment; readonly dies: (image: Buffer) => void } | null = null;

  /** Sees to it that the store can be torn from under a turn. */
  function prepare(database: Database): void {
    const inner = database.prepare.bind(database);
    const value = (sql: string) => {
      const statement = inner(sql);
      if (sql !== 'COMMIT') return statement;
      const commit = statement.run.bind(statement);
      Object.defineProperty(statement, 'run', {
        value: () => {
          const death = armed;
          if (death === null) return commit();
          armed = null;
          if (death.moment === 'before a commit') database.exec('ROLLBACK');
          else commit();
          death.dies(database.serialize());
          throw new Error('the controller is dead');
        },
      });
      return statement;
    };
    Object.defineProperty(database, 'prepare', { value });
  }

  return {
    prepare,
    /** The next turn that writes is its last. */
    arm(moment: Moment, dies: (image: Buffer) => void): void {
      armed ??= { moment, dies };
    },
    disarm(): void {
      armed = null;
    },
    isArmed: () => armed !== null,
    /** The store as it was. */
    opened(image: Buffer): Database {
      const database = new Sqlite(image);
      database.pragma('foreign_keys = ON');
      prepare(database);
      return database;
    },
  };
}

/** What `busbar` does with a backup: it begins a new epoch, and no transaction id is given twice. */
export function restored(backup: Buffer, now: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-storm-'));
  try {
    const [from, path] = [join(folder, 'backup'), join(folder, 'store')];
    writeFileSync(from, backup);
    swapIn(from, path, join(folder, 'aside'));
    const { database } = openStore(path, { now, newId: () => 'restored' });
    database.pragma('journal_mode = DELETE');
    const image = database.serialize();
    database.close();
    return image;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
