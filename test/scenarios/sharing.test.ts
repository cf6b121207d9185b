import { expect, it } from 'vitest';
import { bigCar, createBalancedSite } from './balanced-site.ts';

/** Where there is not enough for all: turns, and what a car leaves lying. */

/** Jain's index of fairness: 1 where all have the same. */
function fairness(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}

it('five cars on a connection for three take turns of a quarter of an hour, and nobody waits longer than two of them', () => {
  const site = createBalancedSite({ limitA: 21.2, chargePoints: 5 });
  site.powerOn();
  site.advance(40);
  for (let index = 0; index < 5; index += 1) site.plugIn(index);
  site.advance(60);
  const waits = [0, 0, 0, 0, 0];
  const longest = [0, 0, 0, 0, 0];
  const pauses = [0, 0, 0, 0, 0];
  let before = site.plan().map(({ limitA }) => limitA > 0);
  for (let minute = 1; minute <= 180; minute += 1) {
    site.advance(60);
    const now = site.plan().map(({ limitA }) => limitA > 0);
    for (const [index, on] of now.entries()) {
      waits[index] = on ? 0 : (waits[index] ?? 0) + 1;
      longest[index] = Math.max(longest[index] ?? 0, waits[index] ?? 0);
      if (!on && before[index] === true) pauses[index] = (pauses[index] ?? 0) + 1;
    }
    before = now;
  }
  expect(Math.max(...longest)).toBeLessThanOrEqual(31);
  // 180 min, of which each charges 3/5 in turns of 15 min.
  expect(Math.max(...pauses)).toBeLessThanOrEqual(8);
  const delivered = site.points.map(({ connectors }) => connectors[0]?.measurement().registerWh ?? 0);
  expect(fairness(delivered)).toBeGreaterThan(0.95);
  expect(site.electricity.overloads.kept()).toEqual([]);
  const waiting = site.plan().filter(({ limitA }) => limitA === 0);
  expect(waiting).toHaveLength(2);
  for (const { because } of waiting) expect(because).toMatch(/its turn is at .+ at the latest/);
  site.stop();
}, 120_000);

it('what a car leaves lying is taken off its limit first, and then given to the others', () => {
  const site = createBalancedSite({ limitA: 63, chargePoints: 3 });
  site.powerOn();
  site.advance(40);
  site.plugIn(0);
  site.plugIn(1);
  site.plugIn(2, { ...bigCar, maxAmps: 8 });
  site.advance(50);
  for (const { limitA } of site.plan()) expect(limitA).toBeGreaterThanOrEqual(19.5);
  site.advance(180);
  const [one, other, modest] = site.plan();
  expect(modest?.limitA).toBe(9);
  expect(modest?.because).toMatch(/gets all that it can use/);
  expect(Math.min(one?.limitA ?? 0, other?.limitA ?? 0)).toBeGreaterThanOrEqual(25);
  expect(site.electricity.overcommitments.kept().filter(({ from }) => from > START_MS)).toEqual([]);
  site.stop();
});

/** The time before charge points have their first limits is no committed one. */
const START_MS = Date.parse('2026-01-15T12:01:00Z');
