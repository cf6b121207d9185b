import type { Event } from '../../src/domain/events.ts';
import { instant, type Monotonic, wattHours } from '../../src/domain/units.ts';
import { type Database, openStore } from '../../src/store/database.ts';
import { openOutbox } from '../../src/store/outbox.ts';
import { createRecorder } from '../../src/store/record.ts';
import { nameplate, registered, started, stopped } from './things.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What so many charge points and days without a line to the backend leave in a store, written as the controller writes it. */
export type MonthOffline = {
  readonly database: Database;
  readonly epoch: string;
  readonly sessions: number;
  readonly readings: number;
};

/** Two sessions a day each, of two hours, with a reading a minute; the last day ends at `end`. */
export function monthOffline(
  end: number,
  { chargePoints = 50, days = 30, path = ':memory:' }: { chargePoints?: number; days?: number; path?: string } = {},
): MonthOffline {
  const begin = end - days * DAY_MS;
  let now = begin;
  const { database, epoch } = openStore(path, { now, newId: () => 'month' });
  const outbox = openOutbox(database, {
    epoch,
    boot: '11111111-2222-3333-4444-555555555555',
    now: () => instant(now),
    monotonic: () => (now - begin) as Monotonic,
  });
  const record = createRecorder(database, outbox);
  const insert = database.prepare(`
    INSERT INTO telemetry (charge_point_ref, connector_id, transaction_id, at_ms, received_ms, context, energy_wh, power_w,
      l1_ma, l2_ma, l3_ma, l1_mv, l2_mv, l3_mv, quality)
    VALUES (?, 1, ?, ?, ?, 'Sample.Periodic', ?, ?, ?, ?, ?, ?, ?, ?, 'measured')`);
  let transactionId = 0;
  let readings = 0;
  const status = (chargePointId: string, text: 'Available' | 'Preparing' | 'Charging' | 'Finishing'): Event => ({
    type: 'status-reported',
    chargePointId,
    report: {
      connectorId: 1,
      status: text,
      errorCode: 'NoError',
      info: null,
      vendorId: null,
      vendorErrorCode: null,
      at: instant(now),
      receivedAt: instant(now),
    },
  });

  /** Two hours of it at one charge point. */
  function session(index: number, day: number, half: number): void {
    const id = nameOf(index);
    transactionId += 1;
    const from = begin + day * DAY_MS + half * 8 * HOUR_MS + index * 60_000;
    const startWh = wattHours((day * 2 + half) * 14_000);
    now = from;
    const card = `CARD${index % 40}`;
    record(status(id, 'Preparing'));
    record(started(transactionId, { idTag: card, at: instant(from), receivedAt: instant(from), meterWh: startWh }, id));
    record(status(id, 'Charging'));
    for (let minute = 1; minute <= 120; minute++) {
      const at = from + minute * 60_000;
      const wobble = (minute * 37 + index * 11) % 60;
      insert.run(
        index + 1,
        transactionId,
        at,
        at + 300,
        startWh + minute * 115,
        6_900 + wobble,
        10_000 + wobble,
        9_980 + wobble,
        10_010 - wobble,
        230_100 + wobble,
        229_800,
        230_400 - wobble,
      );
      readings += 1;
    }
    now = from + 2 * HOUR_MS;
    const stop = { idTag: card, at: instant(now), receivedAt: instant(now), meterWh: wattHours(startWh + 13_800) };
    record(stopped(transactionId, stop, id));
    record(status(id, 'Finishing'));
    record(status(id, 'Available'));
  }

  const oneDay = database.transaction((day: number) => {
    for (const half of [0, 1]) for (let index = 0; index < chargePoints; index++) session(index, day, half);
  });
  database.transaction(() => {
    for (let index = 0; index < chargePoints; index++) {
      record(registered(nameOf(index)));
      record({
        type: 'charge-point-booted',
        chargePointId: nameOf(index),
        nameplate: nameplate(),
        repeated: false,
        at: instant(now),
      });
    }
  })();
  for (let day = 0; day < days; day++) oneDay(day);
  return { database, epoch, sessions: transactionId, readings };
}

const nameOf = (index: number): string => `CP${String(index + 1).padStart(3, '0')}`;
