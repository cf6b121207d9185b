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

it.each([0.1, 0.5, 0.9])('a car that leaves %d s after a word of the meter takes nothing from the others', (offset) => {
  const { site } = withBuilding(10);
  site.advance(120 + offset);
  const before = [1, 2].map((index) => site.drawn(index));
  site.points[0]?.connectors[0]?.unplug();
  for (let second = 0; second < 60; second += 1) {
    site.advance(1);
    for (const [at, drawn] of before.entries()) expect(site.drawn(at + 1)).toBeGreaterThanOrEqual(drawn);
  }
  // Once its current is gone for sure, its share is theirs.
  expect(site.flow()[0]).toBeGreaterThan(0.9 * 63);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a building that takes what a car has just left is given way to all the same', () => {
  const { site, building } = withBuilding(10);
  site.advance(120.5);
  site.points[0]?.connectors[0]?.unplug();
  building.amps = 30;
  for (let second = 0; second < 120; second += 1) {
    site.advance(1);
    expect(site.flow()[0]).toBeLessThanOrEqual(63);
  }
  site.points[1]?.connectors[0]?.unplug();
  building.amps = 60;
  site.advance(120);
  const longest = Math.max(0, ...site.electricity.overloads.kept().map(({ from, to }) => (to - from) / 1_000));
  expect(longest).toBeLessThanOrEqual(10);
  expect(site.flow()[0]).toBeLessThanOrEqual(63);
  site.stop();
});

/** Three cars that share a connection of 63 A with a building, measured once a second. */
function withBuilding(amps: number) {
  const site = createBalancedSite({ limitA: 63, chargePoints: 3, metered: true });
  const building = { amps };
  site.electricity.burden({ circuit: 'grid', amps: () => [building.amps, building.amps, building.amps] });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 3; index += 1) site.plugIn(index);
  return { site, building };
}

function changes({ world }: ReturnType<typeof createBalancedSite>): number {
  return world.network.frames.filter(({ up, text }) => !up && text.includes('"SetChargingProfile"')).length;
}
