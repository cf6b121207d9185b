import { describe, expect, it } from 'vitest';
import { type RunOptions, runStudy } from '../../src/study/run.ts';
import { configOf } from '../support/site-file.ts';
import { flatFile, START, session } from '../support/study-sessions.ts';

const study = (lines: readonly string[], sessions: RunOptions['sessions'], more: Partial<RunOptions> = {}) =>
  runStudy({ config: configOf(lines), sessions, seed: 1, usualCar: { phases: 1, maxA: 16 }, ...more });

describe('a study', { timeout: 120_000 }, () => {
  it('gives a car exactly what it wants where there is room, and turns away who finds no connector', () => {
    const seen: number[] = [];
    const sessions = [
      session('first', 0, 40, 2_000, { connector: 'CP1/1' }),
      session('no-connector', 10, 30, 1_000),
      session('next', 40, 60, 2_500, { phases: 3 }),
      session('wants-nothing', 61, 65, 0),
    ];
    const report = study(flatFile(63, 1), sessions, { progress: (done) => seen.push(done) });
    expect(report.sessions.map(({ id, connector, deliveredKWh }) => [id, connector, deliveredKWh])).toEqual([
      ['first', 'CP1/1', 2],
      ['no-connector', null, 0],
      ['next', 'CP1/1', 2.5],
      ['wants-nothing', 'CP1/1', 0],
    ]);
    expect(report.energy).toMatchObject({ demandKWh: 5.5, deliveredKWh: 4.5 });
    expect(report.quality).toMatchObject({ neverStarted: 1, leftShort: 1, pausesPerSession: 0 });
    expect(report.sessions[0]?.waitingMinutes).toBeLessThan(2);
    expect(report.violations).toEqual({ drawnA: 0, drawnS: 0, committedA: 0, committedS: 0 });
    expect(report.run).toMatchObject({ from: new Date(START).toISOString(), sessions: 4 });
    expect(report.series.present.length).toBe(Math.ceil((66 * 60) / report.series.stepS));
    expect(report.series.present.slice(0, 3)).toEqual([1, 1, 1]);
    expect(Math.max(...report.series.powerKW)).toBeGreaterThan(10);
    expect(seen.at(-1)).toBe(1);
  });

  it('shares what is there in halves, says where it was tight, and does the same with the same seed', () => {
    const both = [session('a', 0, 45, 9_999), session('b', 0, 45, 9_999)];
    const report = study(flatFile(24, 2), both);
    const delivered = report.sessions.map(({ deliveredKWh }) => deliveredKWh);
    // 12 A for each, less what it takes to begin.
    for (const each of delivered) expect(each).toBeGreaterThan(1.95);
    for (const each of delivered) expect(each).toBeLessThanOrEqual(2.07);
    expect(report.quality.jain).toBeGreaterThan(0.998);
    const [grid] = report.circuits;
    expect(grid?.peakA).toEqual([24, 0, 0]);
    expect(grid?.bottleneckHours[0]).toBeGreaterThan(0.6);
    expect(grid?.bottleneckPercent).toBeGreaterThan(95);
    const { run, ...again } = study(flatFile(24, 2), both);
    expect(run.seed).toBe(1);
    expect(again).toEqual(Object.fromEntries(Object.entries(report).filter(([key]) => key !== 'run')));
  });

  it('skips hours in which nobody wants anything, and serves who comes after them as ever', () => {
    const lines = flatFile(80, 2, ['meters: [{id: main, type: http, intervalS: 5}]'], ', meter: main, reserveA: 10');
    const building = [
      {
        circuit: 'grid',
        from: START,
        stepS: 600,
        amps: [
          [2, 0, 0],
          [3, 0, 0],
        ] as const,
      },
    ];
    const sessions = [
      session('full-for-hours', 0, 2_900, 1_000, { connector: 'CP1/1' }),
      session('next-day', 1_440, 1_470, 1_500),
      session('and-then', 2_880, 2_900, 500),
    ];
    const report = study(lines, sessions, { building });
    expect(report.sessions.map(({ deliveredKWh, pauses }) => [deliveredKWh, pauses])).toEqual([
      [1, 0],
      [1.5, 0],
      [0.5, 0],
    ]);
    for (const { waitingMinutes } of report.sessions) expect(waitingMinutes).toBeLessThan(2);
    expect(report.violations).toEqual({ drawnA: 0, drawnS: 0, committedA: 0, committedS: 0 });
    expect(report.series.present[200]).toBe(1);
    expect(report.series.circuits[0]?.currentA[0][200]).toBe(2);
  });

  it('tells the controller what drivers say, where they do', () => {
    const lines = flatFile(16, 2, ['policy: {default: deadline}']);
    const sessions = [session('stays', 0, 100, 2_000), session('hurries', 10, 40, 1_700)];
    const [stays, hurries] = study(lines, sessions, { driversSay: true }).sessions;
    expect(hurries?.deliveredKWh).toBeGreaterThan(1.6);
    expect(stays?.deliveredKWh).toBe(2);
  });

  it('sees more current than the limit, and more permission, where the file hides a load from the controller', () => {
    const building = [
      { circuit: 'grid', from: START, stepS: 600, amps: Array.from({ length: 6 }, () => [9, 0, 0] as const) },
    ];
    const { violations } = study(flatFile(20, 2), [session('a', 0, 20, 9_999), session('b', 0, 20, 9_999)], {
      building,
    });
    expect(violations.drawnA).toBeCloseTo(9, 1);
    expect(violations.drawnS).toBeGreaterThan(900);
    expect(violations.committedA).toBeCloseTo(9, 1);
  });

  it('leaves room for a load that a meter tells of', () => {
    const lines = flatFile(20, 2, ['meters: [{id: main, type: http, intervalS: 5}]'], ', meter: main, reserveA: 10');
    const building = [
      {
        circuit: 'grid',
        from: START,
        stepS: 1_200,
        amps: [
          [1, 0, 0],
          [8, 0, 0],
        ] as const,
      },
    ];
    const sessions = [session('a', 0, 40, 9_999)];
    const report = study(lines, sessions, { building });
    // 16 A for twenty minutes, then 7 A: what is left if the building should rise by as much again while nobody can tell the car.
    expect(report.sessions[0]?.deliveredKWh).toBeGreaterThan(1.65);
    expect(report.sessions[0]?.deliveredKWh).toBeLessThan(1.8);
    expect(report.circuits[0]?.peakA[0]).toBeLessThanOrEqual(24);
  });

  it('says in words what it cannot study', () => {
    const one = [session('a', 0, 60, 1_000)];
    expect(() => study(['chargePoints: [{id: CP1}]'], one)).toThrow('no circuits');
    expect(() => study(['circuits: [{id: grid, limitA: 16}]'], one)).toThrow('no charge point');
    expect(() => study(flatFile(16, 1), [])).toThrow('no sessions');
  });
});
