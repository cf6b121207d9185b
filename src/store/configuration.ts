import type { Database } from 'better-sqlite3';
import { type ConfigurationEvent, configurationKey, type ReportedKey } from '../domain/configuration.ts';
import type { RefOf, Writers } from './writers.ts';

/** Configuration of charge points on record: written, and read for deciding. */

export function configurationWriters(database: Database, refOf: RefOf): Writers<ConfigurationEvent> {
  const put = database.prepare(`
    INSERT INTO configuration_values (charge_point_ref, key_folded, key, value, readonly, secret, read_ms)
    VALUES (@ref, @folded, @key, @value, @readonly, @secret, @at)
    ON CONFLICT DO UPDATE SET key = excluded.key, value = excluded.value, readonly = excluded.readonly,
      secret = excluded.secret, read_ms = excluded.read_ms`);
  const drop = database.prepare('DELETE FROM configuration_values WHERE charge_point_ref = ? AND key_folded = ?');
  const dropAll = database.prepare('DELETE FROM configuration_values WHERE charge_point_ref = ?');
  const read = database.prepare(`
    INSERT INTO configuration_reads (charge_point_ref, read_ms, unknown_keys) VALUES (@ref, @at, @unknown)
    ON CONFLICT DO UPDATE SET read_ms = excluded.read_ms, unknown_keys = excluded.unknown_keys`);
  const take = database.prepare(
    'UPDATE configuration_values SET value = ?, read_ms = ? WHERE charge_point_ref = ? AND key_folded = ?',
  );
  return {
    'configuration-reported': ({ chargePointId, keys, unknownKeys, complete, at }) => {
      const ref = refOf(chargePointId);
      if (complete) {
        dropAll.run(ref);
        read.run({ ref, at, unknown: JSON.stringify(unknownKeys) });
      }
      for (const key of unknownKeys) drop.run(ref, configurationKey(key));
      for (const { key, value, readonly, secret } of keys) {
        const folded = configurationKey(key);
        put.run({ ref, folded, key, value, readonly: Number(readonly), secret: Number(secret), at });
      }
    },
    'configuration-taken': ({ chargePointId, key, value, at }) => {
      take.run(value, at, refOf(chargePointId), configurationKey(key));
    },
  };
}

export function configurationReads(database: Database) {
  const one = database
    .prepare(`
      SELECT v.value FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref
      WHERE c.id = ? AND v.key_folded = ?`)
    .pluck();
  const all = database.prepare(`
    SELECT v.key, v.value, v.readonly, v.secret
    FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref
    WHERE c.id = ? ORDER BY v.key_folded`);
  return {
    /** The value that a charge point last reported for a key; null where it reported none. */
    reportedConfiguration: (chargePointId: string, key: string): string | null =>
      (one.get(chargePointId, configurationKey(key)) as string | null | undefined) ?? null,
    /** All keys that a charge point last reported, by name. */
    reportedKeys: (chargePointId: string): ReportedKey[] =>
      (all.all(chargePointId) as { key: string; value: string | null; readonly: number; secret: number }[]).map(
        (row) => ({ ...row, readonly: row.readonly === 1, secret: row.secret === 1 }),
      ),
  };
}
