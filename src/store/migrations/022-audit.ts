/** What was done over the API, or tried: the newest has the highest number. */
export const sql = `
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  name TEXT,
  address TEXT,
  command_id TEXT,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  target TEXT NOT NULL,
  status INTEGER NOT NULL,
  why TEXT,
  request TEXT,
  before TEXT,
  after TEXT,
  left_out INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_who ON audit (who, id);
CREATE INDEX audit_by_name ON audit (name, id) WHERE name IS NOT NULL;
`;
