import type { Database } from 'better-sqlite3';
import type { AuditEntry, AuditEvent } from '../domain/audit.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { Writers } from './writers.ts';

/** What was done over the API, on record: written and shown. */

/** The newest that are kept, whatever their age: what a program that never rests may fill. */
const MAX_KEPT = 200_000;

export function auditWriters(database: Database): Writers<AuditEvent> {
  const put = database.prepare(`
    INSERT INTO audit
      (at_ms, who, name, address, command_id, method, route, target, status, why, request, before, after, left_out)
    VALUES (@at, @who, @name, @address, @commandId, @method, @route, @target, @status, @why, @request, @before, @after, @leftOut)`);
  const drop = database.prepare(`DELETE FROM audit WHERE id <= ? - ${MAX_KEPT}`);
  return {
    'request-audited': ({ entry, at }) => {
      drop.run(put.run({ ...entry, at }).lastInsertRowid);
    },
  };
}

export type AuditView = {
  id: number;
  at: string;
  who: AuditEntry['who'];
  name: string | null;
  address: string | null;
  commandId: string | null;
  method: string;
  route: string;
  target: string;
  status: number;
  why: string | null;
  request: unknown;
  before: unknown;
  after: unknown;
  leftOut: number;
};

type Row = Omit<AuditView, 'at' | 'commandId' | 'leftOut'> & {
  at_ms: number;
  command_id: string | null;
  left_out: number;
  request: string | null;
  before: string | null;
  after: string | null;
};

/** Which entries: of all, of one kind of asker, or of those who are called so. */
export type AuditOf = { readonly who: AuditEntry['who'] } | { readonly name: string } | null;

export function createAuditViews(database: Database) {
  const select = (of: string) =>
    database.prepare(
      `SELECT * FROM audit WHERE ${of} AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @limit`,
    );
  const all = select('true');
  const ofWho = select('who = @of');
  const ofName = select('name = @of');
  return {
    /** The latest first. Null for a cursor that is none of ours. */
    audit({ limit, cursor, of }: PageRequest & { of: AuditOf }): Page<AuditView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const page = { before: cursor === null ? null : Number(cursor), limit: limit + 1 };
      const found =
        of === null
          ? all.all(page)
          : 'who' in of
            ? ofWho.all({ ...page, of: of.who })
            : ofName.all({ ...page, of: of.name });
      const rows = found as Row[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.id) : null };
    },
  };
}

function view({ at_ms, command_id, left_out, request, before, after, ...same }: Row): AuditView {
  return {
    ...same,
    at: utc(at_ms),
    commandId: command_id,
    request: valueIn(request),
    before: valueIn(before),
    after: valueIn(after),
    leftOut: left_out,
  };
}

/** What was cut is no JSON any more, and shown as the text that it is. */
function valueIn(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
