import { beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/sharing-policy.ts';
import { loadSolver, optimumOf } from '../../src/study/optimum.ts';
import { referencesOf } from '../../src/study/references/references.ts';
import { sizesOf, sizingOf } from '../../src/study/sizing.ts';
import { flatFile, modelOf, session, slots, workplaceDays } from '../support/study-sessions.ts';

const HOUR_WH = 3_680;

let solver: Awaited<ReturnType<typeof loadSolver>>;
beforeAll(async () => {
  solver = await loadSolver();
});

const best = (...args: Parameters<typeof slots>) => optimumOf(slots(...args), solver);

describe('perfect foresight', () => {
  it('gives everybody all where nothing is full, without a program', () => {
    const found = best(flatFile(64, 3), [session('a', 0, 60, HOUR_WH), session('b', 0, 60, 2 * HOUR_WH)]);
    expect(found).toMatchObject({ deliveredWh: 2 * HOUR_WH, programs: 0 });
  });

  it('keeps the circuit full for as long as somebody wants something', () => {
    // 16 A for an hour and a half; the one that stays makes room for the one that leaves.
    const found = best(flatFile(16, 2), [session('a', 0, 90, HOUR_WH), session('b', 0, 60, HOUR_WH)]);
    expect(found.deliveredWh).toBeCloseTo(1.5 * HOUR_WH, 3);
    expect(found.programs).toBe(1);
  });

  it('is bound by the tree and by phases: 10 A on a board below 16 A', () => {
    const file = [
      'circuits:',
      '  - {id: grid, limitA: 16, marginPercent: 0}',
      '  - {id: board, parent: grid, limitA: 10, marginPercent: 0}',
      'chargePoints:',
      '  - {id: A, circuit: board, connectors: [{id: 1, ratedA: 32}]}',
      '  - {id: B, circuit: board, connectors: [{id: 1, ratedA: 32, rotation: STR}]}',
      '  - {id: C, circuit: grid, connectors: [{id: 1, ratedA: 32}]}',
    ];
    const at = (id: string, connector: string) => session(id, 0, 60, 99_999, { connector });
    // A and C share 16 A of L1, A having 10 A at most; B has 10 A of L2.
    expect(best(file, [at('a', 'A/1'), at('b', 'B/1'), at('c', 'C/1')]).deliveredWh).toBeCloseTo(26 * 230, 3);
  });

  it('solves days that do not touch each other one by one', () => {
    const day = (id: string, from: number) => session(id, from, from + 60, HOUR_WH);
    const found = best(flatFile(16, 2), [day('a', 0), day('b', 0), day('c', 1_440), day('d', 1_440)]);
    expect(found.programs).toBe(2);
    expect(found.deliveredWh).toBeCloseTo(2 * HOUR_WH, 3);
  });

  it('is never less than what any rule delivers', () => {
    const file = flatFile(40, 16);
    const sessions = workplaceDays(5, 3, 16);
    const site = slots(file, sessions);
    const { deliveredWh } = optimumOf(site, solver);
    for (const { deliveredKWh } of referencesOf(site, defaultPolicy)) {
      expect(deliveredKWh).toBeLessThanOrEqual(deliveredWh / 1_000 + 0.001);
    }
  });
});

describe('sizing', () => {
  it('looks at fuses around the limit, and at the limit itself', () => {
    expect(sizesOf(63)).toEqual([25, 40, 50, 63, 80, 100, 125]);
    expect(sizesOf(77)).toEqual([32, 50, 63, 77, 100, 125, 160]);
  });

  it('delivers more with a larger connection, until everybody has all', () => {
    const file = flatFile(63, 16);
    const common = { usualCar: { phases: 1, maxA: 16 }, nominalVoltageV: 230, policy: defaultPolicy } as const;
    const table = sizingOf({ ...common, model: modelOf(file), sessions: workplaceDays(7, 1, 30) }, solver);
    const met = table.map(({ metPercent }) => metPercent);
    expect(met).toEqual([...met].sort((a, b) => a - b));
    expect(met[0]).toBeLessThan(60);
    expect(table.find(({ limitA }) => limitA === 63)).toMatchObject({ ofConfigured: 1 });
    for (const { deliveredKWh, optimumKWh } of table) expect(optimumKWh).toBeGreaterThanOrEqual(deliveredKWh - 0.001);
  });
});
