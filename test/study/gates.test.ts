import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/sharing-policy.ts';
import { metPercentOf, qualityOf } from '../../src/study/quality.ts';
import { busbarInSlots } from '../../src/study/references/busbar-in-slots.ts';
import { playInSlots, type Rule, referenceOf } from '../../src/study/references/in-slots.ts';
import { leastLaxityFirst } from '../../src/study/references/rules.ts';
import { runStudy } from '../../src/study/run.ts';
import { configOf } from '../support/site-file.ts';
import { slots, workplaceDays } from '../support/study-sessions.ts';

/** What sharing has to come to (design: load-balancing), on days that are made up; on real ones by `npm run bench:sharing`. */

const treeFile = (limitA: number, connectors: number): string[] => [
  'site: {trustLearnedPhases: true}',
  'policy: {default: deadline}',
  'circuits:',
  `  - {id: grid, limitA: ${limitA}}`,
  `  - {id: east, parent: grid, limitA: ${limitA}}`,
  `  - {id: west, parent: grid, limitA: ${limitA * 0.7}}`,
  'chargePoints:',
  ...Array.from({ length: connectors }, (_, at) => {
    const rotation = ['RST', 'STR', 'TRS'][Math.floor(at / 2) % 3];
    return `  - {id: CP${at + 1}, circuit: ${at % 2 === 0 ? 'east' : 'west'}, connectors: [{id: 1, ratedA: 32, rotation: ${rotation}}]}`;
  }),
];

const bySaying: Rule = busbarInSlots({ ...defaultPolicy, kind: 'deadline' }, true);

describe('energy, fairness and interruptions', { timeout: 120_000 }, () => {
  for (const [seed, limitA] of [
    [1, 40],
    [2, 50],
    [3, 63],
  ] as const) {
    it(`are within the gates on days of a workplace under 3 x ${limitA} A`, () => {
      const site = slots(treeFile(limitA, 24), workplaceDays(seed, 5, 24));
      const laxity = referenceOf('laxity', playInSlots(site, leastLaxityFirst));
      const busbar = referenceOf('busbar', playInSlots(site, bySaying));
      expect(site.turnedAway).toEqual([]);
      // Not so wide that every rule delivers everything.
      expect(laxity.metPercent).toBeLessThan(99.9);
      expect(busbar.metPercent).toBeGreaterThan(laxity.metPercent - 0.5);
      expect(busbar.jain).toBeGreaterThan(0.85);
      expect(busbar.neverStarted).toBe(0);
      expect(busbar.pausesPerSession).toBeLessThanOrEqual(2);
    });
  }

  it('are those of the slots, nearly, when the whole controller does it, and nothing is ever above a limit', () => {
    const lines = treeFile(20, 8);
    const sessions = workplaceDays(4, 1, 8, 4);
    const [laxity, busbar] = [leastLaxityFirst, bySaying].map((rule) => playInSlots(slots(lines, sessions), rule));
    const met = (of: typeof busbar): number => referenceOf('', of ?? []).metPercent;
    const config = configOf(lines);
    const report = runStudy({ config, sessions, seed: 1, usualCar: { phases: 1, maxA: 16 }, driversSay: true });
    expect(met(laxity)).toBeLessThan(98);
    expect(Math.abs(report.energy.metPercent - met(busbar))).toBeLessThan(3);
    expect(report.quality.jain).toBeGreaterThan(0.85);
    expect(report.quality.neverStarted).toBe(0);
    expect(report.quality.pausesPerSession).toBeLessThanOrEqual(2);
    expect(report.violations).toEqual({ drawnA: 0, drawnS: 0, committedA: 0, committedS: 0 });
  });
});

it('reckons fairness, shortness and waiting by sessions that wanted something', () => {
  const of = (demandWh: number, deliveredWh: number, waitingMinutes: number | null) =>
    ({ demandWh, deliveredWh, waitingMinutes, pauses: 1 }) as const;
  const quality = qualityOf([of(100, 100, 0), of(100, 94, 4), of(100, 0, null), of(0, 0, null)]);
  expect(quality).toMatchObject({ neverStarted: 1, leftShort: 2, pausesPerSession: 1 });
  expect(quality.jain).toBeCloseTo(1.94 ** 2 / (3 * (1 + 0.94 ** 2)), 9);
  expect(quality.waitingMinutes).toEqual({ median: 0, p90: 4, longest: 4 });
  expect(qualityOf([])).toEqual({ jain: 1, neverStarted: 0, leftShort: 0, pausesPerSession: 0, waitingMinutes: null });
  expect(metPercentOf(0, 0)).toBe(100);
});
