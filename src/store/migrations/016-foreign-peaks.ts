/**
 * The highest foreign load of each circuit by day, and its largest rise, mA on L1 to L3: how long a grant may last rests on a
 * month of them. Days since 1970 by the site's clock.
 */
export const sql = `
CREATE TABLE foreign_peaks (
  circuit TEXT NOT NULL, day INTEGER NOT NULL,
  highest_l1_ma INTEGER NOT NULL, highest_l2_ma INTEGER NOT NULL, highest_l3_ma INTEGER NOT NULL,
  jump_l1_ma INTEGER NOT NULL, jump_l2_ma INTEGER NOT NULL, jump_l3_ma INTEGER NOT NULL,
  PRIMARY KEY (circuit, day)
) STRICT, WITHOUT ROWID;
`;
