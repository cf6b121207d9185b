import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/study/report.ts';
import { costOf, parseTariff, type Tariff } from '../../src/study/tariff.ts';

function tariff(text: string): Tariff {
  const read = parseTariff(text);
  if ('fault' in read) throw new Error(read.fault);
  return read;
}

/** An hour at 10 kW that begins at this time, in quarters. */
const hourAt = (from: string, powerKW = [10, 10, 10, 10]): Series => ({
  ...{ from, stepS: 900, circuits: [], present: [], charging: [], waiting: [] },
  powerKW,
});
const cost = (text: string, from: string, powerKW?: number[]): number =>
  costOf(tariff(text), hourAt(from, powerKW), 'Europe/Berlin', 10).total;

describe('a tariff', () => {
  const byHour = '0-6=0.10,6-22=0.30,22-24=0.20';

  it.each([
    ['2026-07-01T00:00:00Z', 1],
    ['2026-07-01T03:00:00Z', 1],
    // 6 in the morning at Berlin, by the clock of summer and of winter.
    ['2026-07-01T04:00:00Z', 3],
    ['2026-01-01T04:00:00Z', 1],
    ['2026-01-01T05:00:00Z', 3],
    ['2026-07-01T20:30:00Z', 2],
  ])('prices energy by the clock of the site: %s', (from, total) => {
    expect(cost(byHour, from)).toBe(total);
  });

  it('splits what flows over a change of the price, by how much flowed when', () => {
    expect(cost(byHour, '2026-07-01T03:30:00Z', [10, 10, 20, 0])).toBe(2);
  });

  it('knows days, nights and the rest', () => {
    const text =
      'currency CHF\n# at night\nsat,sun 00:00-24:00 = 0,1\nmon-fri 22:00-06:00 = 0,2 # over midnight\nelse = 0,4\n';
    expect(tariff(text).currency).toBe('CHF');
    expect(cost(text, '2026-07-04T10:00:00Z')).toBe(1);
    expect(cost(text, '2026-07-01T21:00:00Z')).toBe(2);
    expect(cost(text, '2026-07-02T02:00:00Z')).toBe(2);
    // Monday at 4: the night before was Sunday's.
    expect(cost(text, '2026-07-06T02:00:00Z')).toBe(4);
  });

  it.each([
    ['', /holds no price/],
    ['cheap', /"cheap" is no price; write 0-6=0.18/],
    ['25-26=1', /"25-26" is no span of hours/],
    ['0-6=0.1,7-24=0.3', /has no price for mon 06:00; add else = PRICE/],
  ])('%j is refused', (text, words) => {
    expect(parseTariff(text)).toEqual({ fault: expect.stringMatching(words) });
  });
});
