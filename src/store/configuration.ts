import type { Database } from 'better-sqlite3';
import {
  type ConfigurationEvent,
  type ConfigurationReading,
  type ConfigurationWish,
  configurationKey,
  type ReportedKey,
  type WishedConfiguration,
  wishesFor,
} from '../domain/configuration.ts';
import { doubtsAbout, type StandardKey, standardKey } from '../domain/configuration-keys.ts';
import { type KeyState, type RecordedAttempt, stateOf } from '../domain/configuration-state.ts';
import type { Instant } from '../domain/units.ts';
import { createKeptRows } from './kept-rows.ts';
import { utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Configuration of charge points on record: written, read for deciding, and shown. */

const keptKeys = createKeptRows<ReportedKey>();

export function configurationWriters(database: Database, refOf: RefOf): Writers<ConfigurationEvent> {
  const put = database.prepare(`
    INSERT INTO configuration_values (charge_point_ref, key_folded, key, value, readonly, secret, read_ms, heard)
    VALUES (@ref, @folded, @key, @value, @readonly, @secret, @at, 1)
    ON CONFLICT DO UPDATE SET key = excluded.key, value = excluded.value, readonly = excluded.readonly,
      secret = excluded.secret, read_ms = excluded.read_ms, heard = 1`);
  const drop = database.prepare('DELETE FROM configuration_values WHERE charge_point_ref = ? AND key_folded = ?');
  const dropAll = database.prepare('DELETE FROM configuration_values WHERE charge_point_ref = ?');
  const untold = database.prepare(`
    INSERT INTO configuration_untold (charge_point_ref, key_folded, key, unknown) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET unknown = excluded.unknown`);
  const told = database.prepare('DELETE FROM configuration_untold WHERE charge_point_ref = ? AND key_folded = ?');
  const forgetUntold = database.prepare('DELETE FROM configuration_untold WHERE charge_point_ref = ?');
  const begin = database.prepare(`
    INSERT INTO configuration_reads (charge_point_ref, boots, step)
    VALUES (@ref, (SELECT boots FROM charge_points WHERE ref = @ref), 'whole')
    ON CONFLICT DO UPDATE SET boots = excluded.boots, step = 'whole', one_by_one = 0, wanted = 0`);
  const unhear = database.prepare('UPDATE configuration_values SET heard = 0 WHERE charge_point_ref = ?');
  const end = database.prepare(`
    INSERT INTO configuration_reads (charge_point_ref, boots, step, read_ms, complete)
    VALUES (@ref, (SELECT boots FROM charge_points WHERE ref = @ref), 'done', @at, @complete)
    ON CONFLICT DO UPDATE SET boots = excluded.boots, step = 'done', wanted = 0, read_ms = excluded.read_ms,
      complete = excluded.complete`);
  const inChunks = database.prepare(
    "UPDATE configuration_reads SET step = 'chunks' WHERE charge_point_ref = ? AND step = 'whole'",
  );
  const oneByOne = database.prepare('UPDATE configuration_reads SET one_by_one = 1 WHERE charge_point_ref = ?');
  const want = database.prepare(`
    INSERT INTO configuration_reads (charge_point_ref, boots, step, wanted) VALUES (?, -1, 'done', 1)
    ON CONFLICT DO UPDATE SET wanted = 1`);
  const take = database.prepare(
    'UPDATE configuration_values SET value = ? WHERE charge_point_ref = ? AND key_folded = ?',
  );
  const attempt = database.prepare(`
    INSERT INTO configuration_attempts (charge_point_ref, key_folded, key, wanted, sent, outcome, reason, silences, boots, at_ms)
    VALUES (@ref, @folded, @key, @wanted, @sent, @outcome, @reason, @silences,
      (SELECT boots FROM charge_points WHERE ref = @ref), @at)
    ON CONFLICT DO UPDATE SET key = excluded.key, sent = excluded.sent, outcome = excluded.outcome,
      restarted = CASE WHEN wanted = excluded.wanted THEN restarted ELSE 0 END, wanted = excluded.wanted,
      reason = excluded.reason, silences = excluded.silences, boots = excluded.boots, at_ms = excluded.at_ms`);
  const check = database.prepare(`
    UPDATE configuration_attempts SET outcome = @outcome, reason = @reason
    WHERE charge_point_ref = @ref AND key_folded = @folded AND outcome = 'taken'`);
  const restarted = database.prepare(
    "UPDATE configuration_attempts SET restarted = 1 WHERE charge_point_ref = ? AND outcome = 'reboot-required'",
  );
  const wish = database.prepare(`
    INSERT INTO configuration_wishes (charge_point_ref, key_folded, key, value, wished_ms, owner) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET key = excluded.key, value = excluded.value, wished_ms = excluded.wished_ms, owner = excluded.owner`);
  const override = database.prepare(`
    UPDATE configuration_wishes SET override_value = ?, override_until_ms = ? WHERE charge_point_ref = ? AND key_folded = ?`);
  const dropWish = database.prepare('DELETE FROM configuration_wishes WHERE charge_point_ref = ? AND key_folded = ?');
  return {
    'configuration-reported': ({ chargePointId, keys, unknownKeys, unansweredKeys = [], complete, at }) => {
      keptKeys.forget(database, chargePointId);
      const ref = refOf(chargePointId);
      if (complete) {
        dropAll.run(ref);
        forgetUntold.run(ref);
        end.run({ ref, at, complete: 1 });
      }
      for (const key of unknownKeys) {
        drop.run(ref, configurationKey(key));
        untold.run(ref, configurationKey(key), key, 1);
      }
      for (const key of unansweredKeys) untold.run(ref, configurationKey(key), key, 0);
      for (const { key, value, readonly, secret } of keys) {
        const folded = configurationKey(key);
        put.run({ ref, folded, key, value, readonly: Number(readonly), secret: Number(secret), at });
        told.run(ref, folded);
      }
    },
    'configuration-taken': ({ chargePointId, key, value }) => {
      keptKeys.forget(database, chargePointId);
      take.run(value, refOf(chargePointId), configurationKey(key));
    },
    'configuration-answered': ({ chargePointId, attempt: made }) => {
      attempt.run({ ...made, ref: refOf(chargePointId), folded: configurationKey(made.key) });
    },
    'configuration-checked': ({ chargePointId, key, outcome }) => {
      const reason = outcome === 'not-applied' ? 'The charge point has accepted it, and has another value.' : null;
      check.run({ ref: refOf(chargePointId), folded: configurationKey(key), outcome, reason });
    },
    'configuration-reading-begun': ({ chargePointId }) => {
      const ref = refOf(chargePointId);
      begin.run({ ref });
      unhear.run(ref);
      forgetUntold.run(ref);
    },
    'configuration-unread': ({ chargePointId, keys }) => {
      const ref = refOf(chargePointId);
      const [only] = keys;
      if (only === undefined) inChunks.run(ref);
      else if (keys.length === 1) untold.run(ref, configurationKey(only), only, 0);
      else oneByOne.run(ref);
    },
    'configuration-read-through': ({ chargePointId, at }) => {
      end.run({ ref: refOf(chargePointId), at, complete: 0 });
    },
    'configuration-refresh-wanted': ({ chargePointId }) => {
      want.run(refOf(chargePointId));
    },
    'configuration-wished': ({ chargePointId, key, value, owner = 'api', overrideUntil = null, at }) => {
      const ref = refOf(chargePointId);
      if (overrideUntil === null) wish.run(ref, configurationKey(key), key, value, at, owner);
      else override.run(value, overrideUntil, ref, configurationKey(key));
    },
    'configuration-override-ended': ({ chargePointId, key }) => {
      override.run(null, null, refOf(chargePointId), configurationKey(key));
    },
    'configuration-wish-dropped': ({ chargePointId, key }) => {
      dropWish.run(refOf(chargePointId), configurationKey(key));
    },
    'configuration-restart-asked': ({ chargePointId }) => {
      restarted.run(refOf(chargePointId));
    },
  };
}

type AttemptRow = {
  key: string;
  wanted: string;
  sent: string;
  outcome: RecordedAttempt['outcome'];
  reason: string | null;
  silences: number;
  restarted: number;
  at: number;
  sinceBoot: number;
};

function configurationReads(database: Database) {
  const one = database
    .prepare(`
      SELECT v.value FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref
      WHERE c.id = ? AND v.key_folded = ?`)
    .pluck();
  const all = database.prepare(`
    SELECT v.key, v.value, v.readonly, v.secret
    FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref
    WHERE c.id = ? ORDER BY v.key_folded`);
  const reading = database.prepare(`
    SELECT r.boots = c.boots AS sinceBoot, r.step, r.one_by_one AS oneByOne, r.wanted
    FROM configuration_reads r JOIN charge_points c ON c.ref = r.charge_point_ref WHERE c.id = ?`);
  const heard = database
    .prepare(`
      SELECT v.key_folded FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref
      WHERE c.id = @id AND v.heard = 1
      UNION SELECT u.key_folded FROM configuration_untold u JOIN charge_points c ON c.ref = u.charge_point_ref
      WHERE c.id = @id`)
    .pluck();
  const untold = database
    .prepare(`
      SELECT u.key_folded FROM configuration_untold u JOIN charge_points c ON c.ref = u.charge_point_ref
      WHERE c.id = ? ORDER BY u.key_folded`)
    .pluck();
  const wishes = database.prepare(`
    SELECT w.key, coalesce(w.override_value, w.value) AS value, w.owner AS "from" FROM configuration_wishes w JOIN charge_points c ON c.ref = w.charge_point_ref
    WHERE c.id = ? ORDER BY w.key_folded`);
  const lapsed = database.prepare(`
    SELECT c.id AS chargePointId, w.key FROM configuration_wishes w JOIN charge_points c ON c.ref = w.charge_point_ref
    WHERE w.override_until_ms <= ? ORDER BY c.id, w.key_folded LIMIT 100`);
  const attempts = database.prepare(`
    SELECT a.key, a.wanted, a.sent, a.outcome, a.reason, a.silences, a.restarted, a.at_ms AS at,
      a.boots = c.boots AS sinceBoot
    FROM configuration_attempts a JOIN charge_points c ON c.ref = a.charge_point_ref
    WHERE c.id = ? ORDER BY a.key_folded`);
  const alert = database.prepare('SELECT 1 FROM alerts WHERE id = ? AND cleared_ms IS NULL').pluck();
  const reportedKeys = (chargePointId: string): readonly ReportedKey[] =>
    (all.all(chargePointId) as { key: string; value: string | null; readonly: number; secret: number }[]).map(
      (row) => ({ ...row, readonly: row.readonly === 1, secret: row.secret === 1 }),
    );
  return {
    /** The value that a charge point last reported for a key; null where it reported none. */
    reportedConfiguration: (chargePointId: string, key: string): string | null =>
      (one.get(chargePointId, configurationKey(key)) as string | null | undefined) ?? null,
    /** All keys that a charge point last reported, by name. */
    reportedKeys,
    configurationReading: (chargePointId: string): ConfigurationReading => {
      const row = reading.get(chargePointId) as
        | { sinceBoot: number; step: ConfigurationReading['step']; oneByOne: number; wanted: number }
        | undefined;
      return {
        due: row === undefined || row.sinceBoot === 0 || row.wanted === 1,
        wanted: row?.wanted === 1,
        step: row?.step ?? 'done',
        oneByOne: row?.oneByOne === 1,
        heardOf: new Set(heard.all({ id: chargePointId }) as string[]),
      };
    },
    /** Keys, folded, that the charge point was asked for and did not tell, since the last reading began. */
    untoldKeys: (chargePointId: string): ReadonlySet<string> => new Set(untold.all(chargePointId) as string[]),
    /** Asked for by the API or the backend, by key. */
    configurationWishes: (chargePointId: string): ConfigurationWish[] =>
      wishes.all(chargePointId) as (ConfigurationWish & { from: 'api' | 'upstream' })[],
    /** Wishes of the backend that were set aside until an instant before this one, some of them. */
    lapsedWishes: (now: Instant): { chargePointId: string; key: string }[] =>
      lapsed.all(now) as { chargePointId: string; key: string }[],
    /** What the last change of each key came to, by key. */
    configurationAttempts: (chargePointId: string): RecordedAttempt[] =>
      (attempts.all(chargePointId) as AttemptRow[]).map((row) => ({
        ...row,
        restarted: row.restarted === 1,
        sinceBoot: row.sinceBoot === 1,
        at: row.at as Instant,
      })),
    alertIsOpen: (id: string): boolean => alert.get(id) !== undefined,
  };
}

/** For the connection that writes; another one would not learn of what is written. */
export function keptConfigurationReads(database: Database) {
  const reads = configurationReads(database);
  return { ...reads, reportedKeys: (id: string) => keptKeys.read(database, id, reads.reportedKeys) };
}

export type ConfigurationView = {
  items: {
    key: string;
    value: string | null;
    readonly: boolean;
    secret: boolean;
    /** What is wished of it, and by whom. */
    desired: string | null;
    desiredFrom: ConfigurationWish['from'] | null;
    state: KeyState;
    /** Why it stands so, in words. */
    reason: string | null;
    /** What looks wrong about the wish. */
    doubts: string[];
    standard: Pick<StandardKey, 'profile' | 'type' | 'unit' | 'access' | 'meaning' | 'section'> | null;
    readAt: string | null;
  }[];
  /** When it was last read to the end. */
  readAt: string | null;
  /** That reading told everything that the charge point has, and not only what it was asked for. */
  complete: boolean;
  reading: boolean;
  unknownKeys: string[];
};

export function createConfigurationViews(database: Database, wished: WishedConfiguration | undefined) {
  const reads = configurationReads(database);
  const times = database.prepare(`
    SELECT v.key_folded AS folded, v.read_ms AS at
    FROM configuration_values v JOIN charge_points c ON c.ref = v.charge_point_ref WHERE c.id = ?`);
  const last = database.prepare(`
    SELECT r.read_ms AS at, r.complete, r.step FROM configuration_reads r
    JOIN charge_points c ON c.ref = r.charge_point_ref WHERE c.id = ?`);
  const unknown = database
    .prepare(`
      SELECT u.key FROM configuration_untold u JOIN charge_points c ON c.ref = u.charge_point_ref
      WHERE c.id = ? AND u.unknown = 1 ORDER BY u.key_folded`)
    .pluck();
  return {
    /** What a charge point tells of its configuration, what is wished of it, and how the two stand, by key. */
    configuration(chargePointId: string): ConfigurationView {
      const byKey = <T extends { readonly key: string }>(list: readonly T[]) =>
        new Map(list.map((one) => [configurationKey(one.key), one] as const));
      const file = wished ?? { all: [], of: new Map() };
      const wishes = byKey(wishesFor(chargePointId, file, reads.configurationWishes(chargePointId)));
      const reported = byKey(reads.reportedKeys(chargePointId));
      const attempts = byKey(reads.configurationAttempts(chargePointId));
      const untold = reads.untoldKeys(chargePointId);
      const readAt = new Map(
        (times.all(chargePointId) as { folded: string; at: number }[]).map(({ folded, at }) => [folded, at]),
      );
      const reading = last.get(chargePointId) as { at: number | null; complete: number; step: string } | undefined;
      const items = [...new Set([...reported.keys(), ...wishes.keys()])].sort().map((folded) => {
        const known = reported.get(folded) ?? null;
        const wish = wishes.get(folded) ?? null;
        const key = known?.key ?? wish?.key ?? folded;
        const attempt = attempts.get(folded) ?? null;
        return {
          key,
          value: known?.value ?? null,
          readonly: known?.readonly ?? false,
          secret: known?.secret ?? false,
          desired: wish?.value ?? null,
          desiredFrom: wish?.from ?? null,
          ...stateOf({ reported: known, untold: untold.has(folded), wish, attempt }),
          doubts: wish === null ? [] : doubtsAbout(key, wish.value),
          standard: shownStandard(key),
          readAt: utc(readAt.get(folded) ?? null),
        };
      });
      return {
        items,
        readAt: utc(reading?.at ?? null),
        complete: reading?.complete === 1,
        reading: reading !== undefined && reading.step !== 'done',
        unknownKeys: unknown.all(chargePointId) as string[],
      };
    },
  };
}

function shownStandard(key: string): ConfigurationView['items'][number]['standard'] {
  const known = standardKey(key);
  if (known === null) return null;
  const { profile, type, unit, access, meaning, section } = known;
  return { profile, type, unit, access, meaning, section };
}
