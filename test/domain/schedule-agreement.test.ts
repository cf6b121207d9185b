import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompositeSchedule, compositeSchedule } from '../../src/domain/composite-schedule.ts';
import {
  type AgreementOptions,
  type ReportedSchedule,
  scheduleDifferences,
} from '../../src/domain/schedule-agreement.ts';
import { anyInstalled, inSeconds, NOW, TRANSACTION } from '../support/charging-profiles.ts';

/** `0:6 60:null`, with a number of phases as in `0:6/1`. */
function periodsOf(text: string) {
  return text.split(' ').map((one) => {
    const [startS, value] = one.split(':');
    const [limit, phases] = (value ?? '').split('/');
    return {
      startS: Number(startS),
      limit: limit === 'null' ? null : Number(limit),
      phases: phases === undefined ? null : Number(phases),
    };
  });
}

function computed(text: string, more: Partial<CompositeSchedule> = {}): CompositeSchedule {
  return { startAt: NOW, durationS: 300, unit: 'A', periods: periodsOf(text), cut: false, ...more };
}

function reported(text: string, more: Partial<ReportedSchedule> = {}): ReportedSchedule {
  return {
    accepted: true,
    startAt: NOW,
    durationS: 300,
    unit: 'A',
    periods: text === '' ? [] : periodsOf(text),
    ...more,
  };
}

/** As `higher 0-60 10>6`: computed 6, reported 10. */
function differences(ours: CompositeSchedule, theirs: ReportedSchedule, options: Partial<AgreementOptions> = {}) {
  return scheduleDifferences(ours, theirs, { nominalVoltageV: 230, ...options }).map(
    (one) => `${one.kind} ${one.fromS}-${one.toS} ${one.reported}>${one.computed}`,
  );
}

describe('a charge point that says the same', () => {
  it.each([
    ['word for word', '0:6 60:10', '0:6 60:10', {}],
    ['in other words', '0:6 60:10', '0:6 30:6 60:10 90:10', {}],
    ['in disorder', '0:6 60:10', '60:10 0:6', {}],
    ['in single precision (EVerest libocpp)', '0:8.1', '0:8.100000381469727', {}],
    ['rounded the other way', '0:15.9', '0:16', {}],
    ['no limit, by silence about its beginning', '0:null 60:10', '60:10', {}],
    ['no limit, by no period at all', '0:null', '', {}],
    ['no limit, by refusing', '0:null', '', { accepted: false }],
    ['a limit of its own where we know none', '0:null 60:10', '0:48 60:10', {}],
    ['for a shorter time', '0:6 60:10 100:16', '0:6 60:10', { durationS: 100 }],
    ['for a longer time', '0:6 60:10', '0:6 60:10 300:2', { durationS: 9_000_000_000 }],
    ['without a duration', '0:6 60:10', '0:6 60:10', { durationS: null }],
    ['without a start', '0:6 60:10', '0:6 60:10', { startAt: null }],
    ['from a later start', '0:6 60:10', '0:6 20:10', { startAt: inSeconds(40) }],
    ['from an earlier start', '0:6 60:10', '0:2 40:6 100:10', { startAt: inSeconds(-40) }],
    ['two seconds late', '0:6 60:10', '0:6 62:10', {}],
    ['with phases that we do not name', '0:6', '0:6/3', {}],
    ['without the phases that we name', '0:6/1', '0:6', {}],
    ['in watts, though asked for amps', '0:6 60:10', '0:4140 60:6900', { unit: 'W' as const }],
    ['in watts over one phase', '0:6/1', '0:1380', { unit: 'W' as const }],
  ])('agrees: %s', (_, ours, theirs, more) => {
    expect(differences(computed(ours), reported(theirs, more))).toEqual([]);
  });

  it('agrees in amps, though asked for watts', () => {
    const theirs = reported('0:15.9/3', { unit: 'A' });
    expect(differences(computed('0:11000', { unit: 'W' }), theirs)).toEqual([]);
    expect(differences(computed('0:11000', { unit: 'W' }), { ...theirs, unit: 'W' })).toEqual([
      'lower 0-300 15.9>11000',
    ]);
  });

  it('agrees however whole a report of our own schedule is divided, shifted and cut', () => {
    fc.assert(
      fc.property(
        anyInstalled(1000),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (held, later, step) => {
          const request = { installed: held, connectorId: 1, unit: 'A', nominalVoltageV: 230 } as const;
          const transaction = { id: TRANSACTION, startedAt: NOW };
          const ours = compositeSchedule({ ...request, at: NOW, durationS: 130, transaction });
          const theirs = compositeSchedule({ ...request, at: inSeconds(later), durationS: 100, transaction });
          const divided = theirs.periods.flatMap((one, index) => {
            const end = theirs.periods[index + 1]?.startS ?? theirs.durationS;
            const count = Math.ceil((end - one.startS) / step);
            return Array.from({ length: count }, (_, part) => ({ ...one, startS: one.startS + part * step }));
          });
          const report = {
            accepted: true,
            startAt: theirs.startAt,
            durationS: 100,
            unit: 'A' as const,
            periods: divided,
          };
          expect(scheduleDifferences(ours, report, { nominalVoltageV: 230, toleranceS: 0 })).toEqual([]);
          const louder = divided.map((one) => ({ ...one, limit: one.limit === null ? null : one.limit + 1 }));
          const found = scheduleDifferences(
            ours,
            { ...report, periods: louder },
            { nominalVoltageV: 230, toleranceS: 0 },
          );
          const limitedS = found.reduce((sum, one) => sum + one.toS - one.fromS, 0);
          const comparedTo = Math.min(130, later + 100);
          const expectedS = Array.from({ length: comparedTo - later }, (_, second) => later + second).filter(
            (second) => ours.periods.findLast((one) => one.startS <= second)?.limit !== null,
          ).length;
          expect(limitedS).toBe(expectedS);
          expect(found.every((one) => one.kind === 'higher')).toBe(true);
        },
      ),
    );
  });
});

describe('a charge point that says something else', () => {
  it.each([
    ['a higher limit', '0:6 60:10', '0:16 60:10', {}, ['higher 0-60 16>6']],
    ['no limit', '0:6', '0:null', {}, ['higher 0-300 null>6']],
    ['nothing about the beginning', '0:6', '60:6', {}, ['higher 0-60 null>6']],
    ['a lower limit', '0:6 60:10', '0:6', {}, ['lower 60-300 6>10']],
    ['two different things', '0:6 60:10', '0:8 60:2', {}, ['higher 0-60 8>6', 'lower 60-300 2>10']],
    ['the same in many periods', '0:6', '0:8 10:8 20:8 30:6', {}, ['higher 0-30 8>6']],
    ['it for more than two seconds', '0:6 60:10', '0:6 63:10', {}, ['lower 60-63 6>10']],
    ['other phases', '0:6/1', '0:6/3', {}, ['phases 0-300 3>1']],
    ['too many watts', '0:6', '0:6900', { unit: 'W' as const }, ['higher 0-300 10>6']],
    ['it for another time', '0:6', '0:6', { startAt: inSeconds(300) }, ['not-reported 0-300 null>6']],
    ['nothing', '0:null 60:6', '', {}, ['not-reported 60-300 null>6']],
    ['that it won’t say', '0:6', '', { accepted: false }, ['not-reported 0-300 null>6']],
  ])('differs: %s', (_, ours, theirs, more, expected) => {
    expect(differences(computed(ours), reported(theirs, more))).toEqual(expected);
  });

  it('differs by many short differences in a row, but not by one', () => {
    const flicker = reported('0:6 100:7 101:8 102:7 103:8 104:6');
    expect(differences(computed('0:6'), flicker)).toHaveLength(4);
    expect(differences(computed('0:6'), reported('0:6 100:7 101:8 102:6'))).toEqual([]);
    expect(differences(computed('0:6'), reported('0:6 100:7 101:8 102:6'), { toleranceS: 1 })).toHaveLength(2);
  });

  it('may have lost the end of a report as long as it can make it', () => {
    const ours = computed('0:6 60:10 100:16');
    const theirs = reported('0:6 60:10');
    expect(differences(ours, theirs)).toEqual(['lower 100-300 10>16']);
    expect(differences(ours, theirs, { maxPeriods: 3 })).toEqual(['lower 100-300 10>16']);
    expect(differences(ours, theirs, { maxPeriods: 2 })).toEqual([]);
    expect(differences(computed('0:6'), reported('0:7'), { maxPeriods: 1 })).toEqual(['higher 0-300 7>6']);
  });

  it('is told of in plain words', () => {
    const found = scheduleDifferences(computed('0:6'), reported('0:null'), { nominalVoltageV: 230 });
    expect(found[0]?.text).toBe('the charge point reported no limit, its profiles come to 6 A');
    const silent = scheduleDifferences(computed('0:6'), reported('', { accepted: false }), { nominalVoltageV: 230 });
    expect(silent[0]?.text).toBe('the charge point reported a refusal, where 6 A would be in force');
  });
});
