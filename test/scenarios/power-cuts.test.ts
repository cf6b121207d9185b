import { expect, it } from 'vitest';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createBalancedSite } from './balanced-site.ts';

/** Losses of power that nobody sees, by charge points whose clock or whose transactions do not survive them. */

type Site = ReturnType<typeof createBalancedSite>;

const dialect = ({ world }: Site) => world.controller().balancing?.world.chargePoints.get('CP01')?.dialect;
const forgetful = { resumesTransactionOnReboot: true, losesClockOnReboot: true };

function charging(quirks: Partial<Quirks>, count = 2): Site {
  const site = createBalancedSite({ limitA: 40, chargePoints: count, quirks: () => quirks, leaseS: 120 });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < count; index += 1) site.plugIn(index);
  site.advance(180);
  for (let index = 0; index < count; index += 1) expect(site.drawn(index)).toBeCloseTo(38 / count, 0);
  return site;
}

function away(site: Site, id = 'CP01'): void {
  site.world.network.unreachable.add(id);
  site.world.network.cut(id);
}

/** Away for a while without the controller, so that what it samples by the wrong clock waits for it. */
function cutUnseen(site: Site, index: number): void {
  const id = `CP0${index + 1}`;
  away(site, id);
  site.points[index]?.powerCycle(10);
  site.advance(45);
  site.world.network.unreachable.delete(id);
  site.advance(90);
}

it('one that has lost its power and its clock out of sight has no limit: the others are lowered, and raised when it is back', () => {
  const site = charging(forgetful);
  away(site);
  site.points[0]?.powerCycle(10);
  site.advance(120);
  expect(site.drawn(0)).toBe(32);
  expect(site.plan()[0]?.committedA).toBe(32);
  expect(site.drawn(1)).toBe(6);
  const from = site.world.clock.sim.now();
  // Long after its grant should have ended.
  site.advance(3_600);
  expect(site.plan()[0]?.committedA).toBe(32);
  expect(site.drawn(1)).toBe(6);
  expect(site.electricity.overloads.kept().filter(({ to }) => to > from)).toEqual([]);
  for (const { from: begun, to } of site.electricity.overloads.kept()) expect(to - begun).toBeLessThan(90_000);
  site.world.network.unreachable.clear();
  site.advance(240);
  for (const index of [0, 1]) expect(site.drawn(index)).toBeCloseTo(19, 0);
  site.stop();
});

it('nothing is raised on what one that is away may not be keeping to, and a short absence takes nothing from the others', () => {
  const site = charging(forgetful);
  away(site);
  site.advance(40);
  expect(site.plan()[0]?.committedA).toBe(32);
  expect(site.drawn(1)).toBeCloseTo(19, 0);
  site.world.network.unreachable.clear();
  site.advance(60);
  expect(site.plan()[0]?.committedA).toBe(19);
  for (const index of [0, 1]) expect(site.drawn(index)).toBeCloseTo(19, 0);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a make whose transactions end with the power is found out, and then its grants end out of sight', () => {
  const site = charging({});
  expect(dialect(site)?.outlivesCut).toBeNull();
  site.points[0]?.powerCycle(10);
  site.advance(60);
  expect(dialect(site)?.outlivesCut).toBe(false);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(30);
  site.plugIn(0);
  site.advance(240);
  expect(site.drawn(0)).toBeCloseTo(19, 0);
  away(site);
  site.advance(60);
  expect(site.plan()[0]?.committedA).toBe(19);
  site.advance(240);
  expect(site.plan()[0]?.committedA).toBe(0);
  expect(site.drawn(1)).toBe(32);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a make whose transactions go on is known as such, and counts with all that it can draw while it is away', () => {
  const site = charging({ resumesTransactionOnReboot: true });
  site.points[0]?.powerCycle(10);
  site.advance(90);
  expect(dialect(site)).toMatchObject({ outlivesCut: true, keepsTime: null, kind: 'Absolute' });
  away(site);
  site.advance(5);
  expect(site.plan()[0]?.committedA).toBe(32);
  site.stop();
});

it('a make that has shown the year 1970 is limited by what counts from its transaction, which a lost clock can not lift', () => {
  const site = charging(forgetful);
  cutUnseen(site, 0);
  expect(dialect(site)).toMatchObject({ keepsTime: false, outlivesCut: true, kind: 'Relative' });
  site.advance(300);
  for (const index of [0, 1]) expect(site.drawn(index)).toBeCloseTo(19, 0);
  away(site);
  site.advance(300);
  expect(site.plan()[0]?.committedA).toBe(19);
  site.world.network.unreachable.clear();
  site.advance(120);

  // The power of all of them fails, and the controller does not come back.
  const from = site.world.clock.sim.now();
  site.world.killController();
  for (const point of site.points) point.powerCycle(10);
  site.advance(7_200);
  expect(site.flow()[0]).toBeLessThanOrEqual(40);
  expect(site.electricity.overloads.kept().filter(({ to }) => to > from)).toEqual([]);
  expect(site.electricity.overcommitments.kept().filter(({ to }) => to > from)).toEqual([]);
});
