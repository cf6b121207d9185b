import type { Reading } from '../../src/domain/metering.ts';
import { instant, milliVolts, wattHours } from '../../src/domain/units.ts';
import { type MeterValuesOptions, type NormalisedMeterValues, readMeterValues } from '../../src/ocpp/meter-values.ts';
import type { SampledValueInput } from '../../src/ocpp/sampled-value.ts';

/** Meter values as a charge point sends them, for the tests of reading them. */

export const T0 = '2026-11-22T10:00:00Z';
export const OPTIONS: MeterValuesOptions = {
  parseTimestamp: (text) => {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? null : instant(ms);
  },
  nominalVoltageMV: milliVolts(230_000),
};

export type Options = Partial<MeterValuesOptions>;

export const read = (samples: SampledValueInput[], options: Options = {}): NormalisedMeterValues =>
  readMeterValues([{ timestamp: T0, sampledValue: samples }], { ...OPTIONS, ...options });

export function only(samples: SampledValueInput[], options: Options = {}): Reading {
  const { readings } = read(samples, options);
  const [reading] = readings;
  if (readings.length !== 1 || reading === undefined) throw new Error(`one reading expected, not ${readings.length}`);
  return reading;
}

export const energy = (value: string, more: Partial<SampledValueInput> = {}) => ({ value, ...more });
export const power = (value: string, more: Partial<SampledValueInput> = {}) => ({
  value,
  measurand: 'Power.Active.Import',
  unit: 'W',
  ...more,
});
export const current = (value: string, more: Partial<SampledValueInput> = {}) => ({
  value,
  measurand: 'Current.Import',
  unit: 'A',
  ...more,
});
export const voltage = (value: string, more: Partial<SampledValueInput> = {}) => ({
  value,
  measurand: 'Voltage',
  unit: 'V',
  ...more,
});

export const registerAt = (text: string, wh: number): Reading => ({
  ...only([energy(String(wh))]),
  at: instant(Date.parse(text)),
  energyWh: wattHours(wh),
});
