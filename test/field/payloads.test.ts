/** What real payloads hold (field observations Q15, Q17, Q23, Q25, Q26, Q29, Q30), and OCPP 1.6 §4.9. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows } from '../support/site-rows.ts';

let site: TestSite;
let charger: ChargePoint;
beforeEach(async () => {
  site = await startSite();
  charger = await connect(site.url, 'CP1');
  await charger.boot();
});
afterEach(() => site.stop());

const operate = (action: string, payload: object) =>
  site.controller.execute({ type: 'operate', chargePointId: 'CP1', action, payload });

/** Sends a call of ours and lets the charge point answer it so; returns what the operator sees. */
async function seen(action: string, request: object, response: unknown) {
  const asked = operate(action, request);
  (await charger.nextCall(action)).answer(response);
  return await asked;
}

const tolerated = (): Record<string, number> =>
  Object.fromEntries(site.controller.lines.get('CP1')?.counters.tolerated ?? new Map<string, number>());

describe('Q15 numbers', () => {
  it('Q15 a limit with a float error is shown as the decimal that was meant', async () => {
    const schedule = (limit: number) => ({
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '2026-11-22T10:00:00Z',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    });
    const request = { connectorId: 1, duration: 60 };
    expect(await seen('GetCompositeSchedule', request, schedule(8.100000381469727))).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: schedule(8.1),
    });
    for (const limit of [0.3, 1.2, 2.3, 8.1, 32]) {
      expect(await seen('GetCompositeSchedule', request, schedule(limit))).toEqual({
        kind: 'answered',
        operationId: expect.any(String),
        payload: schedule(limit),
      });
    }
  });

  it('Q15 numbers as strings and strings as numbers are read and counted', async () => {
    await putToken(site, '4711');
    const answer = await charger.ask('StartTransaction', {
      connectorId: '1',
      idTag: 4711,
      meterStart: '1000',
      timestamp: new Date().toISOString(),
    });
    expect(answer).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    expect(rows(site, 'SELECT connector_id, id_tag, meter_start_wh FROM transactions')).toEqual([
      { connector_id: 1, id_tag: '4711', meter_start_wh: 1_000 },
    ]);
    expect(tolerated()).toEqual({ 'number-as-string': 1, 'string-as-number': 1 });
  });

  it('Q15 a register with decimals is rounded to the watt-hour', async () => {
    await putToken(site, 'CARD');
    const start = { connectorId: 1, idTag: 'CARD', meterStart: 1_000.4, timestamp: new Date().toISOString() };
    await charger.ask('StartTransaction', start);
    expect(column(site, 'SELECT meter_start_wh FROM transactions')).toEqual([1_000]);
    expect(tolerated()).toEqual({ 'fractional-register': 1 });
  });
});

describe('Q17 odd composite schedules come back as they are', () => {
  it.each([
    [
      'no limit as -1',
      {
        status: 'Accepted',
        connectorId: 1,
        chargingSchedule: {
          chargingRateUnit: 'W',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: -1, numberPhases: -1 }],
        },
      },
    ],
    [
      'an empty list of periods and a duration of 270,000 years',
      {
        status: 'Accepted',
        connectorId: 0,
        chargingSchedule: { chargingRateUnit: 'A', duration: 8_638_204_637_187, chargingSchedulePeriod: [] },
      },
    ],
    ['Accepted without a schedule', { status: 'Accepted' }],
    ['Rejected', { status: 'Rejected' }],
    ['what breaks the schema altogether', { status: 'Perhaps', chargingSchedule: 'none' }],
  ])('Q17 %s', async (_, response) => {
    expect(await seen('GetCompositeSchedule', { connectorId: 1, duration: 600 }, response)).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: response,
    });
    expect(await charger.heartbeat()).toHaveProperty('currentTime');
  });
});

describe('Q23 timestamps and status notifications', () => {
  const status = (more: Payload): Payload => ({
    connectorId: 1,
    errorCode: 'NoError',
    status: 'Available',
    ...more,
  });

  it.each([
    ['2026-11-22T10:00:00.123Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.123456+00:00', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T12:00:00+02:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22 10:00:00', '2026-11-22T10:00:00.000Z'],
  ])('Q23 %s is read', async (sent, meant) => {
    await charger.ask('StatusNotification', status({ timestamp: sent }));
    expect(column(site, 'SELECT at_ms FROM connectors')).toEqual([Date.parse(meant)]);
  });

  it('Q23 without a timestamp the time of receipt counts', async () => {
    const before = Date.now();
    await charger.ask('StatusNotification', status({}));
    const [at] = column(site, 'SELECT at_ms FROM connectors');
    expect(Number(at)).toBeGreaterThanOrEqual(before);
    expect(Number(at)).toBeLessThanOrEqual(Date.now());
  });

  it('Q23 a status of connector 0 need not come, and stands beside those of the connectors', async () => {
    await charger.ask('StatusNotification', status({ connectorId: 1, status: 'Charging' }));
    expect(column(site, 'SELECT count(*) FROM connectors WHERE connector_id = 0')).toEqual([0]);
    await charger.ask('StatusNotification', status({ connectorId: 0, status: 'Unavailable' }));
    expect(rows(site, 'SELECT connector_id, status FROM connectors ORDER BY 1')).toEqual([
      { connector_id: 0, status: 'Unavailable' },
      { connector_id: 1, status: 'Charging' },
    ]);
  });

  it('an older status that arrives late is kept in the log and does not replace the newer one', async () => {
    await charger.ask('StatusNotification', status({ status: 'Charging', timestamp: '2026-11-22T10:00:10Z' }));
    await charger.ask('StatusNotification', status({ status: 'Preparing', timestamp: '2026-11-22T10:00:00Z' }));
    expect(column(site, 'SELECT status FROM connectors')).toEqual(['Charging']);
    expect(column(site, 'SELECT status FROM status_log ORDER BY id')).toEqual(['Charging', 'Preparing']);
  });

  it('a status from a clock that ran ahead does not stand for ever', async () => {
    await charger.ask('StatusNotification', status({ status: 'Charging', timestamp: '2099-01-01T00:00:00Z' }));
    await charger.ask('StatusNotification', status({ status: 'Available', timestamp: new Date().toISOString() }));
    expect(column(site, 'SELECT status FROM connectors')).toEqual(['Available']);
  });

  it('any transition is taken, and an error code beside a working status', async () => {
    for (const [name, errorCode] of [
      ['Charging', 'NoError'],
      ['Available', 'NoError'],
      ['Finishing', 'EVCommunicationError'],
      ['Faulted', 'GroundFailure'],
      ['Charging', 'WeakSignal'],
    ]) {
      await charger.ask('StatusNotification', status({ status: name, errorCode }));
    }
    expect(rows(site, 'SELECT status, error_code FROM connectors')).toEqual([
      { status: 'Charging', error_code: 'WeakSignal' },
    ]);
  });
});

describe('Q25 boot notifications', () => {
  it('Q25 empty strings and blanks count as not said', async () => {
    await charger.boot({
      chargePointVendor: 'Vendor',
      chargePointModel: 'Model',
      iccid: '',
      imsi: '   ',
      meterType: '',
      firmwareVersion: ' 1.2 ',
    });
    expect(rows(site, 'SELECT iccid, imsi, meter_type, firmware_version FROM charge_points')).toEqual([
      { iccid: null, imsi: null, meter_type: null, firmware_version: '1.2' },
    ]);
  });

  it('Q25 vendor and model alone, and empty ones', async () => {
    expect(await charger.boot({ chargePointVendor: '', chargePointModel: '' })).toMatchObject({ status: 'Accepted' });
  });

  it('Q25 what is longer than allowed is cut, what is extra is dropped', async () => {
    expect(
      await charger.boot({
        chargePointVendor: 'V'.repeat(30),
        chargePointModel: 'Model',
        firmwareVersion: 'F'.repeat(60),
        vendorSpecific: { any: 'thing' },
      }),
    ).toMatchObject({ status: 'Accepted' });
    expect(rows(site, 'SELECT vendor, firmware_version FROM charge_points')).toEqual([
      { vendor: 'V'.repeat(20), firmware_version: 'F'.repeat(50) },
    ]);
    expect(tolerated()).toEqual({ 'long-text': 1, 'extra-field': 1 });
  });
});

describe('Q26 configurations', () => {
  it.each([
    ['a key without value', { configurationKey: [{ key: 'AuthorizationKey', readonly: false }], unknownKey: [] }],
    ['no unknownKey', { configurationKey: [{ key: 'Cst_BackendUrl', readonly: false, value: 'ws://x' }] }],
    ['nothing at all', {}],
    [
      '122 keys',
      {
        configurationKey: Array.from({ length: 122 }, (_, index) => ({
          key: `K${index}`,
          readonly: true,
          value: 'true',
        })),
      },
    ],
  ])('Q26 %s', async (_, response) => {
    expect(await seen('GetConfiguration', {}, response)).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: response,
    });
  });

  it('Q26 a boolean as text is read', async () => {
    expect(
      await seen('GetConfiguration', {}, { configurationKey: [{ key: 'K', readonly: 'false', value: 1 }] }),
    ).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { configurationKey: [{ key: 'K', readonly: false, value: '1' }] },
    });
  });
});

describe('Q29 and Q30 what comes unasked', () => {
  it('Q29 firmware and diagnostics statuses are always answered, in any order', async () => {
    for (const status of ['Installed', 'Downloading', 'Idle', 'InstallationFailed']) {
      expect(await charger.ask('FirmwareStatusNotification', { status })).toEqual({});
    }
    for (const status of ['Uploaded', 'Uploading', 'UploadFailed', 'Idle']) {
      expect(await charger.ask('DiagnosticsStatusNotification', { status })).toEqual({});
    }
    expect(rows(site, 'SELECT job, status FROM jobs ORDER BY job')).toEqual([
      { job: 'diagnostics', status: 'Idle' },
      { job: 'firmware', status: 'InstallationFailed' },
    ]);
  });

  it('Q30 a LogStatusNotification that nobody asked for is answered', async () => {
    expect(await charger.ask('LogStatusNotification', { status: 'Uploaded', requestId: 77 })).toEqual({});
    expect(await charger.ask('LogStatusNotification', { status: 'Idle' })).toEqual({});
  });

  it('Q30 junk in SignCertificate is answered Rejected', async () => {
    expect(await charger.ask('SignCertificate', { csr: 'adsad' })).toEqual({ status: 'Rejected' });
  });

  it('Q30 a SecurityEventNotification is kept, of a known type or not', async () => {
    const timestamp = '2026-11-22T10:00:00Z';
    for (const type of ['StartupOfTheDevice', 'InvalidChargePointCertificate', 'VendorsOwn']) {
      expect(await charger.ask('SecurityEventNotification', { type, timestamp })).toEqual({});
    }
    expect(column(site, 'SELECT kind FROM security_events ORDER BY id')).toEqual([
      'StartupOfTheDevice',
      'InvalidChargePointCertificate',
      'VendorsOwn',
    ]);
  });

  it('a DataTransfer of an unknown vendor is UnknownVendorId without data', async () => {
    expect(await charger.ask('DataTransfer', { vendorId: 'com.example', messageId: 'm', data: '{}' })).toEqual({
      status: 'UnknownVendorId',
    });
    expect(await charger.ask('DataTransfer', { vendorId: 'com.example', data: { an: 'object' } })).toEqual({
      status: 'UnknownVendorId',
    });
  });
});
