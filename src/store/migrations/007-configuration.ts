/** What charge points say of their configuration. A secret's value is never kept. Keys are compared without regard to case. */
export const sql = `
CREATE TABLE configuration_values (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  key_folded TEXT NOT NULL,
  key TEXT NOT NULL, value TEXT, readonly INTEGER NOT NULL, secret INTEGER NOT NULL, read_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, key_folded)
) STRICT, WITHOUT ROWID;

CREATE TABLE configuration_reads (
  charge_point_ref INTEGER PRIMARY KEY REFERENCES charge_points (ref),
  read_ms INTEGER NOT NULL, unknown_keys TEXT NOT NULL
) STRICT;
`;
