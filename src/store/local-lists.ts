import type { Database } from 'better-sqlite3';
import type {
  LearnedLimits,
  ListEntry,
  ListUpdate,
  LocalList,
  LocalListEvent,
  LocalListState,
  Settlement,
} from '../domain/local-list.ts';
import { type AuthorizationStatus, idTagKey } from '../domain/token.ts';
import type { Instant } from '../domain/units.ts';
import { candidateReads } from './list-candidates.ts';
import { type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Local lists on record: written, read for deciding, and shown. */

export function localListWriters(database: Database, refOf: RefOf): Writers<LocalListEvent> {
  const upsert = database.prepare(`
    INSERT INTO local_lists VALUES (@ref, @state, @reportedVersion, @askedAt, @heldVersion, @sentVersion, @reservedVersion,
      @pending, @verifiedAt, @fullAt, @conflictAt, @nextTryAt, @failures, @fruitless, @silences, @learned, @settledFor,
      @missing, @problem, @wanted)
    ON CONFLICT DO UPDATE SET state = @state, reported_version = @reportedVersion, asked_ms = @askedAt,
      held_version = @heldVersion, sent_version = @sentVersion, reserved_version = @reservedVersion, pending = @pending,
      verified_ms = @verifiedAt, full_ms = @fullAt, conflict_ms = @conflictAt, next_try_ms = @nextTryAt,
      failures = @failures, fruitless = @fruitless, silences = @silences, learned = @learned, settled_for = @settledFor,
      missing = @missing, problem = @problem, wanted = @wanted`);
  const clear = database.prepare('DELETE FROM local_list_entries WHERE charge_point_ref = ?');
  const remove = database.prepare('DELETE FROM local_list_entries WHERE charge_point_ref = ? AND id_tag_key = ?');
  const put = database.prepare(`
    INSERT INTO local_list_entries VALUES (@ref, @key, @idTag, @status, @expiresAt, @parentIdTag)
    ON CONFLICT DO UPDATE SET id_tag = @idTag, status = @status, expires_ms = @expiresAt, parent_id_tag = @parentIdTag`);
  return {
    'local-list-changed': ({ chargePointId, list, content }) => {
      const ref = refOf(chargePointId);
      upsert.run({
        ...list,
        ref,
        pending: list.pending === null ? null : JSON.stringify(list.pending),
        learned: list.learned === null ? null : JSON.stringify(list.learned),
        settledFor: list.settledFor === null ? null : JSON.stringify(list.settledFor),
        wanted: list.wanted ? 1 : 0,
      });
      if (content === null) return;
      if (content.full) clear.run(ref);
      for (const idTag of content.removed) remove.run(ref, idTagKey(idTag));
      for (const entry of content.put) put.run({ ...entry, ref, key: idTagKey(entry.idTag) });
    },
  };
}

type ListRow = {
  state: LocalListState;
  reported_version: number | null;
  asked_ms: number | null;
  held_version: number | null;
  sent_version: number;
  reserved_version: number | null;
  pending: string | null;
  verified_ms: number | null;
  full_ms: number | null;
  conflict_ms: number | null;
  next_try_ms: number | null;
  failures: number;
  fruitless: number;
  silences: number;
  learned: string | null;
  settled_for: string | null;
  missing: number;
  problem: string | null;
  wanted: number;
};

type EntryRow = {
  id_tag_key: string;
  id_tag: string;
  status: AuthorizationStatus;
  expires_ms: number | null;
  parent_id_tag: string | null;
};

type EntryValues = [idTag: string, status: AuthorizationStatus, expiresMs: Instant | null, parentIdTag: string | null];

const selectList = 'SELECT l.* FROM local_lists l JOIN charge_points c ON c.ref = l.charge_point_ref WHERE c.id = ?';

export function localListReads(database: Database) {
  const list = database.prepare(selectList);
  // By place: there are thousands, and each is read before every step of an update.
  const entries = database
    .prepare(`
      SELECT e.id_tag, e.status, e.expires_ms, e.parent_id_tag
      FROM local_list_entries e JOIN charge_points c ON c.ref = e.charge_point_ref WHERE c.id = ?`)
    .raw();
  const entry = database.prepare(`
    SELECT e.* FROM local_list_entries e JOIN charge_points c ON c.ref = e.charge_point_ref
    WHERE c.id = ? AND e.id_tag_key = ?`);
  return {
    ...candidateReads(database),
    localList(chargePointId: string): LocalList | null {
      const row = list.get(chargePointId) as ListRow | undefined;
      return row === undefined ? null : toList(row);
    },
    localListEntries: (chargePointId: string): ListEntry[] =>
      (entries.all(chargePointId) as EntryValues[]).map(([idTag, status, expiresAt, parentIdTag]) => ({
        idTag,
        status,
        expiresAt,
        parentIdTag,
      })),
    localListEntry(chargePointId: string, idTagKey: string): ListEntry | null {
      const row = entry.get(chargePointId, idTagKey) as EntryRow | undefined;
      return row === undefined ? null : toEntry(row);
    },
  };
}

export type LocalListView = {
  /** Null while it has not been asked. */
  supported: boolean | null;
  state: LocalListState;
  /** As the charge point last said; below 0: it keeps no list. */
  reportedVersion: number | null;
  /** The highest that was ever sent; null: none. */
  sentVersion: number | null;
  /** idTags that may charge and found no room. */
  missing: number;
  verifiedAt: string | null;
  nextTryAt: string | null;
  /** What is wrong, and what to do about it. */
  problem: string | null;
  entries: { idTag: string; status: string; expiresAt: string | null; parentIdTag: string | null }[];
  /** Cursor of the next entries. */
  next: string | null;
};

export function createLocalListViews(database: Database) {
  const list = database.prepare(selectList);
  const page = database.prepare(`
    SELECT e.* FROM local_list_entries e JOIN charge_points c ON c.ref = e.charge_point_ref
    WHERE c.id = @chargePointId AND (@after IS NULL OR e.id_tag_key > @after) ORDER BY e.id_tag_key LIMIT @limit`);
  return {
    /** With a page of its entries, by idTag, as the charge point accepted them. Null for a cursor that is none of ours. */
    localList(chargePointId: string, { limit, cursor }: PageRequest): LocalListView | null {
      if (cursor !== null && !/^k[\w-]*$/.test(cursor)) return null;
      const after = cursor === null ? null : Buffer.from(cursor.slice(1), 'base64url').toString();
      const row = list.get(chargePointId) as ListRow | undefined;
      const rows = page.all({ chargePointId, after, limit: limit + 1 }) as EntryRow[];
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const isMore = rows.length > limit && last !== undefined;
      const reportedVersion = row?.reported_version ?? null;
      return {
        supported: row?.state === 'unsupported' ? false : reportedVersion === null ? null : reportedVersion >= 0,
        state: row?.state ?? 'unknown',
        reportedVersion,
        sentVersion: row === undefined || row.sent_version === 0 ? null : row.sent_version,
        missing: row?.missing ?? 0,
        verifiedAt: utc(row?.verified_ms ?? null),
        nextTryAt: utc(row?.next_try_ms ?? null),
        problem: row?.problem ?? null,
        entries: shown.map(({ id_tag, status, expires_ms, parent_id_tag }) => ({
          idTag: id_tag,
          status,
          expiresAt: utc(expires_ms),
          parentIdTag: parent_id_tag,
        })),
        next: isMore ? `k${Buffer.from(last.id_tag_key).toString('base64url')}` : null,
      };
    },
  };
}

function toList(row: ListRow): LocalList {
  return {
    state: row.state,
    reportedVersion: row.reported_version,
    askedAt: row.asked_ms as Instant | null,
    heldVersion: row.held_version,
    sentVersion: row.sent_version,
    reservedVersion: row.reserved_version,
    pending: row.pending === null ? null : (JSON.parse(row.pending) as ListUpdate),
    verifiedAt: row.verified_ms as Instant | null,
    fullAt: row.full_ms as Instant | null,
    conflictAt: row.conflict_ms as Instant | null,
    nextTryAt: row.next_try_ms as Instant | null,
    failures: row.failures,
    fruitless: row.fruitless,
    silences: row.silences,
    learned: row.learned === null ? null : (JSON.parse(row.learned) as LearnedLimits),
    settledFor: row.settled_for === null ? null : (JSON.parse(row.settled_for) as Settlement),
    missing: row.missing,
    problem: row.problem,
    wanted: row.wanted === 1,
  };
}

function toEntry(row: EntryRow): ListEntry {
  return {
    idTag: row.id_tag,
    status: row.status,
    expiresAt: row.expires_ms as Instant | null,
    parentIdTag: row.parent_id_tag,
  };
}
