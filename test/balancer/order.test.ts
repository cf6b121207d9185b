import { describe, expect, it } from 'vitest';
import { type CarFacts, rankCars } from '../../src/balancer/order.ts';
import { nextTurns } from '../../src/balancer/turns.ts';
import { defaultPolicy, type SharingPolicy } from '../../src/domain/sharing-policy.ts';
import { type Instant, instant, milliAmps, milliVolts, wattHours, watts } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';

const MINUTE = 60_000;
const now = instant(NOON);
const ago = (minutes: number): Instant => instant(NOON - minutes * MINUTE);
const ahead = (minutes: number): Instant => instant(NOON + minutes * MINUTE);

const car = (key: string, over: Partial<CarFacts> = {}): CarFacts => ({
  key,
  tier: 2,
  isBoosted: false,
  startedAt: ago(120),
  phases: 3,
  voltageMV: milliVolts(230_000),
  minMA: milliAmps(6_000),
  maxMA: milliAmps(16_000),
  deliveredWh: wattHours(5_000),
  targetWh: null,
  departAt: null,
  onSince: null,
  offSince: null,
  waitingSince: null,
  mayPause: true,
  isResting: false,
  ...over,
});
const on = (minutes: number) => ({ onSince: ago(minutes) });
const off = (minutes: number) => ({ offSince: ago(minutes), waitingSince: ago(minutes) });

const rank = (cars: CarFacts[], over: Partial<SharingPolicy> = {}, surplusW = 0) =>
  rankCars(cars, { ...defaultPolicy, ...over }, now, watts(surplusW));
const names = (cars: CarFacts[], over: Partial<SharingPolicy> = {}): string =>
  [...rank(cars, over).values()]
    .sort((a, b) => a.order - b.order)
    .map(({ key }) => key)
    .join(' ');

describe('the order', () => {
  it('is by tier, and a boost comes before all of them', () => {
    const cars = [car('c', on(1)), car('b', { tier: 1 }), car('a', { tier: 3, isBoosted: true })];
    expect(names(cars)).toBe('a b c');
    expect([...rank(cars).values()].map(({ key, tier }) => `${key}${tier}`)).toEqual(['a1', 'b2', 'c3']);
  });

  it('lets go on what has just begun, and rest what has just been paused', () => {
    expect(names([car('rests', off(4)), car('waits', off(6)), car('on', on(14)), car('was-on', on(16))])).toBe(
      'on waits was-on rests',
    );
  });

  it('puts a car that takes nothing last', () => {
    expect(names([car('sleeps', { ...on(3), isResting: true }), car('was-on', on(60))])).toBe('was-on sleeps');
  });

  it('takes turns: who has waited longest by whole turns, then who has got less, then whose turn is over', () => {
    const cars = [
      car('full-turn', on(15)),
      car('long', { ...off(31), deliveredWh: wattHours(9_000) }),
      car('short-little', { ...off(16), deliveredWh: wattHours(1_000) }),
      car('short-much', { ...off(29), deliveredWh: wattHours(8_000) }),
    ];
    expect(names(cars)).toBe('long short-little short-much full-turn');
  });

  it('lets nobody end a turn that is longer than the least that a car goes on for', () => {
    const cars = [car('in-turn', on(29)), car('waits', off(90))];
    expect(names(cars, { rotationMs: 30 * MINUTE })).toBe('in-turn waits');
    expect(names(cars)).toBe('waits in-turn');
  });

  it('gives what is guaranteed before turns for more', () => {
    const cars = [car('has', off(60)), car('lacks', { ...off(20), deliveredWh: wattHours(1_000) })];
    expect(names(cars)).toBe('has lacks');
    expect(names(cars, { guaranteeWh: wattHours(3_000) })).toBe('lacks has');
  });

  it('brings forward who can only just make it, whatever the turn', () => {
    const pressed = { targetWh: wattHours(15_000), departAt: ahead(80) };
    expect(names([car('waits', off(60)), car('pressed', { ...on(20), ...pressed })])).toBe('pressed waits');
    expect(names([car('waits', off(60)), car('calm', { ...on(20), ...pressed, departAt: ahead(180) })])).toBe(
      'waits calm',
    );
  });

  it('by deadline puts first who leaves first, with 15 minutes for whoever charges and the wait of who got nothing', () => {
    const leaves = (minutes: number) => ({ departAt: ahead(minutes) });
    const cars = [car('on', { ...on(30), ...leaves(100) }), car('off', { ...off(30), ...leaves(90) })];
    expect(names(cars, { kind: 'deadline' })).toBe('on off');
    const [first, second] = [car('on', { ...on(30), ...leaves(106) }), car('off', { ...off(30), ...leaves(90) })];
    expect(names([first, second], { kind: 'deadline' })).toBe('off on');
    const unserved = car('none', { ...off(40), ...leaves(120), deliveredWh: wattHours(10) });
    expect(names([car('off', { ...off(30), ...leaves(90) }), unserved], { kind: 'deadline' })).toBe('none off');
    const unsaid = car('unsaid', { ...off(30), startedAt: ago(120) });
    expect(names([unsaid, car('said', { ...off(30), ...leaves(361) })], { kind: 'deadline' })).toBe('unsaid said');
  });

  it('by deadline claims what is needed on average until then, in whole amps, for whoever has said both', () => {
    const claim = (more: Parameters<typeof car>[1], kind: 'deadline' | 'equal' = 'deadline') =>
      rank([car('a', more)], { kind }).get('a')?.claimMA;
    const wants = (wh: number, minutes: number) => ({ targetWh: wattHours(5_000 + wh), departAt: ahead(minutes) });
    expect(claim(wants(6_900, 60))).toBe(10_000);
    expect(claim(wants(6_901, 60))).toBe(11_000);
    expect(claim(wants(1_000, 60))).toBe(6_000);
    expect(claim(wants(69_000, 60))).toBe(16_000);
    expect(claim(wants(6_900, -1))).toBeNull();
    expect(claim({ departAt: ahead(60) })).toBeNull();
    expect(claim(wants(6_900, 60), 'equal')).toBeNull();
  });

  it('by arrival fills one after the other', () => {
    const cars = [car('late', { startedAt: ago(5), ...on(5) }), car('early', { startedAt: ago(50), ...off(2) })];
    const ranked = rank(cars, { kind: 'first-come' });
    expect([...ranked.values()].map(({ key, tier }) => `${key}${tier}`)).toEqual(['early1', 'late2']);
    expect([...rank(cars).values()].map(({ tier }) => tier)).toEqual([1, 1]);
  });
});

describe('what a car may have', () => {
  it('weighs the amps that it needs until it leaves, and 1 where nobody has said', () => {
    const need = (targetWh: number, minutes: number) =>
      rank([car('a', { targetWh: wattHours(5_000 + targetWh), departAt: ahead(minutes) })]).get('a')?.weight;
    expect(rank([car('a')]).get('a')?.weight).toBe(1);
    expect(need(6_900, 60)).toBe(10);
    expect(need(69_000, 60)).toBe(16);
    expect(need(10, 600)).toBe(0.25);
    expect(need(6_900, -1)).toBe(1);
  });

  it('is nothing above a target that it has reached, unless it is boosted or would not resume', () => {
    const done = { targetWh: wattHours(5_000), ...on(20) };
    const ranked = rank([
      car('done', done),
      car('boosted', { ...done, isBoosted: true }),
      car('dc', { ...done, mayPause: false }),
    ]);
    expect(ranked.get('done')).toMatchObject({ maxMA: 0, isEligible: false, because: { kind: 'target-reached' } });
    expect(ranked.get('boosted')).toMatchObject({ maxMA: 16_000, isEligible: true, because: null });
    expect(ranked.get('dc')).toMatchObject({ maxMA: 6_000, isEligible: true, mustKeep: true });
  });

  it('is for others once it rests; paused, it is asked for nothing until it is asked again', () => {
    const resting = { isResting: true, maxMA: milliAmps(6_000) };
    const ranked = rank([
      car('on', { ...resting, ...on(20) }),
      car('paused', { ...resting, ...off(20) }),
      car('boosted', { ...resting, ...off(20), isBoosted: true }),
      car('leaves', { ...resting, ...off(20), departAt: ahead(20) }),
      car('stays', { ...resting, ...off(20), departAt: ahead(40) }),
      car('never-resumes', { ...resting, ...on(20), mayPause: false }),
    ]);
    const yields = [...ranked.values()].filter((one) => one.yields).map(({ key }) => key);
    expect(yields.sort()).toEqual(['on', 'paused', 'stays']);
    expect(ranked.get('on')).toMatchObject({ maxMA: 6_000, isEligible: true });
    expect(ranked.get('paused')).toMatchObject({ maxMA: 0, isEligible: false, because: { kind: 'resting' } });
    expect(ranked.get('stays')).toMatchObject({ isEligible: false });
    for (const key of ['boosted', 'leaves', 'never-resumes']) expect(ranked.get(key)?.isEligible).toBe(true);
  });

  it('needs its minimum', () => {
    const ranked = rank([car('a', { maxMA: milliAmps(5_000) })]);
    expect(ranked.get('a')).toMatchObject({ isEligible: false, because: { kind: 'not-eligible' } });
  });

  it('is the surplus alone, where it is enough', () => {
    const cars = [car('first', off(60)), car('second', off(20))];
    const share = (w: number) => [...rank(cars, { kind: 'surplus' }, w).values()].map(({ maxMA }) => maxMA);
    expect(share(4_139)).toEqual([0, 0]);
    expect(share(4_140)).toEqual([6_000, 0]);
    expect(share(6_900)).toEqual([10_000, 0]);
    expect(share(13_800)).toEqual([10_000, 10_000]);
    expect(share(50_000)).toEqual([16_000, 16_000]);
    expect(rank(cars, { kind: 'surplus' }, 0).get('first')?.because).toEqual({ kind: 'no-surplus' });
  });

  it('goes beyond the surplus for a boost, a departure that is near, and a turn that has begun', () => {
    const ranked = rank(
      [
        car('boosted', { isBoosted: true }),
        car('pressed', { targetWh: wattHours(15_000), departAt: ahead(60) }),
        car('begun', on(5)),
        car('over', on(20)),
      ],
      { kind: 'surplus' },
    );
    expect(Object.fromEntries([...ranked].map(([key, { maxMA }]) => [key, maxMA]))).toEqual({
      boosted: 16_000,
      pressed: 16_000,
      begun: 6_000,
      over: 0,
    });
  });
});

describe('turns', () => {
  it('come as those of others end, one after the other', () => {
    const cars = [
      car('on-5', on(5)),
      car('on-10', on(10)),
      car('w1', off(40)),
      car('w2', off(20)),
      car('w3', off(6)),
      car('dc', { ...on(1), mayPause: false }),
    ];
    const turns = nextTurns(cars, rank(cars), defaultPolicy, now);
    expect([...turns]).toEqual([
      ['w1', ahead(5)],
      ['w2', ahead(10)],
      ['w3', ahead(20)],
    ]);
    expect(nextTurns(cars, rank(cars), { ...defaultPolicy, kind: 'deadline' }, now).get('w1')).toBeNull();
  });

  it('keep nobody waiting for longer than 15 min x ceil(all / places)', () => {
    for (const [all, places] of [
      [5, 2],
      [7, 3],
      [4, 1],
      [9, 4],
    ] as const) {
      const state = Array.from({ length: all }, (_, index) => ({
        key: `c${index}`,
        wh: index * 700,
        on: null as Instant | null,
        since: now,
      }));
      let longest = 0;
      for (let minute = 0; minute < 600; minute += 1) {
        const at = ahead(minute);
        const cars = state.map((one) =>
          car(one.key, {
            deliveredWh: wattHours(one.wh),
            onSince: one.on,
            offSince: one.on === null && minute > 0 && one.wh > 0 ? one.since : null,
            waitingSince: one.on === null ? one.since : null,
          }),
        );
        const ranked = rankCars(cars, defaultPolicy, at, null);
        for (const one of state) {
          const isOn = (ranked.get(one.key)?.order ?? all) < places;
          if (isOn && one.on === null) {
            longest = Math.max(longest, at - one.since);
            one.on = at;
          } else if (!isOn && one.on !== null) {
            expect(at - one.on).toBeGreaterThanOrEqual(15 * MINUTE);
            one.on = null;
            one.since = at;
          }
          if (isOn) one.wh += 70;
        }
      }
      expect([all, places, longest]).toEqual([all, places, expect.any(Number)]);
      expect(longest).toBeGreaterThan(0);
      expect(longest).toBeLessThanOrEqual(15 * MINUTE * Math.ceil(all / places));
    }
  });
});
