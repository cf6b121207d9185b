import { describe, expect, it } from 'vitest';
import {
  learnedFromComposite,
  learnedFromEnd,
  learnedFromProof,
  learnedFromReaction,
  learnedFromShown,
  learnedFromStep,
  newTrial,
  nextTrial,
  relativeStep,
  type Trial,
  trialLearned,
  triedDialect,
} from '../../../src/central-system/dialects/learning.ts';
import { type Dialect, defaultDialect } from '../../../src/domain/dialect.ts';
import { instant, milliAmps } from '../../../src/domain/units.ts';

/** Tries until `takes` says yes; what was learned, or null, and how many texts it took. */
function search(what: Trial['what'], from: Dialect, takes: (dialect: Dialect) => boolean) {
  let tries = 0;
  let trial: Trial | null = newTrial(what, from);
  while (trial !== null) {
    tries += 1;
    if (takes(triedDialect(trial, null))) return { tries, learned: trialLearned(trial, null) };
    trial = nextTrial(trial, 'refused', null);
  }
  return { tries, learned: null };
}

describe('a search for a text that is taken', () => {
  it('finds level 0, watts, relative schedules, one period and other purposes', () => {
    const grant = (takes: (dialect: Dialect) => boolean) => search('grant', defaultDialect, takes);
    expect(grant(() => true)).toEqual({ tries: 1, learned: {} });
    expect(grant(({ grantLevel }) => grantLevel === 0)).toEqual({ tries: 2, learned: { grantLevel: 0 } });
    expect(grant(({ unit }) => unit === 'W').learned).toEqual({ unit: 'W' });
    expect(grant(({ unit, grantLevel }) => unit === 'W' && grantLevel === 0).learned).toEqual({
      unit: 'W',
      grantLevel: 0,
    });
    expect(grant(({ kind }) => kind === 'Relative').learned).toEqual({ kind: 'Relative' });
    expect(grant(({ maxPeriods }) => maxPeriods === 1).learned).toEqual({ mode: 'E', maxPeriods: 1 });
    expect(grant(({ mode }) => mode === 'C').learned).toEqual({ mode: 'C' });
    expect(search('floor', defaultDialect, ({ unit }) => unit === 'W').learned).toEqual({ unit: 'W' });
    expect(search('floor', defaultDialect, ({ floorKind }) => floorKind === 'Absolute').learned).toEqual({
      floorKind: 'Absolute',
    });
  });

  it('comes to an end, without what is known to be refused', () => {
    const seen: string[] = [];
    const from: Dialect = { ...defaultDialect, refusedModes: ['C'] };
    const { tries, learned } = search('grant', from, (dialect) => seen.push(dialect.mode) < 0);
    expect(learned).toBeNull();
    expect(tries).toBeLessThanOrEqual(20);
    expect(seen).not.toContain('C');
    expect(seen.at(-1)).toBe('D');
  });

  it('takes no silence for a no, and doubts what is proven only after several', () => {
    const first = newTrial('grant', defaultDialect);
    const once = nextTrial(first, 'silence', null);
    expect(once).toMatchObject({ rung: 0, failures: 1 });
    expect(once && nextTrial(once, 'silence', null)).toMatchObject({ rung: 1, failures: 0 });
    const proven = newTrial('grant', { ...defaultDialect, proofs: 3 });
    expect(nextTrial(proven, 'refused', null)).toMatchObject({ rung: 0, failures: 1 });
    expect(nextTrial({ ...proven, failures: 2 }, 'refused', null)).toMatchObject({ rung: 1 });
  });
});

describe('what was seen', () => {
  it('makes trust grow slowly and go at once', () => {
    expect(learnedFromProof({ ...defaultDialect, proofs: 2 }, 'proven')).toEqual({ proofs: 3 });
    expect(learnedFromProof({ ...defaultDialect, proofs: 3 }, 'proven')).toEqual({ proofs: 3 });
    expect(learnedFromProof({ ...defaultDialect, proofs: 3 }, 'disobeyed')).toEqual({ proofs: 0 });
    // Nor is its word enough for a floor any more.
    const trusted = { ...defaultDialect, proofs: 1, keepsFloor: true };
    expect(learnedFromProof(trusted, 'disobeyed')).toEqual({ proofs: 0, keepsFloor: null });
    expect(learnedFromProof(trusted, 'proven')).toEqual({ proofs: 2 });
  });

  it('keeps the slowest reaction, and none below 11 s', () => {
    expect(learnedFromReaction(defaultDialect, 'default', 4_000)).toEqual({ lagMs: 11_000 });
    expect(learnedFromReaction({ ...defaultDialect, lagMs: 30_000 }, 'learned', 12_000)).toEqual({});
    expect(learnedFromReaction(defaultDialect, 'learned', 999_999)).toEqual({ lagMs: 120_000 });
  });

  it('tells what Relative schedules count from, by where a step is seen that was sent late in a transaction', () => {
    const step = relativeStep(defaultDialect, 461_000, 115);
    expect(step).toEqual({ fromTransactionS: 115, fromReceiptS: 461 });
    // Three leases old it is not, or it is known already.
    expect(relativeStep(defaultDialect, 460_000, 115)).toBeNull();
    expect(relativeStep({ ...defaultDialect, relativeFrom: 'receipt' }, 461_000, 115)).toBeNull();
    const seen = (at: number | null) => (step === null ? null : learnedFromStep(step, at));
    for (const at of [55, 115, 175]) expect(seen(at)).toEqual({ relativeFrom: 'transaction' });
    for (const at of [401, 461, 521]) expect(seen(at)).toEqual({ relativeFrom: 'receipt' });
    for (const at of [54, 176, 400, 522, null]) expect(seen(at)).toEqual({});
  });

  it('tells whole amps, pauses that end a transaction, and what the composite schedule is worth', () => {
    expect(learnedFromShown(defaultDialect, milliAmps(8_500), milliAmps(8_000))).toEqual({ step: 1_000 });
    expect(learnedFromShown(defaultDialect, milliAmps(8_000), milliAmps(8_000))).toEqual({});
    expect(learnedFromEnd(defaultDialect, instant(0), instant(60_000))).toEqual({ pause: 'never' });
    expect(learnedFromEnd(defaultDialect, instant(0), instant(60_001))).toEqual({});
    expect(learnedFromEnd(defaultDialect, null, instant(1))).toEqual({});
    expect(learnedFromComposite('idle', 'proven')).toEqual({ showsIdleFloor: true, showsComposite: true });
    expect(learnedFromComposite('idle', 'silent')).toEqual({ showsIdleFloor: false });
  });
});
