/** Reservations from the wish to their end. `reservation_id` is what the charge point knows one by; `id` is ours. */
export const sql = `
CREATE TABLE reservations (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  reservation_id INTEGER NOT NULL,
  connector_id INTEGER NOT NULL, id_tag TEXT NOT NULL, parent_id_tag TEXT, expires_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested', 'active', 'unconfirmed', 'cancelling', 'refused', 'used', 'expired', 'cancelled', 'lost')),
  verdict TEXT, outcome TEXT NOT NULL,
  created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, ended_ms INTEGER,
  known_ms INTEGER, reserved_ms INTEGER, restores INTEGER NOT NULL, transaction_id INTEGER
) STRICT;
CREATE INDEX reservations_by_number ON reservations (reservation_id);
CREATE INDEX reservations_by_expiry ON reservations (charge_point_ref, expires_ms);
-- A charge point holds one reservation of a number at most (OCPP 1.6 section 5.13).
CREATE UNIQUE INDEX reservations_open ON reservations (charge_point_ref, reservation_id) WHERE ended_ms IS NULL;
INSERT INTO meta (key, value) VALUES ('next_reservation_id', '1');
`;
