import { expect, it } from 'vitest';
import { createCar } from '../../src/sim/car.ts';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { bigCar, createBalancedSite } from './balanced-site.ts';

/** Charge points that say Accepted and draw what they like, or draw when nobody has asked: seen soon, counted in full, ended. */

type Site = ReturnType<typeof createBalancedSite>;

const alerts = ({ world }: Site): string[] =>
  createAlertViews(world.database)
    .alerts()
    .map(({ id }) => id);
const obedience = (site: Site, index: number): string | undefined => site.plan()[index]?.obedience;
/** Seconds until it is so, looked at each second. */
function secondsUntil(site: Site, most: number, isSo: () => boolean): number {
  for (let second = 0; second <= most; second += 1) {
    if (isSo()) return second;
    site.advance(1);
  }
  throw new Error(`it did not come to that in ${most} s`);
}
const climbed = ({ world }: Site): unknown[] =>
  world.log.lines.flatMap(({ fields }) => ('rung' in fields ? [fields.rung] : []));

it('a liar is seen within its lag and two samples, counts in full, and is stopped rung by rung', () => {
  const lies = { disobeysAfterSeconds: 120 };
  const site = createBalancedSite({ limitA: 63, chargePoints: 3, quirks: (index) => (index === 0 ? lies : {}) });
  site.powerOn();
  site.advance(40);
  for (let index = 0; index < 3; index += 1) site.plugIn(index);
  site.advance(60);
  for (let index = 0; index < 3; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(19);
  secondsUntil(site, 120, () => site.drawn(0) > 25);
  expect(secondsUntil(site, 60, () => obedience(site, 0) === 'disobedient')).toBeLessThanOrEqual(15 + 2 * 10);
  site.advance(1);
  expect(site.plan()[0]?.committedA).toBe(32);
  expect(alerts(site)).toContain('limit-not-obeyed:CP01/1');
  expect(site.plan()[0]?.because).toMatch(/limit/);
  // Two others obey, and give way to what it draws.
  secondsUntil(site, 150, () => site.drawn(0) === 0);
  expect(climbed(site)).toEqual(['resend', 'other-way', 'floor', 'remote-stop']);
  site.advance(120);
  expect(site.flow()[0]).toBeLessThanOrEqual(63 - 32);
  expect(climbed(site)).toHaveLength(4);

  // Another car at the same place: it is tried with the least, and is taken out of service when it lies again.
  site.points[0]?.connectors[0]?.unplug();
  site.advance(5);
  site.plugIn(0);
  site.advance(90);
  expect(obedience(site, 0)).toBe('proven');
  expect(alerts(site)).not.toContain('limit-not-obeyed:CP01/1');
  expect(site.drawn(0)).toBeGreaterThanOrEqual(6);
  site.stop();
});

it('one that accepts everything and keeps nothing is stopped, and taken out of service when it goes on', () => {
  const site = createBalancedSite({
    limitA: 63,
    chargePoints: 3,
    quirks: (index) => (index === 0 ? { ignoresProfiles: true } : {}),
  });
  site.powerOn();
  site.advance(40);
  for (let index = 0; index < 3; index += 1) site.plugIn(index);
  site.advance(10);
  secondsUntil(site, 240, () => site.points[0]?.connectors[0]?.transaction === null);
  expect(climbed(site)).toContain('remote-stop');
  // All that it can draw was counted from the beginning.
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(5);
  site.plugIn(0);
  secondsUntil(site, 240, () => site.points[0]?.flash.inoperative.has(1) === true);
  expect(climbed(site).at(-1)).toBe('inoperative');
  site.advance(60);
  expect(alerts(site)).toContain('out-of-service:CP01/1');
  site.points[0]?.connectors[0]?.unplug();
  site.world.killController();
  site.advance(5);
  site.world.startController();
  site.advance(60);
  expect(alerts(site), 'after a restart too').toContain('out-of-service:CP01/1');
  void site.world.controller().execute({
    type: 'operate',
    chargePointId: 'CP01',
    action: 'ChangeAvailability',
    payload: { connectorId: 1, type: 'Operative' },
  });
  site.advance(20);
  expect(alerts(site)).not.toContain('out-of-service:CP01/1');
  expect(site.electricity.overloads.kept()).toEqual([]);
  for (let index = 1; index < 3; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(13);
  site.stop();
});

it('one that refuses every limit is ended where its draw has no room, and takes part again once its switch is set', () => {
  const site = createBalancedSite({
    limitA: 63,
    chargePoints: 3,
    quirks: (index) => (index === 0 ? { needsLocalSwitch: true } : {}),
  });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 3; index += 1) site.plugIn(index);
  site.advance(10);
  secondsUntil(site, 120, () => site.points[0]?.connectors[0]?.transaction === null);
  expect(alerts(site)).toContain('limit-not-obeyed:CP01/1');
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.points[0]?.setLocalSwitch(true);
  secondsUntil(site, 700, () => obedience(site, 0) === 'proven');
  expect(alerts(site)).not.toContain('limit-not-obeyed:CP01/1');
  site.points[0]?.connectors[0]?.unplug();
  site.advance(5);
  site.plugIn(0);
  site.advance(90);
  for (let index = 0; index < 3; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(19);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a car that gets current without a transaction counts in full until it is gone', () => {
  const site = createBalancedSite({
    limitA: 63,
    chargePoints: 3,
    quirks: (index) => (index === 0 ? { freeVend: true } : {}),
  });
  site.powerOn();
  site.advance(40);
  for (let index = 1; index < 3; index += 1) site.plugIn(index);
  site.advance(60);
  site.points[0]?.connectors[0]?.plug(createCar(bigCar, 10));
  site.advance(90);
  expect(obedience(site, 0)).toBe('drawing-unasked');
  expect(site.plan()[0]?.committedA).toBe(32);
  expect(alerts(site)).toContain('limit-not-obeyed:CP01/1');
  site.advance(60);
  expect(site.flow()[0]).toBeLessThanOrEqual(63);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(10);
  expect(obedience(site, 0)).toBe('proven');
  expect(alerts(site)).not.toContain('limit-not-obeyed:CP01/1');
  site.stop();
});

it('a limit that is heeded late is learned to be late, and then nobody is taken for disobedient', () => {
  const site = createBalancedSite({ limitA: 80, chargePoints: 4, quirks: () => ({ limitDelaySeconds: 40 }) });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.advance(150);
  for (let index = 1; index < 4; index += 1) site.plugIn(index);
  site.advance(400);
  expect(site.world.controller().balancing?.world.chargePoints.get('CP02')?.dialect.lagMs).toBeGreaterThanOrEqual(
    40_000,
  );
  site.advance(600);
  for (let index = 0; index < 4; index += 1) {
    expect(obedience(site, index)).toBe('proven');
    expect(site.drawn(index)).toBeGreaterThanOrEqual(18);
  }
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('the first limit after a pause that is not heeded is sent once more, and from then on at once', () => {
  const site = createBalancedSite({
    limitA: 80,
    chargePoints: 4,
    quirks: () => ({ ignoresFirstLimitAfterZero: true }),
  });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.advance(90);
  site.plugIn(1);
  site.plugIn(2);
  site.advance(150);
  const { dialect } = site.world.controller().balancing?.world.chargePoints.get('CP03') ?? {};
  expect(dialect?.dropsWhileSuspended).toBe(true);
  const before = site.electricity.overloads.kept().length;
  site.plugIn(3);
  site.advance(120);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
  for (const { from, to } of site.electricity.overloads.kept().slice(before))
    expect(to - from).toBeLessThanOrEqual(10_000);
  site.stop();
});
