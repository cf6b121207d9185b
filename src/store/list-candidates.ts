import type { Database } from 'better-sqlite3';
import type { Candidate, TokenUse } from '../domain/desired-list.ts';
import type { Instant } from '../domain/units.ts';
import { type TokenRow, toToken } from './rows.ts';

/** All tokens, and how they have been used: read when they have changed, for all charge points together. */

export type TokenBook = { readonly revision: string; readonly candidates: readonly Candidate[] };

export type UseBook = { useOf(chargePointId: string, idTagKey: string): TokenUse };

const DAY_MS = 86_400_000;
/** Sessions of this long before today count, days; those of the last weeks more. */
const LOOK_BACK = 90;
const RECENT = { days: 14, weight: 3 };
const UNUSED: TokenUse = { here: 0, anywhere: 0 };

export function candidateReads(database: Database) {
  const revision = database.prepare("SELECT value FROM meta WHERE key = 'tokens_revision'").pluck();
  const tokens = database.prepare('SELECT * FROM tokens ORDER BY id_tag_key');
  const uses = database.prepare(`
    SELECT c.id AS chargePointId, t.id_tag_key AS key, sum(CASE WHEN t.started_ms >= @recent THEN @weight ELSE 1 END) AS weight
    FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref
    WHERE t.started_ms >= @from AND t.started_ms < @before AND t.state <> 'orphan'
    GROUP BY t.charge_point_ref, t.id_tag_key`);
  let book: TokenBook | null = null;
  let use: { day: number; book: UseBook } | null = null;

  return {
    tokenBook(): TokenBook {
      const current = String(revision.get());
      if (book?.revision !== current) {
        const rows = tokens.all() as (TokenRow & { created_ms: number })[];
        const candidates = rows.map((row) => ({ token: toToken(row), createdAt: row.created_ms as Instant }));
        book = { revision: current, candidates };
      }
      return book;
    },

    tokenUse(day: number): UseBook {
      if (use?.day !== day) {
        const before = day * DAY_MS;
        const rows = uses.all({
          from: before - LOOK_BACK * DAY_MS,
          recent: before - RECENT.days * DAY_MS,
          weight: RECENT.weight,
          before,
        });
        use = { day, book: useBook(rows as UseRow[]) };
      }
      return use.book;
    },
  };
}

type UseRow = { chargePointId: string; key: string; weight: number };

function useBook(rows: readonly UseRow[]): UseBook {
  const here = new Map<string, Map<string, number>>();
  const anywhere = new Map<string, number>();
  for (const { chargePointId, key, weight } of rows) {
    const there = here.get(chargePointId) ?? new Map<string, number>();
    here.set(chargePointId, there.set(key, weight));
    anywhere.set(key, (anywhere.get(key) ?? 0) + weight);
  }
  return {
    useOf(chargePointId, key) {
      const all = anywhere.get(key);
      return all === undefined ? UNUSED : { here: here.get(chargePointId)?.get(key) ?? 0, anywhere: all };
    },
  };
}
