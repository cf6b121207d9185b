import { expect, it } from 'vitest';
import { ampsOf, expectSafe, expectShared, isLimitFor, type Site, settledSite, trustedSite } from './prodded-site.ts';

/**
 * The last gate (design: safety, invariant I3): what the plan wants and the book refuses is not sent. In each of these the plan
 * gives a car more than fits beside what another charge point may still be obeying.
 */

/** Seconds in which it wants more than it is let have. */
function waits(site: Site, index: number, seconds: number): number {
  let held = 0;
  for (let second = 0; second < seconds; second += 1) {
    site.advance(1);
    const shown = site.plan()[index];
    if (shown?.reason.kind === 'waiting-for-release' && shown.plannedA > shown.limitA) held += 1;
  }
  return held;
}

it('a lower limit for another car is out and unanswered', () => {
  const { site, begun } = trustedSite({ limitA: 40, chargePoints: 3 });
  const { network } = site.world;
  site.plugIn(0);
  site.advance(60);
  expect(site.drawn(0)).toBe(32);
  network.lateMs = (frame) => (isLimitFor('CP01')(frame) ? Number.POSITIVE_INFINITY : 0);
  site.plugIn(1);
  const held = waits(site, 1, 60);
  expectSafe(site, begun);
  expect(held).toBeGreaterThan(20);
  expect(site.drawn(0)).toBe(32);
  network.lateMs = () => 0;
  site.advance(300);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});

it('a person has set a limit by hand that outranks ours', async () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3 });
  const { world } = site;
  site.plugIn(0);
  site.advance(60);
  const transactionId = site.plan()[0]?.transactionId ?? 0;
  const csChargingProfiles = {
    chargingProfileId: 7,
    transactionId,
    stackLevel: 5,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] },
  };
  const payload = { connectorId: 1, csChargingProfiles };
  const set = world
    .controller()
    .execute({ type: 'operate', chargePointId: 'CP01', action: 'SetChargingProfile', payload });
  site.advance(5);
  expect(await set).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
  site.plugIn(1);
  site.plugIn(2);
  const held = waits(site, 1, 40);
  expectSafe(site, begun);
  expect(held).toBeGreaterThan(15);
  expect(world.network.frames.filter(isLimitFor('CP01')).map(ampsOf).at(-1)).toBeLessThan(20);
  expect(site.drawn(0)).toBe(32);
  const clear = { id: 7 };
  void world
    .controller()
    .execute({ type: 'operate', chargePointId: 'CP01', action: 'ClearChargingProfile', payload: clear });
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});

it('the book is void: what another charge point holds is not known', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 2 });
  const { network, database } = site.world;
  site.plugIn(0);
  site.advance(90);
  expect(site.drawn(0)).toBe(32);
  site.world.killController();
  database.prepare("UPDATE meta SET value = 'restored' WHERE key = 'epoch'").run();
  network.lateMs = (frame) => (isLimitFor('CP01')(frame) ? Number.POSITIVE_INFINITY : 0);
  site.world.startController();
  site.advance(60);
  site.plugIn(1);
  const held = waits(site, 1, 60);
  expectSafe(site, begun);
  expect(held).toBeGreaterThan(20);
  network.lateMs = () => 0;
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1]);
  site.stop();
});
