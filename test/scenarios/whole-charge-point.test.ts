import { describe, expect, it } from 'vitest';
import { type Dialect, dialectKey } from '../../src/domain/dialect.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { openStore } from '../../src/store/database.ts';
import { createBalancedSite, type SiteOptions } from './balanced-site.ts';

/**
 * Charge points that take limits for the whole of them only: grant and floor in one profile, which outlives the transaction
 * that it was meant for. Nothing of another purpose may lie beside it, for the lower of both counts.
 */

type Site = ReturnType<typeof createBalancedSite>;

const whole: Partial<Quirks> = { onlyChargePointMax: true };

function settled(options: Partial<SiteOptions> = {}): Site {
  const site = createBalancedSite({ limitA: 80, chargePoints: 5, quirks: () => whole, ...options });
  site.powerOn();
  site.advance(60);
  return site;
}

function charging(options: Partial<SiteOptions> = {}): Site {
  const site = settled(options);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(120);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(17);
  return site;
}

const profilesOf = ({ points }: Site, index: number): string[] =>
  (points[index]?.flash.profiles ?? []).map(
    ({ purpose, periods }) => `${purpose} ${periods.map(({ limit }) => limit).join(' ')}`,
  );
const mode = ({ world }: Site) => world.controller().balancing?.world.chargePoints.get('CP01')?.dialect.mode;
const rejections = ({ world }: Site): number =>
  world.network.frames.filter(({ up, text }) => up && text.includes('"status":"Rejected"')).length;

function judge({ electricity, world }: Site, fromS = 60): void {
  expect(electricity.overloads.kept()).toEqual([]);
  const from = START_MS + fromS * 1_000;
  expect(world.clock.server.now()).toBeGreaterThan(from);
  expect(electricity.overcommitments.kept().filter((one) => one.to > from)).toEqual([]);
}
const START_MS = Date.parse('2026-01-15T12:00:00Z');

function say({ world }: Site, values: Partial<Dialect> | null): void {
  const { reader, execute } = world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  const key = dialectKey(nameplate);
  void execute(values === null ? { type: 'reset-dialect', key } : { type: 'set-dialect', key, values });
}

it('that is found out within seconds, and there is one profile from then on', () => {
  const site = charging();
  expect(mode(site)).toBe('C');
  expect(profilesOf(site, 0)).toEqual(['ChargePointMaxProfile 19 0']);
  expect(profilesOf(site, 4)).toEqual(['ChargePointMaxProfile 0']);
  judge(site);
  site.stop();
});

it.each([0, 6])('without the controller each goes to its floor of %i A when its lease ends', (floorA) => {
  const site = charging({ floorA, leaseS: 900, limitA: 80 });
  const before = site.flow()[0] ?? 0;
  expect(Math.max(...(site.electricity.deadBox(24).get('grid') ?? []))).toBeLessThanOrEqual(80);
  site.world.killController();
  site.advance(300);
  expect(site.flow()[0]).toBeCloseTo(before, 0);
  site.advance(900);
  for (let index = 0; index < 4; index += 1) {
    expect(site.drawn(index)).toBe(floorA);
    expect(site.points[index]?.connectors[0]?.transaction).not.toBeNull();
  }
  judge(site);
  site.world.startController();
  site.advance(240);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(17);
  judge(site);
  site.stop();
});

it('cars come and go, and limits are raised and released for all of them', () => {
  const site = charging();
  for (let round = 0; round < 6; round += 1) {
    const leaves = round % 4;
    site.points[leaves]?.connectors[0]?.unplug();
    site.advance(90);
    const others = [0, 1, 2, 3].filter((index) => index !== leaves);
    for (const index of others) expect(site.drawn(index)).toBeGreaterThanOrEqual(24.5);
    site.plugIn(leaves);
    site.advance(120);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
  }
  judge(site);
  site.stop();
});

it('the building takes what they had, and gives it back', () => {
  const foreign = [{ circuit: 'grid', amps: () => [loadA, loadA, loadA] }];
  let loadA = 0;
  const site = charging({ foreign, metered: true, reserveA: 20 });
  loadA = 25;
  site.advance(20);
  expect(site.flow()[0]).toBeLessThanOrEqual(80);
  site.advance(120);
  expect(site.flow()[0]).toBeGreaterThanOrEqual(70);
  loadA = 0;
  site.advance(180);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(17);
  for (const { from, to } of site.electricity.overloads.kept()) expect(to - from).toBeLessThanOrEqual(20_000);
  site.stop();
});

it('one that charges already when it is first met is limited for the whole of it too', () => {
  const site = charging();
  site.world.killController();
  site.advance(5);
  site.world.startController(
    openStore(':memory:', { now: site.world.clock.server.now(), newId: () => 'other' }).database,
  );
  site.advance(300);
  expect(mode(site)).toBe('C');
  for (let index = 0; index < 4; index += 1) {
    expect(profilesOf(site, index)).toEqual([expect.stringMatching(/^ChargePointMaxProfile \d/)]);
    expect(site.drawn(index)).toBeGreaterThanOrEqual(17);
  }
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('a reboot in a transaction does not cost it its limit: the floor that is due comes with the grant', () => {
  const site = charging({ quirks: () => ({ ...whole, resumesTransactionOnReboot: true }) });
  const before = site.world.network.frames.length;
  site.points[0]?.powerCycle(5);
  site.advance(60);
  const told = site.world.network.frames
    .slice(before)
    .filter(({ id, up, text }) => id === 'CP01' && !up && text.includes('SetChargingProfile'));
  expect(told.length).toBeGreaterThan(0);
  for (const { text } of told) expect(text).toContain('"limit":19');
  expect(profilesOf(site, 0)).toEqual(['ChargePointMaxProfile 19 0']);
  expect(site.drawn(0)).toBeCloseTo(19, 0);
  judge(site);
  site.stop();
});

it('of two sockets none is limited by what the other could take', () => {
  const site = createBalancedSite({ limitA: 140, chargePoints: 2, sockets: 2, quirks: () => whole });
  site.powerOn();
  site.advance(120);
  for (const point of site.points) expect(point.flash.profiles).toEqual([]);
  expect(mode(site)).toBe('B');
  expect(site.plan().map(({ committedA }) => committedA)).toEqual([32, 32, 32, 32]);
  site.stop();
});

describe('a person says so', () => {
  it('before the first car: the default floor goes', () => {
    const site = settled({ quirks: () => ({}) });
    expect(profilesOf(site, 0)).toEqual(['TxDefaultProfile 0']);
    say(site, { mode: 'C' });
    site.advance(120);
    for (let index = 0; index < 5; index += 1) expect(profilesOf(site, index)).toEqual(['ChargePointMaxProfile 0']);
    for (let index = 0; index < 4; index += 1) site.plugIn(index);
    site.advance(120);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
    judge(site, 180);
    site.stop();
  });

  it('while cars charge: theirs go on as they are, the next ones are limited so, and back again', () => {
    const site = charging({ quirks: () => ({}), chargePoints: 4 });
    say(site, { mode: 'C' });
    site.advance(60);
    for (let index = 0; index < 4; index += 1) {
      expect(site.drawn(index)).toBeCloseTo(19, 0);
      expect(profilesOf(site, index)).toEqual(['TxDefaultProfile 0', 'TxProfile 19 0']);
    }
    next(site);
    for (let index = 0; index < 4; index += 1) {
      expect(profilesOf(site, index)).toEqual([expect.stringMatching(/^ChargePointMaxProfile 19/)]);
    }
    say(site, null);
    next(site);
    for (let index = 0; index < 4; index += 1) {
      expect(profilesOf(site, index).toSorted()).toEqual(['TxDefaultProfile 0', 'TxProfile 19 0']);
    }
    expect(site.electricity.overloads.kept()).toEqual([]);
    site.stop();
  });
});

/** All cars leave, and others come. */
function next(site: Site): void {
  for (const point of site.points) point.connectors[0]?.unplug();
  site.advance(150);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(180);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(19, 0);
}

describe.each<[string, Partial<Quirks>]>([
  ['of the whole charge point', whole],
  ['above the default one', { noTxProfile: true }],
  ['in the place of the default one', { noTxProfile: true, stackLevelZeroOnly: true }],
])('a limit %s', (_, quirks) => {
  it('that outlives its transaction is taken back, and others get what it held', () => {
    const site = charging({ quirks: () => quirks });
    const rejected = rejections(site);
    site.points[0]?.connectors[0]?.unplug();
    site.points[1]?.connectors[0]?.unplug();
    site.advance(90);
    for (const index of [0, 1]) expect(site.plan()[index]?.committedA).toBe(0);
    for (const index of [2, 3]) expect(site.drawn(index)).toBe(32);
    // Who comes there next begins with the floor, and not with what somebody else was given.
    site.plugIn(0);
    site.advance(1);
    expect(site.points[0]?.connectors[0]?.measurement().offeredAmps).toBe(0);
    site.advance(120);
    for (const index of [0, 2, 3]) expect(site.drawn(index)).toBeGreaterThanOrEqual(24.5);
    expect(rejections(site)).toBe(rejected);
    judge(site);
    site.stop();
  });
});
