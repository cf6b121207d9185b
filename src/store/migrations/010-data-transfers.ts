/** What charge points sent in messages of a vendor's own that the site takes. */
export const sql = `
CREATE TABLE data_transfers (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL, vendor_id TEXT NOT NULL, message_id TEXT, data TEXT, cut INTEGER NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;
`;
