import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompositePeriod,
  compositeSchedule,
  type InstalledProfile,
  limitAt,
  maxLimitAt,
} from '../../src/sim/composite-schedule.ts';

const now = Date.parse('2026-03-02T08:00:00Z');
const day = 86_400_000;

/** A profile as these tests need it: Absolute, in amps, starting now, unless said otherwise. */
function profile(changes: Partial<InstalledProfile> & { limits: readonly (readonly [number, number])[] }) {
  const { limits, ...rest } = changes;
  const whole: InstalledProfile = {
    chargingProfileId: 1,
    transactionId: null,
    connectorId: 1,
    installedAt: now,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    recurrency: null,
    validFrom: null,
    validTo: null,
    durationSeconds: null,
    startSchedule: now,
    unit: 'A',
    periods: limits.map(([startPeriod, limit]) => ({ startPeriod, limit, numberPhases: null })),
    ...rest,
  };
  return whole;
}

const wiring = { amps: 32, phases: 3 };
const running = { connectorId: 1, hardware: wiring, transactionStart: now };

function composite(profiles: InstalledProfile[], durationSeconds: number, from = now, unit: 'A' | 'W' = 'A') {
  return compositeSchedule({ profiles, connectors: [running], from, durationSeconds, unit });
}

const pairs = (periods: CompositePeriod[]) => periods.map((one) => [one.startPeriod, one.limit]);

describe('golden vectors of the certification', () => {
  const validTo = now + 401_000;
  const max = { purpose: 'ChargePointMaxProfile', connectorId: 0, durationSeconds: 86_400 } as const;

  it('TC_066: the lowest of maximum and transaction profile; the default does not come back after the latter', () => {
    const profiles = [
      profile({ ...max, limits: [[0, 10]] }),
      profile({
        validTo,
        durationSeconds: 300,
        limits: [
          [0, 6],
          [60, 10],
          [120, 8],
          [180, 15],
          [260, 8],
        ],
      }),
      profile({
        purpose: 'TxProfile',
        validTo,
        durationSeconds: 260,
        limits: [
          [0, 8],
          [50, 11],
          [140, 16],
          [200, 6],
          [240, 12],
        ],
      }),
    ];
    const expected = [
      [0, 8],
      [50, 10],
      [200, 6],
      [240, 10],
    ];
    expect(pairs(composite(profiles, 400))).toEqual(expected);
    const inWatts = profiles.map((one) => ({
      ...one,
      unit: 'W' as const,
      periods: one.periods.map((period) => ({ ...period, limit: period.limit * 1000 })),
    }));
    expect(pairs(composite(inWatts, 400, now, 'W'))).toEqual(expected.map(([at, limit]) => [at, (limit ?? 0) * 1000]));
  });

  it('TC_072: the lower stack level speaks again when the schedule of the higher is over', () => {
    const profiles = [
      profile({
        validTo,
        durationSeconds: 400,
        limits: [
          [0, 6],
          [100, 8],
          [200, 10],
        ],
      }),
      profile({
        stackLevel: 1,
        validTo,
        durationSeconds: 150,
        limits: [
          [0, 7],
          [100, 9],
        ],
      }),
    ];
    expect(pairs(composite(profiles, 350))).toEqual([
      [0, 7],
      [100, 9],
      [150, 8],
      [200, 10],
    ]);
  });

  it('TC_067: after each clearing what is left decides', () => {
    const upper = profile({
      stackLevel: 1,
      durationSeconds: 400,
      limits: [
        [0, 6],
        [60, 8],
        [200, 10],
      ],
    });
    const lower = profile({
      validTo,
      durationSeconds: 400,
      limits: [
        [0, 7],
        [100, 9],
      ],
    });
    const whole = profile({
      ...max,
      validTo,
      limits: [
        [0, 11],
        [200, 12],
      ],
    });
    expect(pairs(composite([upper, lower, whole], 350))).toEqual([
      [0, 6],
      [60, 8],
      [200, 10],
    ]);
    expect(pairs(composite([lower, whole], 350))).toEqual([
      [0, 7],
      [100, 9],
    ]);
    expect(pairs(composite([whole], 350))).toEqual([
      [0, 11],
      [200, 12],
    ]);
    expect(pairs(composite([], 350))).toEqual([[0, 32]]);
  });
});

describe('kinds and validity', () => {
  const nights = { kind: 'Recurring', startSchedule: now - 3 * day + 3_600_000, durationSeconds: 1800 } as const;

  it('repeats daily at the same time, and falls back between two occurrences', () => {
    const daily = profile({ ...nights, recurrency: 'Daily', limits: [[0, 6]] });
    expect(pairs(composite([daily], 30 * 3600))).toEqual([
      [0, 32],
      [3600, 6],
      [5400, 32],
      [90_000, 6],
      [91_800, 32],
    ]);
  });

  it('repeats weekly', () => {
    const weekly = profile({ ...nights, recurrency: 'Weekly', limits: [[0, 6]] });
    expect(pairs(composite([weekly], 8 * 86_400))).toEqual([
      [0, 32],
      [4 * 86_400 + 3600, 6],
      [4 * 86_400 + 5400, 32],
    ]);
  });

  it('cuts what is longer than the recurrence', () => {
    const daily = profile({
      kind: 'Recurring',
      recurrency: 'Daily',
      startSchedule: now - day,
      durationSeconds: 200_000,
      limits: [
        [0, 6],
        [90_000, 16],
      ],
    });
    expect(pairs(composite([daily], 200_000))).toEqual([[0, 6]]);
  });

  it('counts a relative schedule from the start of the transaction', () => {
    const relative = profile({
      kind: 'Relative',
      startSchedule: null,
      limits: [
        [0, 10],
        [600, 16],
      ],
    });
    expect(pairs(composite([relative], 1000, now + 300_000))).toEqual([
      [0, 10],
      [300, 16],
    ]);
  });

  it('honours validFrom and validTo, and reverts to the lower level outside', () => {
    const upper = profile({ stackLevel: 2, validFrom: now + 60_000, validTo: now + 120_000, limits: [[0, 20]] });
    const lower = profile({ limits: [[0, 8]] });
    expect(pairs(composite([upper, lower], 300))).toEqual([
      [0, 8],
      [60, 20],
      [120, 8],
    ]);
  });

  it('lets a default of the connector replace only its own level of the default for all', () => {
    const all = [
      profile({ connectorId: 0, limits: [[0, 8]] }),
      profile({ connectorId: 0, stackLevel: 1, limits: [[0, 9]] }),
    ];
    expect(limitAt([...all, profile({ stackLevel: 1, limits: [[0, 20]] })], running, now).amps).toBe(20);
    expect(limitAt([...all, profile({ limits: [[0, 20]] })], running, now).amps).toBe(9);
    expect(limitAt([...all, profile({ connectorId: 2, stackLevel: 1, limits: [[0, 20]] })], running, now).amps).toBe(9);
  });

  it('converts watts with the given number of phases, three when absent', () => {
    const three = profile({ unit: 'W', limits: [[0, 11_040]] });
    const one = { ...three, periods: [{ startPeriod: 0, limit: 3680, numberPhases: 1 }] };
    expect(limitAt([three], running, now)).toEqual({ amps: 16, phases: 3 });
    expect(limitAt([one], running, now)).toEqual({ amps: 16, phases: 1 });
    expect(composite([one], 60, now, 'W')).toEqual([{ startPeriod: 0, limit: 3680, numberPhases: 1 }]);
  });

  it('adds the connectors for the whole charge point, below its maximum', () => {
    const connectors = [1, 2].map((connectorId) => ({ ...running, connectorId }));
    const request = { connectors, from: now, durationSeconds: 60, unit: 'A' as const };
    const defaults = profile({ connectorId: 0, limits: [[0, 10]] });
    const max = profile({ connectorId: 0, purpose: 'ChargePointMaxProfile', limits: [[0, 16]] });
    expect(pairs(compositeSchedule({ ...request, profiles: [defaults] }))).toEqual([[0, 20]]);
    expect(pairs(compositeSchedule({ ...request, profiles: [defaults, max] }))).toEqual([[0, 16]]);
  });

  it('places a fall within a second at its beginning and a rise at its end', () => {
    const fraction = profile({
      startSchedule: now - 500,
      limits: [
        [0, 10],
        [10, 6],
        [20, 16],
      ],
    });
    expect(pairs(composite([fraction], 60))).toEqual([
      [0, 10],
      [9, 6],
      [20, 16],
    ]);
  });
});

describe('any set of profiles', () => {
  const anyProfile = fc
    .record({
      purpose: fc.constantFrom('ChargePointMaxProfile' as const, 'TxDefaultProfile' as const, 'TxProfile' as const),
      kind: fc.constantFrom('Absolute' as const, 'Recurring' as const, 'Relative' as const),
      stackLevel: fc.integer({ min: 0, max: 3 }),
      recurrency: fc.constantFrom('Daily' as const, 'Weekly' as const),
      validFrom: fc.option(fc.integer({ min: -50_000, max: 200_000 }).map((offset) => now + offset)),
      validTo: fc.option(fc.integer({ min: 0, max: 300_000 }).map((offset) => now + offset)),
      durationSeconds: fc.option(fc.integer({ min: 1, max: 300 })),
      startSchedule: fc.integer({ min: -200_000, max: 200_000 }).map((offset) => now + offset),
      unit: fc.constantFrom('A' as const, 'W' as const),
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 320 })), { maxLength: 5 }),
      first: fc.integer({ min: 0, max: 320 }),
      numberPhases: fc.option(fc.constantFrom(1, 3)),
    })
    .map(({ steps, first, numberPhases, ...rest }) => {
      const scale = rest.unit === 'A' ? 0.1 : 69;
      let at = 0;
      const periods = [{ startPeriod: 0, limit: first * scale, numberPhases }];
      for (const [gap, limit] of steps) {
        at += gap;
        periods.push({ startPeriod: at, limit: limit * scale, numberPhases });
      }
      const connectorId = rest.purpose === 'ChargePointMaxProfile' ? 0 : 1;
      return { ...profile({ limits: [] }), ...rest, connectorId, periods };
    });
  const anySet = fc.array(anyProfile, { maxLength: 8 });

  it('gives ascending periods from 0, each differing from the one before, within the wiring', () => {
    fc.assert(
      fc.property(anySet, (profiles) => {
        const periods = composite(profiles, 400);
        expect(periods[0]?.startPeriod).toBe(0);
        periods.forEach((period, index) => {
          const previous = periods[index - 1];
          expect(period.limit).toBeLessThanOrEqual(32);
          expect(Number((period.limit * 10).toFixed(6)) % 1).toBe(0);
          if (previous === undefined) return;
          expect(period.startPeriod).toBeGreaterThan(previous.startPeriod);
          expect([period.limit, period.numberPhases]).not.toEqual([previous.limit, previous.numberPhases]);
        });
      }),
    );
  });

  it('is never above the maximum of the charge point, and says second by second what is enforced', () => {
    fc.assert(
      fc.property(anySet, fc.integer({ min: 0, max: 399_999 }), (profiles, offset) => {
        const periods = composite(profiles, 400);
        const promised = periods.findLast((one) => one.startPeriod * 1000 <= offset)?.limit ?? Number.NaN;
        const max = maxLimitAt(profiles, now + offset)?.amps ?? 32;
        expect(promised).toBeLessThanOrEqual(max + 1e-6);
        const wholeSecond = offset - (offset % 1000);
        const enforced = limitAt(profiles, running, now + wholeSecond).amps;
        const promisedThen = periods.findLast((one) => one.startPeriod * 1000 <= wholeSecond)?.limit ?? Number.NaN;
        expect(promisedThen).toBeLessThanOrEqual(enforced + 1e-6);
      }),
    );
  });
});
