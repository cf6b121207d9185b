/** What stands on the local list of each charge point, as far as we know, and what decides on what should stand there. */
export const sql = `
CREATE TABLE local_lists (
  charge_point_ref INTEGER PRIMARY KEY REFERENCES charge_points (ref),
  state TEXT NOT NULL CHECK (state IN ('unknown', 'updating', 'in-line', 'unsupported', 'gave-up')),
  reported_version INTEGER, asked_ms INTEGER, held_version INTEGER,
  sent_version INTEGER NOT NULL, reserved_version INTEGER, pending TEXT,
  verified_ms INTEGER, full_ms INTEGER, conflict_ms INTEGER, next_try_ms INTEGER,
  failures INTEGER NOT NULL, fruitless INTEGER NOT NULL, silences INTEGER NOT NULL,
  learned TEXT, settled_for TEXT, missing INTEGER NOT NULL, problem TEXT, wanted INTEGER NOT NULL
) STRICT;

CREATE TABLE local_list_entries (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  id_tag_key TEXT NOT NULL, id_tag TEXT NOT NULL,
  status TEXT NOT NULL, expires_ms INTEGER, parent_id_tag TEXT,
  PRIMARY KEY (charge_point_ref, id_tag_key)
) STRICT, WITHOUT ROWID;

-- Which tokens come where: read once a day for the whole site. Starts come in the order of time, so it grows at its end.
CREATE INDEX transactions_by_time ON transactions (started_ms, coalesce(token_key, id_tag_key), charge_point_ref) WHERE started_ms IS NOT NULL;

-- A new random value whenever a token changes: a number that a failed commit takes back would come twice.
INSERT INTO meta (key, value) VALUES ('tokens_revision', hex(randomblob(8)));
CREATE TRIGGER tokens_added AFTER INSERT ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER tokens_changed AFTER UPDATE ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER token_groups_added AFTER INSERT ON token_groups BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER token_groups_changed AFTER UPDATE ON token_groups BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER token_groups_removed AFTER DELETE ON token_groups BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
CREATE TRIGGER tokens_removed AFTER DELETE ON tokens BEGIN
  UPDATE meta SET value = hex(randomblob(8)) WHERE key = 'tokens_revision';
END;
`;
