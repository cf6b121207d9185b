import type { Database } from 'better-sqlite3';
import { pastBalancingProfiles } from '../domain/balancing-profiles.ts';
import type { ChargingProfile } from '../domain/charging-profile.ts';
import type {
  ChargingProfileEvent,
  ProfileSource,
  ProfileState,
  ProfileTemplate,
  ProfileTerms,
  RecordedProfile,
  RecordedWarning,
  ScheduleComparison,
} from '../domain/profile-record.ts';
import type { Instant } from '../domain/units.ts';
import { createKeptRows } from './kept-rows.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Charging profiles on record and the library of templates: written, read for deciding, and shown. */

const keptProfiles = createKeptRows<RecordedProfile>();

export function chargingProfileWriters(database: Database, refOf: RefOf): Writers<ChargingProfileEvent> {
  // Rows that stay as they are are not written again: what costs on an SD card is pages.
  const put = database.prepare(`
    INSERT INTO charging_profiles (charge_point_ref, place, profile_id, connector_id, profile, state, why, source, keep,
      id_tag, tries, warnings, checks, since_ms, sent_ms)
    VALUES (@ref, @place, @id, @connectorId, @profile, @state, @why, @source, @keep, @idTag, @tries, @warnings, @checks,
      @since, @sentAt)
    ON CONFLICT DO UPDATE SET profile_id = excluded.profile_id, connector_id = excluded.connector_id,
      profile = excluded.profile, state = excluded.state, why = excluded.why, source = excluded.source,
      keep = excluded.keep, id_tag = excluded.id_tag, tries = excluded.tries, warnings = excluded.warnings,
      checks = excluded.checks, since_ms = excluded.since_ms, sent_ms = excluded.sent_ms
    WHERE (profile_id, connector_id, profile, state, why, source, keep, id_tag, tries, warnings, checks, since_ms, sent_ms)
      IS NOT (excluded.profile_id, excluded.connector_id, excluded.profile, excluded.state, excluded.why, excluded.source,
        excluded.keep, excluded.id_tag, excluded.tries, excluded.warnings, excluded.checks, excluded.since_ms,
        excluded.sent_ms)`);
  const dropRest = database.prepare('DELETE FROM charging_profiles WHERE charge_point_ref = ? AND place >= ?');
  const idGiven = database.prepare("UPDATE meta SET value = ? WHERE key = 'next_charging_profile_id'");
  const compare = database.prepare(`
    INSERT INTO composite_schedules (charge_point_ref, connector_id, comparison) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET comparison = excluded.comparison`);
  const putTemplate = database.prepare(`
    INSERT INTO profile_templates (id, name, terms, created_ms, updated_ms) VALUES (@id, @name, @terms, @at, @at)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, terms = excluded.terms, updated_ms = excluded.updated_ms`);
  const removeTemplate = database.prepare('DELETE FROM profile_templates WHERE id = ?');
  return {
    'charging-profiles-changed': (event) => {
      keptProfiles.forget(database, event.chargePointId);
      const ref = refOf(event.chargePointId);
      event.profiles.forEach((one, place) => {
        put.run({
          ...one,
          ref,
          place,
          id: one.profile.id,
          profile: JSON.stringify(one.profile),
          keep: Number(one.keep),
          warnings: JSON.stringify(one.warnings),
          checks: JSON.stringify(one.checks),
        });
      });
      dropRest.run(ref, event.profiles.length);
      if (event.idGiven !== null) idGiven.run(String(event.idGiven + 1));
    },
    'composite-schedule-compared': ({ chargePointId, comparison }) => {
      compare.run(refOf(chargePointId), comparison.connectorId, JSON.stringify(comparison));
    },
    'profile-template-put': ({ template: { id, name, terms }, at }) => {
      putTemplate.run({ id, name, terms: JSON.stringify(terms), at });
    },
    'profile-template-removed': ({ id }) => {
      removeTemplate.run(id);
    },
  };
}

type Row = {
  connector_id: number | null;
  profile: string;
  state: ProfileState;
  why: string | null;
  source: ProfileSource;
  keep: number;
  id_tag: string | null;
  tries: number;
  warnings: string;
  checks: string;
  since_ms: number;
  sent_ms: number | null;
};

type TemplateRow = { id: string; name: string; terms: string; created_ms: number; updated_ms: number };

function chargingProfileReads(database: Database) {
  const all = database.prepare(`
    SELECT p.* FROM charging_profiles p JOIN charge_points c ON c.ref = p.charge_point_ref WHERE c.id = ? ORDER BY p.place`);
  const next = database.prepare("SELECT value FROM meta WHERE key = 'next_charging_profile_id'").pluck();
  const isTaken = database.prepare('SELECT 1 FROM charging_profiles WHERE profile_id = ? LIMIT 1').pluck();
  const comparison = database
    .prepare(`
      SELECT s.comparison FROM composite_schedules s JOIN charge_points c ON c.ref = s.charge_point_ref
      WHERE c.id = ? AND s.connector_id = ?`)
    .pluck();
  const template = database.prepare('SELECT * FROM profile_templates WHERE id = ?');
  const named = database.prepare('SELECT * FROM profile_templates WHERE name = ?');
  const countTemplates = database.prepare('SELECT count(*) FROM profile_templates').pluck();
  const connectorIds = database
    .prepare(`
      SELECT k.connector_id FROM connectors k JOIN charge_points c ON c.ref = k.charge_point_ref
      WHERE c.id = ? ORDER BY k.connector_id`)
    .pluck();
  const one = (row: unknown): ProfileTemplate | null => (row === undefined ? null : toTemplate(row as TemplateRow));
  return {
    chargingProfiles: (chargePointId: string): readonly RecordedProfile[] =>
      (all.all(chargePointId) as Row[]).map(toProfile),
    nextChargingProfileId: (): number => {
      let id = pastBalancingProfiles(Number(next.get()));
      while (isTaken.get(id) !== undefined) id = pastBalancingProfiles(id + 1);
      return id;
    },
    scheduleComparison: (chargePointId: string, connectorId: number): ScheduleComparison | null => {
      const text = comparison.get(chargePointId, connectorId) as string | undefined;
      return text === undefined ? null : (JSON.parse(text) as ScheduleComparison);
    },
    profileTemplate: (id: string) => one(template.get(id)),
    profileTemplateNamed: (name: string) => one(named.get(name)),
    countProfileTemplates: () => countTemplates.get() as number,
    connectorIds: (chargePointId: string) => connectorIds.all(chargePointId) as number[],
  };
}

/** For the connection that writes; another one would not learn of what is written. */
export function keptChargingProfileReads(database: Database) {
  const reads = chargingProfileReads(database);
  return { ...reads, chargingProfiles: (id: string) => keptProfiles.read(database, id, reads.chargingProfiles) };
}

export type ProfileView = {
  connectorId: number | null;
  profile: ChargingProfile;
  state: ProfileState;
  why: string | null;
  source: ProfileSource;
  keep: boolean;
  warnings: readonly RecordedWarning[];
  since: string;
  sentAt: string | null;
};
export type TemplateView = { id: string; name: string; terms: ProfileTerms; createdAt: string; updatedAt: string };

export function createChargingProfileViews(database: Database) {
  const { chargingProfiles } = chargingProfileReads(database);
  const one = database.prepare('SELECT * FROM profile_templates WHERE id = ?');
  const page = database.prepare('SELECT * FROM profile_templates WHERE name > ? ORDER BY name LIMIT ?');
  return {
    /** In the order in which they came. */
    chargingProfiles: (chargePointId: string): ProfileView[] =>
      chargingProfiles(chargePointId).map(({ since, sentAt, checks, tries, idTag, ...shown }) => ({
        ...shown,
        since: utc(since),
        sentAt: utc(sentAt),
      })),
    profileTemplate(id: string): TemplateView | null {
      const row = one.get(id) as TemplateRow | undefined;
      return row === undefined ? null : templateView(row);
    },
    /** By name. */
    profileTemplates({ limit, cursor }: PageRequest): Page<TemplateView> {
      const rows = page.all(cursor ?? '', limit + 1) as TemplateRow[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(templateView), next: rows.length > limit ? (shown.at(-1)?.name ?? null) : null };
    },
  };
}

function toProfile(row: Row): RecordedProfile {
  return {
    connectorId: row.connector_id,
    profile: JSON.parse(row.profile) as ChargingProfile,
    state: row.state,
    why: row.why,
    source: row.source,
    keep: row.keep === 1,
    idTag: row.id_tag,
    tries: row.tries,
    warnings: listIn<RecordedProfile['warnings'][number]>(row.warnings),
    checks: listIn<RecordedProfile['checks'][number]>(row.checks),
    since: row.since_ms as Instant,
    sentAt: row.sent_ms as Instant | null,
  };
}

/** Most are empty. */
const listIn = <T>(text: string): readonly T[] => (text === '[]' ? [] : (JSON.parse(text) as T[]));

const toTemplate = ({ id, name, terms }: TemplateRow): ProfileTemplate => ({
  id,
  name,
  terms: JSON.parse(terms) as ProfileTerms,
});

function templateView(row: TemplateRow): TemplateView {
  const { id, name, terms } = toTemplate(row);
  return { id, name, terms, createdAt: utc(row.created_ms), updatedAt: utc(row.updated_ms) };
}
