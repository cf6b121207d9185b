import fc from 'fast-check';
import type { ChargingProfile, InstalledProfile, SchedulePeriod } from '../../src/domain/charging-profile.ts';
import { install } from '../../src/domain/installed-profiles.ts';
import { instant } from '../../src/domain/units.ts';

/** 2026-03-02T08:00:00Z, a Monday. */
export const NOW = instant(Date.UTC(2026, 2, 2, 8));
export const DAY_S = 86_400;

/** So many seconds after NOW. */
export const inSeconds = (seconds: number) => instant(NOW + seconds * 1000);

/** `0:6 60:7.5`: limits by the second at which they begin. */
function periodsOf(steps: string): SchedulePeriod[] {
  return steps.split(' ').map((step) => {
    const [startS, limit] = step.split(':');
    return { startS: Number(startS), limit: Number(limit), phases: null };
  });
}

type Fields = Partial<Omit<ChargingProfile, 'schedule'>> & Partial<ChargingProfile['schedule']>;

/** Steps as in `0:6 60:7.5`. Absolute, in amps, starting at NOW, for any transaction, unless said otherwise. */
export function profile(steps: string, fields: Fields = {}): ChargingProfile {
  const { durationS = null, startAt = NOW, unit = 'A', minChargingRate = null, periods, ...rest } = fields;
  return {
    id: 1,
    transactionId: null,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    recurrency: null,
    validFrom: null,
    validTo: null,
    ...rest,
    schedule: {
      durationS,
      startAt,
      unit,
      minChargingRate,
      periods: periods ?? periodsOf(steps),
    },
  };
}

export const at = (connectorId: number, one: ChargingProfile): InstalledProfile => ({ connectorId, profile: one });

/** The transaction that anyInstalled's TxProfiles are for, where they name one. */
export const TRANSACTION = 7;

/**
 * What a charge point may hold, around NOW to NOW + 2 minutes; recurring profiles began days before. Instants lie on
 * multiples of `gridMs` (a divisor of a second) from NOW.
 */
export function anyInstalled(gridMs: number): fc.Arbitrary<InstalledProfile[]> {
  const moment = (min: number, max: number) =>
    fc.integer({ min: (min * 1000) / gridMs, max: (max * 1000) / gridMs }).map((step) => instant(NOW + step * gridMs));
  const recurrence = fc.constantFrom(null, 'Daily' as const, 'Weekly' as const);
  const one = fc
    .record({
      where: fc.constantFrom('max', 'max', 'all', 'here', 'here', 'there', 'tx', 'tx', 'tx elsewhere'),
      stackLevel: fc.integer({ min: 0, max: 3 }),
      recurrency: recurrence,
      daysAgo: fc.integer({ min: 0, max: 15 }),
      relative: fc.boolean(),
      validFrom: fc.option(moment(-60, 100), { freq: 3 }),
      validTo: fc.option(moment(-20, 180), { freq: 3 }),
      durationS: fc.option(
        fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: DAY_S - 60, max: DAY_S + 60 })),
      ),
      startAt: moment(-100, 100),
      unit: fc.constantFrom('A' as const, 'W' as const),
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 400 })), { maxLength: 5 }),
      phases: fc.constantFrom(null, null, 1, 2, 3),
      late: fc.option(fc.integer({ min: DAY_S - 100, max: DAY_S + 100 }), { freq: 3 }),
      ofTransaction: fc.boolean(),
    })
    .map(({ where, recurrency, daysAgo, relative, steps, phases, late, ofTransaction, startAt, ...rest }) => {
      const scale = rest.unit === 'A' ? 0.1 : 55.5;
      const rounded = (value: number) => Math.round(value * scale * 10) / 10;
      let startS = 0;
      const periods = steps.map(([gap, limit], index) => {
        startS += index === 0 ? 0 : gap;
        return { startS, limit: rounded(limit), phases };
      });
      if (late !== null) periods.push({ startS: late, limit: rounded(77), phases });
      const kind =
        recurrency !== null ? ('Recurring' as const) : relative ? ('Relative' as const) : ('Absolute' as const);
      const start = kind === 'Recurring' ? instant(startAt - daysAgo * DAY_S * 1000) : startAt;
      const common = { ...rest, kind, recurrency, startAt: kind === 'Relative' ? null : start, periods };
      if (where === 'max') return at(0, profile('', { ...common, purpose: 'ChargePointMaxProfile' }));
      if (where.startsWith('tx')) {
        const transactionId = ofTransaction ? TRANSACTION : null;
        return at(where === 'tx' ? 1 : 2, profile('', { ...common, purpose: 'TxProfile', transactionId }));
      }
      return at(where === 'all' ? 0 : where === 'here' ? 1 : 2, profile('', common));
    });
  return fc
    .array(one, { maxLength: 9 })
    .map((list) =>
      list.reduce<InstalledProfile[]>(
        (held, next, index) => install(held, next.connectorId, { ...next.profile, id: index }),
        [],
      ),
    );
}
