/** What comes after an outage, in the orders in which real charge points send it (field observation Q22). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows, telemetry } from '../support/site-rows.ts';

let site: TestSite;
let charger: ChargePoint;
let running: number;

const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();

/** A session that began ten minutes ago, and a connection lost since. */
beforeEach(async () => {
  site = await startSite();
  await putToken(site, 'CARD');
  await putToken(site, 'NEXT');
  charger = await connect(site.url, 'CP1');
  await charger.boot();
  const start = { connectorId: 1, idTag: 'CARD', meterStart: 1_000, timestamp: at(600) };
  running = Number((await charger.ask('StartTransaction', start)).transactionId);
  await readings(1_100, 580, running);
  await status('Charging', 590);
  charger.crash();
  charger = await connect(site.url, 'CP1');
});
afterEach(() => site.stop());

async function readings(energyWh: number, secondsAgo: number, transactionId?: number): Promise<Payload> {
  return charger.ask('MeterValues', {
    connectorId: 1,
    ...(transactionId === undefined ? {} : { transactionId }),
    meterValue: [{ timestamp: at(secondsAgo), sampledValue: [{ value: String(energyWh), unit: 'Wh' }] }],
  });
}

const status = (name: string, secondsAgo?: number): Promise<Payload> =>
  charger.ask('StatusNotification', {
    connectorId: 1,
    errorCode: 'NoError',
    status: name,
    ...(secondsAgo === undefined ? {} : { timestamp: at(secondsAgo) }),
  });

const stopRunning = (): Promise<Payload> =>
  charger.ask('StopTransaction', { transactionId: running, meterStop: 1_400, timestamp: at(300), reason: 'Local' });

const startNext = async (): Promise<number> =>
  Number(
    (
      await charger.ask('StartTransaction', {
        connectorId: 1,
        idTag: 'NEXT',
        meterStart: 1_400,
        timestamp: at(200),
      })
    ).transactionId,
  );

function expectBothSessions(next: number): void {
  expect(rows(site, 'SELECT id, state, meter_start_wh, meter_stop_wh FROM transactions ORDER BY id')).toEqual([
    { id: running, state: 'stopped', meter_start_wh: 1_000, meter_stop_wh: 1_400 },
    { id: next, state: 'running', meter_start_wh: 1_400, meter_stop_wh: null },
  ]);
  expect(rows(site, 'SELECT kind, detail FROM findings')).toEqual([]);
}

it('Q22 open-ocpp: new statuses, then old meter values, the stop, and the offline start', async () => {
  await status('Available', 250);
  await status('Charging', 190);
  await readings(1_200, 500, running);
  await readings(1_300, 400, running);
  await stopRunning();
  const next = await startNext();
  await readings(1_500, 100, next);
  expectBothSessions(next);
  expect(column(site, 'SELECT status FROM connectors')).toEqual(['Charging']);
  expect(await telemetry(site)).toMatchObject([
    { transaction_id: running, energy_wh: 1_100 },
    { transaction_id: running, energy_wh: 1_200 },
    { transaction_id: running, energy_wh: 1_300 },
    { transaction_id: next, energy_wh: 1_500 },
  ]);
});

it('Q22 EVerest: old meter values, the stop, a status, and the offline start', async () => {
  await readings(1_200, 500, running);
  await readings(1_300, 400, running);
  await stopRunning();
  await status('Charging', 190);
  const next = await startNext();
  await readings(1_500, 100, next);
  expectBothSessions(next);
});

it('Q22 a status Available before the queued stop ends nothing', async () => {
  await status('Available', 250);
  expect(column(site, 'SELECT state FROM transactions')).toEqual(['running']);
  await readings(1_200, 500, running);
  await stopRunning();
  expect(column(site, 'SELECT state FROM transactions')).toEqual(['stopped']);
});

it('Q22 a status Charging before its start, and Finishing before its stop, are both legal', async () => {
  await stopRunning();
  await status('Charging');
  const next = await startNext();
  await status('Finishing');
  await charger.ask('StopTransaction', { transactionId: next, meterStop: 1_600, timestamp: at(0) });
  expect(column(site, 'SELECT state FROM transactions')).toEqual(['stopped', 'stopped']);
});

it('Q22 replayed meter values do not stand as the present, whichever way they mix with new ones', async () => {
  await readings(1_390, 310, running);
  await readings(1_200, 500, running);
  await readings(1_300, 400, running);
  const last = site.controller.lines.get('CP1')?.live.readings.get(1)?.reading;
  expect(last?.energyWh).toBe(1_390);
  await stopRunning();
  expect(rows(site, 'SELECT kind, detail FROM findings')).toEqual([]);
  expect(rows(site, 'SELECT last_energy_wh FROM progress')).toEqual([{ last_energy_wh: 1_390 }]);
});

it('Q22 replayed meter values after a flush of newer ones do not set the last register back', async () => {
  await readings(1_390, 310, running);
  await telemetry(site);
  await readings(1_200, 500, running);
  await telemetry(site);
  expect(rows(site, 'SELECT last_energy_wh, readings FROM progress')).toEqual([{ last_energy_wh: 1_390, readings: 3 }]);
});

it('Q22 an offline start and its stop in one go keep their own times', async () => {
  await stopRunning();
  const next = await startNext();
  await charger.ask('StopTransaction', { transactionId: next, meterStop: 1_900, timestamp: at(100) });
  const [row] = rows(site, 'SELECT started_ms, stopped_ms, start_received_ms FROM transactions WHERE id = ?', next);
  expect(Number(row?.stopped_ms) - Number(row?.started_ms)).toBeGreaterThan(99_000);
  expect(Number(row?.start_received_ms) - Number(row?.started_ms)).toBeGreaterThan(199_000);
});

describe('the offline queue in other orders', () => {
  it('meter values that come after their stop still belong to their transaction', async () => {
    await stopRunning();
    await readings(1_300, 400, running);
    expect((await telemetry(site)).at(-1)).toMatchObject({ transaction_id: running, energy_wh: 1_300 });
    expect(rows(site, 'SELECT readings FROM progress WHERE transaction_id = ?', running)).toEqual([{ readings: 2 }]);
    expect(column(site, 'SELECT kind FROM findings')).toEqual([]);
  });

  it('a whole older session that comes after a newer start is not taken for its successor', async () => {
    await stopRunning();
    const newest = await startNext();
    const older = { connectorId: 1, idTag: 'CARD', meterStart: 1_400, timestamp: at(280) };
    const { transactionId } = await charger.ask('StartTransaction', older);
    expect(column(site, "SELECT transaction_id FROM findings WHERE kind = 'missing-stop'")).toEqual([transactionId]);
    // What names no transaction is of the one that runs now.
    await readings(1_500, 10);
    expect((await telemetry(site)).at(-1)).toMatchObject({ transaction_id: newest });
    await charger.ask('StopTransaction', { transactionId, meterStop: 1_400, timestamp: at(260) });
    expect(rows(site, 'SELECT transaction_id, kind FROM findings WHERE resolved_ms IS NULL')).toEqual([]);
    await readings(1_510, 5);
    expect((await telemetry(site)).at(-1)).toMatchObject({ transaction_id: newest });
  });

  it('the new start overtakes the queued stop: both stand, and the finding is resolved', async () => {
    const next = await startNext();
    await stopRunning();
    await charger.ask('StopTransaction', { transactionId: next, meterStop: 1_600, timestamp: at(0) });
    expect(column(site, 'SELECT state FROM transactions')).toEqual(['stopped', 'stopped']);
    expect(rows(site, "SELECT kind FROM findings WHERE resolved_ms IS NULL AND kind = 'missing-stop'")).toEqual([]);
  });

  it('a whole queue that is sent twice changes nothing the second time', async () => {
    const queue = async (): Promise<number> => {
      await charger.ask('StopTransaction', {
        transactionId: running,
        meterStop: 1_400,
        timestamp: '2026-11-22T10:05:00Z',
        reason: 'Local',
      });
      const start = { connectorId: 1, idTag: 'NEXT', meterStart: 1_400, timestamp: '2026-11-22T10:06:00Z' };
      const { transactionId } = await charger.ask('StartTransaction', start);
      const stop = { transactionId, meterStop: 1_500, timestamp: '2026-11-22T10:07:00Z' };
      await charger.ask('StopTransaction', stop);
      return Number(transactionId);
    };
    const first = await queue();
    charger.crash();
    charger = await connect(site.url, 'CP1');
    expect(await queue()).toBe(first);
    expect(column(site, 'SELECT meter_stop_wh FROM transactions ORDER BY id')).toEqual([1_400, 1_500]);
    expect(column(site, "SELECT kind FROM findings WHERE kind = 'duplicate-differs'")).toEqual([]);
  });
});
