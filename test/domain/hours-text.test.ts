import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hoursText, isSpan, parseHours } from '../../src/domain/hours-text.ts';
import { WEEKDAYS } from '../../src/domain/site-time.ts';

const window = fc
  .record({
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    fromMinute: fc.integer({ min: 0, max: 1_439 }),
    toMinute: fc.integer({ min: 0, max: 1_440 }),
  })
  .filter(({ fromMinute, toMinute }) => isSpan(fromMinute, toMinute));

it('hours are read as they are written', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 5 }), (hours) => {
      expect(parseHours(hoursText(hours))).toEqual(hours);
    }),
  );
});

it.each([
  ['Mon-Fri 8:00-17:30', [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1_050 }]],
  ['fri-mon 22:00 - 06:00', [{ days: ['mon', 'fri', 'sat', 'sun'], fromMinute: 1_320, toMinute: 360 }]],
  ['sat, sun 00:00-24:00;', [{ days: ['sat', 'sun'], fromMinute: 0, toMinute: 1_440 }]],
  ['', []],
])('%s', (text, hours) => {
  expect(parseHours(text)).toEqual(hours);
});

it.each(['mon', 'mon 8-17', 'day 08:00-17:00', 'mon 08:00-08:00', 'mon 24:00-06:00', 'mon-tue-wed 08:00-09:00'])(
  '%s is refused',
  (text) => {
    expect(parseHours(text)).toBeNull();
  },
);
