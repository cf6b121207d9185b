import { describe, expect, it } from 'vitest';
import { milliAmps } from '../../src/domain/units.ts';
import { readMeterValues } from '../../src/ocpp/meter-values.ts';
import { current, energy, OPTIONS, only, power, read, registerAt, T0, voltage } from './meter-samples.ts';

describe('defaults and units', () => {
  it('a bare value is the import register in Wh, a periodic sample of the outlet (OCPP 1.6 §7.43)', () => {
    expect(only([{ value: '1234' }])).toEqual({
      at: Date.parse(T0),
      context: 'Sample.Periodic',
      energyWh: 1234,
      powerW: null,
      currentMA: [null, null, null],
      voltageMV: [null, null, null],
      offeredMA: null,
      socPercent: null,
      quality: 'measured',
      derived: [],
    });
  });

  it.each([
    // measurand, unit, value, field, expected
    ['Energy.Active.Import.Register', 'kWh', '12.3456', 'energyWh', 12346],
    ['Energy.Active.Import.Register', 'Wh', '12345.6', 'energyWh', 12346],
    ['Energy.Active.Import.Register', '', '7', 'energyWh', 7],
    ['Power.Active.Import', 'kW', '11.04', 'powerW', 11040],
    ['Power.Active.Import', undefined, '11040', 'powerW', 11040],
    ['Current.Offered', 'A', '16', 'offeredMA', 16000],
    ['Current.Offered', 'mA', '16000', 'offeredMA', 16000],
    ['SoC', 'Percent', '80', 'socPercent', 80],
    ['SoC', undefined, '80.5', 'socPercent', 80.5],
  ] as const)('%s in %s: %s gives %s %d', (measurand, unit, value, field, expected) => {
    expect(only([{ measurand, unit, value }])[field]).toBe(expected);
  });

  it.each([
    ['12.5', 12500],
    ['12,5', 12500],
    [' 12.5 ', 12500],
    ['+12.5', 12500],
    ['1.25e1', 12500],
    ['-0', 0],
    [12.5, 12500],
  ])('the number %j is read', (value, expected) => {
    expect(only([{ ...current('0', { phase: 'L1' }), value }]).currentMA[0]).toBe(expected);
  });

  it.each([
    'Interruption.Begin',
    'Interruption.End',
    'Other',
    'Sample.Clock',
    'Sample.Periodic',
    'Transaction.Begin',
    'Transaction.End',
    'Trigger',
  ])('the context %s is kept', (context) => {
    expect(only([energy('1', { context })]).context).toBe(context);
  });

  it('samples of several contexts in one MeterValue become readings of their own', () => {
    const { readings, register } = read([
      energy('100', { context: 'Transaction.Begin' }),
      power('3000', { context: 'Transaction.End' }),
      energy('900', { context: 'Transaction.End' }),
      energy('500', { context: 'Sample.Clock' }),
    ]);
    expect(readings.map((r) => [r.context, r.energyWh, r.powerW])).toEqual([
      ['Transaction.Begin', 100, null],
      ['Transaction.End', 900, 3000],
      ['Sample.Clock', 500, null],
    ]);
    expect(register).toMatchObject({ context: 'Transaction.End', energyWh: 900 });
  });

  it('the outlet is preferred, whatever the order, and phases of two places are never mixed', () => {
    const places = [
      energy('1', { location: 'Body' }),
      energy('2', { location: 'Inlet' }),
      energy('3', { location: 'EV' }),
      energy('4', { location: 'Cable' }),
      energy('5', { location: 'Outlet' }),
    ];
    for (let kept = 1; kept <= places.length; kept += 1) {
      expect(only(places.slice(0, kept)).energyWh).toBe(kept);
      expect(only(places.slice(0, kept).reverse()).energyWh).toBe(kept);
    }
    const mixed = only([energy('900', { location: 'Inlet' }), energy('10', { phase: 'L1' })]);
    expect([mixed.energyWh, mixed.derived]).toEqual([10, ['energy from phases']]);
  });
});

describe('phases', () => {
  it.each([
    ['L1', [6000, null, null]],
    ['L2', [null, 6000, null]],
    ['L3', [null, null, 6000]],
    ['L1-N', [6000, null, null]],
    ['L2-N', [null, 6000, null]],
    ['L3-N', [null, null, 6000]],
  ])('a current on %s', (phase, expected) => {
    expect(only([current('6', { phase })]).currentMA).toEqual(expected);
  });

  it('voltages between lines give phase voltages only where none was measured', () => {
    const lines = [
      voltage('400', { phase: 'L1-L2' }),
      voltage('398', { phase: 'L2-L3' }),
      voltage('402', { phase: 'L3-L1' }),
    ];
    expect(only(lines).voltageMV).toEqual([230940, 229785, 232095]);
    expect(only(lines).derived).toEqual(['voltage from line to line']);
    const measured = only([...lines, voltage('229', { phase: 'L1-N' })]);
    expect([measured.voltageMV, measured.quality]).toEqual([[229000, null, null], 'measured']);
  });

  it('a current between two lines is dropped: it is not that of a phase', () => {
    const { readings, dropped } = read([energy('1'), current('16', { phase: 'L1-L2' })]);
    expect(dropped.map((d) => d.reason)).toEqual(['phase']);
    expect(readings[0]?.currentMA).toEqual([null, null, null]);
  });

  it('field lesson 49 (lbbrhzn#1311): a current on the neutral conductor is passed over', () => {
    const reading = only([current('16', { phase: 'L1' }), current('15', { phase: 'N' })]);
    expect([reading.currentMA, reading.quality]).toEqual([[16000, null, null], 'derived']);
    expect(read([current('15', { phase: 'N' })])).toMatchObject({ readings: [], droppedCount: 0 });
  });

  it.each([
    ['1', 400, [230940, null, null]],
    ['3', 400, [230940, 230940, 230940]],
    ['3', 231, [231000, 231000, 231000]],
    ['3', 0, [0, 0, 0]],
    ['3', 650, [null, null, null]],
  ])('on %s phases a voltage of %d V without a phase', (phases, volts, expected) => {
    const ratedPhases = phases === '1' ? 1 : 3;
    expect(only([energy('1'), voltage(String(volts))], { ratedPhases }).voltageMV).toEqual(expected);
  });
});

describe('a current without a phase', () => {
  const three = (mA: number) => [mA, mA, mA];
  it.each([
    // A, W or none, phases, rating in A or none, expected, why
    ['16', null, 1, null, [16000, null, null], 'one phase is wired: it is that one'],
    ['16', null, 2, null, [16000, 16000, null], 'nothing else known: on each wired phase'],
    ['16', null, 3, 32, three(16000), 'nothing else known: on each wired phase'],
    ['16', '11040', 3, 32, three(16000), 'power says: on each of three phases'],
    ['16', '3680', 3, 32, three(16000), 'a car on one phase, or a sum: the larger'],
    ['48', '11040', 3, null, three(48000), 'a sum or one phase, rating unknown: the larger'],
    ['48', '11040', 3, 16, three(16000), 'one phase cannot carry it, nor two: the sum of three'],
    ['48', '11040', 3, 32, three(24000), 'one phase cannot carry it, two can: the larger'],
    ['5', '11040', 3, 32, three(16000), 'less than the power demands: the mean of the power'],
    ['0', '0', 3, 32, three(0), 'nothing flows'],
  ] as const)('%s A at %s W on %d phases rated %s A', (amps, watt, ratedPhases, ratedA, expected, _why) => {
    const reading = only([current(amps), ...(watt === null ? [] : [power(watt)])], {
      ratedPhases,
      ratedMA: ratedA === null ? undefined : milliAmps(ratedA * 1000),
    });
    expect(reading.currentMA).toEqual(expected);
    expect(reading.derived.includes('current from unphased value')).toBe(ratedPhases > 1);
  });

  it('the energy since the previous reading decides when no power is sent', () => {
    const previous = registerAt('2026-11-22T09:55:00Z', 1001);
    const reading = only([energy('1921'), current('48')], { previous, ratedMA: milliAmps(16000) });
    expect(reading.currentMA).toEqual(three(16000));
    expect(reading.powerW).toBe(11040);
    expect(reading.derived).toEqual(['power from energy', 'current from unphased value']);
  });
});

describe('the derivation ladder (field lesson 49: PR#1925, a three-phase charge point sends no power)', () => {
  it('power is measured before anything else', () => {
    const reading = only([power('7000'), power('1', { phase: 'L1' }), current('1', { phase: 'L1' }), energy('5')]);
    expect([reading.powerW, reading.quality]).toEqual([7000, 'measured']);
  });

  it('else the sum of its phases', () => {
    const reading = only([
      power('1000', { phase: 'L1' }),
      power('2.5', { phase: 'L2', unit: 'kW' }),
      power('500', { phase: 'L3' }),
    ]);
    expect([reading.powerW, reading.derived]).toEqual([4000, ['power from phases', 'current from power']]);
    expect(reading.currentMA).toEqual([4348, 10870, 2174]);
  });

  it('else V x I, with the nominal voltage where none or a dead one is sent', () => {
    const amps = [current('10', { phase: 'L1' }), current('10', { phase: 'L2' }), current('10', { phase: 'L3' })];
    const volts = [voltage('240', { phase: 'L1' }), voltage('0', { phase: 'L2' })];
    const reading = only([...amps, ...volts]);
    expect([reading.powerW, reading.derived]).toEqual([7000, ['power from voltage and current']]);
    expect(reading.voltageMV).toEqual([240000, 0, null]);
  });

  it.each([
    // span, register before, register now, expected W, why
    [10, 1001, 1032, 11160, 'a register of 1 Wh over 10 s'],
    [10, 1000, 2000, null, 'a register of 1 kWh over 10 s says nothing'],
    [10, 1001, 1001, 0, 'nothing flowed'],
    [600, 1000, 2000, null, 'a step of 1 kWh over 10 min is still 6 kW'],
    [900, 1200, 2500, 5200, 'a register of 0.1 kWh over 15 min'],
    [901, 1001, 2001, null, 'longer than 15 min is no power of now'],
    [10, 1032, 1001, null, 'the register fell'],
    [0, 1001, 1032, null, 'no time passed'],
    [-60, 1001, 1032, null, 'a replayed reading: the previous one is newer'],
    [10, 1001, 2401, null, '504 kW is a jump, no power'],
  ])('else from energy: after %d s from %d to %d Wh gives %s W', (seconds, before, now, expected, _why) => {
    const previous = registerAt(new Date(Date.parse(T0) - seconds * 1000).toISOString(), before);
    const reading = only([energy(String(now))], { previous });
    expect(reading.powerW).toBe(expected);
    expect(reading.derived).toEqual(expected === null ? [] : ['power from energy', 'current from power']);
  });

  it('energy inside one message chains: each reading is the previous of the next', () => {
    const at = (timestamp: string, value: string) => ({ timestamp, sampledValue: [energy(value)] });
    const { readings } = readMeterValues(
      [at('2026-11-22T10:00:00Z', '1001'), at('2026-11-22T10:01:00Z', '1101'), at('2026-11-22T10:02:00Z', '1251')],
      OPTIONS,
    );
    expect(readings.map((r) => r.powerW)).toEqual([null, 6000, 9000]);
  });

  it('energy inside a message in any order is compared with the latest reading before it', () => {
    const at = (timestamp: string, value: string) => ({ timestamp, sampledValue: [energy(value)] });
    const { readings } = readMeterValues(
      [at('2026-11-22T10:02:00Z', '1251'), at('2026-11-22T10:00:00Z', '1001'), at('2026-11-22T10:03:00Z', '1351')],
      OPTIONS,
    );
    expect(readings.map((r) => r.powerW)).toEqual([null, null, 6000]);
  });

  it('phases of power with one unreadable are not summed, and give no currents', () => {
    const phases = [power('2300', { phase: 'L1' }), power('NaN', { phase: 'L2' }), power('2300', { phase: 'L3' })];
    expect(only([...phases, current('10', { phase: 'L1' })])).toMatchObject({
      powerW: 2300,
      derived: ['power from voltage and current'],
    });
    expect(only([...phases, power('6900')])).toMatchObject({ powerW: 6900, currentMA: [10000, 10000, 10000] });
  });

  it('currents come from the power over the wired phases when none was sent', () => {
    const reading = only([power('6900')], { ratedPhases: 3 });
    expect([reading.currentMA, reading.derived]).toEqual([[10000, 10000, 10000], ['current from power']]);
    expect(only([power('2300')], { ratedPhases: 1 }).currentMA).toEqual([10000, null, null]);
  });

  it('direct current to the battery gives power, and mains currents only by that power', () => {
    const reading = only([current('100'), voltage('600')]);
    expect([reading.powerW, reading.voltageMV, reading.currentMA]).toEqual([
      60000,
      [null, null, null],
      [86957, 86957, 86957],
    ]);
  });

  it('of a DC charge point no number of the battery is taken for one of the grid', () => {
    const dc = { dcEfficiency: 0.94 };
    const currents = (...samples: Parameters<typeof only>[0]) => only(samples, dc).currentMA;
    const drawn = [76_935, 76_935, 76_935];
    // 125 A at 399 V, which could be a voltage between the lines of the grid.
    expect(currents(current('125'), voltage('399'), power('49900'))).toEqual(drawn);
    expect(currents(current('125'), voltage('399'))).toEqual([76_896, 76_896, 76_896]);
    expect(only([current('125'), voltage('399')], dc).voltageMV).toEqual([null, null, null]);
    expect(currents(current('125'), power('49900'))).toEqual(drawn);
    expect(currents(current('125'))).toEqual([null, null, null]);
    // Measured where it comes in, nothing is lost yet.
    expect(currents(power('53085', { location: 'Inlet' }))).toEqual(drawn);
    expect(currents(current('77', { phase: 'L1' }), current('125'), power('49900'))).toEqual([77_000, null, null]);
  });

  it('the register is the sum of the phases only when every phase could be read', () => {
    const phases = (l2: string) => [
      energy('100', { phase: 'L1' }),
      energy(l2, { phase: 'L2' }),
      energy('300', { phase: 'L3' }),
    ];
    expect(only(phases('200'))).toMatchObject({ energyWh: 600, derived: ['energy from phases'] });
    expect(read([...phases('NaN'), power('5')]).readings[0]).toMatchObject({ energyWh: null, quality: 'poor' });
  });

  it('an offered power gives the offered current, rounded down; an offered current is taken first', () => {
    const offered = { value: '11', unit: 'kW', measurand: 'Power.Offered' };
    expect(only([offered])).toMatchObject({ offeredMA: 15942, derived: ['offered from power'] });
    expect(only([offered, { value: '13', measurand: 'Current.Offered' }]).offeredMA).toBe(13000);
    const phases = ['16', '20', '10'].map((value, i) => ({ value, phase: `L${i + 1}`, measurand: 'Current.Offered' }));
    expect(only(phases).offeredMA).toBe(20000);
  });
});
