import { describe, expect, it } from 'vitest';
import { compositeProof, fallShownIn } from '../../../src/central-system/limits/composite-proof.ts';
import type { ReportedSchedule } from '../../../src/domain/schedule-agreement.ts';
import { instant, milliAmps, milliVolts } from '../../../src/domain/units.ts';

const at = instant(1_800_000_000_000);
const nominalMV = milliVolts(230_000);
const question = { limitMA: milliAmps(10_000), nominalMV, dcShare: null, at, maxPeriods: null };
type Limits = readonly (readonly [startS: number, limit: number | null, phases?: number])[];
const report = (limits: Limits, more: Partial<ReportedSchedule> = {}): ReportedSchedule => ({
  accepted: true,
  startAt: at,
  durationS: 3_600,
  unit: 'A',
  periods: limits.map(([startS, limit, phases = null]) => ({ startS, limit, phases })),
  ...more,
});
const verdict = (limits: Limits, more: Partial<ReportedSchedule> = {}) =>
  compositeProof(report(limits, more), question);

describe('a fall that a composite schedule shows', () => {
  const fallIn = (limits: Limits, more: Partial<ReportedSchedule> = {}) =>
    fallShownIn(report(limits, more), question, milliAmps(6_000));
  const falls: Limits = [
    [0, 10],
    [100, 8],
    [600, 6],
    [900, 0],
  ];

  it('is the first to no more than what is looked for, from now on', () => {
    expect(fallIn(falls)).toBe(600);
    expect(fallIn(falls, { startAt: instant(at - 60_000) })).toBe(540);
    // In watts of a number of phases not told it may still be more.
    expect(
      fallIn(
        falls.map(([startS, limit]) => [startS, (limit ?? 0) * 690, 3] as const),
        { unit: 'W' },
      ),
    ).toBe(600);
    expect(
      fallIn(
        falls.map(([startS, limit]) => [startS, (limit ?? 0) * 690] as const),
        { unit: 'W' },
      ),
    ).toBe(900);
  });

  it('is none where it is over, where there is none, or where nothing was told', () => {
    expect(fallIn(falls, { startAt: instant(at - 200_000) })).toBe(400);
    expect(
      fallIn([
        [0, 6],
        [60, 0],
      ]),
    ).toBeNull();
    expect(
      fallIn([
        [0, 10],
        [60, 8],
      ]),
    ).toBeNull();
    expect(fallIn([])).toBeNull();
    expect(fallIn(falls, { accepted: false })).toBeNull();
    expect(fallIn(falls, { unit: null })).toBeNull();
  });
});

describe('a composite schedule', () => {
  it('of a DC charge point is of all three phases, and of what it gives where that is what its limits are of', () => {
    const dc = (watts: number, dcShare: number, phases = 3) =>
      compositeProof(report([[0, watts, phases]], { unit: 'W' }), { ...question, dcShare, writtenPhases: 3 });
    expect(dc(6_900, 1)).toMatchObject({ verdict: 'proven', shownMA: 10_000 });
    expect(dc(6_900, 1, 1)).toMatchObject({ verdict: 'proven', shownMA: 10_000 });
    // 10.6 A from the grid.
    expect(dc(6_900, 0.94)).toMatchObject({ verdict: 'refuted' });
    expect(dc(6_486, 0.94)).toMatchObject({ verdict: 'proven', shownMA: 10_000 });
  });

  it('proves a limit that it shows, for as long as it shows it', () => {
    expect(verdict([[0, 10]])).toEqual({ verdict: 'proven', shownMA: 10_000, forS: 3_600 });
    expect(
      verdict([
        [0, 6],
        [600, 10],
        [900, 16],
      ]),
    ).toMatchObject({ verdict: 'proven', forS: 900 });
    expect(
      verdict(
        [
          [0, 16],
          [30, 8.100000381469727],
        ],
        { startAt: instant(at - 60_000) },
      ),
    ).toMatchObject({ forS: 3_540 });
    expect(verdict([[0, 8]], { startAt: instant(at - 7_200_000), durationS: null })).toMatchObject({ forS: null });
    expect(
      compositeProof(
        report([
          [0, 8],
          [60, 6],
        ]),
        { ...question, maxPeriods: 2 },
      ),
    ).toMatchObject({ forS: 60 });
  });

  it('refutes one that it exceeds, or does not know', () => {
    expect(verdict([[0, 10.2]])).toMatchObject({ verdict: 'refuted', shownMA: 10_200 });
    expect(verdict([[0, null]])).toEqual({ verdict: 'refuted', shownMA: null });
    expect(verdict([[0, -1]])).toEqual({ verdict: 'refuted', shownMA: null });
    expect(verdict([[0, 11_040, 3]], { unit: 'W' })).toMatchObject({ verdict: 'refuted', shownMA: 16_000 });
    expect(verdict([[0, 11_040]], { unit: 'W' })).toMatchObject({ verdict: 'refuted' });
  });

  it('says nothing where it is none, or can be read in several ways', () => {
    expect(verdict([[0, 10]], { accepted: false }).verdict).toBe('silent');
    expect(verdict([]).verdict).toBe('silent');
    expect(verdict([[0, 10]], { unit: null }).verdict).toBe('silent');
    expect(verdict([[60, 10]]).verdict).toBe('silent');
    expect(verdict([[0, 6_900]], { unit: 'W' }).verdict).toBe('silent');
    expect(verdict([[0, 16]], { unit: 'W' }).verdict).toBe('silent');
    expect(verdict([[0, 11_040]]).verdict).toBe('silent');
    expect(verdict([[0, 6_900, 3]], { unit: 'W' })).toMatchObject({ verdict: 'proven', shownMA: 10_000 });
  });

  it('reads watts without a number of phases by the phases that they were written for', () => {
    const watts = report([[0, 6_900]], { unit: 'W' });
    expect(compositeProof(watts, { ...question, writtenPhases: 3 })).toMatchObject({
      verdict: 'proven',
      shownMA: 10_000,
    });
    expect(compositeProof(watts, { ...question, writtenPhases: 1 })).toMatchObject({ verdict: 'refuted' });
  });
});
