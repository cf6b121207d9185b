import { describe, expect, it } from 'vitest';
import { chargingCapabilities } from '../../src/domain/charging-capabilities.ts';

describe('what a charge point says of its charging profiles', () => {
  it('is read from its configuration, whatever the case of the keys', () => {
    const configuration = [
      ['ChargeProfileMaxStackLevel', '8'],
      ['chargingScheduleMaxPeriods', ' 24 '],
      ['MaxChargingProfilesInstalled', '10'],
      ['ChargingScheduleAllowedChargingRateUnit', 'Current,Power'],
      ['constructor', 'x'],
    ] as const;
    const expected = { maxStackLevel: 8, maxPeriods: 24, maxInstalled: 10, units: ['A', 'W'] };
    expect(chargingCapabilities(configuration)).toEqual(expected);
  });

  it.each([
    ['Current', ['A']],
    ['Power', ['W']],
    ['A', ['A']],
    [' w , a,W', ['W', 'A']],
    ['Power, Torque', ['W']],
    ['Torque', null],
    ['', null],
  ])('takes the units %o for %o', (value, units) => {
    expect(chargingCapabilities([['ChargingScheduleAllowedChargingRateUnit', value]]).units).toEqual(units);
  });

  it('is unknown where it says nothing, or nothing that can be read', () => {
    const unknown = { maxStackLevel: null, maxPeriods: null, maxInstalled: null, units: null };
    expect(chargingCapabilities([])).toEqual(unknown);
    const odd = ['-1', 'many', '', '1e3', '9999999999'];
    for (const value of odd) expect(chargingCapabilities([['ChargeProfileMaxStackLevel', value]])).toEqual(unknown);
  });
});
