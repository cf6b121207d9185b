/** Who owns what: tokens of the backend, what somebody on site has changed of them for a while, and limits set aside. */
export const sql = `
CREATE TABLE tokens_anew (
  id_tag_key TEXT PRIMARY KEY,
  id_tag TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('Accepted', 'Blocked', 'Expired')),
  expires_ms INTEGER, parent_id_tag TEXT, note TEXT,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  aliases TEXT NOT NULL DEFAULT '[]', cost_centre TEXT, rules TEXT,
  source TEXT NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'file', 'upstream'))
) STRICT, WITHOUT ROWID;
INSERT INTO tokens_anew SELECT id_tag_key, id_tag, status, expires_ms, parent_id_tag, note, created_ms, updated_ms, aliases, cost_centre, rules, source FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_anew RENAME TO tokens;
CREATE INDEX tokens_by_owner ON tokens (source) WHERE source <> 'api';
CREATE INDEX tokens_by_group ON tokens (lower(parent_id_tag)) WHERE parent_id_tag IS NOT NULL;
-- They went with the old table: local lists look at what they say.
CREATE TRIGGER tokens_added AFTER INSERT ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER tokens_changed AFTER UPDATE ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER tokens_removed AFTER DELETE ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;

-- Of the backend's tokens, what holds again once the change that was made on site has run out. The token as JSON.
CREATE TABLE token_overrides (
  id_tag_key TEXT PRIMARY KEY, id_tag TEXT NOT NULL, until_ms INTEGER NOT NULL, original TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The version of the backend's list of tokens that this site has.
CREATE TABLE upstream_tokens (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;

ALTER TABLE site_limits ADD COLUMN suspended_until_ms INTEGER;
-- A limit that begins later, as one of a schedule.
ALTER TABLE site_limits ADD COLUMN starts_ms INTEGER;

ALTER TABLE configuration_wishes ADD COLUMN owner TEXT NOT NULL DEFAULT 'api' CHECK (owner IN ('api', 'upstream'));
ALTER TABLE configuration_wishes ADD COLUMN override_value TEXT;
ALTER TABLE configuration_wishes ADD COLUMN override_until_ms INTEGER;
`;
