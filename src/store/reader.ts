import type { Database } from 'better-sqlite3';
import type { ConnectorStatus, Nameplate, Registration } from '../domain/charge-point.ts';
import type { RegisterAt } from '../domain/findings.ts';
import { idTagKey } from '../domain/token.ts';
import type { Start, Stop, Transaction } from '../domain/transaction.ts';
import type { Instant } from '../domain/units.ts';
import { certificateReads } from './certificates.ts';
import { keptChargingProfileReads } from './charging-profiles.ts';
import { chargingWishReads } from './charging-wishes.ts';
import { commitmentReads } from './commitments.ts';
import { keptConfigurationReads } from './configuration.ts';
import { credentialReads } from './credentials.ts';
import { dialectReads } from './dialects.ts';
import { fileJobReads } from './file-jobs.ts';
import { campaignReads } from './firmware-campaigns.ts';
import { foreignPeakReads } from './foreign-peaks.ts';
import { localListReads } from './local-lists.ts';
import { operationReads } from './operations.ts';
import { reservationReads } from './reservations.ts';
import { selectTransaction, type TransactionRow, toTransaction } from './rows.ts';
import { securityProfileReads } from './security-profiles.ts';
import { siteLimitReads } from './site-limits.ts';
import { tokenReads } from './tokens.ts';
import { upstreamReads } from './upstream-commands.ts';

/** Synchronous reads for deciding (`Records` of the central system); they see what the open turn has written. */
export function createReader(database: Database) {
  const registration = database.prepare('SELECT registration FROM charge_points WHERE id = ?').pluck();
  const chargePoints = database.prepare('SELECT id, registration FROM charge_points ORDER BY id');
  const nameplate = database.prepare(`
    SELECT vendor, model, serial_number AS serialNumber, box_serial_number AS boxSerialNumber, firmware_version AS firmwareVersion,
      iccid, imsi, meter_type AS meterType, meter_serial_number AS meterSerialNumber
    FROM charge_points WHERE id = ? AND vendor IS NOT NULL`);
  const count = database.prepare('SELECT count(*) FROM charge_points WHERE registration = ?').pluck();
  const openAlert = database.prepare('SELECT 1 FROM alerts WHERE id = ? AND cleared_ms IS NULL').pluck();
  const nextId = database.prepare("SELECT value FROM meta WHERE key = 'next_transaction_id'").pluck();
  const byId = database.prepare(`${selectTransaction} WHERE t.id = ? AND c.id = ?`);
  const byStart = database.prepare(`${selectTransaction}
    WHERE c.id = ? AND t.started_ms = ? AND t.connector_id = ? AND t.id_tag_key = ? AND t.meter_start_wh = ? AND t.state <> 'orphan'`);
  const orphan = database.prepare(`${selectTransaction}
    WHERE c.id = ? AND t.stopped_ms = ? AND t.reported_transaction_id = ? AND t.meter_stop_wh = ? AND t.state = 'orphan'`);
  const orphanOf = database
    .prepare(`
      SELECT 1 FROM transactions t JOIN charge_points c ON c.ref = t.charge_point_ref
      WHERE c.id = ? AND t.reported_transaction_id = ? AND t.state = 'orphan'`)
    .pluck();
  const runningOn = database.prepare(`${selectTransaction} WHERE c.id = ? AND t.state = 'running' ORDER BY t.id DESC`);
  const runningWith = database.prepare(
    `${selectTransaction} WHERE coalesce(t.token_key, t.id_tag_key) = ? AND t.state = 'running' ORDER BY t.id DESC`,
  );
  // 'orphan' is named so that SQLite finds the partial index by start.
  const previousOn = database.prepare(`${selectTransaction}
    WHERE c.id = ? AND t.connector_id = ? AND t.started_ms <= ? AND t.state = 'stopped' AND t.state <> 'orphan'
    ORDER BY t.started_ms DESC, t.id DESC LIMIT 1`);
  const startedDuring = database.prepare(`${selectTransaction}
    WHERE c.id = ? AND t.connector_id = ? AND t.started_ms >= ? AND t.started_ms < ? AND t.state <> 'orphan'
    ORDER BY t.started_ms, t.id LIMIT 20`);
  const connectorStatus = database
    .prepare(`
      SELECT k.status FROM connectors k JOIN charge_points c ON c.ref = k.charge_point_ref
      WHERE c.id = ? AND k.connector_id = ?`)
    .pluck();
  const lastRegister = database.prepare(`
    SELECT last_energy_at_ms AS at, last_energy_wh AS energyWh FROM progress
    WHERE transaction_id = ? AND last_energy_wh IS NOT NULL`);

  const named = database
    .prepare(`
    SELECT id FROM charge_points WHERE id = @name COLLATE NOCASE OR serial_number = @name COLLATE NOCASE
      OR box_serial_number = @name COLLATE NOCASE LIMIT 10`)
    .pluck();
  const firmwareTold = database.prepare(`
    SELECT 1 FROM jobs j JOIN charge_points c ON c.ref = j.charge_point_ref
    WHERE c.id = ? AND j.job IN ('firmware', 'signed-firmware') AND j.at_ms > ?`);

  const one = (row: unknown): Transaction | null => (row === undefined ? null : toTransaction(row as TransactionRow));
  const many = (rows: unknown[]): Transaction[] => (rows as TransactionRow[]).map(toTransaction);

  return {
    ...operationReads(database),
    ...localListReads(database),
    ...tokenReads(database),
    ...reservationReads(database),
    ...keptConfigurationReads(database),
    ...fileJobReads(database),
    ...campaignReads(database),
    ...credentialReads(database),
    ...securityProfileReads(database),
    ...certificateReads(database),
    ...commitmentReads(database),
    ...keptChargingProfileReads(database),
    ...dialectReads(database),
    ...foreignPeakReads(database),
    ...siteLimitReads(database),
    ...chargingWishReads(database),
    ...upstreamReads(database),
    registration: (id: string) => (registration.get(id) as Registration | undefined) ?? null,
    chargePoints: () => chargePoints.all() as { id: string; registration: Registration }[],
    /** Charge points that bear this name: their id, or a serial number that they report; whatever the case. */
    chargePointsNamed: (name: string) => named.all({ name }) as string[],
    firmwareToldSince: (id: string, since: Instant) => firmwareTold.get(id, since) !== undefined,
    nameplate: (id: string) => (nameplate.get(id) as Nameplate | undefined) ?? null,
    connectorStatus: (id: string, connectorId: number) =>
      (connectorStatus.get(id, connectorId) as ConnectorStatus | undefined) ?? null,
    countChargePoints: (state: Registration) => count.get(state) as number,
    isAlertOpen: (id: string) => openAlert.get(id) !== undefined,
    nextTransactionId: () => Number(nextId.get()),
    transaction: (chargePointId: string, id: number) => one(byId.get(id, chargePointId)),
    transactionByStart: (chargePointId: string, start: Start) =>
      one(byStart.get(chargePointId, start.at, start.connectorId, idTagKey(start.idTag), start.meterWh)),
    orphanByStop: (chargePointId: string, reported: number, stop: Stop) =>
      one(orphan.get(chargePointId, stop.at, reported, stop.meterWh)),
    hasOrphan: (chargePointId: string, reported: number) => orphanOf.get(chargePointId, reported) !== undefined,
    runningOn: (chargePointId: string) => many(runningOn.all(chargePointId)),
    runningWith: (idTag: string) => many(runningWith.all(idTagKey(idTag))),
    previousOn: (chargePointId: string, start: Start) =>
      one(previousOn.get(chargePointId, start.connectorId, start.at)),
    startedDuring: (chargePointId: string, connectorId: number, from: Instant, before: Instant) =>
      many(startedDuring.all(chargePointId, connectorId, from, before)),
    lastRegister: (transactionId: number) => (lastRegister.get(transactionId) as RegisterAt | undefined) ?? null,
  };
}
