import type { Database } from 'better-sqlite3';
import type { Evidence, LedgerEvent } from '../domain/events.ts';
import type { Finding } from '../domain/findings.ts';
import { idTagKey } from '../domain/token.ts';
import type { Instant } from '../domain/units.ts';
import { securityEventWriter } from './security-events.ts';
import type { RefOf, Writers } from './writers.ts';

/** Rows of charge points, transactions, and what is seen of both. */
export function ledgerWriters(database: Database, refOf: RefOf): Writers<LedgerEvent> {
  const write = prepareWrites(database);
  const securityEvent = securityEventWriter(database);
  const addEvidence = (transactionId: number, evidence: Evidence): void => {
    write.evidence.run({ transactionId, ...evidence });
  };
  const addFindings = (transactionId: number, findings: readonly Finding[], at: Instant): void => {
    for (const finding of findings) write.finding.run({ transactionId, ...finding, at });
  };
  /** Seen, not kept: connections live in memory, readings go through telemetry.ts. */
  const seen = (): void => undefined;

  return {
    'charge-point-registered': (event) => {
      write.register.run(event.chargePointId, event.registration, event.at);
    },
    'registration-changed': (event) => {
      write.changeRegistration.run(event.registration, event.chargePointId);
    },
    'charge-point-booted': (event) => {
      const row = { ...event.nameplate, id: event.chargePointId, at: event.at };
      write.boot.run({ ...row, reboots: event.repeated ? 0 : 1 });
    },
    'status-reported': (event) => {
      const { report } = event;
      const row = { ref: refOf(event.chargePointId), ...report };
      write.logStatus.run(row);
      write.status.run(row);
    },
    'transaction-started': (event) => {
      const { start, verdict, transactionId } = event;
      write.start.run({
        id: transactionId,
        ref: refOf(event.chargePointId),
        connectorId: start.connectorId,
        idTag: start.idTag,
        idTagKey: idTagKey(start.idTag),
        at: start.at,
        receivedAt: start.receivedAt,
        meterWh: start.meterWh,
        reservationId: start.reservationId,
        verdict: verdict.status,
        verdictExpiresAt: verdict.expiresAt,
        verdictParentIdTag: verdict.parentIdTag,
        tokenKey: tokenKeyOf(event),
        groupKey: verdict.parentIdTag === null ? null : idTagKey(verdict.parentIdTag),
      });
      write.nextTransactionId.run(String(transactionId + 1));
      addEvidence(transactionId, event.evidence);
      addFindings(transactionId, event.findings, start.receivedAt);
    },
    'transaction-stopped': (event) => {
      const { stop, transactionId } = event;
      const { changes } = write.stop.run({ id: transactionId, ...stop });
      if (changes !== 1) throw new Error(`transaction ${transactionId} is not running`);
      addEvidence(transactionId, event.evidence);
      addFindings(transactionId, event.findings, stop.receivedAt);
    },
    'orphan-stopped': (event) => {
      const { stop, transactionId } = event;
      write.orphan.run({
        id: transactionId,
        ref: refOf(event.chargePointId),
        ...stop,
        reportedTransactionId: event.reportedTransactionId,
        proposedTransactionId: event.proposedTransactionId,
      });
      write.nextTransactionId.run(String(transactionId + 1));
      addEvidence(transactionId, event.evidence);
      addFindings(transactionId, event.findings, stop.receivedAt);
    },
    'evidence-added': (event) => {
      addEvidence(event.transactionId, event.evidence);
    },
    'findings-added': (event) => {
      addFindings(event.transactionId, event.findings, event.at);
    },
    'finding-resolved': (event) => {
      write.resolveFinding.run(event.at, event.transactionId, event.kind);
    },
    'job-status-reported': (event) => {
      write.job.run(refOf(event.chargePointId), event.job, event.status, event.requestId, event.at);
    },
    'security-event-reported': (event) => {
      securityEvent(refOf(event.chargePointId), event.kind, event.techInfo, event.at, event.receivedAt);
    },
    'alert-raised': (event) => {
      write.alert.run({ ...event.alert, at: event.at });
    },
    'alert-cleared': (event) => {
      write.clearAlert.run(event.at, event.id);
    },
    'readings-taken': seen,
    'connection-opened': seen,
    'connection-closed': seen,
  };
}

/** Null where the card said the token's own name, as nearly all do. */
function tokenKeyOf({ token, start }: Extract<LedgerEvent, { type: 'transaction-started' }>): string | null {
  const key = token === undefined ? null : idTagKey(token);
  return key === idTagKey(start.idTag) ? null : key;
}

function prepareWrites(database: Database) {
  return {
    register: database.prepare('INSERT INTO charge_points (id, registration, first_seen_ms) VALUES (?, ?, ?)'),
    changeRegistration: database.prepare('UPDATE charge_points SET registration = ? WHERE id = ?'),
    boot: database.prepare(`
      UPDATE charge_points SET vendor = @vendor, model = @model, serial_number = @serialNumber, box_serial_number = @boxSerialNumber,
        firmware_version = @firmwareVersion, iccid = @iccid, imsi = @imsi, meter_type = @meterType,
        meter_serial_number = @meterSerialNumber, boots = boots + @reboots,
        last_boot_ms = CASE WHEN @reboots = 0 AND last_boot_ms IS NOT NULL THEN last_boot_ms ELSE @at END
      WHERE id = @id`),
    logStatus: database.prepare(`
      INSERT INTO status_log (charge_point_ref, connector_id, status, error_code, info, vendor_id, vendor_error_code, at_ms, received_ms)
      VALUES (@ref, @connectorId, @status, @errorCode, @info, @vendorId, @vendorErrorCode, @at, @receivedAt)`),
    // An older state that arrives late does not replace a newer one (OCPP 1.6 section 4.9); after a clock step it does.
    status: database.prepare(`
      INSERT INTO connectors (charge_point_ref, connector_id, status, error_code, info, vendor_id, vendor_error_code, at_ms, received_ms)
      VALUES (@ref, @connectorId, @status, @errorCode, @info, @vendorId, @vendorErrorCode, @at, @receivedAt)
      ON CONFLICT DO UPDATE SET status = excluded.status, error_code = excluded.error_code, info = excluded.info,
        vendor_id = excluded.vendor_id, vendor_error_code = excluded.vendor_error_code, at_ms = excluded.at_ms,
        received_ms = excluded.received_ms
      WHERE excluded.at_ms >= at_ms OR at_ms > excluded.received_ms`),
    nextTransactionId: database.prepare("UPDATE meta SET value = ? WHERE key = 'next_transaction_id'"),
    start: database.prepare(`
      INSERT INTO transactions (id, charge_point_ref, state, connector_id, id_tag, id_tag_key, started_ms, start_received_ms,
        meter_start_wh, reservation_id, verdict, verdict_expires_ms, verdict_parent_id_tag,
        token_key, group_key)
      VALUES (@id, @ref, 'running', @connectorId, @idTag, @idTagKey, @at, @receivedAt, @meterWh, @reservationId, @verdict,
        @verdictExpiresAt, @verdictParentIdTag, @tokenKey, @groupKey)`),
    stop: database.prepare(`
      UPDATE transactions SET state = 'stopped', stopped_ms = @at, stop_received_ms = @receivedAt, meter_stop_wh = @meterWh,
        stop_reason = @reason, stop_id_tag = @idTag
      WHERE id = @id AND state = 'running'`),
    orphan: database.prepare(`
      INSERT INTO transactions (id, charge_point_ref, state, stopped_ms, stop_received_ms, meter_stop_wh, stop_reason, stop_id_tag,
        reported_transaction_id, proposed_transaction_id)
      VALUES (@id, @ref, 'orphan', @at, @receivedAt, @meterWh, @reason, @idTag, @reportedTransactionId, @proposedTransactionId)`),
    // A charge point that repeats itself for ever must not fill the disk: the first 50 messages are evidence enough.
    evidence: database.prepare(`
      INSERT INTO evidence (transaction_id, kind, message, received_ms) SELECT @transactionId, @kind, @message, @receivedAt
      WHERE (SELECT count(*) FROM evidence WHERE transaction_id = @transactionId) < 50`),
    finding: database.prepare(
      // Bounded for the same reason.
      `INSERT INTO findings (transaction_id, kind, detail, found_ms) SELECT @transactionId, @kind, @detail, @at
       WHERE (SELECT count(*) FROM findings WHERE transaction_id = @transactionId) < 100 ON CONFLICT DO NOTHING`,
    ),
    resolveFinding: database.prepare(
      'UPDATE findings SET resolved_ms = ? WHERE transaction_id = ? AND kind = ? AND resolved_ms IS NULL',
    ),
    job: database.prepare(`
      INSERT INTO jobs (charge_point_ref, job, status, request_id, at_ms) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET status = excluded.status, request_id = excluded.request_id, at_ms = excluded.at_ms`),
    alert: database.prepare(`
      INSERT INTO alerts (id, kind, charge_point_id, text, fix, since_ms, last_ms, times)
      VALUES (@id, @kind, @chargePointId, @text, @fix, @at, @at, 1)
      ON CONFLICT DO UPDATE SET text = excluded.text, fix = excluded.fix, last_ms = excluded.last_ms,
        since_ms = CASE WHEN cleared_ms IS NULL THEN since_ms ELSE excluded.since_ms END,
        times = CASE WHEN cleared_ms IS NULL THEN times + 1 ELSE 1 END, cleared_ms = NULL`),
    clearAlert: database.prepare('UPDATE alerts SET cleared_ms = ? WHERE id = ? AND cleared_ms IS NULL'),
  };
}
