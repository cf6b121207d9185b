/** Limits from outside that hold, and what was asked, done and measured. Currents in mA per phase, power in W. */
export const sql = `
CREATE TABLE site_limits (
  id TEXT PRIMARY KEY,
  circuit TEXT NOT NULL, source TEXT NOT NULL,
  value TEXT NOT NULL,
  since_ms INTEGER NOT NULL, until_ms INTEGER,
  after TEXT
) STRICT;
CREATE TABLE limit_evidence (
  id INTEGER PRIMARY KEY,
  limit_id TEXT NOT NULL, circuit TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX limit_evidence_of ON limit_evidence (limit_id, id);
`;
