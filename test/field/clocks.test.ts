/** Clocks that are wrong (field lesson D6.50): seen while messages come live, told to a person, and never corrected in the books. */
import { expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';

type Room = ReturnType<typeof createControlRoom>;
type Station = ReturnType<Room['boot']>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A status stamped by a clock that is `aheadMs` ahead of ours. */
function status(room: Room, station: Station, aheadMs: number, name = 'Available'): void {
  const timestamp = new Date(room.clock.now() + aheadMs).toISOString();
  station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: name, timestamp });
}

const alerts = (room: Room): unknown[] =>
  room.rows("SELECT times, cleared_ms IS NULL AS open FROM alerts WHERE kind = 'clock-wrong'");
const alertText = (room: Room): unknown => room.values("SELECT text FROM alerts WHERE kind = 'clock-wrong'")[0];
const offsetOf = (room: Room): number | null | undefined => room.controller.lines.get('CP1')?.clock.offsetMs;

it('D6.50 local time sent as UTC (evcc#10399): the second message tells, and a person is told once', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  status(room, station, 2 * HOUR_MS);
  expect(alerts(room)).toEqual([]);
  for (const name of ['Preparing', 'Charging', 'Finishing']) {
    room.clock.advance(5 * MINUTE_MS);
    status(room, station, 2 * HOUR_MS, name);
  }
  expect(offsetOf(room)).toBe(2 * HOUR_MS);
  expect(alerts(room)).toEqual([{ times: 1, open: 1 }]);
  expect(alertText(room)).toMatch(/about 2 h ahead.*time zone/);
});

it('D6.50 the alert goes when the clock was set, and comes when it is wrong by another amount', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  for (const aheadMs of [-90_000, -90_000, 0]) {
    status(room, station, aheadMs);
    room.clock.advance(2 * MINUTE_MS);
  }
  expect(alerts(room)).toEqual([{ times: 1, open: 0 }]);
  for (const aheadMs of [-HOUR_MS, -HOUR_MS, -HOUR_MS, -2 * HOUR_MS, -2 * HOUR_MS]) {
    status(room, station, aheadMs);
    room.clock.advance(2 * MINUTE_MS);
  }
  expect(alerts(room)).toEqual([{ times: 2, open: 1 }]);
  expect(alertText(room)).toContain('about 2 h behind');
});

it('D6.50 an alert from before a restart of Busbar goes as well', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  status(room, station, HOUR_MS);
  room.clock.advance(2 * MINUTE_MS);
  status(room, station, HOUR_MS);
  expect(alerts(room)).toEqual([{ times: 1, open: 1 }]);
  const after = createControlRoom({ database: room.database });
  status(after, after.connect('CP1'), 0);
  expect(alerts(after)).toEqual([{ times: 1, open: 0 }]);
});

it('D6.50 a session that was queued for hours is no wrong clock', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  const ago = (ms: number): string => new Date(room.clock.now() - ms).toISOString();
  status(room, station, -3 * HOUR_MS, 'Preparing');
  const start = { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp: ago(3 * HOUR_MS) };
  station.call('StartTransaction', start);
  status(room, station, -3 * HOUR_MS, 'Charging');
  const meterValue = [{ timestamp: ago(2 * HOUR_MS), sampledValue: [{ value: '500' }] }];
  station.call('MeterValues', { connectorId: 1, transactionId: 1, meterValue });
  station.call('StopTransaction', { transactionId: 1, meterStop: 900, timestamp: ago(HOUR_MS) });
  room.clock.advance(10 * MINUTE_MS);
  expect(offsetOf(room)).toBeNull();
  status(room, station, -500);
  expect(offsetOf(room)).toBe(-500);
  expect(alerts(room)).toEqual([]);
});

it('D6.50 a clock that was never set (MicroOcpp#311): the session of 1970 stays as it was sent, with a finding and an alert', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  const start = { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp: '1970-01-01T00:01:00Z' };
  station.call('StartTransaction', start);
  room.clock.advance(30 * MINUTE_MS);
  station.call('StopTransaction', { transactionId: 1, meterStop: 900, timestamp: '1970-01-01T00:31:00Z' });
  expect(room.rows('SELECT started_ms, stopped_ms FROM transactions')).toEqual([
    { started_ms: MINUTE_MS, stopped_ms: 31 * MINUTE_MS },
  ]);
  expect(room.values("SELECT DISTINCT kind FROM findings WHERE kind LIKE 'time-%'")).toEqual(['time-implausible']);
  expect(alertText(room)).toMatch(/about \d+ days behind/);
});

it('D6.50 a status without a time says nothing of the clock', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp: 'noon' });
  expect(offsetOf(room)).toBeNull();
});
