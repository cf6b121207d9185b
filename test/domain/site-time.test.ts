import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthAround, wallTime } from '../../src/domain/site-time.ts';
import { type Instant, instant } from '../../src/domain/units.ts';

const at = (text: string): Instant => instant(Date.parse(text));
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'];
const instants = fc.integer({ min: Date.UTC(2016, 0, 1), max: Date.UTC(2035, 0, 1) }).map(instant);

describe('the clock on the wall', () => {
  it.each([
    ['2026-01-15T12:34:56Z', 'UTC', { year: 2026, month: 1, weekday: 'thu', minute: 754 }],
    ['2026-01-15T23:30:00Z', 'Europe/Berlin', { year: 2026, month: 1, weekday: 'fri', minute: 30 }],
    // An hour that is left out, and one that comes twice.
    ['2026-03-29T00:59:00Z', 'Europe/Berlin', { year: 2026, month: 3, weekday: 'sun', minute: 119 }],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', { year: 2026, month: 3, weekday: 'sun', minute: 180 }],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', { year: 2026, month: 10, weekday: 'sun', minute: 150 }],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', { year: 2026, month: 10, weekday: 'sun', minute: 150 }],
    ['2026-12-31T23:59:00Z', 'Asia/Kathmandu', { year: 2027, month: 1, weekday: 'fri', minute: 344 }],
  ] as const)('%s in %s', (text, zone, expected) => {
    expect(wallTime(at(text), zone)).toEqual(expected);
  });
});

describe('a month of the site', () => {
  it('begins at midnight there, in summer and in winter', () => {
    expect(monthAround(at('2026-03-29T12:00:00Z'), 'Europe/Berlin')).toEqual({
      from: at('2026-02-28T23:00:00Z'),
      before: at('2026-03-31T22:00:00Z'),
    });
    expect(monthAround(at('2026-12-31T23:30:00Z'), 'Europe/Berlin')).toEqual({
      from: at('2026-12-31T23:00:00Z'),
      before: at('2027-01-31T23:00:00Z'),
    });
  });

  it('holds the instant that it was asked for, and ends where the next one begins', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (moment, zone) => {
        const { from, before } = monthAround(moment, zone);
        expect(from <= moment && moment < before).toBe(true);
        expect(monthAround(before, zone).from).toBe(before);
        expect(monthAround(instant(from - 1), zone).before).toBe(from);
        expect(wallTime(from, zone)).toMatchObject({ month: wallTime(moment, zone).month, minute: 0 });
      }),
      { numRuns: 200 },
    );
  });
});
