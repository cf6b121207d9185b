/**
 * What goes to the backend and what comes from it. Of t0 every row is kept until the backend has acknowledged it, and for
 * a while after; t1 has no rows of its own: it is the table telemetry. AUTOINCREMENT: a number is never given twice.
 */
export const sql = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL, subject TEXT, at_ms INTEGER NOT NULL,
  boot TEXT NOT NULL, mono_ms INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;

-- A restored store begins a new epoch; what it holds from before keeps the name under which it was numbered.
CREATE TABLE outbox_epochs (
  ordinal INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, first_t0 INTEGER NOT NULL, first_t1 INTEGER NOT NULL, began_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_cursors (
  stream TEXT PRIMARY KEY CHECK (stream IN ('t0', 't1')), acked_seq INTEGER NOT NULL, acked_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE upstream_commands (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, request TEXT NOT NULL, reply_to TEXT, correlation TEXT,
  received_ms INTEGER NOT NULL, expires_ms INTEGER,
  state TEXT NOT NULL CHECK (state IN ('accepted', 'executing', 'done', 'failed', 'refused', 'expired', 'unknown')),
  status INTEGER, body TEXT, changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX upstream_commands_open ON upstream_commands (received_ms) WHERE state IN ('accepted', 'executing');

-- The last configuration that the backend has asked for, and what came of it.
CREATE TABLE upstream_configuration (
  one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, problems TEXT NOT NULL, at_ms INTEGER NOT NULL
) STRICT;
`;
