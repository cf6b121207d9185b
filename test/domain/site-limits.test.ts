import { describe, expect, it } from 'vitest';
import type { LimitValue, SiteLimit } from '../../src/domain/site-limit.ts';
import {
  atLeast,
  controllableBelow,
  guaranteedMinimum14a,
  limitFault,
  limitsInForce,
  limitValue,
  nextLimitChange,
} from '../../src/domain/site-limits.ts';
import { instant, milliAmps, watts } from '../../src/domain/units.ts';
import { siteModel } from '../support/site-model.ts';

const limit = (source: string, value: LimitValue, over: Partial<SiteLimit> = {}): SiteLimit => ({
  id: `${source}:main`,
  circuit: 'main',
  source,
  value,
  since: instant(0),
  until: null,
  // biome-ignore lint/suspicious/noThenProperty: the name of the contract
  then: 'configured',
  ...over,
});
const amps = (...limitA: [number, number, number]) => limitValue({ limitA });

describe('what holds of several limits', () => {
  it('is the lowest on each phase and in total, with those who say so', () => {
    const held = limitsInForce(
      [
        limit('a', amps(10, 20, 30)),
        limit('b', amps(16, 16, 40)),
        limit('c', limitValue({ limitW: 9_000 })),
        limit('d', limitValue({ limitW: 9_001 })),
      ],
      instant(5),
    );
    expect(held.get('main')).toEqual({
      circuit: 'main',
      limitMA: [10_000, 16_000, 30_000],
      limitW: 9_000,
      sources: ['a', 'b', 'c'],
    });
    expect(held.size).toBe(1);
  });

  it('falls to what was to hold afterwards at the very instant', () => {
    const ends = { until: instant(100) };
    const back = limit('a', limitValue({ limitW: 5 }), ends);
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract
    const lower = limit('b', limitValue({ limitW: 9 }), { ...ends, then: limitValue({ limitW: 7 }) });
    expect(limitsInForce([back, lower], instant(99)).get('main')).toMatchObject({ limitW: 5, sources: ['a'] });
    expect(limitsInForce([back, lower], instant(100)).get('main')).toMatchObject({ limitW: 7, sources: ['b'] });
    expect(limitsInForce([back], instant(100)).size).toBe(0);
    expect(nextLimitChange([back, lower], instant(99))).toBe(100);
    expect(nextLimitChange([back, lower], instant(100))).toBeNull();
  });

  it('never is a number that is none', () => {
    expect(limitFault({ limitMA: null, limitW: watts(0) })).toBeNull();
    expect(limitFault({ limitMA: null, limitW: null })).toMatch(/needs/);
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const value = { limitMA: null, limitW: wrong as never };
      expect(limitFault(value)).toMatch(/not below 0/);
      expect(() => limitsInForce([limit('a', value)], instant(0))).toThrow(RangeError);
    }
    expect(limitValue({ limitA: 8.1 }).limitMA).toEqual([8_100, 8_100, 8_100]);
  });
});

describe('section 14a EnWG', () => {
  it('guarantees by the number of devices what the determination lists', () => {
    const kW = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20].map((n) => guaranteedMinimum14a(n));
    expect(kW).toEqual([4_200, 7_560, 10_500, 13_020, 15_120, 16_800, 18_060, 18_900, 19_320, 21_210, 40_110]);
    expect(() => guaranteedMinimum14a(-1)).toThrow(RangeError);
  });

  it('keeps limits from going below it, in watts and in amps', () => {
    expect(atLeast(limitValue({ limitW: 0 }), watts(4_200))).toEqual({ limitMA: null, limitW: 4_200 });
    expect(atLeast(limitValue({ limitA: 6 }), watts(4_200)).limitMA).toEqual([6_087, 6_087, 6_087]);
    expect(atLeast(limitValue({ limitA: 7 }), watts(4_200)).limitMA).toEqual([7_000, 7_000, 7_000]);
  });

  it('counts the connectors below a circuit that can draw more than 4.2 kW', () => {
    const model = siteModel({ small: milliAmps(16_000) });
    expect(controllableBelow(model, 'main')).toBe(2);
    expect(controllableBelow(model, 'garage')).toBe(1);
  });
});
