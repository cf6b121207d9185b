import type { Database } from 'better-sqlite3';
import { idTagKey, type TokenGroup } from '../domain/token.ts';
import type { RuleRefusal } from '../domain/token-rules.ts';
import { type RulesView, rulesView } from './rules-view.ts';
import { type GroupRow, toGroup } from './token-rows.ts';
import { tokenReads } from './tokens.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';

export type TokenGroupView = {
  parentIdTag: string;
  note: string | null;
  rules: RulesView;
  /** How many tokens belong to it. */
  tokens: number;
  createdAt: string;
  updatedAt: string;
};

export type UnknownCardView = {
  idTag: string;
  firstSeenAt: string;
  lastSeenAt: string;
  times: number;
  /** Where it was seen last; the connector only where a transaction began. */
  chargePointId: string;
  connectorId: number | null;
  /** Known tokens that may be the same card, the surest first. */
  suggestions: { idTag: string; note: string | null; sure: boolean }[];
};

export type RefusedAuthorizationView = {
  id: number;
  at: string;
  chargePointId: string;
  connectorId: number | null;
  transactionId: number | null;
  idTag: string;
  status: string;
  /** Which rule said no; null where it was no rule. */
  rule: RuleRefusal['rule'] | null;
  why: string;
};

type GroupsRow = GroupRow & { tokens: number; created_ms: number; updated_ms: number };
type CardRow = {
  id_tag_key: string;
  id_tag: string;
  first_ms: number;
  last_ms: number;
  times: number;
  charge_point_id: string;
  connector_id: number | null;
};
type RefusalRow = {
  id: number;
  charge_point_id: string;
  connector_id: number | null;
  transaction_id: number | null;
  id_tag: string;
  status: string;
  rule: RuleRefusal['rule'] | null;
  why: string;
  at_ms: number;
};

/** Groups shown at most, and counted through the tokens: a site has a handful. */
const MAX_GROUPS = 500;

/** Groups of tokens, cards that nobody knows, and what was refused. */
export function createCardViews(database: Database) {
  const { tokensLike } = tokenReads(database);
  const columns = `SELECT g.*, (SELECT count(*) FROM tokens t 
      WHERE t.parent_id_tag IS NOT NULL AND lower(t.parent_id_tag) = lower(g.parent_id_tag)) AS tokens
    FROM token_groups g`;
  const groups = database.prepare(`${columns} ORDER BY g.parent_id_tag_key LIMIT ${MAX_GROUPS}`);
  const group = database.prepare(`${columns} WHERE g.parent_id_tag_key = ?`);
  const cards = database.prepare(`
    SELECT * FROM unknown_cards WHERE @lastMs IS NULL OR last_ms < @lastMs OR (last_ms = @lastMs AND id_tag_key > @key)
    ORDER BY last_ms DESC, id_tag_key LIMIT @limit`);
  const refusals = database.prepare(`
    SELECT * FROM refused_authorizations WHERE (@before IS NULL OR id < @before) AND (@key IS NULL OR lower(id_tag) = @key)
    ORDER BY id DESC LIMIT @limit`);

  return {
    tokenGroups: (): TokenGroupView[] => (groups.all() as GroupsRow[]).map(groupView),
    tokenGroup(parentIdTag: string): TokenGroupView | null {
      const row = group.get(idTagKey(parentIdTag)) as GroupsRow | undefined;
      return row === undefined ? null : groupView(row);
    },

    /** Those seen last come first. Null for a cursor that is none of ours. */
    unknownCards({ limit, cursor }: PageRequest): Page<UnknownCardView> | null {
      const after = cursor === null ? { lastMs: null, key: null } : placeOf(cursor);
      if (after === null) return null;
      const rows = cards.all({ ...after, limit: limit + 1 }) as CardRow[];
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return { items: shown.map(cardView), next: rows.length > limit && last !== undefined ? cursorAt(last) : null };
    },

    /** The latest first. Null for a cursor that is none of ours. */
    refusedAuthorizations({
      limit,
      cursor,
      idTag,
    }: PageRequest & { idTag: string | null }): Page<RefusedAuthorizationView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const key = idTag === null ? null : idTagKey(idTag);
      const rows = refusals.all({ before, key, limit: limit + 1 }) as RefusalRow[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(refusalView), next: rows.length > limit ? String(shown.at(-1)?.id) : null };
    },
  };

  function cardView(row: CardRow): UnknownCardView {
    const { whole, cut } = tokensLike(row.id_tag);
    return {
      idTag: row.id_tag,
      firstSeenAt: utc(row.first_ms),
      lastSeenAt: utc(row.last_ms),
      times: row.times,
      chargePointId: row.charge_point_id,
      connectorId: row.connector_id,
      suggestions: [
        ...whole.map(({ idTag, note }) => ({ idTag, note, sure: whole.length === 1 })),
        ...cut.map(({ idTag, note }) => ({ idTag, note, sure: false })),
      ],
    };
  }
}

const cursorAt = ({ last_ms, id_tag_key }: CardRow): string =>
  `u${last_ms}-${Buffer.from(id_tag_key).toString('base64url')}`;

function placeOf(cursor: string): { lastMs: number; key: string } | null {
  const match = /^u(\d{1,15})-([\w-]*)$/.exec(cursor);
  return match === null ? null : { lastMs: Number(match[1]), key: Buffer.from(match[2] ?? '', 'base64url').toString() };
}

function groupView(row: GroupsRow): TokenGroupView {
  const { parentIdTag, note, rules }: TokenGroup = toGroup(row);
  return {
    parentIdTag,
    note,
    rules: rulesView(rules),
    tokens: row.tokens,
    createdAt: utc(row.created_ms),
    updatedAt: utc(row.updated_ms),
  };
}

const refusalView = (row: RefusalRow): RefusedAuthorizationView => ({
  id: row.id,
  at: utc(row.at_ms),
  chargePointId: row.charge_point_id,
  connectorId: row.connector_id,
  transactionId: row.transaction_id,
  idTag: row.id_tag,
  status: row.status,
  rule: row.rule,
  why: row.why,
});
