import { describe, expect, it } from 'vitest';
import { dialectKey } from '../../src/domain/dialect.ts';
import { createAlertViews } from '../../src/store/alert-view.ts';
import { createBalancedSite, type SiteOptions } from './balanced-site.ts';

/**
 * A DC charge point of 50 kW beside three of 22 kW: it takes watts, says what flows at the car, and loses its session when it gets
 * less than that needs. What it draws from the grid is judged, and no number that it tells.
 */

type Site = ReturnType<typeof createBalancedSite>;
type LimitIs = 'input' | 'output';

const DC = { efficiency: 0.94, leastW: 5_000, ratedA: 80 };
/** What its car charges with at least, in half amps from the grid. */
const LEAST_A = 8;

function settled(limitIs: LimitIs, options: Partial<SiteOptions> = {}): Site {
  const site = createBalancedSite({
    limitA: 125,
    chargePoints: 4,
    dc: (index) => (index === 0 ? { ...DC, limitIs } : null),
    quirks: (index) => (index === 0 ? { wattsOnly: true } : {}),
    metered: true,
    ...options,
  });
  site.powerOn();
  site.advance(20);
  if (limitIs === 'input') say(site, false);
  site.advance(40);
  return site;
}

function charging(limitIs: LimitIs, options: Partial<SiteOptions> = {}): Site {
  const site = settled(limitIs, options);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(120);
  return site;
}

function say({ world }: Site, limitIsOutput: boolean): void {
  const { reader, execute } = world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  void execute({ type: 'set-dialect', key: dialectKey(nameplate), values: { limitIsOutput } });
}

/** In the profile of its transaction, W. */
const wattsTold = ({ points }: Site): number | undefined =>
  points[0]?.flash.profiles.find(({ purpose }) => purpose === 'TxProfile')?.periods[0]?.limit;
const isCharging = ({ points }: Site): boolean => points[0]?.connectors[0]?.status === 'Charging';
const alerts = ({ world }: Site): string[] =>
  createAlertViews(world.database)
    .alerts()
    .map(({ id }) => id);
const START_MS = Date.parse('2026-01-15T12:00:00Z');

function judge({ electricity }: Site): void {
  expect(electricity.overloads.kept()).toEqual([]);
  expect(electricity.overcommitments.kept().filter(({ to }) => to > START_MS + 60_000)).toEqual([]);
}

describe.each<LimitIs>(['input', 'output'])('with limits of its %s', (limitIs) => {
  it('it gets the same amps from the grid as the others, and is believed', () => {
    const site = charging(limitIs);
    // 118.75 A for four.
    const [own, ...others] = [0, 1, 2, 3].map((index) => site.drawn(index));
    expect(own).toBeGreaterThan(29);
    expect(own).toBeLessThanOrEqual(30);
    for (const each of others) expect(each).toBeGreaterThanOrEqual(29.5);
    const grantA = site.plan()[0]?.limitA ?? 0;
    expect(wattsTold(site)).toBe(Math.floor(grantA * 690 * (limitIs === 'output' ? DC.efficiency : 1)));
    for (const { obedience, limitA, committedA } of site.plan()) {
      expect(obedience).toBe('proven');
      expect(committedA).toBe(limitA);
    }
    expect(alerts(site).filter((id) => id.startsWith('limit'))).toEqual([]);
    judge(site);
    site.stop();
  });

  it('alone it gets all that it can draw, and gives it back when others come', () => {
    const site = settled(limitIs, { limitA: 100 });
    site.plugIn(0);
    site.advance(90);
    expect(site.drawn(0)).toBeGreaterThan(78);
    for (let index = 1; index < 4; index += 1) site.plugIn(index);
    site.advance(180);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThan(22.9);
    judge(site);
    site.stop();
  });

  it('it is shed when the building takes a step, down to its minimum and never to nothing', () => {
    let loadA = 0;
    const foreign = [{ circuit: 'grid', amps: () => [loadA, loadA, loadA] }];
    const site = charging(limitIs, { foreign, reserveA: 100 });
    for (const step of [30, 60, 90, 105]) {
      loadA = step;
      site.advance(120);
      expect(site.flow()[0]).toBeLessThanOrEqual(125);
      expect(site.drawn(0)).toBeGreaterThanOrEqual(LEAST_A - 0.5);
      expect(isCharging(site)).toBe(true);
    }
    // 118.75 A less 105 A: nobody but the one that can't pause.
    for (let index = 1; index < 4; index += 1) expect(site.drawn(index)).toBe(0);
    expect(wattsTold(site)).toBe(Math.floor(LEAST_A * 690 * (limitIs === 'output' ? DC.efficiency : 1)));
    loadA = 0;
    site.advance(300);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThan(28);
    for (const { from, to } of site.electricity.overloads.kept()) expect(to - from).toBeLessThanOrEqual(20_000);
    site.stop();
  });
});

it('a car that is nearly full is left its minimum, and others get the rest', () => {
  const site = settled('output', { limitA: 63 });
  site.plugIn(0, undefined, 99.9);
  site.advance(60);
  for (let index = 1; index < 4; index += 1) site.plugIn(index);
  site.advance(900);
  // It is full by now; to end its session is up to the car.
  expect(site.points[0]?.connectors[0]?.transaction).not.toBeNull();
  expect(site.plan()[0]?.limitA).toBe(LEAST_A);
  for (let index = 1; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(16);
  judge(site);
  site.stop();
});

it('where there is no room for all minimums the others take turns, and it stays', () => {
  const site = charging('output', { limitA: 25 });
  const served = new Set<number>();
  for (let minute = 0; minute < 60; minute += 1) {
    site.advance(60);
    expect(site.points[0]?.connectors[0]?.transaction).not.toBeNull();
    if (minute > 1) expect(site.drawn(0)).toBeGreaterThanOrEqual(LEAST_A - 0.5);
    for (let index = 1; index < 4; index += 1) if (site.drawn(index) >= 6) served.add(index);
  }
  expect(served.size).toBe(3);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it.each([0.94, 0.88])(
  'one that means what it draws gets a little less until somebody says so, with an efficiency of %d',
  (efficiency) => {
    const dc = (index: number) => (index === 0 ? { ...DC, efficiency, limitIs: 'input' as const } : null);
    const site = charging('output', { dc });
    site.advance(600);
    const before = wattsTold(site) ?? 0;
    expect(site.drawn(0)).toBeGreaterThan(29 * efficiency);
    expect(site.drawn(0)).toBeLessThanOrEqual(30 * efficiency);
    say(site, false);
    site.advance(40);
    expect((wattsTold(site) ?? 0) / before).toBeCloseTo(1 / efficiency, 2);
    expect(site.drawn(0)).toBeGreaterThan(29);
    judge(site);
    site.stop();
  },
);
