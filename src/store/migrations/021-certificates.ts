/** Certificates of charge points: what they asked for, what was made, and what roots they hold. By id, as credentials are. */
export const sql = `
CREATE TABLE signing_requests (
  charge_point_id TEXT NOT NULL PRIMARY KEY,
  csr TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'signed')),
  why TEXT,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE certificates (
  fingerprint TEXT NOT NULL PRIMARY KEY,
  charge_point_id TEXT NOT NULL,
  serial TEXT NOT NULL,
  subject TEXT NOT NULL,
  not_before_ms INTEGER NOT NULL,
  not_after_ms INTEGER NOT NULL,
  chain TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('issued', 'installed', 'used', 'superseded', 'refused', 'revoked')),
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_by_charge_point ON certificates (charge_point_id, at_ms);
CREATE TABLE held_roots (
  charge_point_id TEXT NOT NULL,
  use TEXT NOT NULL,
  hashes TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_id, use)
) STRICT, WITHOUT ROWID;
`;
