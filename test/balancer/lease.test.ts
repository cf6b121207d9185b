import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CircuitRisk, LEASE_S, LONG_LEASE_S, leaseFor, SHORT_LEASE_S } from '../../src/balancer/lease.ts';
import { indexSite } from '../../src/balancer/site-index.ts';
import { siteModel } from '../support/site-model.ts';

const index = indexSite(siteModel());
const three = (mA: number): [number, number, number] => [mA, mA, mA];
const calm: CircuitRisk = {
  limitMA: three(63_000),
  foreignMA: three(0),
  largestJumpMA: three(0),
  highestMA: three(0),
  reserveMA: three(10_000),
  grantsMA: three(40_000),
  settledMA: three(6_000),
};
/** Of the connector on `garage`. */
const lease = (main: Partial<CircuitRisk>, grantMA = 16_000) =>
  leaseFor(index, [{ ...calm, ...main }, calm], 1, { grantMA, mask: 7, settledMA: 6_000 });

it('is long where all grants fit beside the reserve, and foreign load was never above it', () => {
  expect(lease({})).toEqual({ seconds: LONG_LEASE_S, capMA: 70_560 });
  expect(lease({ grantsMA: three(53_001) }).seconds).toBe(LEASE_S);
  expect(lease({ highestMA: three(10_001) }).seconds).toBe(LEASE_S);
  expect(lease({ highestMA: null }).seconds).toBe(LONG_LEASE_S);
});

it('is short, and the grant capped, where a breaker would not carry it while the building draws its most', () => {
  const busy = { foreignMA: three(40_000), largestJumpMA: three(20_000) };
  expect(lease(busy)).toEqual({ seconds: SHORT_LEASE_S, capMA: 10_560 });
  expect(lease(busy, 10_560).seconds).not.toBe(SHORT_LEASE_S);
  expect(lease({ foreignMA: three(90_000) }).capMA).toBe(0);
});

it('looks at every circuit above, and at no phase that is not wired', () => {
  const onL2 = { foreignMA: [0, 60_000, 0] as const };
  expect(lease(onL2).capMA).toBe(10_560);
  expect(leaseFor(index, [{ ...calm, ...onL2 }, calm], 2, { grantMA: 16_000, mask: 1, settledMA: 6_000 }).capMA).toBe(
    70_560,
  );
});

it('grants nothing beside what is no number', () => {
  expect(lease({ foreignMA: three(Number.NaN) })).toEqual({ seconds: SHORT_LEASE_S, capMA: 0 });
});

it('never caps so high that the breaker carries more than it can, whatever the figures', () => {
  const some = fc.integer({ min: 0, max: 80_000 });
  fc.assert(
    fc.property(some, some, some, some, (foreign, jump, settled, grantMA) => {
      const main = { foreignMA: three(foreign), largestJumpMA: three(jump), settledMA: three(settled + 6_000) };
      const { capMA, seconds } = lease(main, grantMA);
      if (capMA > 0) expect(capMA + foreign + jump + settled).toBeLessThanOrEqual(1.12 * 63_000);
      expect(seconds === SHORT_LEASE_S).toBe(grantMA > 1.12 * 63_000 - foreign - jump - settled);
    }),
    { seed: 1 },
  );
});
