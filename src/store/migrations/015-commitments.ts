/**
 * What every connector may be obeying, as of the last thing that was sent. The epoch is that of the store: a restored
 * backup does not know what was sent since, so that its rows count for nothing.
 */
export const sql = `
CREATE TABLE commitments (
  charge_point_id TEXT NOT NULL,
  connector_id INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  book TEXT NOT NULL,
  serial_number TEXT, firmware_version TEXT,
  proven_at_ms INTEGER,
  proven_by TEXT CHECK (proven_by IN ('composite', 'current', 'trusted')),
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_id, connector_id)
) STRICT, WITHOUT ROWID;
`;
