import { expect, it } from 'vitest';
import type { CarType } from '../../src/sim/car.ts';
import { bigCar, createBalancedSite } from './balanced-site.ts';

/** Phases that cars were seen to use are counted on: neither the end of a session nor the next car may find a circuit full. */

type Site = ReturnType<typeof createBalancedSite>;

const onePhase: CarType = { ...bigCar, phases: 1 };

/** Second by second; the most that is committed beyond what the connection may carry, A. */
function mostAbove(site: Site, seconds: number): number {
  let most = 0;
  for (let second = 0; second < seconds; second += 1) {
    site.advance(1);
    const [grid] = site.circuits();
    for (const phase of [0, 1, 2]) {
      most = Math.max(most, (grid?.committedA[phase] ?? 0) - (grid?.carriesA[phase] ?? 0));
    }
  }
  return most;
}

/** Cars on one phase each: the first on L1, the second on L2. */
function twoOnTheirOwn(options: { floorA?: number } = {}): Site {
  const site = createBalancedSite({
    ...options,
    ...{ limitA: 40, chargePoints: 2, rotations: ['RST', 'STR'], trustLearnedPhases: true },
  });
  site.powerOn();
  site.advance(40);
  return site;
}

it('a car of three phases after one of one phase takes nothing that the others have on its other phases', () => {
  const site = twoOnTheirOwn();
  site.plugIn(0, onePhase);
  // Slow to give way.
  site.plugIn(1, { ...onePhase, reactionSeconds: 12 });
  expect(mostAbove(site, 120)).toBe(0);
  // Each has its phase for itself.
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([32, 32]);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(1);
  site.plugIn(0);
  expect(mostAbove(site, 120)).toBe(0);
  expect(site.electricity.overloads.kept()).toEqual([]);
  const [next, slow] = site.plan();
  expect(next?.limitA).toBeGreaterThanOrEqual(18);
  expect(slow?.limitA).toBeGreaterThanOrEqual(18);
  site.stop();
});

it('the end of a session counts on the phases on which it charged', () => {
  const site = twoOnTheirOwn();
  site.plugIn(0, onePhase);
  site.plugIn(1, onePhase);
  site.advance(120);
  site.points[0]?.connectors[0]?.unplug();
  expect(mostAbove(site, 40)).toBe(0);
  expect(site.circuits()[0]?.committedA).toEqual([0, 32, 0]);
  site.stop();
});

it('floors count on all phases, whoever is there: the next car may take them at once', () => {
  const site = twoOnTheirOwn({ floorA: 6 });
  site.plugIn(0, onePhase);
  site.plugIn(1, onePhase);
  expect(mostAbove(site, 120)).toBe(0);
  expect(site.circuits()[0]?.committedA).toEqual([38, 38, 12]);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(1);
  // It begins with the floor, on three phases, before anybody could make room.
  site.plugIn(0);
  expect(mostAbove(site, 120)).toBe(0);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});
