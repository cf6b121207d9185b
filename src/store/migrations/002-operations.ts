/** What was asked of charge points, and what became of it. JSON holds messages as they went over the wire, secrets masked. */
export const sql = `
CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  action TEXT NOT NULL, request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'accepted', 'done', 'refused', 'failed', 'no-answer', 'timed-out')),
  response TEXT, error_code TEXT, error_description TEXT, outcome TEXT,
  requested_ms INTEGER NOT NULL, answered_ms INTEGER, until_ms INTEGER, closed_ms INTEGER
) STRICT;
CREATE INDEX operations_open ON operations (charge_point_ref) WHERE closed_ms IS NULL;
`;
