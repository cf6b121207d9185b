import type { Database } from 'better-sqlite3';
import {
  type DialectEvent,
  type DialectKey,
  type DialectRecord,
  type DialectValues,
  dialectKey,
  type RecordedDialect,
} from '../domain/dialect.ts';
import { dialectFor } from '../domain/dialects/resolve.ts';
import type { Writers } from './writers.ts';

/** How makes of charge points take limits: written, read for deciding, and shown. */

/** Makes on record: far more than one site has, and a bound for charge points that change their names. */
const MAX_KEPT = 1_000;

export function dialectWriters(database: Database): Writers<DialectEvent> {
  const put = (column: 'learned' | 'set_values') =>
    database.prepare(`
      INSERT INTO dialects (vendor, model, firmware_version, learned, set_values, updated_ms)
      VALUES (@vendor, @model, @firmwareVersion, ${column === 'learned' ? "@values, '{}'" : "'{}', @values"}, @at)
      ON CONFLICT DO UPDATE SET ${column} = excluded.${column}, updated_ms = excluded.updated_ms`);
  const learned = put('learned');
  const set = put('set_values');
  const reset = database.prepare('DELETE FROM dialects WHERE vendor = ? AND model = ? AND firmware_version = ?');
  // What can be learned again goes before what a person has set.
  const drop = database.prepare(`
    DELETE FROM dialects WHERE (vendor, model, firmware_version) IN (
      SELECT vendor, model, firmware_version FROM dialects
      ORDER BY set_values <> '{}' DESC, updated_ms DESC, vendor, model, firmware_version LIMIT -1 OFFSET ${MAX_KEPT})`);
  const row = ({ key, values, at }: Extract<DialectEvent, { values: DialectValues }>) => ({
    ...key,
    values: JSON.stringify(values),
    at,
  });
  return {
    'dialect-learned': (event) => {
      learned.run(row(event));
      drop.run();
    },
    'dialect-set': (event) => {
      set.run(row(event));
      drop.run();
    },
    'dialect-reset': ({ key: { vendor, model, firmwareVersion } }) => {
      reset.run(vendor, model, firmwareVersion);
    },
  };
}

type Row = { vendor: string; model: string; firmware_version: string; learned: string; set_values: string };

const SELECT = 'SELECT vendor, model, firmware_version, learned, set_values FROM dialects';

export function dialectReads(database: Database) {
  const one = database.prepare(`${SELECT} WHERE vendor = ? AND model = ? AND firmware_version = ?`);
  const nameplate = database.prepare(
    "SELECT 1 FROM charge_points WHERE vendor = ? AND model = ? AND coalesce(firmware_version, '') = ? LIMIT 1",
  );
  return {
    /** Empty values where nothing is on record. */
    dialect({ vendor, model, firmwareVersion }: DialectKey): RecordedDialect {
      const row = one.get(vendor, model, firmwareVersion) as Row | undefined;
      return row === undefined ? { key: { vendor, model, firmwareVersion }, learned: {}, set: {} } : toDialect(row);
    },
    /** A charge point calls itself so, or something is on record about it. */
    isMake: ({ vendor, model, firmwareVersion }: DialectKey): boolean =>
      nameplate.get(vendor, model, firmwareVersion) !== undefined ||
      one.get(vendor, model, firmwareVersion) !== undefined,
  };
}

export type DialectView = DialectRecord & {
  readonly learned: DialectValues;
  readonly set: DialectValues;
  /** That call themselves so. */
  readonly chargePointIds: readonly string[];
};

/** Makes that are shown at once: those on record, and as many that charge points name. */
const MAX_SHOWN = 2_000;

export function createDialectViews(database: Database) {
  const { dialect } = dialectReads(database);
  const keys = database.prepare(`
    SELECT vendor, model, firmware_version AS firmwareVersion FROM dialects
    UNION SELECT vendor, model, coalesce(firmware_version, '') FROM charge_points WHERE vendor IS NOT NULL
    ORDER BY 1, 2, 3 LIMIT ${MAX_SHOWN}`);
  const ids = database
    .prepare(`
      SELECT id FROM charge_points WHERE vendor = ? AND model = ? AND coalesce(firmware_version, '') = ? ORDER BY id`)
    .pluck();
  const view = (key: DialectKey): DialectView => {
    const { learned, set } = dialect(key);
    const chargePointIds = ids.all(key.vendor, key.model, key.firmwareVersion) as string[];
    return { ...dialectFor(dialectKey(key), null, learned, set), learned, set, chargePointIds };
  };
  return {
    /** Of every make on record or connected, by name; without what single charge points say in their configuration keys. */
    dialects: (): DialectView[] => (keys.all() as DialectKey[]).map(view),
    dialect: view,
  };
}

const toDialect = (row: Row): RecordedDialect => ({
  key: { vendor: row.vendor, model: row.model, firmwareVersion: row.firmware_version },
  learned: JSON.parse(row.learned) as DialectValues,
  set: JSON.parse(row.set_values) as DialectValues,
});
