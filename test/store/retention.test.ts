import { describe, expect, it } from 'vitest';
import { createRetention, growing } from '../../src/store/retention.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { registered, started } from '../support/things.ts';

function createWorld() {
  const ledger = openLedger();
  ledger.given(registered(), started(1));
  const insert = ledger.database.prepare(
    "INSERT INTO telemetry (charge_point_ref, connector_id, at_ms, received_ms, context, quality) VALUES (1, 1, 0, ?, 'Trigger', 'measured')",
  );
  return {
    ...ledger,
    sweep: createRetention(ledger.database),
    fill: ledger.database.transaction((rows: number, receivedMs: number) => {
      for (let row = 0; row < rows; row++) insert.run(receivedMs);
    }),
    left: () => ledger.values('SELECT count(*) FROM telemetry')[0],
  };
}

describe('retention', () => {
  it('drops the oldest rows by the thousand, and stops at what is young enough', () => {
    const { sweep, fill, left } = createWorld();
    fill(2_300, NOON - 1);
    fill(500, NOON);
    expect([sweep('telemetry', NOON), left()]).toEqual([1_000, 1_800]);
    expect([sweep('telemetry', NOON), left()]).toEqual([1_000, 800]);
    expect([sweep('telemetry', NOON), left()]).toEqual([300, 500]);
    expect([sweep('telemetry', NOON), left()]).toEqual([0, 500]);
  });

  it.each([
    ['status_log', "INSERT INTO status_log VALUES (NULL, 1, 1, 'Available', 'NoError', NULL, NULL, NULL, 0, ?)"],
    ['security_events', "INSERT INTO security_events VALUES (NULL, 1, 'k', NULL, 0, ?)"],
  ] as const)('goes by the time of receipt in %s, whatever the charge point stamped', (table, sql) => {
    const { database, sweep, values } = createWorld();
    database.prepare(sql).run(NOON - 1);
    database.prepare(sql).run(NOON + 1);
    expect([sweep(table, NOON), sweep(table, NOON)]).toEqual([1, 0]);
    expect(values(`SELECT received_ms FROM ${table}`)).toEqual([NOON + 1]);
  });

  it('drops entries of the audit that are old', () => {
    const { database, sweep, values } = createWorld();
    const add = database.prepare(
      "INSERT INTO audit (at_ms, who, method, route, target, status, left_out) VALUES (?, 'local', 'PUT', '/', '/', 200, 0)",
    );
    add.run(NOON - 1);
    add.run(NOON);
    expect([sweep('audit', NOON), sweep('audit', NOON)]).toEqual([1, 0]);
    expect(values('SELECT at_ms FROM audit')).toEqual([NOON]);
  });

  it('drops operations that are over, and none that still waits', () => {
    const { database, sweep, values } = createWorld();
    const add = database.prepare(
      "INSERT INTO operations (id, charge_point_ref, action, request, state, requested_ms, closed_ms) VALUES (?, 1, 'Reset', '{}', 'done', 0, ?)",
    );
    add.run('waits', null);
    for (let at = 0; at < 1_500; at++) add.run(`old-${at}`, NOON - 1);
    add.run('young', NOON);
    expect([sweep('operations', NOON), sweep('operations', NOON), sweep('operations', NOON)]).toEqual([999, 501, 0]);
    expect(values('SELECT id FROM operations ORDER BY id')).toEqual(['waits', 'young']);
  });

  it('drops reservations that ended without a session, however many with one stand before them', () => {
    const { database, sweep, values } = createWorld();
    const add = database.prepare(`
      INSERT INTO reservations VALUES (?, 1, 7, 1, 'CARD1', NULL, 0, ?, NULL, '', 0, 0, ?, NULL, NULL, 0, ?)`);
    for (let id = 1; id <= 1_200; id++) add.run(id, 'used', NOON - 1, 1);
    add.run(2_000, 'expired', NOON - 1, null);
    add.run(2_001, 'active', null, null);
    expect([sweep('reservations', NOON), sweep('reservations', NOON)]).toEqual([1, 0]);
    expect(values('SELECT count(*) FROM reservations')).toEqual([1_201]);
    expect(values("SELECT id FROM reservations WHERE state = 'active'")).toEqual([2_001]);
  });

  it('drops plans of sessions and bookings that are over, and none of a token', () => {
    const { database, sweep, values } = createWorld();
    const add = database.prepare('INSERT INTO charging_wishes VALUES (?, ?, ?, NULL, NULL, NULL, NULL, NULL, ?)');
    add.run('transaction:1', 'transaction', '1', NOON - 1);
    add.run('transaction:99', 'transaction', '99', NOON - 1);
    add.run('transaction:98', 'transaction', '98', NOON);
    add.run('reservation:5', 'reservation', '5', NOON - 1);
    add.run('token:card1', 'token', 'CARD1', NOON - 1);
    expect([sweep('charging_wishes', NOON), sweep('charging_wishes', NOON)]).toEqual([2, 0]);
    expect(values('SELECT subject FROM charging_wishes ORDER BY subject')).toEqual([
      'token:card1',
      'transaction:1',
      'transaction:98',
    ]);
  });

  it('drops file jobs with their tokens and what is left of files, but none whose file is kept, nor the last number', () => {
    const { database, sweep, values } = createWorld();
    const addJob = database.prepare(`
      INSERT INTO file_jobs VALUES (?, 1, 'log', 'done', '', '{}', ?, 0, NULL, NULL, 1, NULL, 0, 0, NULL, ?)`);
    const addFile = database.prepare("INSERT INTO stored_files VALUES (?, ?, 'n', 1, 'h', NULL, 0, ?, NULL)");
    addJob.run('gone', 100_001, NOON - 1);
    addFile.run('dropped', 'gone', NOON - 1);
    database.exec("INSERT INTO file_tokens VALUES ('hash', 'gone', 'upload', 'ended', 0, 1)");
    addJob.run('has-file', 100_002, NOON - 1);
    addFile.run('kept', 'has-file', null);
    addJob.run('running', 100_003, null);
    addJob.run('young', 100_004, NOON);
    addJob.run('unnumbered', null, NOON - 1);
    addJob.run('last', 100_005, NOON - 1);
    expect([sweep('file_jobs', NOON), sweep('file_jobs', NOON)]).toEqual([2, 0]);
    expect(values('SELECT id FROM file_jobs ORDER BY id')).toEqual(['has-file', 'last', 'running', 'young']);
    expect(values('SELECT id FROM stored_files')).toEqual(['kept']);
    expect(values('SELECT hash FROM file_tokens')).toEqual([]);
    expect(database.pragma('foreign_key_check')).toEqual([]);
  });

  it('drops campaigns that are over with their items, and none of which an update still runs', () => {
    const { database, sweep, values } = createWorld();
    const add = (id: string, state: string, item: string, changedMs: number): void => {
      database.prepare("INSERT INTO campaigns VALUES (?, '{}', ?, '', 0, ?)").run(id, state, changedMs);
      database.prepare("INSERT INTO campaign_items VALUES (?, 0, 1, ?, NULL, '')").run(id, item);
    };
    add('done', 'done', 'done', NOON - 1);
    add('stopped', 'stopped', 'running', NOON - 1);
    add('paused', 'paused', 'waiting', NOON - 1);
    add('young', 'cancelled', 'cancelled', NOON);
    expect([sweep('campaigns', NOON), sweep('campaigns', NOON)]).toEqual([1, 0]);
    const left = ['paused', 'stopped', 'young'];
    expect(values('SELECT id FROM campaigns ORDER BY id')).toEqual(left);
    expect(values('SELECT campaign_id FROM campaign_items ORDER BY campaign_id')).toEqual(left);
  });

  it('never touches the ledger', () => {
    const { sweep, values } = createWorld();
    for (const table of growing) sweep(table, NOON * 2);
    expect(values('SELECT count(*) FROM transactions')).toEqual([1]);
    expect(values('SELECT count(*) FROM evidence')).toEqual([1]);
  });
});
