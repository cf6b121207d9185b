import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  floorProfile,
  type GrantTerms,
  grantProfile,
  type LimitText,
  transactionFloorProfile,
} from '../../../src/central-system/limits/grant-profile.ts';
import { withoutClock } from '../../../src/central-system/limits/without-clock.ts';
import { type Dialect, defaultDialect } from '../../../src/domain/dialect.ts';
import { instant, milliAmps, milliVolts } from '../../../src/domain/units.ts';
import { limitAt, type InstalledProfile as Simulated } from '../../../src/sim/composite-schedule.ts';
import { asSimulated } from '../../support/simulated-profile.ts';

const now = instant(Date.UTC(2026, 10, 26, 12));
const DAY = 86_400_000;
const GRANT_A = 16;
const FLOOR_A = 6;
const RATED_A = 32;

const terms = (dialect: Dialect): GrantTerms => ({
  dialect,
  capabilities: null,
  connectorId: 1,
  provenPhases: 3,
  nominalMV: milliVolts(230_000),
  measuredMV: null,
  dc: null,
  mode: dialect.mode,
  transactionId: 77,
  grantMA: milliAmps(GRANT_A * 1_000),
  floorMA: milliAmps(FLOOR_A * 1_000),
  leaseS: 900,
  now,
  clockOffsetMs: 0,
  elapsedS: 3_600,
});
const granted = (more: Partial<Dialect>): { text: LimitText; dialect: Dialect } => {
  const dialect = { ...defaultDialect, ...more };
  return { text: grantProfile(terms(dialect)), dialect };
};
const left = (more: Partial<Dialect>) => {
  const { text, dialect } = granted(more);
  return withoutClock(text, dialect);
};

describe('what is left of a grant without its clock', () => {
  it('anything of a TxProfile that begins at a time, unless its clock or no transaction survives', () => {
    expect(left({})).toBe('unlimited');
    expect(left({ keepsTime: true })).toBe('ends');
    expect(left({ outlivesCut: false })).toBe('ends');
    expect(left({ outlivesCut: true, keepsTime: false })).toBe('unlimited');
  });

  it('no more than itself, where it lies above another of its purpose or counts from its transaction', () => {
    expect(left({ mode: 'E' })).toBe('stays');
    expect(left({ mode: 'A' })).toBe('stays');
    expect(left({ kind: 'Relative' })).toBe('stays');
    expect(left({ kind: 'Relative', keepsTime: true, relativeFrom: 'receipt' })).toBe('stays');
    expect(left({ kind: 'Relative', keepsTime: true, relativeFrom: 'transaction' })).toBe('ends');
  });

  it('what holds for whoever charges does not end with a transaction', () => {
    expect(left({ mode: 'A', grantLevel: 0, outlivesCut: false })).toBe('unlimited');
    expect(left({ mode: 'C', outlivesCut: false })).toBe('unlimited');
    expect(left({ mode: 'D' })).toBe('ends');
  });

  it('is no more than that by the rules of OCPP, wherever the clock stands', () => {
    const some: fc.Arbitrary<Partial<Dialect>> = fc.record({
      mode: fc.constantFrom<Dialect['mode'][]>('A', 'B', 'C', 'D', 'E'),
      kind: fc.constantFrom<Dialect['kind'][]>('Absolute', 'Relative'),
      floorKind: fc.constantFrom<Dialect['kind'][]>('Absolute', 'Relative'),
      grantLevel: fc.constantFrom(0, 1),
    });
    // In 1970, up to a few days behind, and right.
    const clocks = fc.oneof(fc.nat(30 * DAY), fc.integer({ min: now - 3 * DAY, max: now + DAY }));
    let unlimited = 0;
    fc.assert(
      fc.property(some, clocks, (more, clock) => {
        const { text, dialect } = granted(more);
        const verdict = withoutClock(text, dialect);
        if (verdict === 'ends') return;
        const under = transactionFloorProfile({ ...terms(dialect), transactionId: 77 });
        const texts = [floorProfile(terms(dialect)), ...(text.mode === 'E' ? [under] : []), text];
        const load = { connectorId: 1, hardware: { amps: RATED_A, phases: 3 }, transactionStart: now - 3_600_000 };
        const { amps } = limitAt(laid(texts), load, clock);
        expect(amps).toBeLessThanOrEqual(verdict === 'stays' ? GRANT_A : RATED_A);
        if (amps > GRANT_A) unlimited += 1;
      }),
      { seed: 3, numRuns: 1_000 },
    );
    expect(unlimited).toBeGreaterThan(50);
  });
});

/** As a charge point keeps them: one for each purpose and level. */
function laid(texts: readonly LimitText[]): Simulated[] {
  const kept = new Map<string, Simulated>();
  for (const { installed } of texts) {
    const { purpose, stackLevel } = installed.profile;
    kept.set(`${purpose} ${stackLevel}`, asSimulated(installed, now));
  }
  return [...kept.values()];
}
