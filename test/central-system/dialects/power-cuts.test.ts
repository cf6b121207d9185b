import { expect, it } from 'vitest';
import {
  learnedFromCutEnd,
  learnedFromLostTime,
  learnedFromSurvival,
} from '../../../src/central-system/dialects/power-cuts.ts';
import { type Dialect, defaultDialect } from '../../../src/domain/dialect.ts';
import { instant } from '../../../src/domain/units.ts';
import { NOON } from '../../support/manual-clock.ts';

const known = (more: Partial<Dialect>): Dialect => ({ ...defaultDialect, ...more });
const at = (seconds: number) => instant(NOON + seconds * 1_000);

it('an end by a loss of power shows that no transaction outlives one, unless one has', () => {
  expect(learnedFromCutEnd(defaultDialect, 'PowerLoss', false)).toEqual({ outlivesCut: false });
  expect(learnedFromCutEnd(defaultDialect, 'Reboot', true)).toEqual({ outlivesCut: false });
  for (const reason of ['Reboot', 'Local', 'Other', 'EVDisconnected']) {
    expect(learnedFromCutEnd(defaultDialect, reason, false)).toEqual({});
  }
  // A reset that was asked for has ended it before.
  for (const reason of ['HardReset', 'SoftReset', 'Other']) {
    expect(learnedFromCutEnd(defaultDialect, reason, true)).toEqual({});
  }
  expect(learnedFromCutEnd(known({ outlivesCut: true }), 'PowerLoss', true)).toEqual({});
});

it('a reading from after a boot shows that a transaction has outlived it; what had waited since before shows nothing', () => {
  expect(learnedFromSurvival(defaultDialect, at(6), at(0))).toEqual({ outlivesCut: true });
  expect(learnedFromSurvival(known({ outlivesCut: false }), at(6), at(0))).toEqual({ outlivesCut: true });
  expect(learnedFromSurvival(defaultDialect, at(5), at(0))).toEqual({});
  expect(learnedFromSurvival(defaultDialect, null, at(0))).toEqual({});
  expect(learnedFromSurvival(defaultDialect, at(6), null)).toEqual({});
});

it('a reading from long before its own transaction shows that the time was lost; what still ends is Relative then', () => {
  const began = at(0);
  expect(learnedFromLostTime(defaultDialect, instant(0), began)).toEqual({ keepsTime: false, kind: 'Relative' });
  expect(learnedFromLostTime(defaultDialect, at(-86_400), began)).toEqual({ keepsTime: false, kind: 'Relative' });
  expect(learnedFromLostTime(defaultDialect, at(-86_399), began)).toEqual({});
  for (const more of [{ mode: 'E' }, { mode: 'A' }, { kind: 'Relative' }] as const) {
    expect(learnedFromLostTime(known(more), instant(0), began)).toEqual({ keepsTime: false });
  }
  for (const keepsTime of [true, false]) {
    expect(learnedFromLostTime(known({ keepsTime }), instant(0), began)).toEqual({});
  }
});
