/**
 * Charging profiles: what charge points are believed to hold and are to hold, in its order; what they reported; the library.
 * JSON is in the words of the domain, not of the wire.
 */
export const sql = `
CREATE TABLE charging_profiles (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  place INTEGER NOT NULL,
  profile_id INTEGER NOT NULL, connector_id INTEGER, profile TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'sent', 'awaiting-transaction', 'installed', 'unconfirmed', 'refused',
    'lost', 'not-in-force', 'ended')),
  why TEXT, source TEXT NOT NULL CHECK (source IN ('resource', 'operation', 'remote-start')),
  keep INTEGER NOT NULL, id_tag TEXT, tries INTEGER NOT NULL, warnings TEXT NOT NULL, checks TEXT NOT NULL,
  since_ms INTEGER NOT NULL, sent_ms INTEGER,
  PRIMARY KEY (charge_point_ref, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX charging_profiles_by_id ON charging_profiles (profile_id);

CREATE TABLE composite_schedules (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  connector_id INTEGER NOT NULL, comparison TEXT NOT NULL,
  PRIMARY KEY (charge_point_ref, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_templates (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE, terms TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('next_charging_profile_id', '10001');
`;
