import type { Database } from 'better-sqlite3';
import type { StatusReport } from '../domain/charge-point.ts';
import type { Reservation, ReservationEvent, ReservationState, ReservationVerdict } from '../domain/reservation.ts';
import { CLOCK_DIFFERENCE_MS } from '../domain/reservation.ts';
import type { Instant } from '../domain/units.ts';
import { type Page, type PageRequest, utc } from './view-values.ts';
import type { RefOf, Writers } from './writers.ts';

/** Reservations on record: written, read for deciding, and shown. */

/** Rows that are read for one decision at most. */
const MAX_ROWS = 100;

export function reservationWriters(database: Database, refOf: RefOf): Writers<ReservationEvent> {
  const put = database.prepare(`
    INSERT INTO reservations (id, charge_point_ref, reservation_id, connector_id, id_tag, parent_id_tag, expires_ms, state, verdict,
      outcome, created_ms, changed_ms, ended_ms, known_ms, reserved_ms, restores, transaction_id)
    VALUES (@id, @ref, @reservationId, @connectorId, @idTag, @parentIdTag, @expiresAt, @state, @verdict,
      @outcome, @createdAt, @changedAt, @endedAt, @knownAt, @reservedAt, @restores, @transactionId)
    ON CONFLICT (id) DO UPDATE SET connector_id = excluded.connector_id, id_tag = excluded.id_tag,
      parent_id_tag = excluded.parent_id_tag, expires_ms = excluded.expires_ms, state = excluded.state,
      verdict = excluded.verdict, outcome = excluded.outcome, changed_ms = excluded.changed_ms, ended_ms = excluded.ended_ms,
      known_ms = excluded.known_ms, reserved_ms = excluded.reserved_ms, restores = excluded.restores,
      transaction_id = excluded.transaction_id`);
  const count = database.prepare(
    "UPDATE meta SET value = ? WHERE key = 'next_reservation_id' AND CAST(value AS INTEGER) < ?",
  );
  const write = ({ chargePointId, reservation }: ReservationEvent): void => {
    put.run({ ...reservation, ref: refOf(chargePointId) });
    count.run(String(reservation.id + 1), reservation.id + 1);
  };
  return { 'reservation-requested': write, 'reservation-changed': write };
}

type Row = {
  id: number;
  charge_point_id: string;
  reservation_id: number;
  connector_id: number;
  id_tag: string;
  parent_id_tag: string | null;
  expires_ms: number;
  state: ReservationState;
  verdict: ReservationVerdict | null;
  outcome: string;
  created_ms: number;
  changed_ms: number;
  ended_ms: number | null;
  known_ms: number | null;
  reserved_ms: number | null;
  restores: number;
  transaction_id: number | null;
};

const select =
  'SELECT r.*, c.id AS charge_point_id FROM reservations r JOIN charge_points c ON c.ref = r.charge_point_ref';

export function reservationReads(database: Database) {
  const byId = database.prepare(`${select} WHERE r.id = ?`);
  const open = database.prepare(`${select} WHERE c.id = ? AND r.ended_ms IS NULL ORDER BY r.id LIMIT ${MAX_ROWS}`);
  const named = database.prepare(`${select}
    WHERE c.id = ? AND r.reservation_id = ? ORDER BY r.id DESC LIMIT ${MAX_ROWS}`);
  const heldAt = database.prepare(`${select}
    WHERE c.id = ? AND r.expires_ms > @at AND r.created_ms <= @at + ${CLOCK_DIFFERENCE_MS}
      AND (r.ended_ms IS NULL OR r.ended_ms > @at)
    ORDER BY r.id LIMIT ${MAX_ROWS}`);
  const next = database.prepare("SELECT value FROM meta WHERE key = 'next_reservation_id'").pluck();
  const taken = database.prepare('SELECT 1 FROM reservations WHERE reservation_id = ? LIMIT 1').pluck();
  const bootedAt = database.prepare('SELECT last_boot_ms FROM charge_points WHERE id = ?').pluck();
  const lastReport = database.prepare(`
    SELECT k.status, k.received_ms AS receivedAt FROM connectors k JOIN charge_points c ON c.ref = k.charge_point_ref
    WHERE c.id = ? AND k.connector_id = ?`);
  const many = (rows: unknown[]): Reservation[] => (rows as Row[]).map(toReservation);
  return {
    reservation: (id: number): Reservation | null => {
      const row = byId.get(id) as Row | undefined;
      return row === undefined ? null : toReservation(row);
    },
    openReservations: (chargePointId: string) => many(open.all(chargePointId)),
    reservationsNumbered: (chargePointId: string, reservationId: number) =>
      many(named.all(chargePointId, reservationId)),
    reservationsHeldAt: (chargePointId: string, at: Instant) => many(heldAt.all(chargePointId, { at })),
    nextReservationId: (): number => {
      let id = Number(next.get());
      // Somebody may have chosen that number by hand.
      while (taken.get(id) !== undefined) id += 1;
      return id;
    },
    lastBootAt: (chargePointId: string) => (bootedAt.get(chargePointId) as Instant | null | undefined) ?? null,
    lastReport: (chargePointId: string, connectorId: number) =>
      (lastReport.get(chargePointId, connectorId) as Pick<StatusReport, 'status' | 'receivedAt'> | undefined) ?? null,
  };
}

function toReservation(row: Row): Reservation {
  return {
    id: row.id,
    chargePointId: row.charge_point_id,
    reservationId: row.reservation_id,
    connectorId: row.connector_id,
    idTag: row.id_tag,
    parentIdTag: row.parent_id_tag,
    expiresAt: row.expires_ms as Instant,
    state: row.state,
    verdict: row.verdict,
    outcome: row.outcome,
    createdAt: row.created_ms as Instant,
    changedAt: row.changed_ms as Instant,
    endedAt: row.ended_ms as Instant | null,
    knownAt: row.known_ms as Instant | null,
    reservedAt: row.reserved_ms as Instant | null,
    restores: row.restores,
    transactionId: row.transaction_id,
  };
}

export type ReservationView = {
  id: number;
  chargePointId: string;
  /** What the charge point knows it by. */
  reservationId: number;
  connectorId: number;
  idTag: string;
  parentIdTag: string | null;
  expiresAt: string;
  state: ReservationState;
  /** What the charge point last answered. */
  verdict: ReservationVerdict | null;
  outcome: string;
  transactionId: number | null;
  /** When its connector was reported Reserved. */
  reservedAt: string | null;
  createdAt: string;
  changedAt: string;
  endedAt: string | null;
};

export function createReservationViews(database: Database) {
  const one = database.prepare(`${select} WHERE r.id = ?`);
  const page = database.prepare(`${select}
    WHERE (@before IS NULL OR r.id < @before) AND (@chargePointId IS NULL OR c.id = @chargePointId)
      AND (@state IS NULL OR r.state = @state)
    ORDER BY r.id DESC LIMIT @limit`);
  return {
    reservation(id: number): ReservationView | null {
      const row = one.get(id) as Row | undefined;
      return row === undefined ? null : view(row);
    },
    /** The latest first. Null for a cursor that is none of ours. */
    reservations({
      limit,
      cursor,
      chargePointId,
      state,
    }: PageRequest & {
      chargePointId: string | null;
      state: ReservationState | null;
    }): Page<ReservationView> | null {
      if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return null;
      const before = cursor === null ? null : Number(cursor);
      const rows = page.all({ before, limit: limit + 1, chargePointId, state }) as Row[];
      const shown = rows.slice(0, limit);
      return { items: shown.map(view), next: rows.length > limit ? String(shown.at(-1)?.id) : null };
    },
  };
}

function view(row: Row): ReservationView {
  return {
    id: row.id,
    chargePointId: row.charge_point_id,
    reservationId: row.reservation_id,
    connectorId: row.connector_id,
    idTag: row.id_tag,
    parentIdTag: row.parent_id_tag,
    expiresAt: utc(row.expires_ms),
    state: row.state,
    verdict: row.verdict,
    outcome: row.outcome,
    transactionId: row.transaction_id,
    reservedAt: utc(row.reserved_ms),
    createdAt: utc(row.created_ms),
    changedAt: utc(row.changed_ms),
    endedAt: utc(row.ended_ms),
  };
}
