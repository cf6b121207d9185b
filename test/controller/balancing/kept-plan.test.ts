import { expect, it } from 'vitest';
import { allocate } from '../../../src/balancer/allocate.ts';
import { createPlanner } from '../../../src/controller/balancing/kept-plan.ts';
import type { Allocation, AllocationCar } from '../../../src/domain/allocation.ts';
import { milliAmps } from '../../../src/domain/units.ts';
import { createRandom, type Random } from '../../../src/sim/random.ts';
import { randomSite } from '../../balancer/random-sites.ts';

/** The same site with one number of it another, or with none. */
function changed(site: Allocation, random: Random): Allocation {
  const cars = site.cars.map((car) => ({ ...car }));
  // As the loop does it: circuits are filled anew, in place.
  const nodes = site.nodes as unknown as { capacityMA: [number, number, number]; capacityW: number | null }[];
  const at = random.integer(0, Math.max(0, cars.length - 1));
  const car = cars[at];
  const alter = (change: Partial<AllocationCar>): void => {
    if (car !== undefined) cars[at] = { ...car, ...change };
  };
  switch (random.integer(0, 12)) {
    case 0:
      alter({ maxMA: milliAmps(random.integer(6_000, 32_000)) });
      break;
    case 1:
      alter({ order: random.integer(0, 20) });
      break;
    case 2:
      alter({ heldMA: random.chance(0.5) ? null : milliAmps(random.integer(0, 32) * 1_000) });
      break;
    case 3:
      alter({ tier: random.integer(1, 3) });
      break;
    case 4:
      alter({ weight: random.between(0.25, 30) });
      break;
    case 5:
      alter({ phases: [random.pick([0, 1, 2] as const)] });
      break;
    case 6:
      alter({ mustKeep: random.chance(0.5), minMA: milliAmps(random.integer(6, 10) * 1_000) });
      break;
    case 7:
      alter({ step: random.chance(0.5) ? milliAmps(100) : [milliAmps(6_000), milliAmps(16_000)] });
      break;
    case 8: {
      const node = random.pick(nodes);
      node.capacityMA[random.integer(0, 2)] = random.integer(0, 200_000);
      break;
    }
    case 9: {
      const node = random.pick(nodes);
      if (node.capacityW !== null) node.capacityW = random.integer(0, 100_000);
      break;
    }
    case 10:
      alter({ claimMA: random.chance(0.3) ? null : milliAmps(random.integer(6_000, 32_000)) });
      break;
    default:
  }
  return { ...site, cars };
}

it('a plan that is kept is the one that would be made anew', () => {
  const random = createRandom(77);
  let kept = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const planner = createPlanner();
    let site = randomSite(seed, { power: true, unbalance: true, history: true });
    let before: unknown = null;
    for (let look = 0; look < 25; look += 1) {
      site = changed(site, random);
      const { plan } = planner(site);
      expect([...plan], `site ${seed}, look ${look}`).toEqual([...allocate(site)]);
      if (plan === before) kept += 1;
      before = plan;
    }
  }
  expect(kept).toBeGreaterThan(100);
});
