import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/balancer/allocate.ts';
import { violations } from '../../src/balancer/violations.ts';
import type { Allocation, AllocationCar, AllocationNode } from '../../src/domain/allocation.ts';
import { milliAmps } from '../../src/domain/units.ts';

const node = (amps: number, more: Partial<AllocationNode> = {}): AllocationNode => ({
  id: 'site',
  parent: -1,
  capacityMA: [amps * 1000, amps * 1000, amps * 1000],
  capacityW: null,
  unbalance: null,
  ...more,
});
const car = (key: string, more: Partial<AllocationCar> = {}): AllocationCar => ({
  key,
  node: 0,
  phases: [0, 1, 2],
  minMA: milliAmps(6_000),
  maxMA: milliAmps(32_000),
  tier: 1,
  weight: 1,
  order: 1,
  step: milliAmps(500),
  heldMA: null,
  mustKeep: false,
  ...more,
});
const site = (nodes: AllocationNode[], ...cars: AllocationCar[]): Allocation => ({ nodes, cars, voltageMV: 253_000 });
const grants = (allocation: Allocation): number[] => [...allocate(allocation).values()].map(({ grantMA }) => grantMA);
const reasons = (allocation: Allocation) => [...allocate(allocation).values()].map(({ because }) => because);

describe('allocate', () => {
  it('plans nothing for nobody', () => {
    expect(allocate(site([])).size).toBe(0);
    expect(allocate(site([node(32)])).size).toBe(0);
  });

  it('gives nothing to a car on no circuit, on no phase, or whose maximum is below its minimum', () => {
    const wrong = site(
      [node(99)],
      car('a', { node: 7 }),
      car('b', { node: -1 }),
      car('c', { phases: [] }),
      car('d', { maxMA: milliAmps(5_999) }),
      car('e', { step: [] }),
      car('f', { step: milliAmps(7_000), maxMA: milliAmps(6_500) }),
    );
    expect(grants(wrong)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(reasons(wrong)).toEqual(Array.from({ length: 6 }, () => ({ kind: 'not-eligible' })));
    expect(grants(site([], car('a')))).toEqual([0]);
  });

  it('gives a car that yields its minimum from what all others leave, of any tier, and nothing else', () => {
    const two = (capacity: number, more: Partial<AllocationCar> = {}) =>
      grants(site([node(capacity)], car('rests', { yields: true, ...more }), car('b', { tier: 2, order: 2 })));
    expect(two(31)).toEqual([0, 31_000]);
    expect(two(37)).toEqual([0, 32_000]);
    expect(two(60)).toEqual([6_000, 32_000]);
    expect(two(31, { mustKeep: true })).toEqual([25_000, 6_000]);
    // On a circuit of its own it takes nothing from anybody.
    const apart = [node(60), node(20, { id: 'a', parent: 0 }), node(32, { id: 'b', parent: 0 })];
    expect(grants(site(apart, car('rests', { node: 1, yields: true }), car('b', { node: 2 })))).toEqual([
      6_000, 32_000,
    ]);
  });

  it('gives what a car claims before the next one in order gets its minimum, and shares what is left', () => {
    const claims = (amps: number) => ({ claimMA: milliAmps(amps * 1_000) });
    const two = (first: number, capacity: number) =>
      grants(site([node(capacity)], car('a', claims(first)), car('b', { order: 2 })));
    expect(two(20, 24)).toEqual([24_000, 0]);
    expect(two(20, 26)).toEqual([20_000, 6_000]);
    expect(two(20, 40)).toEqual([20_000, 20_000]);
    expect(two(20, 50)).toEqual([25_000, 25_000]);
    expect(two(40, 30)).toEqual([30_000, 0]);
    expect(two(3, 12)).toEqual([6_000, 6_000]);
    expect(grants(site([node(24)], car('a', { ...claims(20), order: 3 }), car('b')))).toEqual([18_000, 6_000]);
  });

  it('takes a capacity that is no number for none', () => {
    expect(grants(site([node(Number.NaN)], car('a')))).toEqual([0]);
    expect(grants(site([node(99, { capacityW: Number.NaN })], car('a')))).toEqual([0]);
  });

  it('gives an endless capacity no more than cars take', () => {
    expect(grants(site([node(Number.POSITIVE_INFINITY)], car('a'), car('b')))).toEqual([32_000, 32_000]);
  });

  it('says which circuit and phase stops a car', () => {
    const board = node(99, { id: 'board', parent: 0, capacityMA: [50_000, 20_000, 50_000] });
    const two = site([node(99), board], car('a', { node: 1 }), car('b', { node: 1, phases: [0] }));
    expect(grants(two)).toEqual([20_000, 30_000]);
    expect(reasons(two)).toEqual([
      { kind: 'circuit-full', circuit: 'board', phase: 1 },
      { kind: 'circuit-full', circuit: 'board', phase: 0 },
    ]);
  });

  it('says demand-met to who gets all it can use, and what it waits for to who gets nothing', () => {
    const scarce = site([node(15)], car('a', { maxMA: milliAmps(7_000) }), car('b'), car('c', { order: 2 }));
    expect(grants(scarce)).toEqual([7_000, 8_000, 0]);
    expect(reasons(scarce)).toEqual([
      { kind: 'demand-met' },
      { kind: 'circuit-full', circuit: 'site', phase: 0 },
      { kind: 'waiting-for-minimum', circuit: 'site', phase: 0, nextTurn: null },
    ]);
  });

  it('counts a limit in watts at the highest voltage, by phases', () => {
    const watts = site([node(99, { capacityW: 253 * 40 })], car('a'), car('b', { phases: [1] }));
    expect(grants(watts)).toEqual([10_000, 10_000]);
    expect(reasons(watts)[0]).toEqual({ kind: 'power-full', circuit: 'site' });
    expect(violations(watts, allocate(watts))).toEqual([]);
  });

  it('keeps a car that is never paused at its minimum where nothing is free, and gives others nothing there', () => {
    const over = site(
      [node(40, { capacityMA: [-5_000, 40_000, 40_000] })],
      car('dc', { mustKeep: true, order: 9 }),
      car('ac', { order: 1 }),
      car('other', { phases: [1], order: 2 }),
    );
    expect(grants(over)).toEqual([6_000, 0, 32_000]);
    expect(violations(over, allocate(over))).toEqual([{ kind: 'current', node: 'site', phase: 0, excessMA: 11_000 }]);
  });

  it('lets no phase lead another by more than allowed', () => {
    const limit = { limitMA: 10_000, baseMA: [2_000, 0, 0] as const };
    const alone = site([node(99, { unbalance: limit })], car('a', { phases: [0] }));
    expect(grants(alone)).toEqual([8_000]);
    expect(reasons(alone)).toEqual([{ kind: 'unbalance', circuit: 'site', phase: 0 }]);
    const three = site(
      [node(99, { unbalance: limit })],
      car('a', { phases: [0] }),
      car('b', { phases: [1], order: 2 }),
      car('c', { phases: [2], order: 3, maxMA: milliAmps(12_000) }),
    );
    expect(grants(three)).toEqual([20_000, 22_000, 12_000]);
  });

  it('admits one that the unbalance kept out until another came', () => {
    const limit = { limitMA: 5_000, baseMA: [0, 6_000, 6_000] as const };
    const pair = site(
      [node(99, { unbalance: limit })],
      car('late', { phases: [1], order: 1 }),
      car('first', { phases: [0], order: 2, maxMA: milliAmps(9_000) }),
    );
    expect(grants(pair)[1]).toBeGreaterThan(0);
    expect(violations(pair, allocate(pair)).filter(({ phase }) => phase === 0)).toEqual([]);
  });

  it('rounds down to what a charger takes and hands the rest back by rank', () => {
    const thirds = site([node(32)], car('a', { order: 3 }), car('b', { order: 1 }), car('c', { order: 2 }));
    expect(grants(thirds)).toEqual([10_500, 11_000, 10_500]);
    const list = [6, 10, 16].map((amps) => milliAmps(amps * 1000));
    expect(grants(site([node(30)], car('a', { step: list }), car('b', { order: 2 })))).toEqual([10_000, 20_000]);
  });

  it('shares by weight above the minimums, and fills without a weight last', () => {
    expect(grants(site([node(40)], car('a', { weight: 3 }), car('b')))).toEqual([30_000, 10_000]);
    expect(grants(site([node(40)], car('a', { weight: 0 }), car('b')))).toEqual([8_000, 32_000]);
    expect(grants(site([node(40)], car('a', { weight: 0 }), car('b', { weight: Number.NaN })))).toEqual([
      20_000, 20_000,
    ]);
  });

  it('keeps what a car has where little changes and it still fits', () => {
    const fine = { step: milliAmps(100) };
    expect(grants(site([node(40)], car('a', { ...fine, heldMA: milliAmps(31_600) })))).toEqual([31_600]);
    expect(grants(site([node(40)], car('a', { ...fine, heldMA: milliAmps(31_500) })))).toEqual([32_000]);
    expect(grants(site([node(20)], car('a', { ...fine, heldMA: milliAmps(20_300) })))).toEqual([20_000]);
    const both = site(
      [node(40)],
      car('a', { ...fine, heldMA: milliAmps(20_300) }),
      car('b', { ...fine, heldMA: milliAmps(19_700) }),
    );
    expect(grants(both)).toEqual([20_300, 19_700]);
  });

  it('counts a connector that is listed twice once', () => {
    expect(grants(site([node(40)], car('a'), car('a', { order: 2 }), car('b')))).toEqual([20_000, 20_000]);
  });
});

describe('violations', () => {
  it('names node, phase and excess of each kind', () => {
    const allocation = site(
      [
        node(10, { capacityW: 5_000, unbalance: { limitMA: 3_000, baseMA: [1_000, 0, 0] } }),
        node(8, { id: 'board', parent: 0 }),
      ],
      car('a', { node: 1, phases: [0, 1] }),
    );
    const plan = new Map([['a', { grantMA: milliAmps(10_001), because: { kind: 'demand-met' as const } }]]);
    expect(violations(allocation, plan)).toEqual([
      { kind: 'current', node: 'site', phase: 0, excessMA: 1 },
      { kind: 'current', node: 'site', phase: 1, excessMA: 1 },
      { kind: 'power', node: 'site', phase: null, excessW: 61 },
      { kind: 'unbalance', node: 'site', phase: 0, excessMA: 8_001 },
      { kind: 'unbalance', node: 'site', phase: 1, excessMA: 7_001 },
      { kind: 'current', node: 'board', phase: 0, excessMA: 2_001 },
      { kind: 'current', node: 'board', phase: 1, excessMA: 2_001 },
    ]);
  });

  it('comes to rest: what is left over stays where it went, whoever comes first', () => {
    // Seven that take about 16.4 A each; steps of 0.5 A leave 2.75 A over.
    const most = [32, 32, 17, 17, 32, 17, 32];
    const orders = [0, 3, 4, 5, 1, 6, 2];
    let held = [17, 16, 16, 16, 16.5, 16, 16.5].map((amps) => amps * 1_000);
    const again = (): number[] =>
      grants(
        site(
          [node(114.75)],
          ...held.map((mA, index) =>
            car(`car ${index}`, {
              maxMA: milliAmps((most[index] ?? 0) * 1_000),
              order: orders[index] ?? 0,
              heldMA: milliAmps(mA),
            }),
          ),
        ),
      );
    const settled: string[] = [];
    for (let cycle = 0; cycle < 6; cycle += 1) {
      held = again();
      settled.push(held.join(' '));
    }
    expect(new Set(settled.slice(1)).size, settled.join('\n')).toBe(1);
  });
});
