import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEEKDAYS, wallTime, weekdayBefore } from '../../src/domain/site-time.ts';
import {
  clockMinute,
  clockText,
  type HoursWindow,
  isNarrower,
  isWithin,
  noRules,
  refusalBy,
  type TokenRules,
} from '../../src/domain/token-rules.ts';
import { type Instant, instant, wattHours } from '../../src/domain/units.ts';

const zone = 'Europe/Berlin';
const at = (text: string): Instant => instant(Date.parse(text));
const office: HoursWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1_020 };
const night: HoursWindow = { days: ['sat'], fromMinute: 1_320, toMinute: 360 };

const refusal = (rules: Partial<TokenRules>, moment: string, used = 0) =>
  refusalBy({ ...noRules, ...rules }, 'Token A', {
    chargePointId: 'CP1',
    at: at(moment),
    timeZone: zone,
    energyThisMonthWh: () => wattHours(used),
  });

describe('hours', () => {
  it.each([
    // In winter Berlin is one hour ahead of UTC, in summer two.
    ['2026-01-15T06:59:59Z', office, false],
    ['2026-01-15T07:00:00Z', office, true],
    ['2026-01-15T16:00:00Z', office, false],
    ['2026-07-15T06:00:00Z', office, true],
    ['2026-07-15T15:00:00Z', office, false],
    ['2026-01-17T12:00:00Z', office, false],
    // From Saturday 22:00 over the night of the change to summer, until six.
    ['2026-03-28T20:59:00Z', night, false],
    ['2026-03-28T21:00:00Z', night, true],
    ['2026-03-29T03:59:00Z', night, true],
    ['2026-03-29T04:00:00Z', night, false],
    // The same over the change to winter: one hour longer.
    ['2026-10-24T20:00:00Z', night, true],
    ['2026-10-25T04:59:00Z', night, true],
    ['2026-10-25T05:00:00Z', night, false],
  ] as const)('%s', (moment, window, expected) => {
    expect(isWithin([window], at(moment), zone)).toBe(expected);
  });

  it('hold for what the wall clock shows at any time, also around the changes of the clock', () => {
    const around = fc
      .constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-06-15T12:00:00Z')
      .chain((text) => fc.integer({ min: -2_880, max: 2_880 }).map((minutes) => instant(at(text) + minutes * 60_000)));
    const window = fc.record({
      days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      fromMinute: fc.integer({ min: 0, max: 1_439 }),
      toMinute: fc.integer({ min: 0, max: 1_440 }),
    });
    fc.assert(
      fc.property(around, fc.array(window, { minLength: 1, maxLength: 4 }), (moment, hours) => {
        const { weekday, minute } = wallTime(moment, zone);
        // Each window written out as minutes of a week that goes round.
        const week = 7 * 1_440;
        const now = WEEKDAYS.indexOf(weekday) * 1_440 + minute;
        const expected = hours.some(({ days, fromMinute, toMinute }) =>
          days.some((day) => {
            const begin = WEEKDAYS.indexOf(day) * 1_440 + fromMinute;
            const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute + 1_440 - fromMinute;
            return (now - begin + week) % week < length;
          }),
        );
        expect(isWithin(hours, moment, zone)).toBe(expected);
      }),
    );
  });

  it('that are not set are all hours', () => {
    expect(isWithin([], at('2026-01-01T00:00:00Z'), zone)).toBe(true);
  });

  it('the day before Monday is Sunday', () => {
    expect(WEEKDAYS.map(weekdayBefore)).toEqual(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']);
  });
});

describe('the first rule that says no', () => {
  it('is named, with what it saw', () => {
    expect(refusal({}, '2026-01-15T12:00:00Z')).toBeNull();
    expect(refusal({ chargePointIds: ['CP1', 'CP2'] }, '2026-01-15T12:00:00Z')).toBeNull();
    expect(refusal({ chargePointIds: ['CP2'] }, '2026-01-15T12:00:00Z')).toEqual({
      rule: 'charge-points',
      why: 'Token A may not charge at CP1.',
    });
    expect(refusal({ hours: [office] }, '2026-01-15T20:05:00Z')).toEqual({
      rule: 'hours',
      why: 'Token A may not charge at this hour (thu 21:05).',
    });
    expect(refusal({ energyPerMonthWh: wattHours(50_000) }, '2026-01-15T12:00:00Z', 49_999)).toBeNull();
    expect(refusal({ energyPerMonthWh: wattHours(50_000) }, '2026-01-15T12:00:00Z', 52_345)).toEqual({
      rule: 'energy',
      why: 'Token A has used 52.3 of 50 kWh this month.',
    });
  });

  it('does not ask for energy that no rule limits', () => {
    const asked = () => {
      throw new Error('asked');
    };
    const circumstances = { chargePointId: 'CP1', at: at('2026-01-15T12:00:00Z'), timeZone: zone };
    expect(refusalBy(noRules, 'Token A', { ...circumstances, energyThisMonthWh: asked })).toBeNull();
  });
});

describe('narrower rules', () => {
  it.each([
    [noRules, noRules, false],
    [{ ...noRules, energyPerMonthWh: wattHours(5) }, noRules, true],
    [noRules, { ...noRules, energyPerMonthWh: wattHours(5) }, false],
    [{ ...noRules, energyPerMonthWh: wattHours(6) }, { ...noRules, energyPerMonthWh: wattHours(5) }, false],
    [{ ...noRules, chargePointIds: ['A'] }, noRules, true],
    [{ ...noRules, chargePointIds: ['A', 'B'] }, { ...noRules, chargePointIds: ['A'] }, false],
    [{ ...noRules, chargePointIds: ['A'] }, { ...noRules, chargePointIds: ['A', 'B'] }, true],
    [{ ...noRules, hours: [office] }, { ...noRules, hours: [office] }, false],
    [{ ...noRules, hours: [office] }, { ...noRules, hours: [night] }, true],
  ])('%j after %j: %s', (after, before, expected) => {
    expect(isNarrower(after, before)).toBe(expected);
  });
});

describe('times of day', () => {
  it('are read as they are written', () => {
    for (let minute = 0; minute <= 1_440; minute += 1) expect(clockMinute(clockText(minute))).toBe(minute);
    for (const text of ['24:01', '25:00', '8', '08:60', '', '8:5']) expect(clockMinute(text)).toBeNull();
  });
});
