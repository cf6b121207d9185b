/**
 * How well charge points have secured their connections so far. By id and not by reference: one connects before it boots
 * for the first time.
 */
export const sql = `
CREATE TABLE security_profiles (
  charge_point_id TEXT NOT NULL PRIMARY KEY,
  highest INTEGER NOT NULL CHECK (highest BETWEEN 0 AND 3),
  asked INTEGER CHECK (asked BETWEEN 1 AND 3),
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
