import type { Database } from 'better-sqlite3';
import type { OpenOperation, OperationEvent, OperationState } from '../domain/operation.ts';
import type { Instant } from '../domain/units.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Operations on record: written, read for deciding, and shown. */

export function operationWriters(database: Database, refOf: RefOf): Writers<OperationEvent> {
  const request = database.prepare(`
    INSERT INTO operations (id, charge_point_ref, action, request, state, requested_ms) VALUES (?, ?, ?, ?, 'sent', ?)`);
  const answer = database.prepare(`
    UPDATE operations SET state = @state, outcome = @outcome, response = @response, error_code = @code,
      error_description = @description, answered_ms = @answeredAt, until_ms = @until, closed_ms = @closedAt
    WHERE id = @id AND answered_ms IS NULL AND closed_ms IS NULL`);
  const close = database.prepare(
    'UPDATE operations SET state = ?, outcome = ?, closed_ms = ? WHERE id = ? AND closed_ms IS NULL',
  );
  return {
    'operation-requested': (event) => {
      request.run(event.id, refOf(event.chargePointId), event.action, event.shown, event.at);
    },
    'operation-answered': ({ id, answer: given, state, outcome, until, at }) => {
      answer.run({
        id,
        state,
        outcome,
        response: given.kind === 'result' ? given.shown : null,
        code: given.kind === 'error' ? given.code : null,
        description: given.kind === 'error' ? given.description : null,
        answeredAt: given.kind === 'none' ? null : at,
        until,
        closedAt: until === null ? at : null,
      });
    },
    // What the answer will say is not known yet: it stays in memory until then.
    'operation-seen': () => undefined,
    'operation-closed': (event) => {
      close.run(event.state, event.outcome, event.at, event.id);
    },
  };
}

type OpenRow = {
  id: string;
  action: string;
  request: string;
  state: string;
  requested_ms: number;
  until_ms: number | null;
};

export function operationReads(database: Database) {
  const open = database.prepare(`
    SELECT o.id, o.action, o.request, o.state, o.requested_ms, o.until_ms
    FROM operations o JOIN charge_points c ON c.ref = o.charge_point_ref
    WHERE c.id = ? AND o.closed_ms IS NULL ORDER BY o.requested_ms, o.id`);
  return {
    /** Those that wait for their answer, or for what the charge point does later; the oldest first. */
    openOperations: (chargePointId: string): OpenOperation[] =>
      (open.all(chargePointId) as OpenRow[]).map((row) => ({
        id: row.id,
        action: row.action,
        request: JSON.parse(row.request) as object,
        requestedAt: row.requested_ms as Instant,
        answer: row.state === 'sent' ? 'awaited' : row.state === 'accepted' ? 'agreed' : 'missing',
        until: row.until_ms as Instant | null,
        seen: null,
      })),
  };
}

export type OperationView = {
  id: string;
  chargePointId: string;
  action: string;
  /** As it went out; secrets are masked. */
  request: unknown;
  state: OperationState;
  /** What became of it, in words. */
  outcome: string | null;
  response: unknown;
  error: { code: string; description: string } | null;
  requestedAt: string;
  answeredAt: string | null;
  /** Of one that is accepted: when it is given up. */
  until: string | null;
  closedAt: string | null;
};

type Row = {
  seq: number;
  id: string;
  charge_point_id: string;
  action: string;
  request: string;
  state: OperationState;
  response: string | null;
  error_code: string | null;
  error_description: string | null;
  outcome: string | null;
  requested_ms: number;
  answered_ms: number | null;
  until_ms: number | null;
  closed_ms: number | null;
};

export function createOperationViews(database: Database) {
  const columns = `SELECT o.rowid AS seq, o.*, c.id AS charge_point_id
    FROM operations o JOIN charge_points c ON c.ref = o.charge_point_ref`;
  const one = database.prepare(`${columns} WHERE o.id = ?`);
  const page = database.prepare(`${columns}
    WHERE (@before IS NULL OR o.rowid < @before) AND (@chargePointId IS NULL OR c.id = @chargePointId)
      AND (@state IS NULL OR o.state = @state)
    ORDER BY o.rowid DESC LIMIT @limit`);
  return {
    operation(id: string): OperationView | null {
      const row = one.get(id) as Row | undefined;
      return row === undefined ? null : view(row);
    },
    /** The latest first. Null for a cursor that is none of ours. */
    operations({
      limit,
      cursor,
      chargePointId,
      state,
    }: PageRequest & { chargePointId: string | null; state: OperationState | null }): Page<OperationView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, chargePointId, state }) as Row[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.seq) : null };
    },
  };
}

function view(row: Row): OperationView {
  return {
    id: row.id,
    chargePointId: row.charge_point_id,
    action: row.action,
    request: JSON.parse(row.request),
    state: row.state,
    outcome: row.outcome,
    response: row.response === null ? null : JSON.parse(row.response),
    error: row.error_code === null ? null : { code: row.error_code, description: row.error_description ?? '' },
    requestedAt: utc(row.requested_ms),
    answeredAt: utc(row.answered_ms),
    until: utc(row.until_ms),
    closedAt: utc(row.closed_ms),
  };
}
