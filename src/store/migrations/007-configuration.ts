/**
 * What charge points say of their configuration, what is wished of it, and what became of the wishes. A secret's value is
 * never kept. Keys are compared without regard to case.
 */
export const sql = `
CREATE TABLE configuration_values (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  key_folded TEXT NOT NULL,
  key TEXT NOT NULL, value TEXT, readonly INTEGER NOT NULL, secret INTEGER NOT NULL, read_ms INTEGER NOT NULL,
  -- Told since the reading under way began.
  heard INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (charge_point_ref, key_folded)
) STRICT, WITHOUT ROWID;

-- Asked for since the reading under way began, and not told.
CREATE TABLE configuration_untold (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  key_folded TEXT NOT NULL, key TEXT NOT NULL,
  -- The charge point said that it does not know the key.
  unknown INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, key_folded)
) STRICT, WITHOUT ROWID;

CREATE TABLE configuration_reads (
  charge_point_ref INTEGER PRIMARY KEY REFERENCES charge_points (ref),
  -- Boots of the charge point when it began.
  boots INTEGER NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('whole', 'chunks', 'done')),
  one_by_one INTEGER NOT NULL DEFAULT 0, wanted INTEGER NOT NULL DEFAULT 0,
  -- Of the last that came to its end; complete: everything that the charge point has.
  read_ms INTEGER, complete INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE configuration_wishes (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  key_folded TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, wished_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, key_folded)
) STRICT, WITHOUT ROWID;

-- What the last ChangeConfiguration of a key came to.
CREATE TABLE configuration_attempts (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  key_folded TEXT NOT NULL, key TEXT NOT NULL, wanted TEXT NOT NULL, sent TEXT NOT NULL,
  outcome TEXT NOT NULL, reason TEXT, silences INTEGER NOT NULL, restarted INTEGER NOT NULL DEFAULT 0,
  boots INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, key_folded)
) STRICT, WITHOUT ROWID;
`;
