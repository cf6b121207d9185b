import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignLoad, newForeignState } from '../../src/balancer/foreign-load.ts';
import { layOutMeters } from '../../src/balancer/metering.ts';
import { type Monotonic, milliAmps, monotonic } from '../../src/domain/units.ts';

import { car, circuit, meter, on, says, simple, site, watched } from './looks.ts';

describe('foreign load at one metered circuit', () => {
  it('is what the meter says less what the cars below draw', () => {
    expect(simple()(0, { main: says(on(40, 30, 20)) }, [car()])('grid').nowMA).toEqual(on(24, 14, 4));
  });

  it('is never below 0, unless generation is credited', () => {
    expect(simple()(0, { main: says(on(-10)) }, [car()])('grid').nowMA).toEqual(on(0));
    const credited = watched(site([circuit('grid', null, { creditGeneration: true })], [meter('main', 'grid')]));
    expect(credited(0, { main: says(on(-10)) }, [car()])('grid').nowMA).toEqual(on(-26));
  });

  it('tells apart what flows back, of which cars get nothing unless it is credited', () => {
    const look = simple();
    look(0, { main: says(on(-10)) }, [car()]);
    const grid = look(70_000, { main: says(on(-12)) }, [car({ sampledAt: monotonic(70_000) })])('grid');
    expect(grid).toMatchObject({ nowMA: on(0), gateMA: on(0), netMA: on(-28) });
    // The least of the last minute.
    expect(look(100_000, { main: says(on(-30)) })('grid').netMA).toEqual(on(-28));
    // Late, it is held; lost, nobody sees it.
    expect(look(110_000, { main: says(on(-30), 'stale') })('grid').netMA).toEqual(on(-28));
    expect(look(180_000, { main: says(on(-30), 'lost') })('grid').netMA).toEqual(on(20));
  });

  it('takes nothing off on phases that a car is not wired to', () => {
    expect(simple()(0, { main: says(on(30)) }, [car({ phases: [1] })])('grid').nowMA).toEqual(on(30, 14, 30));
  });

  it('holds the gate at the highest of the last minute', () => {
    const look = simple();
    look(0, { main: says(on(50)) });
    expect(look(30_000, { main: says(on(10)) })('grid')).toMatchObject({ nowMA: on(10), gateMA: on(50) });
    expect(look(75_000, { main: says(on(10)) })('grid').gateMA).toEqual(on(10));
  });

  it('raises the gate at once', () => {
    const look = simple();
    look(0, { main: says(on(10)) });
    expect(look(1_000, { main: says(on(60)) })('grid').gateMA).toEqual(on(60));
  });
});

describe('cars out of sight after a change', () => {
  const seen = car({ sampledAt: monotonic(0) });
  const lowered = car({ sampledAt: monotonic(0), changedAt: monotonic(1_000), limitMA: milliAmps(16_000) });

  it('leave foreign load as it was while the meter follows the cars', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    expect(look(5_000, { main: says(on(30)) }, [lowered])('grid').nowMA).toEqual(on(24));
  });

  it('leave it as it was before a lull of seconds: a car has stopped that its newest sample still shows', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    expect(look(5_000, { main: says(on(24)) }, [seen])('grid').nowMA).toEqual(on(8));
    const raised = { ...lowered, changedAt: monotonic(6_000), limitMA: milliAmps(32_000) };
    expect(look(7_000, { main: says(on(40)) }, [raised])('grid').nowMA).toEqual(on(24));
    // After a minute it was none.
    const again = simple();
    again(0, { main: says(on(40)) }, [seen]);
    const still = (at: number) => car({ sampledAt: monotonic(at) });
    for (let at = 5_000; at <= 70_000; at += 5_000) again(at, { main: says(on(24)) }, [still(at)]);
    const later = car({ sampledAt: monotonic(70_000), changedAt: monotonic(71_000), limitMA: milliAmps(32_000) });
    expect(again(72_000, { main: says(on(40)) }, [later])('grid').nowMA).toEqual(on(8));
  });

  it('do not hide what the meter sees beyond all that they may draw', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    expect(look(5_000, { main: says(on(60)) }, [lowered])('grid').nowMA).toEqual(on(44));
  });

  it('do not keep foreign load up when the meter shows less than what they surely draw leaves', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    expect(look(5_000, { main: says(on(20)) }, [lowered])('grid').nowMA).toEqual(on(14));
  });

  it('are still taken off as what they go on drawing where they are changed again and again', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    for (let at = 5_000; at <= 60_000; at += 5_000) {
      const again = { ...lowered, sampledAt: monotonic(at - 2_000), changedAt: monotonic(at - 1_000) };
      expect(look(at, { main: says(on(30)) }, [again])('grid').nowMA).toEqual(on(24));
    }
  });

  it('are taken off no more after lag and two intervals', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    look(1_000, { main: says(on(40)) }, [lowered]);
    expect(look(36_000, { main: says(on(40)) }, [lowered])('grid').nowMA).toEqual(on(24));
    expect(look(36_001, { main: says(on(40)) }, [lowered])('grid').nowMA).toEqual(on(40));
  });

  it('are in sight again with a sample after the change and its lag, not before', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    const early = { ...lowered, measuredMA: on(16), sampledAt: monotonic(16_000) };
    expect(look(17_000, { main: says(on(30)) }, [early])('grid').nowMA).toEqual(on(24));
    const now = { ...early, measuredMA: on(6), sampledAt: monotonic(16_001) };
    expect(look(18_000, { main: says(on(35)) }, [now])('grid').nowMA).toEqual(on(29));
  });

  it('count as foreign load before anything is known', () => {
    expect(simple()(0, { main: says(on(40)) }, [car({ sampledAt: null })])('grid').nowMA).toEqual(on(40));
  });

  it('do not touch the phases that they are not on', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [car({ phases: [0] })]);
    const blind = [car({ phases: [0], changedAt: monotonic(1_000) })];
    expect(look(2_000, { main: says(on(30)) }, blind)('grid').nowMA).toEqual(on(24, 30, 30));
  });

  it('count as overdue where nothing was changed but samples stopped', () => {
    const look = simple();
    look(0, { main: says(on(40)) }, [seen]);
    look(31_000, { main: says(on(40)) }, [seen]);
    expect(look(67_000, { main: says(on(40)) }, [seen])('grid').nowMA).toEqual(on(40));
  });
});

describe('cars counted at their worst case', () => {
  it('take off their proven lower bound only', () => {
    const offline = car({ counted: 'worst', measuredMA: on(16), provenMA: null });
    expect(simple()(0, { main: says(on(40)) }, [offline])('grid').nowMA).toEqual(on(40));
    expect(simple()(0, { main: says(on(40)) }, [{ ...offline, provenMA: on(6) }])('grid').nowMA).toEqual(on(34));
  });
});

describe('a meter that does not tell', () => {
  it('holds the highest of its last minutes while stale, and lets nothing increase', () => {
    const look = simple();
    look(0, { main: says(on(50)) });
    look(120_000, { main: says(on(10)) });
    expect(look(123_000, { main: says(on(10), 'stale') })('grid')).toMatchObject({
      nowMA: on(50),
      holdsIncreases: true,
      quality: 'stale',
    });
    expect(look(170_000, { main: says(on(10), 'suspect') })('grid').nowMA).toEqual(on(50));
  });

  it('counts with the reserve when lost, yet never with less than was held', () => {
    const low = simple();
    low(0, { main: says(on(5)) });
    low(4_000, { main: says(on(5), 'stale') });
    expect(low(61_000, { main: says(on(5), 'lost') })('grid')).toMatchObject({ nowMA: on(20), holdsIncreases: false });
    const high = simple();
    high(0, { main: says(on(50)) });
    for (let at = 4_000; at < 3_600_000; at += 60_000) {
      expect(high(at, { main: says(on(50), at < 60_000 ? 'stale' : 'lost') })('grid').gateMA).toEqual(on(50));
    }
  });

  it('is believed again as soon as it is fresh', () => {
    const look = simple();
    look(0, { main: says(on(50)) });
    look(4_000, { main: says(on(50), 'lost') });
    look(300_000, { main: says(on(50), 'lost') });
    expect(look(301_000, { main: says(on(8)) })('grid')).toMatchObject({ nowMA: on(8), holdsIncreases: false });
    expect(look(370_000, { main: says(on(8)) })('grid').gateMA).toEqual(on(8));
  });

  it('lets nothing increase at first, until it has had time to speak', () => {
    const look = simple();
    expect(look(0, {})('grid')).toMatchObject({ nowMA: on(20), holdsIncreases: true, quality: 'never' });
    expect(look(60_001, {})('grid')).toMatchObject({ nowMA: on(20), holdsIncreases: false });
  });

  it('says what is above the limit only of what is measured now', () => {
    expect(simple()(0, { main: says(on(110, 100, 90)) })('grid').overMA).toEqual(on(10, 0, 0));
    expect(simple()(0, { main: says(on(110), 'stale') })('grid').overMA).toEqual(on(0));
  });
});

describe('a tree of circuits', () => {
  const tree = [
    circuit('grid', null, { reserveMA: on(10) }),
    circuit('hall', 'grid', { reserveMA: on(3) }),
    circuit('cars', 'grid'),
  ];

  it('does not count twice what a meter above has seen', () => {
    const look = watched(site(tree, [meter('main', 'grid'), meter('sub', 'hall')]));
    const load = look(0, { main: says(on(50)), sub: says(on(30)) }, [car({ circuit: 'cars' })]);
    expect(load('grid').nowMA).toEqual(on(34));
    expect(load('hall').nowMA).toEqual(on(30));
    expect(load('cars')).toMatchObject({ nowMA: on(0), quality: 'unmetered' });
  });

  it('adds the reserve to what is known of below where there is no meter', () => {
    const load = watched(site(tree, [meter('sub', 'hall')]))(0, { sub: says(on(30)) });
    expect(load('grid')).toMatchObject({ nowMA: on(40), quality: 'fresh' });
    const dark = watched(site(tree, []))(0, {});
    expect(dark('grid').nowMA).toEqual(on(13));
  });

  it('passes on that something below is held where it rests on it, and not beyond a meter', () => {
    const unmetered = watched(site(tree, [meter('sub', 'hall')]));
    unmetered(0, { sub: says(on(30)) });
    expect(unmetered(9_000, { sub: says(on(30), 'stale') })('grid').holdsIncreases).toBe(true);
    const metered = watched(site(tree, [meter('main', 'grid'), meter('sub', 'hall')]));
    metered(0, { main: says(on(50)), sub: says(on(30)) });
    const load = metered(9_000, { main: says(on(50)), sub: says(on(30), 'stale') });
    expect([load('grid').holdsIncreases, load('hall').holdsIncreases]).toEqual([false, true]);
  });

  it('counts a consumer as it is, and generation only where it is credited', () => {
    const meters = [meter('lift', 'grid', 'consumer'), meter('pv', 'grid', 'generation')];
    const values = { lift: says(on(12)), pv: says(on(30)) };
    expect(watched(site(tree.slice(0, 1), meters))(0, values)('grid').nowMA).toEqual(on(22));
    const credit = [circuit('grid', null, { reserveMA: on(10), creditGeneration: true })];
    expect(watched(site(credit, meters))(0, values)('grid').nowMA).toEqual(on(-8));
  });

  it('holds a consumer that is silent, and drops generation that is', () => {
    const credit = [circuit('grid', null, { creditGeneration: true })];
    const look = watched(site(credit, [meter('lift', 'grid', 'consumer'), meter('pv', 'grid', 'generation')]));
    look(0, { lift: says(on(12)), pv: says(on(30)) });
    const load = look(5_000, { lift: says(on(2), 'stale'), pv: says(on(30), 'stale') })('grid');
    expect(load).toMatchObject({ nowMA: on(12), holdsIncreases: true });
    expect(look(90_000, { lift: says(on(2), 'lost'), pv: says(on(30), 'lost') })('grid').nowMA).toEqual(on(12));
  });

  it('ignores a consumer that the circuit has a meter above', () => {
    const look = watched(site(tree.slice(0, 1), [meter('main', 'grid'), meter('lift', 'grid', 'consumer')]));
    expect(look(0, { main: says(on(20)), lift: says(on(12)) })('grid').nowMA).toEqual(on(20));
  });
});

describe('whatever happens', () => {
  it('a measured overload is shed at once: foreign load with all that cars may draw covers the meter', () => {
    const cars = fc.array(
      fc.record({
        draw: fc.integer({ min: 0, max: 32 }),
        slack: fc.integer({ min: 0, max: 16 }),
        sampled: fc.option(fc.integer({ min: 0, max: 100 })),
        changed: fc.option(fc.integer({ min: 0, max: 100 })),
        worst: fc.boolean(),
        phase: fc.constantFrom(0, 1, 2),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), cars), { minLength: 1, maxLength: 12 }),
        (run) => {
          const look = simple();
          for (const [step, [flow, seen]] of run.entries()) {
            const loads = seen.map(({ draw, slack, sampled, changed, worst, phase }, each) =>
              car({
                key: `${each}`,
                phases: [phase as 0 | 1 | 2],
                measuredMA: on(draw),
                limitMA: milliAmps((draw + slack) * 1_000),
                sampledAt: sampled === null ? null : monotonic(sampled * 1_000),
                changedAt: changed === null ? null : monotonic(changed * 1_000),
                counted: worst ? 'worst' : 'planned',
                provenMA: on(draw),
              }),
            );
            const load = look(step * 9_000, { main: says(on(flow)) }, loads)('grid');
            for (const phase of [0, 1, 2] as const) {
              const may = loads
                .filter(({ phases }) => phases.includes(phase))
                .reduce((sum, { limitMA }) => sum + limitMA, 0);
              expect(load.nowMA[phase] + may).toBeGreaterThanOrEqual(flow * 1_000);
              expect(load.gateMA[phase]).toBeGreaterThanOrEqual(load.nowMA[phase]);
              expect(load.nowMA[phase]).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('age alone makes no foreign load smaller', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 30 }), (flows) => {
        const look = simple();
        for (const [step, flow] of flows.entries()) look(step * 1_000, { main: says(on(flow)) });
        let before = 0;
        for (const [step, quality] of (['stale', 'stale', 'lost', 'lost', 'lost'] as const).entries()) {
          const load = look(40_000 + step * 120_000, { main: says(on(0), quality) })('grid');
          expect(load.nowMA[0]).toBeGreaterThanOrEqual(Math.max(before, ...flows.map((each) => each * 1_000)));
          before = load.nowMA[0];
        }
      }),
    );
  });

  it('remembers no more than there are circuits, meters and connectors, for bounded minutes', () => {
    let state = newForeignState;
    const model = site([circuit('grid', null)], [meter('main', 'grid')]);
    for (let at = 0; at < 3_600_000; at += 1_000) {
      const cars = [car({ key: `${at}`, sampledAt: null })];
      state = foreignLoad(layOutMeters(model), new Map([['main', says(on(10))]]), cars, state, at as Monotonic).state;
    }
    expect(state.blindSince.size).toBe(1);
    expect(state.circuits.get('grid')?.highest.length).toBeLessThan(50);
  });
});
