/**
 * What was decided and what flowed, in mA. Appended in the order of time and never searched but by it: the row id is the time
 * in ms times 1024, and a number (what costs on an SD card is pages, and an index would touch one for every connector).
 */
export const sql = `
CREATE TABLE connector_history (
  id INTEGER PRIMARY KEY,
  charge_point_id TEXT NOT NULL, connector_id INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  plan_ma INTEGER, grant_ma INTEGER, acknowledged_ma INTEGER, l1_ma INTEGER, l2_ma INTEGER, l3_ma INTEGER,
  because TEXT NOT NULL
) STRICT;

CREATE TABLE circuit_history (
  id INTEGER PRIMARY KEY,
  circuit TEXT NOT NULL, at_ms INTEGER NOT NULL,
  limit_l1_ma INTEGER, limit_l2_ma INTEGER, limit_l3_ma INTEGER,
  foreign_l1_ma INTEGER, foreign_l2_ma INTEGER, foreign_l3_ma INTEGER,
  measured_l1_ma INTEGER, measured_l2_ma INTEGER, measured_l3_ma INTEGER,
  committed_l1_ma INTEGER, committed_l2_ma INTEGER, committed_l3_ma INTEGER,
  planned_l1_ma INTEGER, planned_l2_ma INTEGER, planned_l3_ma INTEGER
) STRICT;
`;
