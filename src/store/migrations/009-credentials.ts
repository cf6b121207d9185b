/**
 * Passwords that charge points were given over OCPP, as salted hashes. By id and not by reference: a charge point that
 * has never booted can be given one too. The order of the rows is the order in which they were given.
 */
export const sql = `
CREATE TABLE credentials (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  charge_point_id TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('offered', 'doubtful', 'later', 'agreed', 'used')),
  scheme TEXT NOT NULL, salt TEXT NOT NULL,
  -- Of the text and, where it is hexadecimal, of the bytes that it stands for.
  text_hash TEXT NOT NULL, bytes_hash TEXT,
  -- Of the password that the configuration file had then; null where it had none.
  replaced_hash TEXT,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX credentials_by_charge_point ON credentials (charge_point_id, seq);
`;
