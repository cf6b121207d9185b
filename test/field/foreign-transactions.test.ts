/** A charge point that comes with a session which Busbar never began (field lesson D4.39). */
import { beforeEach, expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';

let room: ReturnType<typeof createControlRoom>;
let station: ReturnType<typeof room.boot>;
beforeEach(() => {
  room = createControlRoom();
  station = room.boot('CP1');
});

function readings(more: { connectorId?: number; transactionId?: number } = {}): unknown[] | null {
  const timestamp = new Date(room.clock.now()).toISOString();
  return station.call('MeterValues', {
    connectorId: 1,
    meterValue: [{ timestamp, sampledValue: [{ value: '5000' }, { value: '16', measurand: 'Current.Import' }] }],
    ...more,
  });
}
const status = (name: string): unknown =>
  station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: name });
const open = (): unknown[] =>
  room.values("SELECT id FROM alerts WHERE kind = 'foreign-transaction' AND cleared_ms IS NULL");

it('D4.39 a session of another Central System is seen by its readings, told of once, and its load is known', () => {
  status('Charging');
  expect(readings({ transactionId: 4_711 })?.[2]).toEqual({});
  readings({ transactionId: 4_711 });
  expect(room.rows("SELECT id, times, text LIKE '%transaction 4711,%' AS named FROM alerts")).toEqual([
    { id: 'foreign-transaction:CP1:1', times: 1, named: 1 },
  ]);
  expect(room.controller.lines.get('CP1')?.live.lastReading(1)?.energyWh).toBe(5_000);
  expect(room.values('SELECT count(*) FROM transactions')).toEqual([0]);
});

it('D4.39 it can be ended by the number that the charge point knows it by, and its stop is kept', async () => {
  status('Charging');
  readings({ transactionId: 4_711 });
  const ending = room.execute({
    type: 'operate',
    chargePointId: 'CP1',
    action: 'RemoteStopTransaction',
    payload: { transactionId: 4_711 },
  });
  const [id, action, payload] = station.calls().at(-1) ?? [];
  expect([action, payload]).toEqual(['RemoteStopTransaction', { transactionId: 4_711 }]);
  station.answer(id, { status: 'Accepted' });
  expect(await ending.promise).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
  const timestamp = new Date(room.clock.now()).toISOString();
  station.call('StopTransaction', { transactionId: 4_711, meterStop: 5_100, timestamp, reason: 'Remote' });
  expect(room.rows('SELECT state, reported_transaction_id, meter_stop_wh FROM transactions')).toEqual([
    { state: 'orphan', reported_transaction_id: 4_711, meter_stop_wh: 5_100 },
  ]);
  expect(open()).toHaveLength(1);
  status('Available');
  expect(open()).toEqual([]);
});

it('D4.39 a session of ours on the same connector ends the alert, too', () => {
  status('Charging');
  readings({ transactionId: 4_711 });
  expect(open()).toHaveLength(1);
  const timestamp = new Date(room.clock.now()).toISOString();
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 5_200, timestamp });
  expect(open()).toEqual([]);
});

it('D4.39 numbers that were never given, the main meter and a free connector are no foreign session', () => {
  status('Charging');
  readings({ transactionId: -1 });
  readings({ transactionId: 0 });
  readings({ transactionId: 4_711, connectorId: 0 });
  status('Available');
  readings({ transactionId: 4_711 });
  expect(open()).toEqual([]);
});

it('D4.39 a session of ours is none, while it runs, after its stop and after a restart of Busbar', () => {
  const timestamp = new Date(room.clock.now()).toISOString();
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 4_000, timestamp });
  const transactionId = Number(room.values('SELECT id FROM transactions')[0]);
  status('Charging');
  readings({ transactionId });
  room = createControlRoom({ database: room.database });
  station = room.connect('CP1');
  readings({ transactionId });
  room.clock.advance(1_000);
  const stoppedAt = new Date(room.clock.now()).toISOString();
  station.call('StopTransaction', { transactionId, meterStop: 5_001, timestamp: stoppedAt });
  readings({ transactionId });
  expect(open()).toEqual([]);
});
