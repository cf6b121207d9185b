import { describe, expect, it } from 'vitest';
import { monotonic } from '../../src/domain/units.ts';
import { openOutbox, outboxReads, outboxWrites } from '../../src/store/outbox.ts';
import { createRecorder } from '../../src/store/record.ts';
import { toldEvents } from '../../src/store/told-upstream.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { registered, started, stopped } from '../support/things.ts';

function createWorld(ledger = openLedger()) {
  const open = (epoch = ledger.epoch, boot = 'boot-1') => {
    const outbox = openOutbox(ledger.database, { epoch, boot, now: () => NOON, monotonic: () => monotonic(5) });
    return ledger.database.transaction((...events: Parameters<ReturnType<typeof createRecorder>>[0][]) => {
      const record = createRecorder(ledger.database, outbox);
      for (const event of events) record(event);
    });
  };
  const reads = outboxReads(ledger.database);
  const types = (after = 0) => reads.eventsAfter(after, 1_000).map(({ seq, type }) => [seq, type]);
  return { ...ledger, open, reads, writes: outboxWrites(ledger.database), types };
}

describe('the outbox', () => {
  it('takes what happens in its order, with a session whole when it stops', () => {
    const { open, reads, types } = createWorld();
    const given = open();
    given(registered(), started(1), stopped(1));
    expect(types()).toEqual([
      [1, 'epoch-began'],
      [2, 'charge-point-registered'],
      [3, 'transaction-started'],
      [4, 'transaction-stopped'],
    ]);
    const last = reads.eventsAfter(3, 1)[0];
    expect(last).toMatchObject({ subject: 'charge-points/CP1', boot: 'boot-1', monoMs: 5 });
    expect(JSON.parse(last?.body ?? '')).toMatchObject({
      transactionId: 1,
      chargePointId: 'CP1',
      meterStartWh: 1_000,
      meterStopWh: 8_000,
      energyWh: 7_000,
      state: 'stopped',
    });
  });

  it('holds nothing of what was undone, and gives its number to the next', () => {
    const { open, types } = createWorld();
    const given = open();
    given(registered());
    expect(() => given(started(1), stopped(77))).toThrow('not running');
    given(started(1));
    expect(types(1)).toEqual([
      [2, 'charge-point-registered'],
      [3, 'transaction-started'],
    ]);
  });

  it('says an alert once as long as it is open', () => {
    const { open, types } = createWorld();
    const given = open();
    const alert = { id: 'a', kind: 'k', chargePointId: null, text: 't', fix: 'f' };
    given({ type: 'alert-raised', alert, at: NOON }, { type: 'alert-raised', alert, at: NOON });
    given({ type: 'alert-cleared', id: 'a', at: NOON }, { type: 'alert-raised', alert, at: NOON });
    expect(types(1).map(([, type]) => type)).toEqual(['alert-raised', 'alert-cleared', 'alert-raised']);
  });

  it('opened for the first time tells the ledger as it stands, and no telemetry of before', () => {
    const world = createWorld();
    world.given(registered(), started(1), stopped(1), started(2, { connectorId: 2 }));
    world.database.exec(
      "INSERT INTO telemetry (charge_point_ref, connector_id, at_ms, received_ms, context, quality) VALUES (1, 1, 0, 0, 'Trigger', 'measured')",
    );
    world.open();
    expect(world.types()).toEqual([
      [1, 'epoch-began'],
      [2, 'transaction-stopped'],
      [3, 'transaction-started'],
    ]);
    expect(world.reads.acked('t1')).toBe(1);
  });

  it('opened again is the same epoch, and numbers go on behind what was dropped', () => {
    const { open, types, writes, reads } = createWorld();
    open()(registered());
    writes.acknowledge('t0', 2, NOON);
    expect([writes.drop(NOON + 1, 0), reads.firstKept('t0')]).toEqual([2, null]);
    open('epoch-1', 'boot-2')(started(1));
    expect(types()).toEqual([[3, 'transaction-started']]);
    expect(reads.epochs()).toEqual([{ epoch: 'epoch-1', first: { t0: 1, t1: 1 } }]);
  });

  it('a restored store begins an epoch, and what it holds from before keeps its own', () => {
    const { open, reads, types } = createWorld();
    open()(registered());
    open('epoch-2')(started(1));
    expect(reads.epochs()).toEqual([
      { epoch: 'epoch-1', first: { t0: 1, t1: 1 } },
      { epoch: 'epoch-2', first: { t0: 3, t1: 1 } },
    ]);
    expect(types(2)).toEqual([
      [3, 'epoch-began'],
      [4, 'transaction-started'],
    ]);
    expect(JSON.parse(reads.eventsAfter(2, 1)[0]?.body ?? '')).toEqual({ epoch: 'epoch-2', previous: 'epoch-1' });
  });

  it('drops what the backend has and that is old or too much, and never what it has not', () => {
    const { open, reads, writes } = createWorld();
    const given = open();
    given(registered(), started(1), stopped(1));
    expect(writes.drop(NOON + 1e9, 100)).toBe(0);
    writes.acknowledge('t0', 3, NOON);
    writes.acknowledge('t0', 2, NOON);
    expect(reads.acked('t0')).toBe(3);
    expect([writes.drop(NOON, 1), reads.firstKept('t0')]).toEqual([1, 2]);
    expect([writes.drop(NOON + 1e9, 0), reads.firstKept('t0')]).toEqual([2, 4]);
  });

  it('finds the last reading of before a time among however many, also where the first are gone', () => {
    const { database, given, reads } = createWorld();
    given(registered());
    const insert = database.prepare(
      "INSERT INTO telemetry (charge_point_ref, connector_id, at_ms, received_ms, context, quality) VALUES (1, 1, 0, ?, 'Trigger', 'measured')",
    );
    for (let row = 1; row <= 100; row++) insert.run(row * 10);
    const plain = (after: number, beforeMs: number): number =>
      Math.max(after, Math.min(100, Math.ceil(beforeMs / 10) - 1));
    for (const after of [0, 1, 42, 99, 100]) {
      for (const beforeMs of [0, 10, 11, 425, 1_000, 1_001, 5_000]) {
        expect([after, beforeMs, reads.lastReadingBefore(after, beforeMs)]).toEqual([
          after,
          beforeMs,
          plain(after, beforeMs),
        ]);
      }
    }
    database.exec('DELETE FROM telemetry WHERE id <= 30');
    expect(reads.lastReadingBefore(0, 425)).toBe(42);
    expect(reads.lastReadingBefore(30, 300)).toBe(30);
  });

  it('weighs what it holds', () => {
    const { open, reads, rows } = createWorld();
    open()(registered(), started(1));
    const [{ weight }] = rows('SELECT sum(length(body)) AS weight FROM outbox') as [{ weight: number }];
    expect(reads.bytes()).toBe(weight + 3 * 48);
  });

  it('names every event that it tells once', () => {
    expect(new Set(toldEvents).size).toBe(toldEvents.length);
    expect(toldEvents).toContain('transaction-stopped');
    expect(toldEvents).not.toContain('readings-taken');
  });
});
