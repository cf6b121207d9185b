import { describe, expect, it } from 'vitest';
import { dialectFor } from '../../../src/domain/dialects/resolve.ts';
import { milliAmps } from '../../../src/domain/units.ts';
import { models } from '../../../src/sim/models.ts';

const key = (vendor: string, model = '', firmwareVersion = '1') => ({ vendor, model, firmwareVersion });
const told = { maxStackLevel: null, maxPeriods: null, maxInstalled: null, units: null };

describe('a dialect', () => {
  it('begins with what is publicly known of the make', () => {
    const abb = dialectFor(key('ABB', 'Terra AC wallbox'), { ...told, maxStackLevel: 9 }, {}, {});
    expect(abb.dialect).toMatchObject({ grantLevel: 0 });
    expect(abb.sources).toMatchObject({ grantLevel: 'known', mode: 'default' });
    expect(abb.notes).toEqual([expect.stringContaining('stack level')]);
    expect(dialectFor(key('go-eCharger'), null, {}, {}).dialect).toMatchObject({ losesProfiles: 'disconnect' });
    expect(dialectFor(key('NEcharge'), null, {}, {}).dialect.step).toContain(milliAmps(13_000));
  });

  it('goes by configuration keys, then by what was learned, then by what a person says', () => {
    const W = { ...told, units: ['W' as const], maxPeriods: 1 };
    const record = dialectFor(key('Acme'), W, { lagMs: 20_000, grantLevel: 0 }, { grantLevel: 4 });
    expect(record.dialect).toMatchObject({ unit: 'W', mode: 'E', maxPeriods: 1, lagMs: 20_000, grantLevel: 4 });
    expect(record.sources).toMatchObject({
      unit: 'configuration-keys',
      lagMs: 'learned',
      grantLevel: 'set',
      step: 'default',
    });
    expect(dialectFor(key('Acme'), null, {}, { lagMs: 5 }).dialect.lagMs).toBe(11_000);
  });

  it('of the simulated makes is not known beforehand', () => {
    for (const { vendor, model } of models) expect(dialectFor(key(vendor, model), null, {}, {}).notes).toEqual([]);
  });
});
