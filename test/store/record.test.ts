import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { type Instant, instant, wattHours } from '../../src/domain/units.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { nameplate, reading, registered, started, stop, stopped, token } from '../support/things.ts';

const at = (seconds: number): Instant => instant(NOON + seconds * 1_000);

function createWorld(...events: Event[]) {
  const ledger = openLedger();
  ledger.given(registered(), ...events);
  return ledger;
}

describe('charge points', () => {
  it('are registered once, change their registration, and boot', () => {
    const { given, rows } = createWorld();
    expect(() => given(registered())).toThrow(/UNIQUE/);
    given({ type: 'registration-changed', chargePointId: 'CP1', registration: 'rejected', at: at(1) });
    const boot = (seconds: number, firmwareVersion: string): Event => ({
      type: 'charge-point-booted',
      repeated: false,
      chargePointId: 'CP1',
      nameplate: nameplate({ serialNumber: 'S1', firmwareVersion, meterType: 'M' }),
      at: at(seconds),
    });
    given(boot(5, '1.0'));
    given(boot(9, '1.1'));
    expect(rows('SELECT * FROM charge_points')).toEqual([
      {
        ref: 1,
        id: 'CP1',
        registration: 'rejected',
        vendor: 'Vendor',
        model: 'Model',
        serial_number: 'S1',
        box_serial_number: null,
        firmware_version: '1.1',
        iccid: null,
        imsi: null,
        meter_type: 'M',
        meter_serial_number: null,
        first_seen_ms: NOON,
        last_boot_ms: at(9),
        boots: 2,
      },
    ]);
  });

  it('that were never registered can have no rows', () => {
    const { given } = createWorld();
    expect(() => given(started(1, {}, 'stranger'))).toThrow('charge point stranger is not registered');
  });
});

describe('status', () => {
  const reported = (status: 'Available' | 'Faulted' | 'Charging', atS: number, receivedS = atS): Event => ({
    type: 'status-reported',
    chargePointId: 'CP1',
    report: {
      connectorId: 1,
      status,
      errorCode: 'NoError',
      info: 'info',
      vendorId: null,
      vendorErrorCode: '7',
      at: at(atS),
      receivedAt: at(receivedS),
    },
  });
  const current = 'SELECT status FROM connectors';

  it('is the newest by the clock of the charge point; every report is in the log', () => {
    const { given, values, rows } = createWorld();
    given(reported('Charging', 10));
    given(reported('Available', 5, 11));
    expect(values(current)).toEqual(['Charging']);
    given(reported('Faulted', 10, 12));
    expect(values(current)).toEqual(['Faulted']);
    expect(values('SELECT status FROM status_log ORDER BY id')).toEqual(['Charging', 'Available', 'Faulted']);
    expect(rows('SELECT connector_id, info, vendor_error_code, at_ms, received_ms FROM connectors')).toEqual([
      { connector_id: 1, info: 'info', vendor_error_code: '7', at_ms: at(10), received_ms: at(12) },
    ]);
  });

  it('from the future gives way to the next report: the clock has been set', () => {
    const { given, values } = createWorld();
    given(reported('Faulted', 86_400, 0));
    given(reported('Available', 1));
    expect(values(current)).toEqual(['Available']);
  });
});

describe('a transaction', () => {
  it('starts with its evidence and findings, and moves the counter on', () => {
    const { given, rows, reader } = createWorld();
    given({
      ...started(7, { reservationId: 3, idTag: 'Card1' }),
      verdict: { status: 'Accepted', expiresAt: at(60), parentIdTag: 'FLEET' },
      findings: [{ kind: 'overlap', detail: 'odd' }],
    } as Event);
    expect(rows('SELECT * FROM transactions')).toEqual([
      {
        id: 7,
        charge_point_ref: 1,
        state: 'running',
        connector_id: 1,
        id_tag: 'Card1',
        id_tag_key: 'card1',
        started_ms: NOON,
        start_received_ms: NOON,
        meter_start_wh: 1_000,
        reservation_id: 3,
        verdict: 'Accepted',
        verdict_expires_ms: at(60),
        verdict_parent_id_tag: 'FLEET',
        stopped_ms: null,
        stop_received_ms: null,
        meter_stop_wh: null,
        stop_reason: null,
        stop_id_tag: null,
        reported_transaction_id: null,
        proposed_transaction_id: null,
        token_key: null,
        group_key: 'fleet',
      },
    ]);
    expect(reader.nextTransactionId()).toBe(8);
    expect(rows('SELECT transaction_id, kind, message FROM evidence')).toEqual([
      { transaction_id: 7, kind: 'start', message: '[2,"1","StartTransaction",{}]' },
    ]);
    expect(rows('SELECT kind, detail, found_ms, resolved_ms FROM findings')).toEqual([
      { kind: 'overlap', detail: 'odd', found_ms: NOON, resolved_ms: null },
    ]);
  });

  it('is never the same start twice, whatever the case of its idTag', () => {
    const { given } = createWorld(started(1));
    expect(() => given(started(2))).toThrow(/UNIQUE/);
    expect(() => given(started(2, { idTag: 'card1' }))).toThrow(/UNIQUE/);
    given(started(2, { connectorId: 2 }));
    given(started(3, { meterWh: wattHours(1_001) }));
  });

  it('stops once', () => {
    const { given, rows } = createWorld(started(1), stopped(1));
    expect(rows('SELECT state, stopped_ms, meter_stop_wh, stop_reason, stop_id_tag FROM transactions')).toEqual([
      { state: 'stopped', stopped_ms: at(3_600), meter_stop_wh: 8_000, stop_reason: 'Local', stop_id_tag: 'CARD1' },
    ]);
    expect(() => given(stopped(1))).toThrow('transaction 1 is not running');
    expect(() => given(stopped(2))).toThrow('transaction 2 is not running');
    expect(rows('SELECT kind FROM evidence ORDER BY id')).toEqual([{ kind: 'start' }, { kind: 'stop' }]);
  });

  it('without a start is an orphan under an id of ours', () => {
    const orphan = (transactionId: number): Event => ({
      type: 'orphan-stopped',
      chargePointId: 'CP1',
      transactionId,
      reportedTransactionId: -1,
      proposedTransactionId: 4,
      stop: stop(),
      evidence: { kind: 'stop', message: 'm', receivedAt: NOON },
      findings: [{ kind: 'missing-start', detail: 'none' }],
    });
    const { given, rows, reader } = createWorld(orphan(5));
    expect(
      rows(
        'SELECT id, state, started_ms, meter_stop_wh, reported_transaction_id, proposed_transaction_id FROM transactions',
      ),
    ).toEqual([
      {
        id: 5,
        state: 'orphan',
        started_ms: null,
        meter_stop_wh: 8_000,
        reported_transaction_id: -1,
        proposed_transaction_id: 4,
      },
    ]);
    expect(reader.nextTransactionId()).toBe(6);
    expect(() => given(orphan(6))).toThrow(/UNIQUE/);
  });
});

describe('what is kept beside a transaction', () => {
  it('is at most 50 messages, however often a charge point repeats itself', () => {
    const { given, values } = createWorld(started(1));
    for (let times = 0; times < 60; times++) {
      given({
        type: 'evidence-added',
        transactionId: 1,
        evidence: { kind: 'start-repeated', message: `${times}`, receivedAt: NOON },
      });
    }
    expect(values('SELECT count(*) FROM evidence')).toEqual([50]);
    expect(values('SELECT message FROM evidence ORDER BY id DESC LIMIT 1')).toEqual(['48']);
  });

  it('is at most 100 findings, the same one counting once, and some are resolved', () => {
    const { given, rows, values } = createWorld(started(1));
    const found = (detail: string): Event => ({
      type: 'findings-added',
      transactionId: 1,
      findings: [{ kind: 'missing-stop', detail }],
      at: at(1),
    });
    given(found('a'));
    given(found('a'));
    given({ type: 'finding-resolved', transactionId: 1, kind: 'missing-stop', at: at(2) });
    given({ type: 'finding-resolved', transactionId: 1, kind: 'missing-stop', at: at(3) });
    expect(rows('SELECT detail, found_ms, resolved_ms FROM findings')).toEqual([
      { detail: 'a', found_ms: at(1), resolved_ms: at(2) },
    ]);
    for (let times = 0; times < 110; times++) given(found(`${times}`));
    expect(values('SELECT count(*) FROM findings')).toEqual([100]);
  });
});

describe('tokens', () => {
  it('are put, replaced and removed without regard to case', () => {
    const { given, rows } = createWorld({ type: 'token-put', token: token({ idTag: 'Card1' }), at: NOON });
    given({
      type: 'token-put',
      token: token({ idTag: 'CARD1', status: 'Blocked', expiresAt: at(9), parentIdTag: 'P', note: 'n' }),
      at: at(1),
    });
    expect(rows('SELECT * FROM tokens')).toEqual([
      {
        id_tag_key: 'card1',
        id_tag: 'CARD1',
        status: 'Blocked',
        expires_ms: at(9),
        parent_id_tag: 'P',
        note: 'n',
        aliases: '[]',
        cost_centre: null,
        rules: null,
        source: 'api',
        created_ms: NOON,
        updated_ms: at(1),
      },
    ]);
    given({ type: 'token-removed', idTag: 'cArD1', at: at(2) });
    expect(rows('SELECT * FROM tokens')).toEqual([]);
  });
});

describe('jobs and security events', () => {
  it('keep the last state of each job, and every event', () => {
    const job = (status: string, seconds: number): Event => ({
      type: 'job-status-reported',
      chargePointId: 'CP1',
      job: 'firmware',
      status,
      requestId: seconds,
      at: at(seconds),
    });
    const { rows } = createWorld(job('Downloading', 1), job('Installed', 2), {
      type: 'security-event-reported',
      chargePointId: 'CP1',
      kind: 'TamperDetectionActivated',
      techInfo: 'lid',
      at: NOON,
      receivedAt: at(3),
    });
    expect(rows('SELECT job, status, request_id, at_ms FROM jobs')).toEqual([
      { job: 'firmware', status: 'Installed', request_id: 2, at_ms: at(2) },
    ]);
    expect(rows('SELECT kind, tech_info, at_ms, received_ms FROM security_events')).toEqual([
      { kind: 'TamperDetectionActivated', tech_info: 'lid', at_ms: NOON, received_ms: at(3) },
    ]);
  });
});

describe('alerts', () => {
  it('count while they last, and begin anew after they were cleared', () => {
    const raised = (seconds: number, text: string): Event => ({
      type: 'alert-raised',
      alert: { id: 'a', kind: 'k', chargePointId: null, text, fix: 'f' },
      at: at(seconds),
    });
    const { given, rows } = createWorld(raised(0, 'one'), raised(1, 'two'));
    const state = () => rows('SELECT text, since_ms, last_ms, times, cleared_ms FROM alerts');
    expect(state()).toEqual([{ text: 'two', since_ms: NOON, last_ms: at(1), times: 2, cleared_ms: null }]);
    given({ type: 'alert-cleared', id: 'a', at: at(2) });
    given({ type: 'alert-cleared', id: 'a', at: at(3) });
    expect(state()).toMatchObject([{ cleared_ms: at(2) }]);
    given(raised(5, 'three'));
    expect(state()).toEqual([{ text: 'three', since_ms: at(5), last_ms: at(5), times: 1, cleared_ms: null }]);
  });
});

describe('what is only seen', () => {
  it('makes no row', () => {
    const { given, database } = createWorld();
    const before = database.prepare('SELECT total_changes()').pluck().get();
    given({ type: 'connection-opened', chargePointId: 'CP1', remoteAddress: 'x', at: NOON });
    given({ type: 'connection-closed', chargePointId: 'CP1', at: NOON });
    given({
      type: 'readings-taken',
      chargePointId: 'CP1',
      connectorId: 1,
      transactionId: null,
      readings: [reading()],
      dropped: 0,
      receivedAt: NOON,
    });
    expect(database.prepare('SELECT total_changes()').pluck().get()).toBe(before);
  });
});
