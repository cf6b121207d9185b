import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openStore } from '../../src/store/database.ts';
import { createBalancedSite } from './balanced-site.ts';

/** The controller dies and its database with it, while cars charge: the next one knows nothing of what was granted. */

it.each([1, 2, 3])(
  'takes up what charges although its database is gone, overloads nothing, and serves who comes (seed %i)',
  (seed) => {
    const site = createBalancedSite({ seed, limitA: 63, chargePoints: 6 });
    site.powerOn();
    site.advance(60);
    for (let index = 0; index < 5; index += 1) site.plugIn(index);
    site.advance(45);
    site.world.killController();
    site.advance(20);
    site.world.startController(
      openStore(':memory:', { now: site.world.clock.server.now(), newId: randomUUID }).database,
    );
    site.advance(400);
    site.plugIn(5);
    site.advance(200);
    expect(site.electricity.overloads.kept()).toEqual([]);
    for (let index = 0; index < 6; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);
    expect(site.flow()[0]).toBeGreaterThan(55);
    // Their stops are kept as orphans, and the connectors serve the next car.
    for (let index = 0; index < 5; index += 1) site.points[index]?.connectors[0]?.unplug();
    site.advance(90);
    for (let index = 0; index < 5; index += 1) site.plugIn(index);
    site.advance(240);
    for (let index = 0; index < 6; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);
    expect(site.electricity.overloads.kept()).toEqual([]);
    site.stop();
  },
  120_000,
);

it('still raises cars where defaults lie at the highest level, after one more start with what it then knows', () => {
  const site = createBalancedSite({ limitA: 63, chargePoints: 2, quirks: () => ({ noTxProfile: true }) });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 2; index += 1) site.plugIn(index);
  site.advance(120);
  site.world.killController();
  site.advance(20);
  // A backup knows what they are like, and not what they hold.
  site.world.database.exec('DELETE FROM commitments');
  site.world.startController();
  site.advance(300);
  expect(site.points[0]?.flash.profiles.map(({ stackLevel }) => stackLevel).sort()).toEqual([7, 8]);
  site.world.killController();
  site.advance(20);
  site.world.startController();
  site.advance(120);
  for (let index = 0; index < 2; index += 1) site.points[index]?.connectors[0]?.unplug();
  site.advance(60);
  for (let index = 0; index < 2; index += 1) site.plugIn(index);
  site.advance(240);
  for (let index = 0; index < 2; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
}, 60_000);

it('what the stop of a transaction of before has ended does not count again after one more start', () => {
  const site = createBalancedSite({ limitA: 20, chargePoints: 1 });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.advance(60);
  site.world.killController();
  site.advance(20);
  site.world.startController(openStore(':memory:', { now: site.world.clock.server.now(), newId: randomUUID }).database);
  site.advance(120);
  expect(site.plan()[0]?.grant?.limitA).toBe(19);
  site.points[0]?.connectors[0]?.unplug();
  site.advance(1);
  site.world.killController();
  site.advance(5);
  site.world.startController();
  site.advance(120);
  expect(site.plan()[0]?.committedA).toBe(0);
  site.stop();
});
