import { describe, expect, it } from 'vitest';
import {
  departureAfter,
  minuteOfDay,
  noTerms,
  type WishTerms,
  wishKey,
  wishOfSession,
  wishProblem,
} from '../../src/domain/charging-wish.ts';
import { defaultPolicy, policyProblem, type SharingPolicy, tierNumber } from '../../src/domain/sharing-policy.ts';
import { type Instant, instant, wattHours } from '../../src/domain/units.ts';

const at = (text: string): Instant => instant(Date.parse(text));
const daily = (text: string) => ({ kind: 'daily', minute: minuteOfDay(text) ?? -1 }) as const;
const departs = (clock: string, from: string): string =>
  new Date(departureAfter(daily(clock), at(from), 'Europe/Berlin')).toISOString();

describe('a daily departure', () => {
  it('is the next one on the wall of the site', () => {
    expect(departs('16:30', '2026-06-01T10:00:30Z')).toBe('2026-06-01T14:30:00.000Z');
    expect(departs('05:30', '2026-06-01T10:00:00Z')).toBe('2026-06-02T03:30:00.000Z');
    expect(departs('12:00', '2026-06-01T10:00:00Z')).toBe('2026-06-02T10:00:00.000Z');
  });

  it('stays on the wall where the clock is changed in the night', () => {
    expect(departs('05:30', '2026-03-28T20:00:00Z')).toBe('2026-03-29T03:30:00.000Z');
    expect(departs('05:30', '2026-10-24T20:00:00Z')).toBe('2026-10-25T04:30:00.000Z');
  });
});

describe('a wish for a session', () => {
  const session = {
    startedAt: at('2026-06-01T18:00:00Z'),
    now: at('2026-06-01T20:00:00Z'),
    timeZone: 'Europe/Berlin',
  };
  const policy: SharingPolicy = { ...defaultPolicy, tiers: ['vip', 'fleet', 'normal'] };
  const terms = (over: Partial<WishTerms>): WishTerms => ({ ...noTerms, ...over });

  it('is field by field the most particular that says something', () => {
    const wish = wishOfSession(
      [
        terms({ boostUntil: at('2026-06-01T20:30:00Z') }),
        null,
        terms({ departAt: daily('05:30'), energyWh: wattHours(30_000) }),
        terms({ energyWh: wattHours(1), tier: 'vip' }),
      ],
      session,
      policy,
    );
    expect(wish).toEqual({
      tier: 1,
      departAt: at('2026-06-02T03:30:00Z'),
      targetWh: 30_000,
      isBoosted: true,
      boostUntil: at('2026-06-01T20:30:00Z'),
    });
  });

  it('without any is the last tier, and nothing else', () => {
    const none = { tier: 3, departAt: null, targetWh: null, isBoosted: false, boostUntil: null };
    expect(wishOfSession([null, null], session, policy)).toEqual(none);
  });

  it('no longer counts with a departure or a boost that has passed', () => {
    const late = { ...session, now: at('2026-06-02T04:00:00Z') };
    const wish = wishOfSession(
      [terms({ departAt: daily('05:30'), boostUntil: at('2026-06-01T20:30:00Z') })],
      late,
      policy,
    );
    expect(wish).toMatchObject({ departAt: null, isBoosted: false, boostUntil: null });
  });

  it('names a tier of the policy, and is in the last one otherwise', () => {
    expect(['vip', 'fleet', 'gone', null].map((name) => tierNumber(policy, name))).toEqual([1, 2, 3, 3]);
  });

  it('goes by the idTag whatever its case', () => {
    expect(wishKey({ kind: 'token', idTag: 'Card1' })).toBe(wishKey({ kind: 'token', idTag: 'CARD1' }));
    expect(wishKey({ kind: 'transaction', id: 1 })).not.toBe(wishKey({ kind: 'reservation', id: 1 }));
  });

  it.each([
    [{ departAt: { kind: 'at', at: session.now } }, /past/],
    [{ departAt: { kind: 'daily', minute: 1_440 } }, /23:59/],
    [{ energyWh: wattHours(0) }, /more than 0/],
    [{ energyWh: wattHours(1_000_001) }, /1000 kWh/],
    [{ boostUntil: session.now }, /past/],
    [{ boostUntil: instant(session.now + 86_400_001) }, /24 hours/],
    [{ tier: 'x'.repeat(41) }, /40 characters/],
  ] as const)('that can not be is told why: %j', (over, why) => {
    expect(wishProblem(terms(over), session.now)).toMatch(why);
  });

  it('that can be is not objected to', () => {
    const { startedAt: _, now } = session;
    expect(wishProblem(terms({ departAt: daily('00:00'), energyWh: wattHours(1), tier: 'vip' }), now)).toBeNull();
  });
});

describe('a policy', () => {
  it.each([
    [{ tiers: [] }, /one tier/],
    [{ tiers: Array.from({ length: 11 }, (_, n) => `t${n}`) }, /10 tiers/],
    [{ tiers: ['a', 'a'] }, /twice/],
    [{ rotationMs: 899_999 }, /15 minutes/],
    [{ minOnMs: 1_000_000 }, /rotationMin or less/],
  ])('that can not be is told why: %j', (over, why) => {
    expect(policyProblem({ ...defaultPolicy, ...over })).toMatch(why);
  });

  it('is fine as it is by default', () => expect(policyProblem(defaultPolicy)).toBeNull());
});
