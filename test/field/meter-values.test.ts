/** Meter values end to end, as real charge points send them (field observation Q21), and OCPP 1.6 §4.7. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { putToken, telemetry } from '../support/site-rows.ts';

let site: TestSite;
let charger: ChargePoint;
beforeEach(async () => {
  site = await startSite();
  charger = await connect(site.url, 'CP1');
  await charger.boot();
});
afterEach(() => site.stop());

const tolerated = (): Record<string, number> =>
  Object.fromEntries(site.controller.lines.get('CP1')?.counters.tolerated ?? new Map<string, number>());

describe('Q21 meter values end to end', () => {
  const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();
  const values = (sampledValue: readonly Payload[], connectorId = 1, timestamp = at(1)): Payload => ({
    connectorId,
    meterValue: [{ timestamp, sampledValue }],
  });

  it('Q21 open-ocpp omits every unit, of a current too', async () => {
    await charger.ask(
      'MeterValues',
      values([
        { value: '1234', measurand: 'Energy.Active.Import.Register' },
        { value: '16', measurand: 'Current.Import', phase: 'L1' },
        { value: '15.5', measurand: 'Current.Import', phase: 'L2' },
        { value: '0', measurand: 'Current.Import', phase: 'L3' },
        { value: '3680', measurand: 'Power.Active.Import' },
      ]),
    );
    expect(await telemetry(site)).toMatchObject([
      { energy_wh: 1_234, power_w: 3_680, l1_ma: 16_000, l2_ma: 15_500, l3_ma: 0, quality: 'measured' },
    ]);
  });

  it('Q21 MicroOcpp sends a current without phase, and it is that of each phase', async () => {
    await charger.ask(
      'MeterValues',
      values([
        { value: '10', measurand: 'Current.Import', unit: 'A' },
        { value: '6900', measurand: 'Power.Active.Import', unit: 'W' },
      ]),
    );
    expect(await telemetry(site)).toMatchObject([
      { power_w: 6_900, l1_ma: 10_000, l2_ma: 10_000, l3_ma: 10_000, quality: 'derived' },
    ]);
  });

  it('Q21 SAP: a mean beside the phases, and voltages of L1-N', async () => {
    await charger.ask(
      'MeterValues',
      values([
        { value: '12', measurand: 'Current.Import', unit: 'A' },
        { value: '16', measurand: 'Current.Import', unit: 'A', phase: 'L1' },
        { value: '10', measurand: 'Current.Import', unit: 'A', phase: 'L2' },
        { value: '10', measurand: 'Current.Import', unit: 'A', phase: 'L3' },
        { value: '231.4', measurand: 'Voltage', unit: 'V', phase: 'L1-N' },
        { value: '229', measurand: 'Voltage', unit: 'V', phase: 'L2-N' },
        { value: '230', measurand: 'Voltage', unit: 'V', phase: 'L3-N' },
      ]),
    );
    expect(await telemetry(site)).toMatchObject([
      { l1_ma: 16_000, l2_ma: 10_000, l3_ma: 10_000, l1_mv: 231_400, l2_mv: 229_000, l3_mv: 230_000 },
    ]);
  });

  it('Q21 tfocpp: kWh with location and format, EVerest: Wh with a total and the power of each phase', async () => {
    await charger.ask(
      'MeterValues',
      values([
        {
          value: '1.234',
          measurand: 'Energy.Active.Import.Register',
          unit: 'kWh',
          location: 'Outlet',
          format: 'Raw',
          context: 'Sample.Periodic',
        },
      ]),
    );
    await charger.ask(
      'MeterValues',
      values([
        { value: '1240', unit: 'Wh', measurand: 'Energy.Active.Import.Register' },
        { value: '3000', unit: 'W', measurand: 'Power.Active.Import' },
        { value: '1000', unit: 'W', measurand: 'Power.Active.Import', phase: 'L1' },
        { value: '1000', unit: 'W', measurand: 'Power.Active.Import', phase: 'L2' },
        { value: '1000', unit: 'W', measurand: 'Power.Active.Import', phase: 'L3' },
      ]),
    );
    expect(await telemetry(site)).toMatchObject([{ energy_wh: 1_234 }, { energy_wh: 1_240, power_w: 3_000 }]);
  });

  it('Q21 ocpp-go reports the export register and no transaction: nothing is imported by it', async () => {
    const answer = await charger.ask(
      'MeterValues',
      values([{ value: '99', measurand: 'Energy.Active.Export.Register', unit: 'Wh' }]),
    );
    expect(answer).toEqual({});
    expect(await telemetry(site)).toEqual([]);
  });

  it('Q21 Trigger and Sample.Clock arrive for connector 0 and for idle connectors', async () => {
    await charger.ask('MeterValues', values([{ value: '5000', context: 'Sample.Clock' }], 0));
    await charger.ask('MeterValues', values([{ value: '100', context: 'Trigger' }], 2));
    expect(await telemetry(site)).toMatchObject([
      { connector_id: 0, transaction_id: null, context: 'Sample.Clock', energy_wh: 5_000 },
      { connector_id: 2, transaction_id: null, context: 'Trigger', energy_wh: 100 },
    ]);
  });

  it('defaults: a bare value is the import register in Wh', async () => {
    await charger.ask('MeterValues', values([{ value: '42' }]));
    expect(await telemetry(site)).toMatchObject([{ energy_wh: 42, context: 'Sample.Periodic' }]);
  });

  it('Celsius and Celcius, an unknown measurand, a signed blob and a value that is no number: the rest is kept', async () => {
    await charger.ask(
      'MeterValues',
      values([
        { value: '21', measurand: 'Temperature', unit: 'Celsius' },
        { value: '21', measurand: 'Temperature', unit: 'Celcius' },
        { value: '3', measurand: 'Vendor.Magic' },
        { value: 'abcdef0123', format: 'SignedData' },
        { value: 'n/a', measurand: 'SoC', unit: 'Percent' },
        { value: '50', measurand: 'Frequency' },
        { value: '777', measurand: 'Energy.Active.Import.Register' },
      ]),
    );
    expect(await telemetry(site)).toMatchObject([{ energy_wh: 777, soc_percent: null }]);
    expect(tolerated()).toEqual({ 'bad-sample': 1 });
  });

  it('readings during a transaction are its own, whether they name it or not; those of connector 0 are not', async () => {
    await putToken(site, 'CARD');
    const start = { connectorId: 1, idTag: 'CARD', meterStart: 100, timestamp: at(60) };
    const { transactionId } = await charger.ask('StartTransaction', start);
    await charger.ask('MeterValues', { ...values([{ value: '110' }], 1, at(30)), transactionId });
    await charger.ask('MeterValues', values([{ value: '120' }], 1, at(20)));
    await charger.ask('MeterValues', values([{ value: '9000' }], 0, at(20)));
    await charger.ask('MeterValues', values([{ value: '5' }], 2, at(20)));
    expect(await telemetry(site)).toMatchObject([
      { connector_id: 1, transaction_id: transactionId },
      { connector_id: 1, transaction_id: transactionId },
      { connector_id: 0, transaction_id: null },
      { connector_id: 2, transaction_id: null },
    ]);
  });

  it('an empty list of samples is answered', async () => {
    expect(await charger.ask('MeterValues', values([]))).toEqual({});
    expect(await charger.ask('MeterValues', { connectorId: 1, meterValue: [] })).toEqual({});
  });
});
