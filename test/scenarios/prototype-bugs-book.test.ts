import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { balancingProfileId } from '../../src/domain/balancing-profiles.ts';
import { milliAmps } from '../../src/domain/units.ts';
import { openStore } from '../../src/store/database.ts';
import type { Frame } from '../../src/virtual-site/loopback.ts';
import {
  expectSafe,
  expectShared,
  isLimitFor,
  keepsTime,
  outOfReach,
  settledSite,
  trustedSite,
} from './prodded-site.ts';

/** Bugs that broke prototypes of load balancing (design: safety, section 2): what is counted of what is not known. */

it('what nobody knows of a charge point after a restart is its rating, and not nothing', () => {
  const { site, begun } = settledSite({ limitA: 100, chargePoints: 4 });
  site.plugIn(0);
  site.advance(60);
  expect(site.drawn(0)).toBe(32);
  site.world.killController();
  outOfReach(site, 'CP01');
  const now = site.world.clock.server.now();
  site.world.startController(openStore(':memory:', { now, newId: randomUUID }).database);
  site.advance(90);
  for (const index of [1, 2, 3]) site.plugIn(index);
  site.advance(300);
  expect(site.drawn(0)).toBe(32);
  expect(site.flow()[0]).toBeGreaterThan(90);
  site.world.network.unreachable.clear();
  site.advance(400);
  expectSafe(site, begun);
  expectShared(site, 100, [0, 1, 2, 3]);
  site.stop();
});

it('a lease that has lapsed is the floor: what it was is raised anew, and not renewed', () => {
  const { site, begun } = settledSite({ limitA: 40, chargePoints: 3, leaseS: 120 });
  // Else it would count with its rating for as long as it is out of sight.
  keepsTime(site);
  site.plugIn(0);
  site.advance(60);
  expect(site.drawn(0)).toBe(32);
  outOfReach(site, 'CP01');
  site.plugIn(1);
  site.plugIn(2);
  site.advance(400);
  expect(site.drawn(0)).toBe(0);
  expect(site.flow()[0]).toBeGreaterThan(36);
  // The others give way, but not at once.
  site.world.network.lateMs = (frame) => (isLimitFor('CP02')(frame) || isLimitFor('CP03')(frame) ? 5_000 : 0);
  site.world.network.unreachable.clear();
  site.advance(500);
  expectSafe(site, begun);
  expectShared(site, 40, [0, 1, 2]);
  site.stop();
});

it('a floor that was lowered leaves the tails of what was granted before as they are', () => {
  // Its grants are defaults: they stay when the transaction is over, and step down to the floor that was.
  const quirks = () => ({ noTxProfile: true });
  const { site, begun } = trustedSite({ limitA: 63, chargePoints: 3, floorA: 10, leaseS: 120, quirks });
  keepsTime(site);
  site.plugIn(0);
  site.advance(60);
  expect(site.drawn(0)).toBeGreaterThan(15);
  // What takes its grant back after the session, and would be counted with the old floor else, comes after the restart and gets lost.
  const isGrant = ({ text }: Frame): boolean => text.includes(`"chargingProfileId":${balancingProfileId(1, 'grant')},`);
  site.world.network.lateMs = (frame) =>
    isLimitFor('CP01', 'TxDefaultProfile')(frame) && isGrant(frame) ? Number.POSITIVE_INFINITY : 0;
  site.world.killController();
  site.points[0]?.connectors[0]?.unplug();
  site.advance(10);
  const { siteModel } = site;
  const connectors = siteModel.connectors.map((one) => ({ ...one, floorMA: milliAmps(0) }));
  site.world.startController(undefined, { siteModel: { ...siteModel, connectors } });
  site.advance(60);
  expect(site.plan()[0]).toMatchObject({ floorA: 0, floorState: 'proven' });
  outOfReach(site, 'CP01');
  site.world.network.lateMs = () => 0;
  site.advance(240);
  for (const index of [0, 1, 2]) site.plugIn(index);
  site.advance(120);
  expect(site.drawn(0)).toBe(10);
  expect(site.flow()[0]).toBeGreaterThan(55);
  expectSafe(site, begun);
  site.stop();
});
