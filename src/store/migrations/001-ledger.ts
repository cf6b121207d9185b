/** The first shape of the store. Times are milliseconds since 1970 UTC, energy Wh, currents mA, voltages mV. */
export const sql = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE charge_points (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  registration TEXT NOT NULL CHECK (registration IN ('accepted', 'pending', 'rejected')),
  vendor TEXT, model TEXT, serial_number TEXT, box_serial_number TEXT, firmware_version TEXT,
  iccid TEXT, imsi TEXT, meter_type TEXT, meter_serial_number TEXT,
  first_seen_ms INTEGER NOT NULL, last_boot_ms INTEGER, boots INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE jobs (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  job TEXT NOT NULL, status TEXT NOT NULL, request_id INTEGER, at_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, job)
) STRICT, WITHOUT ROWID;

CREATE TABLE connectors (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  connector_id INTEGER NOT NULL,
  status TEXT NOT NULL, error_code TEXT NOT NULL, info TEXT, vendor_id TEXT, vendor_error_code TEXT,
  at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,
  PRIMARY KEY (charge_point_ref, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE status_log (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL, connector_id INTEGER NOT NULL,
  status TEXT NOT NULL, error_code TEXT NOT NULL, info TEXT, vendor_id TEXT, vendor_error_code TEXT,
  at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
  id_tag_key TEXT PRIMARY KEY,
  id_tag TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('Accepted', 'Blocked', 'Expired')),
  expires_ms INTEGER, parent_id_tag TEXT, note TEXT,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE transactions (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'orphan')),
  connector_id INTEGER, id_tag TEXT, id_tag_key TEXT,
  started_ms INTEGER, start_received_ms INTEGER, meter_start_wh INTEGER, reservation_id INTEGER,
  verdict TEXT, verdict_expires_ms INTEGER, verdict_parent_id_tag TEXT,
  stopped_ms INTEGER, stop_received_ms INTEGER, meter_stop_wh INTEGER, stop_reason TEXT, stop_id_tag TEXT,
  reported_transaction_id INTEGER, proposed_transaction_id INTEGER
) STRICT;
-- The fingerprint of a start: a repetition finds it, whatever its message id (OCPP 1.6 section 3.7.1).
CREATE UNIQUE INDEX transactions_by_start ON transactions (charge_point_ref, connector_id, started_ms, id_tag_key, meter_start_wh)
  WHERE state <> 'orphan';
CREATE UNIQUE INDEX orphans_by_stop ON transactions (charge_point_ref, stopped_ms, reported_transaction_id, meter_stop_wh)
  WHERE state = 'orphan';
CREATE INDEX transactions_running ON transactions (charge_point_ref, connector_id) WHERE state = 'running';
CREATE INDEX transactions_running_by_token ON transactions (id_tag_key) WHERE state = 'running';

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  transaction_id INTEGER NOT NULL REFERENCES transactions (id),
  kind TEXT NOT NULL, message TEXT NOT NULL, received_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_by_transaction ON evidence (transaction_id);

CREATE TABLE findings (
  transaction_id INTEGER NOT NULL REFERENCES transactions (id),
  kind TEXT NOT NULL, detail TEXT NOT NULL, found_ms INTEGER NOT NULL, resolved_ms INTEGER,
  PRIMARY KEY (transaction_id, kind, detail)
) STRICT, WITHOUT ROWID;

-- One wide row a reading, appended and never searched: no index but the row id (what costs on an SD card is pages).
CREATE TABLE telemetry (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL, connector_id INTEGER NOT NULL, transaction_id INTEGER,
  at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, context TEXT NOT NULL,
  energy_wh INTEGER, power_w INTEGER,
  l1_ma INTEGER, l2_ma INTEGER, l3_ma INTEGER, l1_mv INTEGER, l2_mv INTEGER, l3_mv INTEGER,
  offered_ma INTEGER, soc_percent REAL, quality TEXT NOT NULL, derived TEXT
) STRICT;

-- Where a transaction's readings stand in telemetry, and what they came to: outlives the readings themselves.
CREATE TABLE progress (
  transaction_id INTEGER PRIMARY KEY REFERENCES transactions (id),
  first_row INTEGER NOT NULL, last_row INTEGER NOT NULL, readings INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL, last_energy_at_ms INTEGER, last_energy_wh INTEGER
) STRICT;

CREATE TABLE security_events (
  id INTEGER PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL, kind TEXT NOT NULL, tech_info TEXT, at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, charge_point_id TEXT, text TEXT NOT NULL, fix TEXT NOT NULL,
  since_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, times INTEGER NOT NULL, cleared_ms INTEGER
) STRICT, WITHOUT ROWID;
`;
