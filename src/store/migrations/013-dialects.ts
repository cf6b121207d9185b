/**
 * What was learned and set about how makes of charge points take limits; and profiles that balancing has sent. SQLite
 * changes a CHECK by making the table anew.
 */
export const sql = `
CREATE TABLE dialects (
  vendor TEXT NOT NULL, model TEXT NOT NULL, firmware_version TEXT NOT NULL,
  learned TEXT NOT NULL, set_values TEXT NOT NULL, updated_ms INTEGER NOT NULL,
  PRIMARY KEY (vendor, model, firmware_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE charging_profiles_anew (
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  place INTEGER NOT NULL,
  profile_id INTEGER NOT NULL, connector_id INTEGER, profile TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wanted', 'sent', 'awaiting-transaction', 'installed', 'unconfirmed', 'refused',
    'lost', 'not-in-force', 'ended')),
  why TEXT, source TEXT NOT NULL CHECK (source IN ('resource', 'operation', 'remote-start', 'balancing')),
  keep INTEGER NOT NULL, id_tag TEXT, tries INTEGER NOT NULL, warnings TEXT NOT NULL, checks TEXT NOT NULL,
  since_ms INTEGER NOT NULL, sent_ms INTEGER,
  PRIMARY KEY (charge_point_ref, place)
) STRICT, WITHOUT ROWID;
INSERT INTO charging_profiles_anew SELECT * FROM charging_profiles;
DROP TABLE charging_profiles;
ALTER TABLE charging_profiles_anew RENAME TO charging_profiles;
CREATE INDEX charging_profiles_by_id ON charging_profiles (profile_id);
`;
