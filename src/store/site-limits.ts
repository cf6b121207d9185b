import type { Database } from 'better-sqlite3';
import type { LimitEvidence, LimitValue, SiteLimit, SiteLimitEvent } from '../domain/site-limit.ts';
import { instant } from '../domain/units.ts';
import { inUnits, type LimitValueView, type Page, type PageRequest, utc, valueView } from './view-values.ts';
import type { Writers } from './writers.ts';

/** Limits from outside: written, read for deciding, and shown; with the evidence of what became of them. */

/**
 * Kept of one limit, and of all: a source that changes its mind every second must not push out what another one asked
 * for. About 20 MB at most.
 */
const MAX_OF_ONE = 20_000;
const MAX_KEPT = 100_000;
/** Two years: a grid operator may ask that long afterwards whether a signal of section 14a EnWG was followed. */
const KEPT_MS = 2 * 366 * 86_400_000;

type LimitRow = {
  id: string;
  circuit: string;
  source: string;
  value: string;
  since_ms: number;
  until_ms: number | null;
  after: string | null;
  suspended_until_ms: number | null;
  starts_ms: number | null;
};
type EvidenceRow = {
  id: number;
  limit_id: string;
  circuit: string;
  source: string;
  kind: LimitEvidence['kind'];
  detail: string;
  at_ms: number;
};

export function siteLimitWriters(database: Database): Writers<SiteLimitEvent> {
  const put = database.prepare(`
    INSERT OR REPLACE INTO site_limits (id, circuit, source, value, since_ms, until_ms, after, suspended_until_ms, starts_ms)
    VALUES (@id, @circuit, @source, @value, @since, @until, @after, @suspendedUntil, @startsAt)`);
  const suspend = database.prepare('UPDATE site_limits SET suspended_until_ms = ? WHERE id = ?');
  const end = database.prepare('DELETE FROM site_limits WHERE id = ?');
  const note = database.prepare(`
    INSERT INTO limit_evidence (limit_id, circuit, source, kind, detail, at_ms)
    VALUES (@limitId, @circuit, @source, @kind, @detail, @at)`);
  const boundOne = database.prepare(`
    DELETE FROM limit_evidence WHERE limit_id = @limitId AND id <= (
      SELECT id FROM limit_evidence WHERE limit_id = @limitId ORDER BY id DESC LIMIT 1 OFFSET ${MAX_OF_ONE})`);
  const boundAll = database.prepare(`
    DELETE FROM limit_evidence WHERE id <= @id - ${MAX_KEPT}
      OR (id IN (SELECT id FROM limit_evidence ORDER BY id LIMIT 100) AND at_ms < @at - ${KEPT_MS})`);
  return {
    'site-limit-set': ({ limit }) => {
      const after = limit.then === 'configured' ? null : JSON.stringify(limit.then);
      const { suspendedUntil = null, startsAt = null } = limit;
      put.run({ ...limit, suspendedUntil, startsAt, value: JSON.stringify(limit.value), after });
    },
    'site-limit-suspended': ({ id, until }) => {
      suspend.run(until, id);
    },
    'site-limit-ended': ({ id }) => {
      end.run(id);
    },
    'limit-evidence-noted': ({ evidence }) => {
      const { limitId, circuit, source, kind, at, ...detail } = evidence;
      const row = { limitId, circuit, source, kind, at, detail: JSON.stringify(detail) };
      const id = Number(note.run(row).lastInsertRowid);
      // Counting thousands of rows each time would cost more than the rows.
      if (id % 100 === 0) boundOne.run({ limitId });
      boundAll.run({ id, at });
    },
  };
}

export function siteLimitReads(database: Database) {
  const all = database.prepare('SELECT * FROM site_limits ORDER BY id');
  const one = database.prepare('SELECT * FROM site_limits WHERE id = ?');
  return {
    /** Those that were set and not ended, what has run out among them. */
    siteLimits: (): SiteLimit[] => (all.all() as LimitRow[]).map(toLimit),
    siteLimit: (id: string): SiteLimit | null => {
      const row = one.get(id) as LimitRow | undefined;
      return row === undefined ? null : toLimit(row);
    },
  };
}

export type SiteLimitView = LimitValueView & {
  id: string;
  circuit: string;
  source: string;
  since: string;
  until: string | null;
  then: LimitValueView | 'configured';
  /** It begins then; null: it holds since it was set. */
  startsAt: string | null;
  /** Set aside on site until then; null: it holds. */
  suspendedUntil: string | null;
};
export type LimitEvidenceView = {
  id: number;
  limitId: string;
  circuit: string;
  source: string;
  kind: string;
  at: string;
  raw: string | null;
  limit: LimitValueView | null;
  why: string | null;
  afterS: number | null;
  currentA: [number | null, number | null, number | null] | null;
  powerW: number | null;
  reached: boolean | null;
};

export function createSiteLimitViews(database: Database) {
  const reads = siteLimitReads(database);
  const page = database.prepare(`
    SELECT * FROM limit_evidence
    WHERE (@before IS NULL OR id < @before) AND (@circuit IS NULL OR circuit = @circuit)
    ORDER BY id DESC LIMIT @limit`);
  return {
    siteLimits: (): SiteLimitView[] => reads.siteLimits().map(limitView),
    siteLimit: (id: string): SiteLimitView | null => {
      const limit = reads.siteLimit(id);
      return limit === null ? null : limitView(limit);
    },
    /** The latest first. Null for a cursor that is none of ours. */
    limitEvidence({
      limit,
      cursor,
      circuit,
    }: PageRequest & { circuit: string | null }): Page<LimitEvidenceView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, circuit }) as EvidenceRow[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(evidenceView), next: rows.length > limit ? String(shown.at(-1)?.id) : null };
    },
  };
}

function toLimit({
  id,
  circuit,
  source,
  value,
  since_ms,
  until_ms,
  after,
  suspended_until_ms,
  starts_ms,
}: LimitRow): SiteLimit {
  return {
    id,
    circuit,
    source,
    value: JSON.parse(value) as LimitValue,
    since: instant(since_ms),
    until: until_ms === null ? null : instant(until_ms),
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a limit
    then: after === null ? 'configured' : (JSON.parse(after) as LimitValue),
    suspendedUntil: suspended_until_ms === null ? null : instant(suspended_until_ms),
    startsAt: starts_ms === null ? null : instant(starts_ms),
  };
}

function limitView(limit: SiteLimit): SiteLimitView {
  const { id, circuit, source, value, since, until, then, suspendedUntil = null, startsAt = null } = limit;
  return {
    id,
    circuit,
    source,
    ...valueView(value),
    since: utc(since),
    until: utc(until),
    // biome-ignore lint/suspicious/noThenProperty: as above
    then: then === 'configured' ? then : valueView(then),
    startsAt: utc(startsAt),
    suspendedUntil: utc(suspendedUntil),
  };
}

function evidenceView({ id, limit_id, circuit, source, kind, detail, at_ms }: EvidenceRow): LimitEvidenceView {
  const evidence = { kind, ...JSON.parse(detail) } as LimitEvidence;
  const view = { id, limitId: limit_id, circuit, source, kind, at: utc(at_ms), ...blank };
  switch (evidence.kind) {
    case 'signal':
      return { ...view, raw: evidence.raw };
    case 'command':
      return { ...view, limit: evidence.value === null ? null : valueView(evidence.value), why: evidence.why };
    case 'effect': {
      const { afterMs, currentMA, powerW, reached } = evidence;
      const [l1, l2, l3] = currentMA;
      return { ...view, afterS: afterMs / 1_000, currentA: [inUnits(l1), inUnits(l2), inUnits(l3)], powerW, reached };
    }
  }
}

const blank = { raw: null, limit: null, why: null, afterS: null, currentA: null, powerW: null, reached: null };
