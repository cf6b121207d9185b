import type { Database } from 'better-sqlite3';
import type { TokenBook, TokenUse } from '../domain/desired-list.ts';
import { idTagKey, namesOf } from '../domain/token.ts';
import type { Instant } from '../domain/units.ts';
import { rulesOf, type TokenRow, toToken } from './token-rows.ts';

/** All tokens, and how they have been used: read when they have changed, for all charge points together. */

export type UseBook = { useOf(chargePointId: string, idTagKey: string): TokenUse };

const DAY_MS = 86_400_000;
/** Sessions of this long before today count, days; those of the last weeks more. */
const LOOK_BACK = 90;
const RECENT = { days: 14, weight: 3 };
/** Revisions, and tokens, up to which what has changed is looked at one by one. */
const MAX_STEPS = 64;
const MAX_CHANGED = 200;
const UNUSED: TokenUse = { here: 0, anywhere: 0 };

export function candidateReads(database: Database) {
  const revision = database.prepare("SELECT value FROM meta WHERE key = 'tokens_revision'").pluck();
  const tokens = database.prepare(`
    SELECT t.*, g.rules AS group_rules FROM tokens t
    LEFT JOIN token_groups g ON g.parent_id_tag_key = lower(t.parent_id_tag) ORDER BY t.id_tag_key`);
  const uses = database.prepare(`
    SELECT c.id AS chargePointId, coalesce(t.token_key, t.id_tag_key) AS key, sum(CASE WHEN t.started_ms >= @recent THEN @weight ELSE 1 END) AS weight
    FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref
    WHERE t.started_ms >= @from AND t.started_ms < @before
    GROUP BY t.charge_point_ref, key`);
  const books = createBooks(() => tokens.all() as CandidateRow[]);
  let use: { day: number; book: UseBook } | null = null;

  return {
    tokenBook: (): TokenBook => books(String(revision.get())),

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

type CandidateRow = TokenRow & { id_tag_key: string; created_ms: number; group_rules: string | null };

/** A token under each of its names. */
function namedRows(row: CandidateRow) {
  const token = toToken(row);
  return namesOf(token).map((idTag) => ({ key: idTagKey(idTag), idTag, token, row }));
}

/** Reads all tokens when the revision is another one, and keeps in mind what has changed from each to the next. */
function createBooks(read: () => CandidateRow[]): (revision: string) => TokenBook {
  const steps: { readonly from: string; readonly keys: readonly string[] }[] = [];
  let texts = new Map<string, string>();
  let book: TokenBook | null = null;

  return (revision) => {
    if (book?.revision === revision) return book;
    const rows = read();
    const named = rows.flatMap(namedRows);
    const now = new Map(named.map(({ key, row }) => [key, JSON.stringify(row)]));
    if (book !== null) {
      const keys = [...now.keys()].filter((key) => now.get(key) !== texts.get(key));
      for (const key of texts.keys()) if (!now.has(key)) keys.push(key);
      steps.push({ from: book.revision, keys });
      if (steps.length > MAX_STEPS) steps.shift();
    }
    texts = now;
    const all = new Map(
      named.map(({ key, idTag, token, row }) => [
        key,
        { idTag, token, groupRules: rulesOf(row.group_rules), createdAt: row.created_ms as Instant },
      ]),
    );
    book = {
      revision,
      candidates: [...all.values()],
      candidate: (key) => all.get(key) ?? null,
      changedSince: (before) => changedSince(before, revision),
    };
    return book;
  };

  function changedSince(before: string, revision: string): ReadonlySet<string> | null {
    if (before === revision) return new Set();
    const first = steps.findLastIndex(({ from }) => from === before);
    if (first < 0 || book?.revision !== revision) return null;
    const keys = new Set(steps.slice(first).flatMap((one) => one.keys));
    return keys.size <= MAX_CHANGED ? keys : null;
  }
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
