import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { formatTimestamp, lacksTimeZone, parseTimestamp, repairTimestamp } from '../../src/ocpp/timestamp.ts';

const at = Date.UTC(2026, 10, 22, 10, 0, 0);

describe('parseTimestamp', () => {
  test.each([
    ['2026-11-22T10:00:00Z', at],
    ['2026-11-22T10:00:00.5Z', at + 500],
    ['2026-11-22T10:00:00.123456+00:00', at + 123],
    ['2026-11-22T10:00:00.9999999999999999999999Z', at + 999],
    ['2026-11-22T12:30:00+02:30', at],
    ['2026-11-21T23:00:00-11:00', at],
    ['2026-11-22t10:00:00z', at],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    ['1970-01-01T00:00:00Z', 0],
    ['2199-12-31T23:59:59.999Z', Date.UTC(2200, 0, 1) - 1],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1) - 1],
    ['2017-01-01T01:59:60.7+02:00', Date.UTC(2017, 0, 1) - 1],
  ])('reads %s', (text, ms) => {
    expect(parseTimestamp(text)).toBe(ms);
  });

  test.each([
    '',
    '2026-11-22',
    '2026-11-22T10:00:00',
    '2026-11-22 10:00:00Z',
    '2026-11-22T10:00Z',
    '2026-11-22T10:00:00+0100',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:60:00Z',
    '2026-11-22T10:00:61Z',
    '2026-11-22T10:00:60Z',
    '2026-11-22T10:00:00+24:00',
    '2026-11-22T10:00:00+01:60',
    '2026-11-22T10:00:00.Z',
    '1969-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    ' 2026-11-22T10:00:00Z',
    '2026-11-22T10:00:00Z[Europe/Berlin]',
    '\u0662026-11-22T10:00:00Z',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });

  test('agrees with the platform on what both can read', () => {
    const date = fc.date({ min: new Date(0), max: new Date(Date.UTC(2200, 0, 1) - 1), noInvalidDate: true });
    fc.assert(
      fc.property(date, (each) => {
        expect(parseTimestamp(each.toISOString())).toBe(each.getTime());
      }),
      { seed: 1 },
    );
  });
});

describe('repairTimestamp', () => {
  test.each([
    ['2026-11-22T10:00:00', '2026-11-22T10:00:00Z'],
    ['2026-11-22 10:00:00', '2026-11-22T10:00:00Z'],
    ['2026-11-22 10:00:00.25Z', '2026-11-22T10:00:00.25Z'],
    ['2026-11-22T10:00:00,25Z', '2026-11-22T10:00:00.25Z'],
    ['2026-11-22T10:00:00+0100', '2026-11-22T10:00:00+01:00'],
    ['2026-11-22T10:00:00-05', '2026-11-22T10:00:00-05:00'],
    ['2026-11-22 10:00:00 +01:00', '2026-11-22T10:00:00+01:00'],
    ['2026-11-22T10:00Z', '2026-11-22T10:00:00Z'],
    ['2026-11-22T10:00:00 UTC', '2026-11-22T10:00:00Z'],
    ['2026-11-22T10:00:00.123456+00:00Z', '2026-11-22T10:00:00.123456Z'],
    ['  2026-11-22T10:00:00Z\n', '2026-11-22T10:00:00Z'],
  ])('%s is %s', (text, strict) => {
    expect(repairTimestamp(text)).toBe(strict);
  });

  test.each([
    '2026-11-22',
    '22.11.2026 10:00',
    '1795341600',
    '2026-11-22T10:00:00 CET',
    '2026-11-22T10:00:00+01:00Z',
    '2026-02-30 10:00:00',
    '1969-01-01 00:00:00',
    '0000-00-00T00:00:00Z',
    'now',
  ])('does not guess at %j', (text) => {
    expect(repairTimestamp(text)).toBeNull();
  });

  test('what it gives is strict', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const strict = repairTimestamp(text);
        expect(strict === null || parseTimestamp(strict) !== null).toBe(true);
      }),
      { seed: 1 },
    );
  });

  test('a missing zone is told from a present one', () => {
    expect(lacksTimeZone('2026-11-22 10:00:00')).toBe(true);
    expect(lacksTimeZone('2026-11-22 10:00:00-05')).toBe(false);
    expect(lacksTimeZone('2026-11-22')).toBe(false);
  });
});

test('formatTimestamp writes UTC with milliseconds', () => {
  expect(formatTimestamp(instant(at + 7))).toBe('2026-11-22T10:00:00.007Z');
});
