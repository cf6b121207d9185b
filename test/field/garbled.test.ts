/** Messages that are partly wrong (field lesson D6.48): what is wrong costs itself, and nothing beside it. */
import { expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';

const samples = (...sampledValue: object[]): object[] => [{ timestamp: '2026-01-15T12:00:00Z', sampledValue }];

it('D6.48 a value left out of the JSON (lbbrhzn#2032) costs that value, and the readings find their session', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  const timestamp = '2026-01-15T12:00:00Z';
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp });
  const meterValue = JSON.stringify(samples({ value: '700' }));
  station.say(`[2,"m","MeterValues",{"connectorId":1,"transactionId":,"meterValue":${meterValue}}]`);
  expect(station.lastFrame()).toEqual([3, 'm', {}]);
  const line = room.controller.lines.get('CP1');
  expect(line?.live.lastReading(1)?.energyWh).toBe(700);
  expect(line?.counters.tolerated.get('null-field')).toBe(1);
  room.controller.stop();
  expect(room.rows('SELECT transaction_id, energy_wh FROM telemetry')).toEqual([{ transaction_id: 1, energy_wh: 700 }]);
});

it('D6.48 one bad unit (lbbrhzn#1627) costs its sample, not the message, and is counted', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  const meterValue = samples(
    { value: '16', measurand: 'Current.Import', unit: 'Amps' },
    { value: '21', measurand: 'Temperature', unit: 'degrees' },
    { value: '900', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
  );
  expect(station.call('MeterValues', { connectorId: 1, meterValue })?.[2]).toEqual({});
  const line = room.controller.lines.get('CP1');
  expect(line?.live.lastReading(1)).toMatchObject({ energyWh: 900, currentMA: [null, null, null] });
  expect(line?.counters.tolerated.get('bad-sample')).toBe(1);
});

it('D6.48 what is garbled never costs the answer to a call of ours', async () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  const asked = room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
  const [id] = station.calls().at(-1) ?? [];
  station.call('MeterValues', { connectorId: 1, meterValue: samples({ value: '1', unit: 'Amps' }) });
  for (const text of ['', '{', '[3,', `[3,"${id}",{"status":"Accep`, '[2,"x","MeterValues"', 'null']) station.say(text);
  expect(asked.ended.result).toBeNull();
  expect(room.controller.lines.get('CP1')?.counters.ignored).toBe(6);
  station.answer(id, { status: 'Accepted' });
  expect(await asked.promise).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
});

it('D6.48 a stop is on record whatever its readings say', () => {
  const room = createControlRoom();
  const station = room.boot('CP1');
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD', meterStart: 0, timestamp: '2026-01-15T12:00:00Z' });
  const stop = { transactionId: 1, meterStop: 900, timestamp: '2026-01-15T12:30:00Z' };
  const answer = station.call('StopTransaction', { ...stop, transactionData: [{ sampledValue: 'none' }, 7] });
  expect(answer?.[0]).toBe(3);
  expect(room.rows('SELECT state, meter_stop_wh FROM transactions')).toEqual([
    { state: 'stopped', meter_stop_wh: 900 },
  ]);
});
