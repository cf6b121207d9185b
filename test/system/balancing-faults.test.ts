import { describe, expect, it } from 'vitest';
import { allowedNow } from '../../src/sim/allowance.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import {
  charging,
  expectNeverOver,
  expectShedInTime,
  floorsLaid,
  isCharging,
  isUsed,
  overcommitments,
  overloads,
  pass,
  until,
} from '../support/live-judge.ts';
import type { Arrival } from '../support/live-site.ts';
import { openLiveStage } from '../support/live-stage.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

/** Lines and charge points that fail while limits change, in real time: the real process, real sockets, a real meter. */

const site80 = { limitA: 80, reserveA: 40, buildingA: 10, carsWait: true };

describe('faults while limits change, with real sockets and a real meter', { timeout: 300_000 }, () => {
  const scratch = scratchPaths();

  it.concurrent('answers to increases are lost: what may have been taken counts, and all charge in the end', async () => {
    const stage = await openLiveStage(scratch('rises'), {
      ...site80,
      chargePoints: 5,
      seed: 8,
      ocpp: { callTimeoutS: 5 },
    });
    const { site, relay } = stage;
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      // Of the first, every answer to a limit that rises.
      relay.lose(({ up, change, chargePointId }) => up && change === 'rise' && chargePointId === 'CP001');
      site.plugIn(0);
      await until(site, 'an increase was taken, and its answer lost', 60, () => site.drawn(0) > 20);
      expect(relay.lost.length).toBeGreaterThan(0);
      for (const at of [1, 2, 3, 4]) site.plugIn(at);
      await pass(site, 25);
      expect(relay.lost.length, 'it was sent again, and lost again').toBeGreaterThanOrEqual(2);
      expect(charging(site), 'others charge with what is left').toBeGreaterThanOrEqual(2);
      expect(charging(site), 'and not all of them').toBeLessThan(5);
      relay.lose(null);
      await until(site, 'all cars use the room', 150, () => isUsed(site) && charging(site) === 5);
      expectNeverOver(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('decreases or their answers are lost: nobody gets what they should have freed, and all charge in the end', async () => {
    const stage = await openLiveStage(scratch('falls'), {
      ...site80,
      chargePoints: 5,
      seed: 9,
      ocpp: { callTimeoutS: 5 },
    });
    const { site, relay } = stage;
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      site.plugIn(0);
      site.plugIn(1);
      await until(site, 'two cars use the room', 120, () => isUsed(site));
      // The first never hears of a lower limit; the second obeys, and its answer never comes: who sends can't tell.
      relay.lose(
        ({ up, change, chargePointId }) =>
          change === 'fall' && up === /2$/.test(chargePointId) && /[12]$/.test(chargePointId),
      );
      for (const at of [2, 3, 4]) site.plugIn(at);
      await pass(site, 25);
      const lost = (up: boolean): number => relay.lost.filter((one) => one.up === up).length;
      expect(lost(false), 'calls that were lost').toBeGreaterThanOrEqual(2);
      expect(lost(true), 'answers that were lost').toBeGreaterThanOrEqual(2);
      expect(site.drawn(0), 'it goes on with its old limit').toBeGreaterThan(20);
      expect(charging(site), 'nobody else charges').toBe(2);
      relay.lose(null);
      await until(site, 'all cars use the room', 150, () => isUsed(site) && charging(site) === 5);
      expectNeverOver(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('charge points that accept every limit and keep none: the others give way, and go on with what is left', async () => {
    // The first obeys at first and lies then; the second has never kept anything.
    const quirks = (at: number): Partial<Quirks> =>
      at === 0 ? { disobeysAfterSeconds: 50 } : at === 1 ? { ignoresProfiles: true } : {};
    const options = { limitA: 100, reserveA: 30, buildingA: 10, carsWait: true, chargePoints: 4, seed: 10, quirks };
    const stage = await openLiveStage(scratch('liars'), options);
    const { site } = stage;
    const mayDraw = (at: number): number => {
      const point = site.points()[at];
      return point === undefined ? 0 : allowedNow(point, 1, site.clock.now()).amps;
    };
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      for (const [at] of site.points().entries()) site.plugIn(at);
      await until(site, 'all charge', 90, () => charging(site) === 4);
      await until(site, 'the first lies', 90, () => site.drawn(0) > mayDraw(0) + 5);
      await until(site, 'the lie overloads the connection', 10, () => Math.max(...site.flow()) > 100);
      await until(site, 'the others give way', 10, () => Math.max(...site.flow()) <= 100);
      expect(site.drawn(0) + site.drawn(1), 'both draw all that they can').toBeGreaterThan(60);
      expect(isCharging(site, 2) && isCharging(site, 3), 'the others charge with less').toBe(true);
      const said = (line: string): boolean => line.includes('"CP001"') && line.includes('"obedience":"disobedient"');
      await until(site, 'it is found out', 60, () => busbar.lines.some(said));
      // What does not obey counts with all that it can draw, also while it rests: the others share the rest of the room.
      site.unplug(0);
      site.unplug(1);
      await until(site, 'the others charge, and nobody else', 120, () => charging(site) === 2 && isCharging(site, 2));
      expectShedInTime(site, since);
      expect(overcommitments(site, since), 'more is allowed than the limit').toEqual([]);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('charge points that reboot while limits rise, some without what they held, overload nothing', async () => {
    const resumes = { resumesTransactionOnReboot: true };
    const kinds: Partial<Quirks>[] = [
      resumes,
      { ...resumes, losesTxProfilesOnReboot: true },
      { ...resumes, losesProfilesOnReboot: true },
    ];
    const quirks = (at: number): Partial<Quirks> => kinds[at] ?? {};
    const stage = await openLiveStage(scratch('reboots'), { ...site80, chargePoints: 5, seed: 11, quirks });
    const { site } = stage;
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      for (const [at] of site.points().entries()) site.plugIn(at);
      await until(site, 'the first cars charge', 60, () => charging(site) >= 3);
      const held = site.points().map(({ flash }) => flash.profiles.length);
      // All but the last lose their power, one soon after the other.
      for (const at of [0, 1, 2, 3]) {
        site.points()[at]?.powerCycle(4);
        await pass(site, 0.5);
      }
      await until(
        site,
        'they are without power',
        5,
        () => site.points().filter((point) => point.connected()).length === 1,
      );
      await until(site, 'one is back without limits', 20, () => site.points()[2]?.flash.profiles.length === 0);
      expect(held[2]).toBeGreaterThan(0);
      await until(site, 'all are back', 30, () => site.points().every((point) => point.registration() === 'Accepted'));
      // Its transaction ended with the power.
      expect(site.points()[3]?.connectors[0]?.transaction).toBeNull();
      site.unplug(3);
      site.plugIn(3);
      await until(site, 'all cars use the room', 150, () => isUsed(site) && charging(site) === 5);
      expect(overloads(site), 'more flows than the limit').toEqual([]);
      // What lost its profiles may draw all that it can until its floor is laid again, first of all calls after the boot.
      expectShedInTime(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('a silent meter lets nothing rise, then its reserve counts, and all comes back with its word', async () => {
    const arrivals: Arrival[] = [];
    const LIMIT_A = 48;
    const RESERVE_A = 25;
    const stage = await openLiveStage(scratch('silent'), {
      chargePoints: 2,
      limitA: LIMIT_A,
      reserveA: RESERVE_A,
      buildingA: 10,
      seed: 7,
      carsWait: true,
      meter: { lostAfterS: 20 },
      arrived: (one) => arrivals.push(one),
    });
    const { site, meter } = stage;
    const cars = (): number => site.drawn(0) + site.drawn(1);
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      site.plugIn(0);
      await until(site, 'one car uses the room', 120, () => isUsed(site));
      meter.faults.silent = true;
      // Three intervals without a word: it is stale.
      await pass(site, 4);
      const heldA = site.drawn(0);
      arrivals.length = 0;
      site.plugIn(1);
      // Within the margin; nobody sees it.
      site.build(12);
      await pass(site, 12);
      const second = site.points()[1]?.connectors[0]?.transaction;
      expect(second?.transactionId, 'the second car is known').toBeTypeOf('number');
      for (const { chargePointId, limitA } of arrivals) {
        expect(limitA, 'no limit rises').toBeLessThanOrEqual(chargePointId === 'CP001' ? heldA : 0);
      }
      expect(site.drawn(1)).toBe(0);
      // Lost: what the building may draw at most is kept free for it, and it may draw it without being seen.
      await until(site, 'cars leave the reserve', 60, () => cars() <= LIMIT_A - RESERVE_A);
      await pass(site, 5);
      site.build(RESERVE_A);
      await until(site, 'both cars charge beside the reserve', 60, () => charging(site) === 2);
      await pass(site, 5);
      expectNeverOver(site, since);
      site.build(10);
      meter.faults.silent = false;
      await until(site, 'both use the room again', 150, () => isUsed(site) && charging(site) === 2);
      expectNeverOver(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });
});
