import { expect, it } from 'vitest';
import { milliAmps } from '../../src/domain/units.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { createBalancedSite } from './balanced-site.ts';

/** Limits that are lost with the connection, with the power or with a pause: found out once, and counted on for good. */

type Site = ReturnType<typeof createBalancedSite>;

const dialect = ({ world }: Site) => world.controller().balancing?.world.chargePoints.get('CP01')?.dialect;
const held = ({ points }: Site, index: number): number => points[index]?.flash.profiles.length ?? 0;

function charging(quirks: Partial<Quirks>, floorA = 0): Site {
  const site = createBalancedSite({ limitA: 80, chargePoints: 4, quirks: () => quirks, floorA });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(120);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
  return site;
}

it('limits that go with the connection are sent again when it is back, and the rating counts while it is not', () => {
  const site = charging({ losesProfilesOnDisconnect: true });
  site.points[0]?.cutLine();
  site.advance(60);
  expect(dialect(site)?.losesProfiles).toBe('disconnect');
  expect(held(site, 0)).toBe(2);
  expect(site.drawn(0)).toBeLessThanOrEqual(19);
  site.advance(60);

  // Another of the make, known by now: it counts with all that it can draw from the moment on in which it is gone.
  site.world.network.down = true;
  site.points[1]?.cutLine();
  site.advance(40);
  expect(site.plan()[1]?.committedA).toBe(32);
  expect(site.drawn(1)).toBe(32);
  expect(site.flow()[0]).toBeLessThanOrEqual(80);
  site.world.network.down = false;
  site.advance(180);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
  site.stop();
});

it('a floor that nobody has ever seen at rest is said again after an absence: it may have gone with the line', () => {
  const site = createBalancedSite({ limitA: 80, chargePoints: 1, quirks: () => ({ losesProfilesOnDisconnect: true }) });
  site.powerOn();
  site.advance(5);
  site.plugIn(0);
  site.advance(60);
  expect(dialect(site)?.showsIdleFloor).toBe(null);
  site.world.network.unreachable.add('CP01');
  site.points[0]?.cutLine();
  site.advance(10);
  site.points[0]?.connectors[0]?.unplug();
  expect(held(site, 0)).toBe(0);
  site.world.network.unreachable.clear();
  site.advance(60);
  expect(profilesOf(site, 0)).toEqual(['TxDefaultProfile 0']);
  site.stop();
});

it('limits that go with the power are asked for after a boot, and sent again at once', () => {
  const site = createBalancedSite({ limitA: 80, chargePoints: 4, quirks: () => ({ losesProfilesOnReboot: true }) });
  site.powerOn();
  site.advance(60);
  site.points[0]?.powerCycle(5);
  site.advance(60);
  expect(dialect(site)?.losesProfiles).toBe('reboot');
  expect(held(site, 0)).toBe(1);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(120);
  // Out of power it could begin again without any limit.
  site.points[1]?.powerOff();
  site.advance(60);
  site.points[1]?.powerOn();
  site.advance(2);
  expect(site.plan()[1]?.committedA).toBe(32);
  site.advance(60);
  expect(held(site, 1)).toBe(1);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a default that outlived its transaction lies above the floor: that is no floor that was lost', () => {
  const site = charging({ noTxProfile: true });
  site.points[0]?.connectors[0]?.unplug();
  site.advance(60);
  site.points[0]?.cutLine();
  site.advance(60);
  expect(site.points[0]?.connected()).toBe(true);
  expect(profilesOf(site, 0)).toEqual(['TxDefaultProfile 0', 'TxDefaultProfile 1']);
  expect(dialect(site)).toMatchObject({ mode: 'A', losesProfiles: 'never', showsIdleFloor: true });
  site.stop();
});

it('nor does a schedule that shows such a default say that the make hides its floor', () => {
  const site = createBalancedSite({ limitA: 63, chargePoints: 2, floorA: 10, quirks: () => ({ noTxProfile: true }) });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.advance(60);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(30);
  site.world.killController();
  const connectors = site.siteModel.connectors.map((one) => ({ ...one, floorMA: milliAmps(0) }));
  site.world.startController(undefined, { siteModel: { ...site.siteModel, connectors } });
  const from = site.world.network.frames.length;
  site.advance(60);
  const asked = site.world.network.frames.slice(from).filter(({ id }) => id === 'CP01');
  expect(asked.some(({ text }) => text.includes('"GetCompositeSchedule"'))).toBe(true);
  expect(dialect(site)?.showsIdleFloor).toBe(true);
  site.stop();
});

it('a transaction that outlives a reboot without its limit gets it again', () => {
  const site = charging({ losesTxProfilesOnReboot: true, resumesTransactionOnReboot: true });
  site.points[0]?.powerCycle(5);
  site.advance(90);
  expect(held(site, 0)).toBe(2);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a grant that ends by its duration does not leave a gap after a reboot that took the floor below it', () => {
  const site = charging({ maxPeriods: 1, losesTxProfilesOnReboot: true, resumesTransactionOnReboot: true });
  expect(profilesOf(site, 0)).toEqual(['TxDefaultProfile 0', 'TxProfile 0', 'TxProfile 1 with an end']);
  site.points[0]?.powerCycle(5);
  site.advance(90);
  expect(site.drawn(0)).toBeCloseTo(19, 0);
  expect(profilesOf(site, 0)).toEqual(['TxDefaultProfile 0', 'TxProfile 1']);
  site.stop();
});

const profilesOf = ({ points }: Site, index: number): string[] =>
  (points[index]?.flash.profiles ?? [])
    .map(({ purpose, stackLevel, durationSeconds }) => {
      return `${purpose} ${stackLevel}${durationSeconds === null ? '' : ' with an end'}`;
    })
    .toSorted();

it('a make that ends the transaction below the minimum is not paused again, and its car is held at the minimum', () => {
  const site = createBalancedSite({
    limitA: 36,
    chargePoints: 6,
    floorA: 0,
    quirks: (index) => (index < 2 ? { endsBelowMinimum: true } : {}),
  });
  site.powerOn();
  site.advance(60);
  site.plugIn(1);
  site.advance(40);
  site.plugIn(0);
  site.advance(20);
  // With a floor of 0 its transactions end as they begin: that is seen, and said.
  expect(dialect(site)?.pause).toBe('never');
  expect(site.points[0]?.connectors[0]?.transaction).toBeNull();
  const alerts = () =>
    createAlertViews(site.world.database)
      .alerts()
      .map(({ id }) => id);
  expect(alerts()).toContain('floor-below-minimum:CP01/1');
  site.world.killController();
  const { siteModel } = site;
  const connectors = siteModel.connectors.map((one) => ({ ...one, floorMA: one.minMA }));
  site.world.startController(undefined, { siteModel: { ...siteModel, connectors } });
  site.advance(30);
  expect(alerts(), 'once it has a floor').not.toContain('floor-below-minimum:CP01/1');
  site.stop();

  const other = createBalancedSite({
    limitA: 43,
    chargePoints: 6,
    floorA: 6,
    quirks: (index) => (index < 2 ? { endsBelowMinimum: true } : {}),
  });
  other.powerOn();
  other.advance(60);
  for (let index = 0; index < 6; index += 1) other.plugIn(index);
  other.advance(3_600);
  for (let index = 0; index < 2; index += 1) {
    expect(other.points[index]?.connectors[0]?.transaction).not.toBeNull();
    expect(other.drawn(index)).toBeGreaterThanOrEqual(6);
  }
  expect(other.electricity.overloads.kept()).toEqual([]);
  other.stop();
});
