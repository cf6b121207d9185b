import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliAmps } from '../../src/domain/units.ts';
import { MAX_DROPPED_KEPT, readMeterValues } from '../../src/ocpp/meter-values.ts';
import { current, energy, OPTIONS, only, power, read, registerAt, T0, voltage } from './meter-samples.ts';

describe('what is dropped costs one sample, never the message', () => {
  it.each([
    ['NaN', 'not a number'],
    ['Infinity', 'not a number'],
    ['-Infinity', 'not a number'],
    ['1e999', 'not a number'],
    ['', 'not a number'],
    ['   ', 'not a number'],
    ['.', 'not a number'],
    ['0x10', 'not a number'],
    ['1,234.5', 'not a number'],
    ['1,2,3', 'not a number'],
    ['12 A', 'not a number'],
    ['1'.repeat(49), 'not a number'],
    [Number.NaN, 'not a number'],
    ['-1', 'negative'],
    ['1e9', 'out of range'],
  ])('the current %j: %s', (value, reason) => {
    const bad = { ...current('0', { phase: 'L1' }), value };
    const { readings, dropped, droppedCount } = read([energy('5'), bad, current('7', { phase: 'L2' })]);
    expect(dropped).toEqual([{ reason, timestamp: T0, sample: bad }]);
    expect(droppedCount).toBe(1);
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({ energyWh: 5, currentMA: [null, 7000, null], powerW: null, quality: 'poor' });
  });

  it.each([
    ['a negative register', energy('-5'), 'negative'],
    ['a register beyond any meter', energy('1e13'), 'out of range'],
    ['a state of charge of 101 %', { value: '101', measurand: 'SoC' }, 'out of range'],
    ['field lesson 48 (lbbrhzn#1627): a bad unit', power('5', { unit: 'Amp' }), 'unit'],
    ['a unit of another quantity', current('5', { unit: 'Wh' }), 'unit'],
    ['apparent power', power('5', { unit: 'VA' }), 'unit'],
    ['an unknown phase', current('5', { phase: 'L4' }), 'phase'],
    ['a prototype key as phase', current('5', { phase: '__proto__' }), 'phase'],
  ])('%s', (_name, bad, reason) => {
    const { readings, dropped } = read([bad, voltage('230', { phase: 'L1' })]);
    expect(dropped).toEqual([{ reason, timestamp: T0, sample: bad }]);
    expect(readings[0]?.voltageMV[0]).toBe(230000);
  });

  it('a second value for the same place is dropped when it differs, and passed over when it does not', () => {
    expect(read([energy('5'), energy('6')])).toMatchObject({
      readings: [{ energyWh: 5, quality: 'poor' }],
      dropped: [{ reason: 'repeated' }],
    });
    expect(read([energy('5'), energy('5')])).toMatchObject({ readings: [{ quality: 'measured' }], droppedCount: 0 });
  });

  it('a MeterValue without a readable time is dropped, the others stay', () => {
    const result = readMeterValues(
      [
        { timestamp: 'yesterday', sampledValue: [energy('1')] },
        { timestamp: T0, sampledValue: [energy('2')] },
      ],
      OPTIONS,
    );
    expect(result.readings.map((r) => r.energyWh)).toEqual([2]);
    expect(result.dropped).toEqual([{ reason: 'timestamp', timestamp: 'yesterday', sample: null }]);
  });

  it('a thousand bad samples are counted and the first of them described', () => {
    const result = read([...Array.from({ length: 1000 }, () => current('NaN')), energy('5')]);
    expect([result.dropped.length, result.droppedCount]).toEqual([MAX_DROPPED_KEPT, 1000]);
    expect(result.readings[0]?.energyWh).toBe(5);
  });

  it('empty lists give nothing', () => {
    expect(readMeterValues([], OPTIONS).readings).toEqual([]);
    expect(read([])).toEqual({ readings: [], register: null, signed: [], dropped: [], droppedCount: 0 });
  });

  it('signed data is handed on as sent and never read as a number', () => {
    const signed = { value: '4F434D46', format: 'SignedData', context: 'Transaction.End' };
    const result = read([signed, energy('5', { context: 'Transaction.End' })]);
    expect(result.signed).toEqual([{ timestamp: T0, sample: signed }]);
    expect(result.readings[0]).toMatchObject({ energyWh: 5, quality: 'measured' });
    expect(read([{ ...signed, value: '1234' }]).readings).toEqual([]);
  });

  it('exports, intervals, reactive values, temperatures and frequencies are no part of a reading', () => {
    const others = [
      'Energy.Active.Export.Register',
      'Energy.Active.Import.Interval',
      'Energy.Reactive.Import.Register',
      'Current.Export',
      'Power.Active.Export',
      'Power.Factor',
      'Temperature',
      'Frequency',
      'RPM',
      'constructor',
    ].map((measurand) => ({ measurand, value: '50', unit: 'Celcius' }));
    expect(read(others)).toMatchObject({ readings: [], droppedCount: 0 });
  });
});

describe('field behaviour', () => {
  it('Q21 open-ocpp omits the unit everywhere', () => {
    const reading = only([
      { value: '1500', measurand: 'Energy.Active.Import.Register' },
      { value: '3680', measurand: 'Power.Active.Import' },
      { value: '16', measurand: 'Current.Import', phase: 'L1' },
      { value: '230', measurand: 'Voltage', phase: 'L1' },
      { value: '20', measurand: 'Current.Offered' },
    ]);
    expect(reading).toMatchObject({ energyWh: 1500, powerW: 3680, offeredMA: 20000, quality: 'measured' });
    expect(reading.currentMA[0]).toBe(16000);
    expect(reading.voltageMV[0]).toBe(230000);
  });

  it('Q21 MicroOcpp sends Current.Import without phase as the value of each phase', () => {
    const reading = only([energy('10', { unit: 'Wh' }), power('11040'), current('16')]);
    expect(reading.currentMA).toEqual([16000, 16000, 16000]);
    expect(reading.quality).toBe('derived');
  });

  it('Q21 the simulator of shiv3 sends Current.Import without phase as the sum of the phases', () => {
    const reading = only([power('22080'), current('96')], { ratedMA: milliAmps(32000) });
    expect(reading.currentMA).toEqual([32000, 32000, 32000]);
  });

  it('Q21 the simulator of SAP sends a mean beside the phases: the phases count, voltages are L1-N', () => {
    const reading = only([
      voltage('230'),
      voltage('231', { phase: 'L1-N' }),
      voltage('232', { phase: 'L2-N' }),
      voltage('233', { phase: 'L3-N' }),
      current('5.33'),
      current('16', { phase: 'L1' }),
      current('0', { phase: 'L2' }),
      current('0', { phase: 'L3' }),
    ]);
    expect(reading.currentMA).toEqual([16000, 0, 0]);
    expect(reading.voltageMV).toEqual([231000, 232000, 233000]);
    expect(reading.powerW).toBe(3696);
  });

  it('Q21 tfocpp sends energy in kWh with location and format', () => {
    const reading = only([
      { ...energy('1.234', { unit: 'kWh', location: 'Outlet', format: 'Raw', context: 'Sample.Periodic' }) },
    ]);
    expect(reading).toMatchObject({ energyWh: 1234, quality: 'measured' });
  });

  it('Q21 EVerest sends Wh with the total and the phases of power', () => {
    const reading = only([
      energy('5000.0', { unit: 'Wh' }),
      power('11000.0'),
      power('3700.0', { phase: 'L1' }),
      power('3650.0', { phase: 'L2' }),
      power('3650.0', { phase: 'L3' }),
    ]);
    expect(reading).toMatchObject({ energyWh: 5000, powerW: 11000, derived: ['current from power'] });
    expect(reading.currentMA).toEqual([16087, 15870, 15870]);
  });

  it('Q21 the example of ocpp-go reports exported energy only: nothing was imported', () => {
    const result = read([{ value: '500', measurand: 'Energy.Active.Export.Register', unit: 'Wh' }]);
    expect(result).toMatchObject({ readings: [], register: null, droppedCount: 0 });
  });

  it('Q21 contexts Trigger and Sample.Clock arrive for idle connectors', () => {
    expect(only([energy('7', { context: 'Trigger' })])).toMatchObject({ context: 'Trigger', energyWh: 7 });
    expect(only([energy('7', { context: 'Sample.Clock' })])).toMatchObject({ context: 'Sample.Clock', energyWh: 7 });
  });

  it('Q22 replayed meter values keep the time of the sample, and the register is that of the latest time', () => {
    const at = (timestamp: string, value: string) => ({ timestamp, sampledValue: [energy(value)] });
    const { readings, register } = readMeterValues(
      [at('2026-11-22T09:59:00Z', '1900'), at('2026-11-22T09:30:00Z', '1000')],
      { ...OPTIONS, previous: registerAt(T0, 2001) },
    );
    expect(readings.map((r) => [new Date(r.at).toISOString(), r.energyWh, r.powerW])).toEqual([
      ['2026-11-22T09:59:00.000Z', 1900, null],
      ['2026-11-22T09:30:00.000Z', 1000, null],
    ]);
    expect(register).toEqual({ at: Date.parse('2026-11-22T09:59:00Z'), energyWh: 1900, context: 'Sample.Periodic' });
  });
});

describe('whatever comes in', () => {
  const word = (...known: string[]) =>
    fc.option(fc.constantFrom(...known, '', '__proto__', 'nonsense'), { nil: undefined });
  const sample = fc.record({
    value: fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String), fc.double()),
    context: word('Sample.Clock', 'Trigger', 'Transaction.End'),
    format: word('Raw', 'SignedData'),
    measurand: word('Power.Active.Import', 'Current.Import', 'Voltage', 'Power.Offered', 'Current.Offered', 'SoC'),
    phase: word('L1', 'L2', 'L3', 'L1-N', 'L1-L2', 'L3-L1', 'N'),
    location: word('Outlet', 'Inlet', 'EV'),
    unit: word('Wh', 'kWh', 'W', 'kW', 'A', 'V', 'Percent'),
  });
  const message = fc.array(
    fc.record({ timestamp: fc.constantFrom(T0, '2026-11-22T10:00:10Z', 'never'), sampledValue: fc.array(sample) }),
  );

  it('nothing throws, no quantity is negative, and the grade says whether anything was derived or dropped', () => {
    fc.assert(
      fc.property(message, fc.constantFrom(1 as const, 2 as const, 3 as const), (meterValues, ratedPhases) => {
        const result = readMeterValues(meterValues, { ...OPTIONS, ratedPhases, ratedMA: milliAmps(32000) });
        const samples = meterValues.reduce((sum, { sampledValue }) => sum + sampledValue.length, 0);
        expect(result.droppedCount + result.signed.length).toBeLessThanOrEqual(samples + meterValues.length);
        for (const reading of result.readings) {
          const { energyWh, powerW, offeredMA, socPercent, currentMA, voltageMV, derived, quality } = reading;
          for (const value of [energyWh, powerW, offeredMA, socPercent, ...currentMA, ...voltageMV]) {
            expect(value ?? 0).toBeGreaterThanOrEqual(0);
          }
          if (quality === 'measured') expect(derived).toEqual([]);
          if (quality === 'derived') expect(derived).not.toEqual([]);
        }
        if (result.droppedCount === 0) expect(result.readings.some((r) => r.quality === 'poor')).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('more samples at a lesser place change nothing about energy, power and current', () => {
    const outlet = [energy('5000'), power('3680'), current('16', { phase: 'L1' })];
    fc.assert(
      fc.property(fc.array(fc.constantFrom('Inlet', 'EV', 'Body', 'Cable')), (places) => {
        const others = places.flatMap((location) => [
          energy('9', { location }),
          power('9', { location }),
          current('9', { location, phase: 'L2' }),
        ]);
        expect(only([...others, ...outlet])).toEqual(only(outlet));
        expect(only([...outlet, ...others])).toEqual(only(outlet));
      }),
    );
  });
});
