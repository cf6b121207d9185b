/** What the tests read from the store of a site, by plain SQL. */
import { blankToken } from '../../src/domain/token-import.ts';
import { instant } from '../../src/domain/units.ts';
import type { TestSite } from './site.ts';

export type Row = Readonly<Record<string, unknown>>;

export function rows(site: TestSite, sql: string, ...values: (string | number)[]): Row[] {
  return site.database.prepare<(string | number)[], Row>(sql).all(...values);
}

/** The values of one column. */
export function column(site: TestSite, sql: string, ...values: (string | number)[]): unknown[] {
  return site.database
    .prepare(sql)
    .pluck()
    .all(...values);
}

/** How many rows each table holds. */
export function rowCounts(site: TestSite): Record<string, number> {
  const names = column(site, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map(String);
  return Object.fromEntries(names.map((name) => [name, Number(column(site, `SELECT count(*) FROM "${name}"`)[0])]));
}

/** Puts a token; what telemetry waits in memory is written along with it. */
export async function putToken(
  site: TestSite,
  idTag: string,
  more: { status?: 'Accepted' | 'Blocked' | 'Expired'; expiresAt?: number; parentIdTag?: string } = {},
): Promise<void> {
  const { status = 'Accepted', expiresAt, parentIdTag = null } = more;
  await site.controller.execute({
    type: 'put-token',
    token: {
      ...blankToken(idTag, 'api'),
      status,
      expiresAt: expiresAt === undefined ? null : instant(expiresAt),
      parentIdTag,
    },
  });
}

/** The telemetry rows in the order of their arrival, once all of them are written. */
export async function telemetry(site: TestSite): Promise<Row[]> {
  await putToken(site, 'FLUSH');
  return rows(site, 'SELECT * FROM telemetry ORDER BY id');
}
