import type { Database } from 'better-sqlite3';
import { idTagKey, judge, type Token, type TokenSource } from '../domain/token.ts';
import { type RulesView, rulesView } from './rules-view.ts';
import { type TokenRow, toToken } from './token-rows.ts';
import { type Now, type Page, type PageRequest, utc } from './view-values.ts';

export type TokenView = {
  /** As it was entered. */
  idTag: string;
  aliases: string[];
  /** What a charge point is told now: an Accepted token whose time is over is Expired. */
  status: string;
  expiresAt: string | null;
  parentIdTag: string | null;
  note: string | null;
  costCentre: string | null;
  rules: RulesView;
  source: TokenSource;
  createdAt: string;
  updatedAt: string;
};

type Row = TokenRow & { id_tag_key: string; created_ms: number; updated_ms: number };

/** Tokens as the outside sees them. */
export function createTokenViews(database: Database, now: Now) {
  const page = database.prepare(`
    SELECT * FROM tokens WHERE (@after IS NULL OR id_tag_key > @after) ORDER BY id_tag_key LIMIT @limit`);
  const one = database.prepare('SELECT * FROM tokens WHERE id_tag_key = ?');
  const all = database.prepare('SELECT * FROM tokens ORDER BY id_tag_key');

  return {
    /** By idTag without regard to case. Null for a cursor that is none of ours. */
    tokens({ limit, cursor }: PageRequest): Page<TokenView> | null {
      const after = cursor === null ? null : keyOfCursor(cursor);
      if (cursor !== null && after === null) return null;
      const rows = page.all({ after, limit: limit + 1 }) as Row[];
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const next = rows.length > limit && last !== undefined ? cursorOf(last.id_tag_key) : null;
      return { items: shown.map(view), next };
    },

    /** All of them as they were entered, by idTag. */
    allTokens: (): Token[] => (all.all() as TokenRow[]).map(toToken),

    token(idTag: string): TokenView | null {
      const row = one.get(idTagKey(idTag)) as Row | undefined;
      return row === undefined ? null : view(row);
    },
  };

  function view(row: Row): TokenView {
    const token: Token = toToken(row);
    return {
      idTag: token.idTag,
      aliases: [...token.aliases],
      status: judge(token, now(), 'reject').status,
      expiresAt: utc(token.expiresAt),
      parentIdTag: token.parentIdTag,
      note: token.note,
      costCentre: token.costCentre,
      rules: rulesView(token.rules),
      source: token.source,
      createdAt: utc(row.created_ms),
      updatedAt: utc(row.updated_ms),
    };
  }
}

const cursorOf = (key: string): string => `k${Buffer.from(key).toString('base64url')}`;

function keyOfCursor(cursor: string): string | null {
  return /^k[\w-]*$/.test(cursor) ? Buffer.from(cursor.slice(1), 'base64url').toString() : null;
}
