import { expect, it } from 'vitest';
import { createBalancedSite } from './balanced-site.ts';

/** A building that takes more, and less again: cars give way at once, and no car is moved without need. */

it('cars give way to the building within seconds, and get back what it leaves', () => {
  const site = createBalancedSite({ limitA: 100, chargePoints: 8, metered: true });
  let building = 0;
  site.electricity.burden({ circuit: 'grid', amps: () => [building, building, building] });
  site.powerOn();
  site.advance(40);
  for (let index = 0; index < 8; index += 1) site.plugIn(index);
  site.advance(90);
  expect(site.flow()[0]).toBeGreaterThan(90);
  const before = changes(site);
  site.advance(60);
  expect(changes(site) - before).toBeLessThanOrEqual(2);

  building = 40;
  site.advance(20);
  expect(site.flow()[0]).toBeLessThanOrEqual(100);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThan(90);
  // 40 A of the building and 6 A or more for each car.
  for (let index = 0; index < 8; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);

  building = 10;
  site.advance(150);
  expect(site.flow()[0]).toBeGreaterThan(90);
  const longest = Math.max(0, ...site.electricity.overloads.kept().map(({ from, to }) => (to - from) / 1_000));
  expect(longest).toBeLessThanOrEqual(10);
  site.stop();
});

function changes({ world }: ReturnType<typeof createBalancedSite>): number {
  return world.network.frames.filter(({ up, text }) => !up && text.includes('"SetChargingProfile"')).length;
}
