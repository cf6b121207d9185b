import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';

/**
 * The SQLite library, in the release that this Node can run. Release 12 is built on an interface of Node's that changed
 * in 24.19: there a statement that is collected while nothing runs ends the process. Release 13 is built on Node-API 10,
 * which Node 20 does not have: there it ends the process at once. So both are installed where both can be, and one is used.
 */

const require = createRequire(import.meta.url);
/** Of Node 22.14 and later. */
const NODE_API_OF_13 = 10;

export const Sqlite = choose();
export type { Database } from 'better-sqlite3';

function choose(): typeof BetterSqlite {
  if (Number(process.versions.napi) >= NODE_API_OF_13) {
    const newer = working('better-sqlite3-13');
    if (newer !== null) return newer;
  }
  return require('better-sqlite3') as typeof BetterSqlite;
}

/** Null where it is not installed, or has no binary for this machine (it has none for 32-bit ARM). */
function working(name: string): typeof BetterSqlite | null {
  try {
    const candidate = require(name) as typeof BetterSqlite;
    new candidate(':memory:').close();
    return candidate;
  } catch {
    return null;
  }
}
