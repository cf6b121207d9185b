import { describe, expect, it } from 'vitest';
import type { InstalledProfile } from '../../src/domain/charging-profile.ts';
import {
  type CompositeRequest,
  type CompositeSchedule,
  compositeSchedule,
  MAX_CHANGES,
  MAX_DURATION_S,
} from '../../src/domain/composite-schedule.ts';
import { clear } from '../../src/domain/installed-profiles.ts';
import { instant } from '../../src/domain/units.ts';
import { at, DAY_S, inSeconds, NOW, profile, TRANSACTION } from '../support/charging-profiles.ts';

const running = { id: TRANSACTION, startedAt: NOW };

function composite(installed: readonly InstalledProfile[], durationS: number, more: Partial<CompositeRequest> = {}) {
  return compositeSchedule({
    installed,
    connectorId: 1,
    at: NOW,
    durationS,
    unit: 'A',
    transaction: running,
    nominalVoltageV: 230,
    ...more,
  });
}

const pairs = ({ periods }: CompositeSchedule) => periods.map((one) => `${one.startS}:${one.limit}`).join(' ');
const limits = ({ periods }: CompositeSchedule) => periods.map((one) => one.limit);

/** The values of the certification test cases TC_066_CS, TC_067_CS, TC_072_CS. */
describe('golden vectors of the certification', () => {
  const validTo = inSeconds(401);

  it.each([
    ['A', 1],
    ['W', 1000],
  ] as const)(
    'TC_066_CS in %s: the lowest counts, and a default does not come back after the TxProfile',
    (unit, by) => {
      const scaled = (steps: string) => steps.replaceAll(/:(\d+)/g, (_, limit) => `:${Number(limit) * by}`);
      const max = profile(scaled('0:10'), { id: 1, purpose: 'ChargePointMaxProfile', durationS: DAY_S, unit });
      const normal = profile(scaled('0:6 60:10 120:8 180:15 260:8'), { id: 2, validTo, durationS: 300, unit });
      const own = profile(scaled('0:8 50:11 140:16 200:6 240:12'), {
        id: 3,
        purpose: 'TxProfile',
        transactionId: TRANSACTION,
        validTo,
        durationS: 260,
        unit,
      });
      const result = composite([at(0, max), at(1, normal), at(1, own)], 400, { unit });
      expect(pairs(result)).toEqual(scaled('0:8 50:10 200:6 240:10'));
      expect(result).toMatchObject({ startAt: NOW, durationS: 400, unit, cut: false });
    },
  );

  it('TC_072_CS: the lower stack level stands in once the higher is over', () => {
    const low = profile('0:6 100:8 200:10', { id: 1, validTo, durationS: 400 });
    const high = profile('0:7 100:9', { id: 2, stackLevel: 1, validTo, durationS: 150 });
    expect(pairs(composite([at(1, low), at(1, high)], 350))).toEqual('0:7 100:9 150:8 200:10');
  });

  it('TC_067_CS: after each clearing, what is left', () => {
    const first = profile('0:6 60:8 200:10', { id: 1, stackLevel: 1, durationS: 400 });
    const second = profile('0:7 100:9', { id: 2, validTo, durationS: 400 });
    const max = profile('0:11 200:12', { id: 3, purpose: 'ChargePointMaxProfile', validTo, durationS: DAY_S });
    const none = { id: null, connectorId: null, purpose: null, stackLevel: null };
    const all = [at(1, first), at(1, second), at(0, max)];
    expect(pairs(composite(all, 350))).toEqual('0:6 60:8 200:10');
    const two = clear(all, { ...none, id: 1 }).remaining;
    expect(pairs(composite(two, 350))).toEqual('0:7 100:9');
    const one = clear(two, { ...none, purpose: 'TxDefaultProfile', stackLevel: 0 }).remaining;
    expect(pairs(composite(one, 350))).toEqual('0:11 200:12');
    const localLimit = { limit: 32, unit: 'A', phases: null } as const;
    expect(pairs(composite(clear(one, none).remaining, 350, { localLimit }))).toEqual('0:32');
    expect(pairs(composite(clear(one, none).remaining, 350))).toEqual('0:null');
  });
});

describe('which profiles concern a connector', () => {
  const everywhere = at(0, profile('0:8'));

  it('takes a default of connector 0 for all, and lets that of a connector replace its own level there (§3.13.1)', () => {
    const here = at(1, profile('0:20'));
    expect(limits(composite([everywhere], 60))).toEqual([8]);
    expect(limits(composite([everywhere, here], 60))).toEqual([20]);
    expect(limits(composite([everywhere, here], 60, { connectorId: 2 }))).toEqual([8]);
    const above = at(0, profile('0:9', { stackLevel: 1 }));
    expect(limits(composite([everywhere, here, above], 60))).toEqual([9]);
  });

  it('takes a TxProfile for its own transaction only, and for any when it names none (§7.8, errata 3.42)', () => {
    const own = (transactionId: number | null) => at(1, profile('0:12', { purpose: 'TxProfile', transactionId }));
    expect(limits(composite([everywhere, own(TRANSACTION)], 60))).toEqual([12]);
    expect(limits(composite([everywhere, own(null)], 60))).toEqual([12]);
    expect(limits(composite([everywhere, own(TRANSACTION + 1)], 60))).toEqual([8]);
    expect(limits(composite([everywhere, own(TRANSACTION)], 60, { connectorId: 2 }))).toEqual([8]);
    expect(limits(composite([everywhere, own(null)], 60, { transaction: null }))).toEqual([8]);
  });

  it('keeps the default out while a TxProfile is there, even one that is not valid (§3.13.1)', () => {
    const later = profile('0:12', { purpose: 'TxProfile', validFrom: inSeconds(30), validTo: inSeconds(50) });
    expect(pairs(composite([everywhere, at(1, later)], 60))).toEqual('0:null 30:12 50:null');
  });

  it('heeds no ChargePointMaxProfile off connector 0, and no TxProfile on it (§3.13.1)', () => {
    const max = at(1, profile('0:3', { purpose: 'ChargePointMaxProfile' }));
    const own = at(0, profile('0:4', { purpose: 'TxProfile' }));
    expect(limits(composite([everywhere, max, own], 60))).toEqual([8]);
  });

  it('knows for the whole charge point its maximum alone', () => {
    const max = at(0, profile('0:50', { purpose: 'ChargePointMaxProfile' }));
    expect(limits(composite([everywhere, max], 60, { connectorId: 0, transaction: null }))).toEqual([50]);
    expect(limits(composite([everywhere], 60, { connectorId: 0, transaction: null }))).toEqual([null]);
  });
});

describe('kinds and times', () => {
  it('counts a Relative schedule from the start of the transaction, whatever its startSchedule says (§7.9)', () => {
    const relative = at(1, profile('0:10 600:16', { kind: 'Relative', startAt: inSeconds(-3600) }));
    const later = { at: inSeconds(300) };
    expect(pairs(composite([relative], 1000, later))).toEqual('0:10 300:16');
    expect(pairs(composite([relative], 1000, { ...later, transaction: null }))).toEqual('0:10 600:16');
    const ahead = { id: TRANSACTION, startedAt: inSeconds(305) };
    expect(pairs(composite([relative], 1000, { ...later, transaction: ahead }))).toEqual('0:10 600:16');
  });

  it.each([
    ['Daily', 1],
    ['Weekly', 7],
  ] as const)('repeats a %s schedule, and is silent between two of them (errata 3.43, 3.79)', (recurrency, days) => {
    const startAt = inSeconds(3600 - 3 * days * DAY_S);
    const nightly = at(1, profile('0:6', { kind: 'Recurring', recurrency, startAt, durationS: 1800 }));
    const other = at(1, profile('0:16', { id: 2, stackLevel: -1 }));
    const twice = (days + 1) * DAY_S;
    const again = 3600 + days * DAY_S;
    const expected = `0:16 3600:6 5400:16 ${again}:6 ${again + 1800}:16`;
    expect(pairs(composite([nightly, other], twice))).toEqual(expected);
  });

  it('does not execute what is longer than the recurrence (errata 3.44)', () => {
    const long = {
      kind: 'Recurring',
      recurrency: 'Daily',
      startAt: inSeconds(-DAY_S + 100),
      durationS: 200_000,
    } as const;
    const steps = `0:6 ${DAY_S - 50}:9 ${DAY_S + 10}:16`;
    const result = composite([at(1, profile(steps, long))], 300);
    expect(pairs(result)).toEqual('0:6 50:9 100:6');
  });

  it('holds the last period until the duration ends and executes none after it (§5.16.4)', () => {
    expect(pairs(composite([at(1, profile('0:6 40:9 80:12', { durationS: 70 }))], 100))).toEqual('0:6 40:9 70:null');
  });

  it('says nothing before a schedule begins, before its first period, and outside validity (§3.13.2)', () => {
    const low = at(1, profile('0:5'));
    const high = (fields: Parameters<typeof profile>[1], first = 0) =>
      composite([low, at(1, profile(`${first}:9`, { id: 2, stackLevel: 1, ...fields }))], 100);
    expect(pairs(high({ startAt: inSeconds(30) }))).toEqual('0:5 30:9');
    expect(pairs(high({}, 20))).toEqual('0:5 20:9');
    expect(pairs(high({ validFrom: inSeconds(10), validTo: inSeconds(20) }))).toEqual('0:5 10:9 20:5');
  });
});

describe('units', () => {
  const watts = (limit: number, phases: number | null) =>
    at(1, profile('', { unit: 'W', periods: [{ startS: 0, limit, phases }] }));
  const amps = (limit: number, phases: number | null) =>
    at(0, profile('', { id: 2, purpose: 'ChargePointMaxProfile', periods: [{ startS: 0, limit, phases }] }));

  it('takes watts as a total over the phases given, three when absent or senseless, and rounds down (§7.12, §7.14)', () => {
    expect(limits(composite([watts(11_040, null)], 60))).toEqual([16]);
    expect(limits(composite([watts(11_039, 3)], 60))).toEqual([15.9]);
    expect(limits(composite([watts(3680, 1)], 60))).toEqual([16]);
    expect(limits(composite([watts(11_040, 0)], 60))).toEqual([16]);
    expect(limits(composite([watts(3600, 1)], 60, { nominalVoltageV: 120 }))).toEqual([30]);
  });

  it('gives amps as watts over the phases in use', () => {
    expect(composite([amps(10, null)], 60, { unit: 'W' }).periods).toEqual([{ startS: 0, limit: 6900, phases: null }]);
    expect(composite([amps(8.1, 1)], 60, { unit: 'W' }).periods).toEqual([{ startS: 0, limit: 1863, phases: 1 }]);
  });

  it('raises no watt limit for fewer phases than it was given for (errata 3.34)', () => {
    const mixed = [watts(11_040, 3), amps(32, 1)];
    expect(composite(mixed, 60).periods).toEqual([{ startS: 0, limit: 16, phases: 1 }]);
    expect(composite(mixed, 60, { unit: 'W' }).periods).toEqual([{ startS: 0, limit: 3680, phases: 1 }]);
  });

  it.each([8.1, 0.3, 1.2, 2.3, 31.9])('keeps %f A as it is', (limit) => {
    expect(limits(composite([amps(limit, null)], 60))).toEqual([limit]);
  });

  it('never goes below 0', () => {
    expect(limits(composite([amps(-1, null)], 60))).toEqual([0]);
  });
});

describe('bounds', () => {
  it('gives nothing for no time, and cuts what is endless', () => {
    expect(composite([], 0)).toMatchObject({ periods: [], durationS: 0, cut: false });
    expect(composite([], -5)).toMatchObject({ periods: [], durationS: 0, cut: false });
    const endless = { durationS: MAX_DURATION_S, cut: true, periods: [{ startS: 0, limit: null, phases: null }] };
    expect(composite([], 8_638_204_637_187)).toMatchObject(endless);
    expect(composite([], Number.POSITIVE_INFINITY)).toMatchObject(endless);
  });

  it('computes ten years of days at once', () => {
    const daily = profile('0:6', { kind: 'Recurring', recurrency: 'Daily' });
    expect(composite([at(1, daily)], MAX_DURATION_S)).toMatchObject({ durationS: MAX_DURATION_S, cut: false });
  });

  it('cuts a schedule with too many changes where it stops computing', () => {
    const restless = profile('0:6 60:7', { kind: 'Recurring', recurrency: 'Daily' });
    const result = composite([at(1, restless)], MAX_DURATION_S);
    expect(result.cut).toBe(true);
    expect(result.durationS).toBe((MAX_CHANGES / 2) * DAY_S);
    expect(result.periods).toHaveLength(MAX_CHANGES);
  });

  it('does less work per profile where there are many of them, and still gives a beginning', () => {
    const steps = Array.from({ length: 1000 }, (_, index) => `${index}:${index % 32}`).join(' ');
    const many = Array.from({ length: 1000 }, (_, id) =>
      at(1, profile(steps, { id, stackLevel: id, durationS: 1000 + id })),
    );
    const result = composite(many, 2000);
    expect(result.cut).toBe(true);
    expect(result.durationS).toBeGreaterThan(100);
    expect(result.periods[9]).toEqual({ startS: 9, limit: 9, phases: null });
  });
});

describe('a change within a second', () => {
  it('counts for all of it if it lowers the limit, and from the next one if it raises it', () => {
    const shifted = profile('0:10 10:6 20:16', { startAt: instant(NOW - 500) });
    expect(pairs(composite([at(1, shifted)], 60))).toEqual('0:10 9:6 20:16');
  });

  it('keeps the lowest of several', () => {
    const inFour = (startMs: number, limit: number, id: number) =>
      at(
        1,
        profile(`0:${limit}`, {
          id,
          stackLevel: id,
          validFrom: instant(NOW + startMs),
          validTo: instant(NOW + startMs + 250),
        }),
      );
    const list = [at(1, profile('0:9')), inFour(5250, 3, 1), inFour(5500, 12, 2)];
    expect(pairs(composite(list, 60))).toEqual('0:9 5:3 6:9');
  });
});
