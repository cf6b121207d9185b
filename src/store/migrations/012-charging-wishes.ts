/** What drivers and operators want of sessions, and how the site shares. `subject` names what a wish is about: `token:card1`. */
export const sql = `
CREATE TABLE charging_wishes (
  subject TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('transaction', 'reservation', 'token', 'group')), name TEXT NOT NULL,
  depart_ms INTEGER, depart_minute INTEGER, energy_wh INTEGER, boost_until_ms INTEGER, tier TEXT, set_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sharing_policy (one INTEGER PRIMARY KEY CHECK (one = 1), policy TEXT NOT NULL, set_ms INTEGER NOT NULL) STRICT;
`;
