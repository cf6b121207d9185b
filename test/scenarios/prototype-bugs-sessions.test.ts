import { expect, it } from 'vitest';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createBalancedSite } from './balanced-site.ts';
import {
  ampsOf,
  expectSafe,
  expectShared,
  isLimitFor,
  outOfReach,
  type Site,
  settledSite,
  untilSent,
} from './prodded-site.ts';

/** Bugs that broke prototypes of load balancing (design: safety, section 2): cars that do what nobody has told us. */

/** Its card is known to the charge point, so that it charges without a connection too. */
function plugOutOfSight(site: Site, index: number): void {
  site.points[index]?.flash.cache.set(`card-${index}`, { status: 'Accepted', parentIdTag: null, expiryDate: null });
  site.plugIn(index);
}

/** The car's own doing: it takes so many amps at most from now on. */
function takesAtMost(site: Site, index: number, amps: number): void {
  const car = site.points[index]?.connectors[0]?.car;
  if (car == null) throw new Error('no car is plugged');
  const { batteryWh, taperFromPercent, maxAmps } = car.type;
  const soc = amps === 0 ? 100 : 100 - ((amps - 6) / (maxAmps - 6)) * (100 - taperFromPercent);
  car.chargeWh = (batteryWh * (amps >= maxAmps ? 10 : soc)) / 100;
}

it('a charge point out of sight, that was never seen, may start a car with all that its wiring carries', () => {
  const site = createBalancedSite({ limitA: 63, chargePoints: 3 });
  site.world.network.unreachable.add('CP02');
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.plugIn(2);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThan(25);
  plugOutOfSight(site, 1);
  site.advance(120);
  expect(site.drawn(1)).toBe(32);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.world.network.unreachable.clear();
  site.advance(400);
  expect(site.electricity.overloads.kept()).toEqual([]);
  expectShared(site, 63, [0, 1, 2]);
  site.stop();
});

it('a charge point that went out of sight while nobody charged may start a car with its floor', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3, floorA: 6 });
  outOfReach(site, 'CP02');
  site.plugIn(0);
  site.plugIn(2);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThan(30);
  plugOutOfSight(site, 1);
  site.advance(60);
  expect(site.drawn(1)).toBe(6);
  site.world.network.unreachable.clear();
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});

it('a limit outlives its transaction where it was sent as a default: the next car out of sight has it', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3, quirks: () => ({ noTxProfile: true }) });
  site.plugIn(0);
  site.advance(90);
  expect(site.drawn(0)).toBe(32);
  // What takes it back after the session gets lost.
  site.world.network.lateMs = (frame) => (isLimitFor('CP01', 'TxDefaultProfile')(frame) ? Number.POSITIVE_INFINITY : 0);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(20);
  outOfReach(site, 'CP01');
  site.world.network.lateMs = () => 0;
  site.plugIn(1);
  site.plugIn(2);
  site.advance(120);
  plugOutOfSight(site, 0);
  site.advance(120);
  expect(site.drawn(0)).toBe(32);
  site.world.network.unreachable.clear();
  site.advance(500);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});

it('a charge point that is back has not told yet that another car charges there: what was proven of the first says nothing', () => {
  // Without a default nothing limits a car of which we do not know.
  const quirks = (index: number): Partial<Quirks> => (index === 0 ? { noTxDefault: true, noChargePointMax: true } : {});
  const { site } = settledSite({ limitA: 63, chargePoints: 3, quirks });
  const { network } = site.world;
  for (const index of [0, 1, 2]) site.plugIn(index);
  site.advance(180);
  expectShared(site, 60, [0, 1, 2]);
  const begun = site.world.clock.sim.now();
  outOfReach(site, 'CP01');
  site.advance(30);
  site.points[0]?.connectors[0]?.unplug();
  plugOutOfSight(site, 0);
  site.advance(60);
  expect(site.drawn(0)).toBe(32);
  // It comes back, and its queue does not drain.
  network.lateMs = ({ id, up, text }) =>
    id === 'CP01' && up && /"(Meter|Start|Stop)/.test(text) ? Number.POSITIVE_INFINITY : 0;
  network.unreachable.clear();
  site.advance(180);
  expect(site.points[0]?.connected()).toBe(true);
  expect(site.drawn(0)).toBe(32);
  expect(site.electricity.overloads.kept().filter(({ from }) => from > begun)).toEqual([]);
  network.lateMs = () => 0;
  site.advance(500);
  expect(site.electricity.overloads.kept().filter(({ from }) => from > begun)).toEqual([]);
  expectShared(site, 63, [0, 1, 2]);
  site.stop();
});

it('a current below the new limit that was measured before the change proves nothing', () => {
  // It tells no schedules, so that only its currents prove something, and takes its time to lower them.
  const quirks = (index: number): Partial<Quirks> =>
    index === 0 ? { compositeRefused: 'NotSupported', limitDelaySeconds: 11 } : {};
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3, quirks });
  const { network } = site.world;
  site.plugIn(0);
  site.advance(120);
  expect(site.drawn(0)).toBeGreaterThan(28);
  // A sample of a moment at which the car took little is on its way for longer than the next limit.
  let held = 0;
  network.lateMs = ({ id, up, text }) => (id === 'CP01' && up && text.includes('"MeterValues"') ? held : 0);
  site.advance(10);
  takesAtMost(site, 0, 16);
  held = 6_000;
  untilSent(site, ({ id, up, text }) => id === 'CP01' && up && text.includes('"MeterValues"'));
  takesAtMost(site, 0, 32);
  site.advance(3);
  site.plugIn(1);
  untilSent(site, (frame) => isLimitFor('CP01')(frame) && ampsOf(frame) < 30);
  held = 0;
  site.advance(300);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});

it('a car that paused by itself goes on when it likes: its amps are not given away before a limit is proven to hold', () => {
  const quirks = (index: number): Partial<Quirks> =>
    index === 0 ? { compositeRefused: 'NotSupported', forgetsTxProfileWhileSuspended: true } : {};
  const { site, begun } = settledSite({ limitA: 63, chargePoints: 3, floorA: 6, quirks });
  site.plugIn(0);
  // Without schedules it proves itself step by step.
  site.advance(900);
  expect(site.drawn(0)).toBeGreaterThan(28);
  takesAtMost(site, 0, 0);
  site.advance(5);
  expect(site.drawn(0)).toBe(0);
  site.plugIn(1);
  site.plugIn(2);
  site.advance(180);
  takesAtMost(site, 0, 32);
  let most = 0;
  for (let second = 0; second < 20; second += 1) {
    site.advance(1);
    most = Math.max(most, site.drawn(0));
  }
  expect(most).toBeGreaterThan(25);
  site.advance(300);
  expectSafe(site, begun);
  expectShared(site, 63, [0, 1, 2]);
  site.stop();
});
