import { expect, it } from 'vitest';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { createBalancedSite } from './balanced-site.ts';
import type { Site } from './prodded-site.ts';

/** Two charge points with the same id and the same password, that take each other's connection away; judged by what flows. */

const ALERT = 'two-under-one-id:CP01';
const passwords = new Map([['CP01', 'the same for both']]);
/** How it shows which of the two is there. */
type Habit = 'bootsOnReconnect' | 'bootsWhenAsked';
const alertOf = ({ world }: Site) => createAlertViews(world.database).alert(ALERT);

function charging(habit: Habit): Site {
  const site = createBalancedSite({ limitA: 100, chargePoints: 3, passwords, quirks: () => ({ [habit]: true }) });
  site.powerOn();
  site.advance(60);
  for (const index of [0, 1, 2]) site.plugIn(index);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThan(90);
  return site;
}

/** The other one keeps to no limit: it may draw what it draws. */
function withTwin(site: Site, habit: Habit): number {
  site.twin({ [habit]: true, ignoresProfiles: true }).powerOn();
  site.advance(5);
  // With a card that it knows.
  site.points[3]?.flash.cache.set('card-3', { status: 'Accepted', parentIdTag: null, expiryDate: null });
  site.plugIn(3);
  for (let passed = 0; alertOf(site) === null && passed < 600; passed += 1) site.advance(1);
  expect(alertOf(site)?.text).toContain('THE-OTHER');
  // The others are told at once, and go down within the lag.
  site.advance(20);
  return site.world.clock.sim.now();
}

const overloadsSince = ({ electricity }: Site, begun: number) =>
  electricity.overloads.kept().filter(({ from, to }) => from >= begun || to > begun);

it.each<Habit>(['bootsOnReconnect', 'bootsWhenAsked'])(
  '%s: they count with twice the rating, also after a restart, until a person says that there is one again',
  (habit) => {
    const site = charging(habit);
    const begun = withTwin(site, habit);
    const counted = site.plan()[0];
    let most = 0;
    for (let second = 0; second < 300; second += 1) {
      site.advance(1);
      most = Math.max(most, site.drawn(0) + site.drawn(3));
    }
    expect(most).toBeGreaterThan(60);
    expect(overloadsSince(site, begun)).toEqual([]);
    expect(counted).toMatchObject({ committedA: 64, deadBoxA: 64, reason: { kind: 'two-under-one-id' } });

    site.world.killController();
    site.advance(5);
    site.world.startController();
    site.advance(2);
    const remembered = site.plan()[0];
    site.advance(200);
    expect(overloadsSince(site, begun)).toEqual([]);
    expect(remembered).toMatchObject({ committedA: 64, deadBoxA: 64 });
    expect(alertOf(site)).not.toBeNull();

    site.points[3]?.powerOff();
    site.advance(60);
    void site.world.controller().execute({ type: 'clear-alert', id: ALERT });
    site.advance(2);
    expect(site.plan()[0]?.committedA).toBe(32);
    // Of the sessions that are running, some are those of the other one.
    site.points[0]?.connectors[0]?.unplug();
    for (let passed = 0; site.points[0]?.connected() !== true && passed < 300; passed += 1) site.advance(1);
    site.advance(60);
    site.plugIn(0);
    site.advance(540);
    expect(alertOf(site)).toBeNull();
    expect(site.flow()[0]).toBeGreaterThan(90);
    expect(overloadsSince(site, begun)).toEqual([]);
    site.stop();
  },
  120_000,
);

it('are found out again when a person was wrong', () => {
  const site = charging('bootsOnReconnect');
  withTwin(site, 'bootsOnReconnect');
  void site.world.controller().execute({ type: 'clear-alert', id: ALERT });
  site.advance(2);
  expect(site.plan()[0]?.committedA).toBe(32);
  for (let passed = 0; alertOf(site) === null && passed < 900; passed += 1) site.advance(1);
  site.advance(6);
  expect(site.plan()[0]?.committedA).toBe(64);
  site.stop();
}, 120_000);

it('are none where one has taken the place of the other and stays, whatever happens to its connection', () => {
  const site = createBalancedSite({ limitA: 100, chargePoints: 3, passwords });
  site.powerOn();
  site.advance(60);
  site.points[0]?.powerOff();
  site.advance(600);
  site.twin().powerOn();
  site.advance(60);
  for (const strike of ['cut', 'power'] as const) {
    if (strike === 'cut') site.points[3]?.cutLine();
    else site.points[3]?.powerCycle(5);
    site.advance(60);
    expect(site.points[3]?.connected()).toBe(true);
  }
  for (const index of [1, 2, 3]) site.plugIn(index);
  site.advance(200);
  expect(alertOf(site)).toBeNull();
  expect(site.plan()[0]?.floorState).toBe('proven');
  for (const index of [1, 2, 3]) expect(site.drawn(index)).toBeGreaterThan(25);
  expect(site.flow()[0]).toBeLessThanOrEqual(100);
  site.stop();
}, 120_000);
