import type { Database } from 'better-sqlite3';
import type { Event, Evidence } from '../domain/events.ts';
import type { Finding } from '../domain/findings.ts';
import { idTagKey } from '../domain/token.ts';
import type { Instant } from '../domain/units.ts';

/**
 * The only writer of business rows. Call it inside the turn's transaction; it throws where a row can't be written, and
 * the turn then undoes that input alone.
 */
export function createRecorder(database: Database): (event: Event) => void {
  const write = prepareWrites(database);

  const refOf = (chargePointId: string): number => {
    const ref = write.refOf.get(chargePointId) as number | undefined;
    if (ref === undefined) throw new Error(`charge point ${chargePointId} is not registered`);
    return ref;
  };
  const addEvidence = (transactionId: number, evidence: Evidence): void => {
    write.evidence.run({ transactionId, ...evidence });
  };
  const addFindings = (transactionId: number, findings: readonly Finding[], at: Instant): void => {
    for (const finding of findings) write.finding.run({ transactionId, ...finding, at });
  };

  return (event) => {
    switch (event.type) {
      case 'charge-point-registered':
        write.register.run(event.chargePointId, event.registration, event.at);
        return;
      case 'registration-changed':
        write.changeRegistration.run(event.registration, event.chargePointId);
        return;
      case 'charge-point-booted':
        write.boot.run({ ...event.nameplate, id: event.chargePointId, at: event.at });
        return;
      case 'status-reported': {
        const { report } = event;
        const row = { ref: refOf(event.chargePointId), ...report };
        write.logStatus.run(row);
        write.status.run(row);
        return;
      }
      case 'transaction-started': {
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
        });
        write.nextTransactionId.run(String(transactionId + 1));
        addEvidence(transactionId, event.evidence);
        addFindings(transactionId, event.findings, start.receivedAt);
        return;
      }
      case 'transaction-stopped': {
        const { stop, transactionId } = event;
        const { changes } = write.stop.run({ id: transactionId, ...stop });
        if (changes !== 1) throw new Error(`transaction ${transactionId} is not running`);
        addEvidence(transactionId, event.evidence);
        addFindings(transactionId, event.findings, stop.receivedAt);
        return;
      }
      case 'orphan-stopped': {
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
        return;
      }
      case 'evidence-added':
        addEvidence(event.transactionId, event.evidence);
        return;
      case 'findings-added':
        addFindings(event.transactionId, event.findings, event.at);
        return;
      case 'finding-resolved':
        write.resolveFinding.run(event.at, event.transactionId, event.kind);
        return;
      case 'token-put': {
        const { token } = event;
        write.token.run({ ...token, key: idTagKey(token.idTag), at: event.at });
        return;
      }
      case 'token-removed':
        write.removeToken.run(idTagKey(event.idTag));
        return;
      case 'job-status-reported':
        write.job.run(refOf(event.chargePointId), event.job, event.status, event.requestId, event.at);
        return;
      case 'security-event-reported':
        write.securityEvent.run(refOf(event.chargePointId), event.kind, event.techInfo, event.at, event.receivedAt);
        return;
      case 'alert-raised':
        write.alert.run({ ...event.alert, at: event.at });
        return;
      case 'alert-cleared':
        write.clearAlert.run(event.at, event.id);
        return;
      // Seen, not kept: connections live in memory, readings go through telemetry.ts.
      case 'readings-taken':
      case 'connection-opened':
      case 'connection-closed':
        return;
    }
  };
}

function prepareWrites(database: Database) {
  return {
    refOf: database.prepare('SELECT ref FROM charge_points WHERE id = ?').pluck(),
    register: database.prepare('INSERT INTO charge_points (id, registration, first_seen_ms) VALUES (?, ?, ?)'),
    changeRegistration: database.prepare('UPDATE charge_points SET registration = ? WHERE id = ?'),
    boot: database.prepare(`
      UPDATE charge_points SET vendor = @vendor, model = @model, serial_number = @serialNumber, box_serial_number = @boxSerialNumber,
        firmware_version = @firmwareVersion, iccid = @iccid, imsi = @imsi, meter_type = @meterType,
        meter_serial_number = @meterSerialNumber, last_boot_ms = @at, boots = boots + 1
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
        meter_start_wh, reservation_id, verdict, verdict_expires_ms, verdict_parent_id_tag)
      VALUES (@id, @ref, 'running', @connectorId, @idTag, @idTagKey, @at, @receivedAt, @meterWh, @reservationId, @verdict,
        @verdictExpiresAt, @verdictParentIdTag)`),
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
    token: database.prepare(`
      INSERT INTO tokens (id_tag_key, id_tag, status, expires_ms, parent_id_tag, note, created_ms, updated_ms)
      VALUES (@key, @idTag, @status, @expiresAt, @parentIdTag, @note, @at, @at)
      ON CONFLICT DO UPDATE SET id_tag = excluded.id_tag, status = excluded.status, expires_ms = excluded.expires_ms,
        parent_id_tag = excluded.parent_id_tag, note = excluded.note, updated_ms = excluded.updated_ms`),
    removeToken: database.prepare('DELETE FROM tokens WHERE id_tag_key = ?'),
    job: database.prepare(`
      INSERT INTO jobs (charge_point_ref, job, status, request_id, at_ms) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET status = excluded.status, request_id = excluded.request_id, at_ms = excluded.at_ms`),
    securityEvent: database.prepare(
      'INSERT INTO security_events (charge_point_ref, kind, tech_info, at_ms, received_ms) VALUES (?, ?, ?, ?, ?)',
    ),
    alert: database.prepare(`
      INSERT INTO alerts (id, kind, charge_point_id, text, fix, since_ms, last_ms, times)
      VALUES (@id, @kind, @chargePointId, @text, @fix, @at, @at, 1)
      ON CONFLICT DO UPDATE SET text = excluded.text, fix = excluded.fix, last_ms = excluded.last_ms,
        since_ms = CASE WHEN cleared_ms IS NULL THEN since_ms ELSE excluded.since_ms END,
        times = CASE WHEN cleared_ms IS NULL THEN times + 1 ELSE 1 END, cleared_ms = NULL`),
    clearAlert: database.prepare('UPDATE alerts SET cleared_ms = ? WHERE id = ? AND cleared_ms IS NULL'),
  };
}
