/** Names and rules of tokens, groups, cards that nobody knows, what was refused, and how caches stand to it. Rules are JSON. */
export const sql = `
ALTER TABLE tokens ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tokens ADD COLUMN cost_centre TEXT;
ALTER TABLE tokens ADD COLUMN rules TEXT;
ALTER TABLE tokens ADD COLUMN source TEXT NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'file'));
CREATE INDEX tokens_by_file ON tokens (source) WHERE source = 'file';

CREATE INDEX tokens_by_group ON tokens (lower(parent_id_tag)) WHERE parent_id_tag IS NOT NULL;

CREATE TABLE token_aliases (alias_key TEXT PRIMARY KEY, id_tag_key TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX token_aliases_by_token ON token_aliases (id_tag_key);

CREATE TABLE token_groups (
  parent_id_tag_key TEXT PRIMARY KEY, parent_id_tag TEXT NOT NULL, note TEXT, rules TEXT,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The token that a start was judged as, where the card said another name; and its group. Both as keys for comparing.
ALTER TABLE transactions ADD COLUMN token_key TEXT;
ALTER TABLE transactions ADD COLUMN group_key TEXT;
UPDATE transactions SET group_key = lower(verdict_parent_id_tag) WHERE verdict_parent_id_tag IS NOT NULL;
-- An orphan has no start. The condition names no column that a stop changes: it would be written anew with every stop.
CREATE INDEX transactions_by_token ON transactions (coalesce(token_key, id_tag_key), started_ms) WHERE started_ms IS NOT NULL;
CREATE INDEX transactions_by_group ON transactions (group_key, started_ms) WHERE group_key IS NOT NULL;
DROP INDEX transactions_running_by_token;
CREATE INDEX transactions_running_by_token ON transactions (coalesce(token_key, id_tag_key)) WHERE state = 'running';

CREATE TABLE unknown_cards (
  id_tag_key TEXT PRIMARY KEY, id_tag TEXT NOT NULL,
  first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, times INTEGER NOT NULL,
  charge_point_id TEXT NOT NULL, connector_id INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX unknown_cards_by_age ON unknown_cards (last_ms);

CREATE TABLE refused_authorizations (
  id INTEGER PRIMARY KEY,
  charge_point_id TEXT NOT NULL, connector_id INTEGER, transaction_id INTEGER,
  id_tag TEXT NOT NULL, status TEXT NOT NULL, rule TEXT, why TEXT NOT NULL, at_ms INTEGER NOT NULL
) STRICT;

-- How often somebody has lost something (tokens_narrowed), and up to which of these times a cache was emptied.
CREATE TABLE tokens_narrowed (one INTEGER PRIMARY KEY CHECK (one = 1), times INTEGER NOT NULL, last_ms INTEGER) STRICT;
INSERT INTO tokens_narrowed VALUES (1, 0, NULL);

CREATE TABLE cache_state (
  charge_point_ref INTEGER PRIMARY KEY REFERENCES charge_points (ref),
  asked_as_of INTEGER, cleared_as_of INTEGER NOT NULL DEFAULT 0, try_again_ms INTEGER
) STRICT;

CREATE TABLE stops_for_blocked (
  transaction_id INTEGER PRIMARY KEY REFERENCES transactions (id), times INTEGER NOT NULL, last_ms INTEGER NOT NULL
) STRICT;
`;
