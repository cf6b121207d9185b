import { describe, expect, it } from 'vitest';
import { instant, milliAmps, milliVolts, monotonic, wattHours, watts } from '../../src/domain/units.ts';

describe.each([
  ['instant', instant],
  ['wattHours', wattHours],
  ['watts', watts],
  ['milliAmps', milliAmps],
  ['milliVolts', milliVolts],
])('%s', (_, make) => {
  it('rounds to a whole number, and knows no negative zero', () => {
    expect([make(1.4), make(1.5), make(-2.6), make(2 ** 53 - 1)]).toEqual([1, 2, -3, 2 ** 53 - 1]);
    expect(Object.is(make(-0.2), 0)).toBe(true);
  });

  it('refuses what is no number that can be', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -Number.POSITIVE_INFINITY, 2 ** 53, 1e300]) {
      expect(() => make(value)).toThrow(RangeError);
    }
  });
});

describe('monotonic', () => {
  it('keeps its fraction: only differences mean anything', () => {
    expect(monotonic(1.25)).toBe(1.25);
  });
});
