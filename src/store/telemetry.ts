import type { Database } from 'better-sqlite3';
import type { Reading } from '../domain/metering.ts';
import type { Instant } from '../domain/units.ts';

/** Rows kept in memory between flushes at most; above it the oldest go, counted. About 200 B each. */
const MAX_BUFFERED_ROWS = 100_000;

/**
 * Readings on their way to disk: buffered, and written when the turn commits anyway or at the latest at the flush
 * interval. What a power cut may cost is that interval of telemetry, never a start or a stop.
 */
export function createTelemetry(database: Database) {
  const refOf = database.prepare('SELECT ref FROM charge_points WHERE id = ?').pluck();
  const insert = database.prepare(`
    INSERT INTO telemetry (charge_point_ref, connector_id, transaction_id, at_ms, received_ms, context, energy_wh, power_w,
      l1_ma, l2_ma, l3_ma, l1_mv, l2_mv, l3_mv, offered_ma, soc_percent, quality, derived)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const advance = database.prepare(`
    INSERT INTO progress (transaction_id, first_row, last_row, readings, last_at_ms, last_energy_at_ms, last_energy_wh) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET last_row = excluded.last_row, readings = readings + excluded.readings,
      last_at_ms = max(last_at_ms, excluded.last_at_ms),
      last_energy_wh = CASE WHEN excluded.last_energy_at_ms >= coalesce(last_energy_at_ms, 0) THEN excluded.last_energy_wh ELSE last_energy_wh END,
      last_energy_at_ms = CASE WHEN excluded.last_energy_at_ms >= coalesce(last_energy_at_ms, 0) THEN excluded.last_energy_at_ms ELSE last_energy_at_ms END`);

  type Row = {
    chargePointId: string;
    connectorId: number;
    transactionId: number | null;
    receivedAt: Instant;
    reading: Reading;
  };
  type Advance = {
    firstRow: number;
    lastRow: number;
    readings: number;
    at: Instant;
    energyAt: Instant | null;
    energyWh: number | null;
  };
  let rows: Row[] = [];
  let lost = 0;

  return {
    add(
      chargePointId: string,
      connectorId: number,
      transactionId: number | null,
      readings: readonly Reading[],
      receivedAt: Instant,
    ) {
      for (const reading of readings) rows.push({ chargePointId, connectorId, transactionId, receivedAt, reading });
      if (rows.length > MAX_BUFFERED_ROWS) {
        lost += rows.length - MAX_BUFFERED_ROWS;
        rows = rows.slice(-MAX_BUFFERED_ROWS);
      }
    },

    /** Rows waiting, and rows dropped because the disk would not take any. */
    state: () => ({ waiting: rows.length, lost }),

    /** Writes all that waits; inside a transaction of the caller. Call `flushed` once that has committed. */
    flush(): void {
      const refs = new Map<string, number>();
      const advances = new Map<number, Advance>();
      for (const { chargePointId, connectorId, transactionId, receivedAt, reading } of rows) {
        let ref = refs.get(chargePointId);
        if (ref === undefined) {
          ref = refOf.get(chargePointId) as number | undefined;
          if (ref === undefined) continue;
          refs.set(chargePointId, ref);
        }
        const [a1, a2, a3] = reading.currentMA;
        const [v1, v2, v3] = reading.voltageMV;
        const derived = reading.derived.length === 0 ? null : reading.derived.join(', ');
        const { energyWh, powerW, offeredMA, socPercent } = reading;
        const row = Number(
          insert.run(
            ref,
            connectorId,
            transactionId,
            reading.at,
            receivedAt,
            reading.context,
            energyWh,
            powerW,
            a1,
            a2,
            a3,
            v1,
            v2,
            v3,
            offeredMA,
            socPercent,
            reading.quality,
            derived,
          ).lastInsertRowid,
        );
        if (transactionId !== null) noteAdvance(advances, transactionId, row, reading);
      }
      for (const [id, made] of advances) {
        advance.run(id, made.firstRow, made.lastRow, made.readings, made.at, made.energyAt, made.energyWh);
      }
    },

    flushed(): void {
      rows = [];
    },
  };

  function noteAdvance(
    advances: Map<number, Advance>,
    transactionId: number,
    row: number,
    { at, energyWh }: Reading,
  ): void {
    const known = advances.get(transactionId);
    if (known === undefined) {
      advances.set(transactionId, {
        firstRow: row,
        lastRow: row,
        readings: 1,
        at,
        energyAt: energyWh === null ? null : at,
        energyWh,
      });
      return;
    }
    known.lastRow = row;
    known.readings += 1;
    if (at > known.at) known.at = at;
    if (energyWh !== null && (known.energyAt === null || at >= known.energyAt)) {
      known.energyAt = at;
      known.energyWh = energyWh;
    }
  }
}
