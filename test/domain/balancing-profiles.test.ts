import { describe, expect, it } from 'vitest';
import { balancingProfileId, isBalancingProfile } from '../../src/domain/balancing-profiles.ts';
import { accepted } from '../../src/domain/profile-changes.ts';
import { instant } from '../../src/domain/units.ts';

const at = instant(0);

describe('a profile of balancing', () => {
  it('is known by its id, on every connector that there can be', () => {
    const parts = ['floor', 'transaction-floor', 'grant'] as const;
    const ids = [0, 1, 2, 64].flatMap((connectorId) => parts.map((part) => balancingProfileId(connectorId, part)));
    expect(new Set(ids).size).toBe(12);
    expect(ids.every(isBalancingProfile)).toBe(true);
    expect([10_001, 899_999, 901_000].some(isBalancingProfile)).toBe(false);
  });

  it('stands on record as such, although nobody announced it', () => {
    const schedule = { durationS: null, startAt: null, unit: 'A', minChargingRate: null, periods: [] } as const;
    const rest = { transactionId: null, stackLevel: 0, recurrency: null, validFrom: null, validTo: null, schedule };
    const sent = (id: number) =>
      ({ connectorId: 1, profile: { ...rest, id, purpose: 'TxDefaultProfile', kind: 'Relative' } }) as const;
    expect(accepted([], sent(900_004), at)[0]?.source).toBe('balancing');
    expect(accepted([], sent(5), at)[0]?.source).toBe('operation');
  });
});
