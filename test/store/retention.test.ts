import { describe, expect, it } from 'vitest';
import { createRetention } from '../../src/store/retention.ts';
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

  it('never touches the ledger', () => {
    const { sweep, values } = createWorld();
    for (const table of ['telemetry', 'status_log', 'security_events'] as const) sweep(table, NOON * 2);
    expect(values('SELECT count(*) FROM transactions')).toEqual([1]);
    expect(values('SELECT count(*) FROM evidence')).toEqual([1]);
  });
});
