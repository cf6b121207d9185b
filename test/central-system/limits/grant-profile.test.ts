import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  floorProfile,
  type GrantTerms,
  grantProfile,
  transactionFloorProfile,
  unitOf,
} from '../../../src/central-system/limits/grant-profile.ts';
import type { InstalledProfile } from '../../../src/domain/charging-profile.ts';
import { compositeSchedule } from '../../../src/domain/composite-schedule.ts';
import { type Dialect, defaultDialect, type GrantMode } from '../../../src/domain/dialect.ts';
import { type Instant, instant, milliAmps, milliVolts } from '../../../src/domain/units.ts';
import { limitAt } from '../../../src/sim/composite-schedule.ts';
import { asSimulated } from '../../support/simulated-profile.ts';

const now = instant(Date.UTC(2026, 10, 26, 12));
const HOUR = 3_600_000;

const terms: GrantTerms = {
  dialect: defaultDialect,
  capabilities: null,
  connectorId: 2,
  provenPhases: 3,
  nominalMV: milliVolts(230_000),
  measuredMV: null,
  dc: null,
  mode: 'B',
  transactionId: 77,
  grantMA: milliAmps(16_300),
  floorMA: milliAmps(6_000),
  leaseS: 900,
  now,
  clockOffsetMs: 0,
  elapsedS: 100,
};

const written = (more: Partial<GrantTerms> = {}, dialect: Partial<Dialect> = {}) =>
  grantProfile({ ...terms, ...more, dialect: { ...defaultDialect, ...dialect } });

describe('a grant', () => {
  it('steps down by itself, and starts a day ago', () => {
    expect(written()).toEqual({
      installed: {
        connectorId: 2,
        profile: {
          id: 900_010,
          transactionId: 77,
          stackLevel: 1,
          purpose: 'TxProfile',
          kind: 'Absolute',
          recurrency: null,
          validFrom: null,
          validTo: null,
          schedule: {
            durationS: null,
            startAt: now - 24 * HOUR,
            unit: 'A',
            minChargingRate: null,
            periods: [
              { startS: 0, limit: 16, phases: null },
              { startS: 86_400 + 900, limit: 6, phases: null },
            ],
          },
        },
      },
      mode: 'B',
      booked: { valueMA: 16_000, untilMs: 900_000, tailMA: 6_000 },
      erasesFloor: false,
    });
  });

  it.each([
    [60_000, 'B', 960_000],
    [300_001, 'D', null],
    [-2 * HOUR, 'B', 900_000 + 2 * HOUR],
    [-24 * HOUR, 'D', null],
    [null, 'D', null],
  ] as const)('for a clock that is ahead by %s ms is one of mode %s', (clockOffsetMs, mode, untilMs) => {
    const text = written({ clockOffsetMs });
    expect([text.mode, text.booked.untilMs]).toEqual([mode, untilMs]);
    if (clockOffsetMs === 60_000) expect(text.installed.profile.schedule.startAt).toBe(now - 24 * HOUR + 60_000);
    if (mode === 'D') {
      expect(text.installed.profile).toMatchObject({ kind: 'Relative', schedule: { startAt: null } });
      expect(text.booked.tailMA).toBe(text.booked.valueMA);
    }
  });

  it('in modes A and C is the same for any transaction', () => {
    const a = written({ mode: 'A' });
    expect(a).toMatchObject({ mode: 'A', erasesFloor: false, installed: { connectorId: 2 } });
    expect(a.installed.profile).toMatchObject({ purpose: 'TxDefaultProfile', transactionId: null });
    expect(written({ mode: 'A' }, { grantLevel: 0 }).erasesFloor).toBe(true);
    const c = written({ mode: 'C' });
    expect(c.installed).toMatchObject({ connectorId: 0, profile: { id: 900_010, purpose: 'ChargePointMaxProfile' } });
    expect(c.installed.profile.schedule.periods).toHaveLength(2);
  });

  it('with one period only ends by its duration, above a floor of its own', () => {
    const text = written({ mode: 'E' });
    expect(text.installed.profile).toMatchObject({ stackLevel: 1, schedule: { durationS: 87_300, periods: [{}] } });
    const one = { maxStackLevel: 5, maxPeriods: 1, maxInstalled: null, units: null };
    expect(written({ capabilities: one }).mode).toBe('E');
    expect(written({ capabilities: { ...one, maxStackLevel: 0 } })).toMatchObject({
      mode: 'D',
      booked: { untilMs: null },
    });
    expect(written({ mode: 'C', capabilities: one }).mode).toBe('D');
    const under = transactionFloorProfile({ ...terms, transactionId: 77, dialect: { ...defaultDialect, mode: 'E' } });
    expect(under.installed.profile).toMatchObject({ id: 900_009, stackLevel: 0, purpose: 'TxProfile' });
  });

  it('that is relative counts from what is known of its start', () => {
    const kind = 'Relative';
    const at = (text: ReturnType<typeof written>) => [
      text.installed.profile.schedule.periods[1]?.startS,
      text.booked.untilMs,
    ];
    expect(at(written({}, { kind }))).toEqual([1_000, 1_000_000]);
    expect(at(written({}, { kind, relativeFrom: 'transaction' }))).toEqual([1_000, 900_000]);
    expect(at(written({}, { kind, relativeFrom: 'receipt' }))).toEqual([900, 900_000]);
    // Its own clock is not known: by that it may be longer.
    const unknown = written({ clockOffsetMs: null }, { kind, relativeFrom: 'transaction' });
    expect(at(unknown)).toEqual([1_000, 1_000_000]);
    expect(written({ mode: 'A' }, { kind }).mode).toBe('D');
    expect(written({ elapsedS: null }, { kind }).mode).toBe('D');
    expect(written({ elapsedS: 7 * 86_400 }, { kind }).mode).toBe('B');
    expect(written({ elapsedS: 7 * 86_400 + 1 }, { kind }).mode).toBe('D');
  });

  it('in watts is for one phase until more are proven, at the lower voltage', () => {
    const W = { unit: 'W' } as const;
    const periods = (more: Partial<GrantTerms>) => written(more, W).installed.profile.schedule.periods[0];
    expect(periods({ provenPhases: null })).toEqual({ startS: 0, limit: 3_680, phases: 1 });
    expect(periods({ measuredMV: milliVolts(225_500) })).toEqual({ startS: 0, limit: 10_824, phases: 3 });
    expect(written({ measuredMV: milliVolts(240_000) }, W).booked.valueMA).toBe(16_000);
    const dc = { dc: { efficiency: 0.95 }, grantMA: milliAmps(32_000) };
    expect(written(dc, { limitIsOutput: true }).installed.profile.schedule.periods[0]?.limit).toBe(20_976);
    expect(written(dc).installed.profile.schedule.periods[0]?.limit).toBe(20_976);
    expect(written(dc, { limitIsOutput: false }).installed.profile.schedule.periods[0]?.limit).toBe(22_080);
  });

  it('is rounded down to the step, or to an entry of the list', () => {
    const limit = (grantMA: number, step: Dialect['step']) =>
      written({ grantMA: milliAmps(grantMA) }, { step }).installed.profile.schedule.periods[0]?.limit;
    const list = [6_000, 8_000, 10_000, 13_000, 16_000].map(milliAmps);
    expect([
      limit(12_999, list),
      limit(5_999, list),
      limit(8_100, milliAmps(100)),
      limit(8_499, milliAmps(500)),
    ]).toEqual([10, 0, 8.1, 8]);
  });
});

describe('a floor', () => {
  it('needs no clock, and no end', () => {
    const text = floorProfile(terms);
    expect(text.installed).toMatchObject({
      connectorId: 2,
      profile: { id: 900_008, purpose: 'TxDefaultProfile', kind: 'Relative', stackLevel: 0, transactionId: null },
    });
    expect(text.installed.profile.schedule).toMatchObject({ startAt: null, durationS: null, periods: [{ limit: 6 }] });
    const absolute = floorProfile({ ...terms, dialect: { ...defaultDialect, floorKind: 'Absolute' } });
    expect(absolute.installed.profile).toMatchObject({ kind: 'Absolute', schedule: { startAt: 0 } });
    expect(floorProfile({ ...terms, level: 9 }).installed.profile.stackLevel).toBe(9);
    const c = floorProfile({ ...terms, dialect: { ...defaultDialect, mode: 'C' } });
    expect(c.installed).toMatchObject({ connectorId: 0, profile: { id: 900_010, purpose: 'ChargePointMaxProfile' } });
  });
});

describe('what is booked', () => {
  const held = (installed: InstalledProfile) => asSimulated(installed, now);

  const arbitrary = fc.record({
    mode: fc.constantFrom<GrantMode>('A', 'B', 'C', 'D', 'E'),
    kind: fc.constantFrom('Absolute', 'Relative'),
    unit: fc.constantFrom('A', 'W'),
    onePeriod: fc.boolean(),
    grantMA: fc.integer({ min: 0, max: 32_000 }),
    floorMA: fc.constantFrom(0, 6_000),
    leaseS: fc.integer({ min: 120, max: 43_200 }),
    clockOffsetMs: fc.option(fc.integer({ min: -24 * HOUR, max: 600_000 })),
    elapsedS: fc.integer({ min: 0, max: 50_000 }),
    sinceMs: fc.integer({ min: 0, max: 100 * HOUR }),
  });

  it('is never exceeded, at any time, by any clock, in either reading of the specification', () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const { kind, unit, onePeriod, clockOffsetMs, elapsedS, sinceMs } = given;
        const dialect: Dialect = { ...defaultDialect, mode: given.mode, kind, unit, maxPeriods: onePeriod ? 1 : null };
        const all = {
          ...terms,
          ...given,
          dialect,
          grantMA: milliAmps(given.grantMA),
          floorMA: milliAmps(given.floorMA),
        };
        const text = grantProfile(all);
        const { valueMA, untilMs, tailMA } = text.booked;
        const texts = [
          floorProfile(all),
          ...(text.mode === 'E' ? [transactionFloorProfile({ ...all, transactionId: 77 })] : []),
        ];
        const replaced = (one: InstalledProfile) =>
          one.profile.purpose === text.installed.profile.purpose &&
          one.profile.stackLevel === text.installed.profile.stackLevel;
        const installed = [...texts.map((one) => one.installed).filter((one) => !replaced(one)), text.installed];
        const offset = clockOffsetMs ?? -30 * HOUR;
        const at = instant(now + sinceMs + offset);
        const startedAt = instant(now - elapsedS * 1_000 + offset);
        const most = untilMs !== null && sinceMs >= untilMs ? tailMA : Math.max(valueMA, given.floorMA);
        const [first] = compositeSchedule({
          installed,
          connectorId: 2,
          at,
          durationS: 1,
          unit: 'A',
          transaction: { id: 77, startedAt },
          nominalVoltageV: 230,
        }).periods;
        expect(first?.limit ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(most / 1_000 + 1e-9);
        const load = { connectorId: 2, hardware: { amps: 63, phases: 3 }, transactionStart: startedAt as Instant };
        expect(limitAt(installed.map(held), load, at).amps).toBeLessThanOrEqual(most / 1_000 + 1e-9);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is written and asked for in watts where it takes nothing else, whatever its make is said to take', () => {
    const noneKnown = { maxStackLevel: null, maxPeriods: null, maxInstalled: null, units: null };
    const capabilities = { ...noneKnown, units: ['W'] as const };
    expect(unitOf(defaultDialect, capabilities, false)).toBe('W');
    expect(unitOf(defaultDialect, noneKnown, false)).toBe('A');
    expect(unitOf(defaultDialect, noneKnown, true)).toBe('W');
  });
});
