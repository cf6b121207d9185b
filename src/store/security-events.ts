import type { Database } from 'better-sqlite3';

import { type Page, type PageRequest, utc } from './view-values.ts';

/** What charge points told of their security (whitepaper A04). */

/** Events of one charge point that are kept, and how often it is seen to, in events. */
const MAX_KEPT = 1_000;
const BOUND_EVERY = 256;

export type SecurityEventView = {
  id: number;
  chargePointId: string;
  kind: string;
  techInfo: string | null;
  /** The charge point's clock. */
  at: string;
  receivedAt: string;
};

type Row = { id: number; chargePointId: string; kind: string; techInfo: string | null; at: number; received: number };

export function securityEventWriter(database: Database) {
  const insert = database.prepare(
    'INSERT INTO security_events (charge_point_ref, kind, tech_info, at_ms, received_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const bound = database.prepare(`
    DELETE FROM security_events WHERE charge_point_ref = @ref AND id <= (
      SELECT id FROM security_events WHERE charge_point_ref = @ref ORDER BY id DESC LIMIT 1 OFFSET ${MAX_KEPT})`);
  return (ref: number, kind: string, techInfo: string | null, at: number, receivedAt: number): void => {
    const { lastInsertRowid } = insert.run(ref, kind, techInfo, at, receivedAt);
    if (Number(lastInsertRowid) % BOUND_EVERY === 0) bound.run({ ref });
  };
}

export function createSecurityEventViews(database: Database) {
  const page = database.prepare(`
    SELECT s.id, c.id AS chargePointId, s.kind, s.tech_info AS techInfo, s.at_ms AS at, s.received_ms AS received
    FROM security_events s JOIN charge_points c ON c.ref = s.charge_point_ref
    WHERE (@before IS NULL OR s.id < @before) AND (@chargePointId IS NULL OR c.id = @chargePointId)
    ORDER BY s.id DESC LIMIT @limit`);
  return {
    /** The latest first. Null for a cursor that is none of ours. */
    securityEvents(request: PageRequest & { chargePointId: string | null }): Page<SecurityEventView> | null {
      const { limit, cursor, chargePointId } = request;
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, chargePointId }) as Row[];
      const shown = rows.slice(0, limit);
      return {
        items: shown.map(({ at, received, ...row }) => ({ ...row, at: utc(at), receivedAt: utc(received) })),
        next: rows.length > limit ? String(shown.at(-1)?.id) : null,
      };
    },
  };
}
