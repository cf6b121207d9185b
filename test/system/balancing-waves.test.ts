import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  charging,
  expectNeverOver,
  expectShedInTime,
  floorsLaid,
  isCharging,
  isUsed,
  overloads,
  pass,
  SHED_WITHIN_S,
  until,
} from '../support/live-judge.ts';
import type { Arrival } from '../support/live-site.ts';
import { type LiveStage, openLiveStage } from '../support/live-stage.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

/**
 * Many limits that rise and fall at once, in real time: the rules that are held here count in seconds, and a process can
 * only be killed in earnest. The real process, real sockets, a real meter.
 */

/** Six cars share what the building and the margin leave, and take a fair part of it each. */
const sixCars = { chargePoints: 6, limitA: 100, reserveA: 40, buildingA: 12, carsWait: true };

describe('waves of limits, with real sockets and a real meter', { timeout: 300_000 }, () => {
  const scratch = scratchPaths();

  it.concurrent('twenty cars that come at once share a connection for eight, and others go on where some leave', async () => {
    // Beside the building and the margin there is room for eight cars at 6 A.
    const options = { chargePoints: 20, limitA: 61, reserveA: 30, buildingA: 9, seed: 5, carsWait: true };
    const stage = await openLiveStage(scratch('storm'), options);
    const { site } = stage;
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      for (const [at] of site.points().entries()) site.plugIn(at);
      await until(site, 'cars use the room', 120, () => isUsed(site) && charging(site) === 8);
      expect(site.points().filter(({ connectors }) => connectors[0]?.transaction != null)).toHaveLength(20);
      const first = site.points().flatMap((_, at) => (isCharging(site, at) ? [at] : []));
      for (const at of first) site.unplug(at);
      await until(site, 'others take their place', 120, () => isUsed(site));
      for (const at of first) expect(isCharging(site, at)).toBe(false);
      expectNeverOver(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('a building that draws 40 A more is given way to in time, and what it leaves is used again', async () => {
    const options = { chargePoints: 12, limitA: 200, reserveA: 100, buildingA: 20, seed: 6, carsWait: true };
    const stage = await openLiveStage(scratch('step'), options);
    const { site } = stage;
    try {
      const busbar = await stage.begin();
      const since = await floorsLaid(site);
      for (const [at] of site.points().entries()) site.plugIn(at);
      await until(site, 'cars use the room', 150, () => isUsed(site) && charging(site) === 12);
      expectNeverOver(site, since);
      site.build(60);
      const tookS = await until(site, 'the site is within its limit', 30, () => Math.max(...site.flow()) <= 200);
      expect(tookS).toBeLessThanOrEqual(SHED_WITHIN_S);
      await pass(site, 20);
      expect(overloads(site).length, 'the step did overload the connection').toBeGreaterThan(0);
      expect(charging(site), 'nobody is stopped where less is enough').toBe(12);
      expect(Math.max(...site.flow())).toBeLessThanOrEqual(200);
      site.build(20);
      await until(site, 'cars use what it leaves', 150, () => isUsed(site));
      expectShedInTime(site, since);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('killed while limits rise, it overloads nothing, and serves those who came meanwhile', async () => {
    const wave = createWave();
    const stage = await openLiveStage(scratch('killed'), { ...sixCars, seed: 3, arrived: wave.arrived });
    const { site } = stage;
    try {
      const since = await killedInTheWave(stage, wave);
      const second = await stage.start();
      await until(site, 'all cars use the room', 150, () => isUsed(site) && charging(site) === sixCars.chargePoints);
      expectNeverOver(site, since);
      expect(await second.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });

  it.concurrent('killed while limits rise, and without its database, it overloads nothing, and serves those who came meanwhile', async () => {
    const wave = createWave();
    const stage = await openLiveStage(scratch('database-lost'), { ...sixCars, seed: 4, arrived: wave.arrived });
    const { site, folder } = stage;
    try {
      const since = await killedInTheWave(stage, wave);
      expect(statSync(join(folder, 'busbar.db')).size).toBeGreaterThan(0);
      // The file, its journal and its backups.
      for (const name of readdirSync(folder)) {
        if (name !== 'config') rmSync(join(folder, name), { recursive: true });
      }
      const second = await stage.start();
      await until(site, 'all cars use the room', 240, () => isUsed(site) && charging(site) === sixCars.chargePoints);
      expectNeverOver(site, since);
      expect(await second.stop()).toBe(0);
    } finally {
      await stage.stop();
    }
  });
});

/** Notices the first limit that arrives and is higher than what the same charge point had, in that very moment. */
function createWave() {
  const held = new Map<string, number>();
  let risen: (() => void) | null = null;
  return {
    arrived({ chargePointId, limitA }: Arrival): void {
      if (limitA > (held.get(chargePointId) ?? limitA)) risen?.();
      held.set(chargePointId, limitA);
    },
    whenRising: (run: () => void): void => {
      risen = run;
    },
  };
}

/**
 * Six cars share the connection, and two of them leave: once their current is gone for sure, the limits of the others
 * rise, and with the first that does the process is gone. Two more cars come while nobody is there. Resolves with the
 * time since which everything has to fit.
 */
async function killedInTheWave({ site, begin }: LiveStage, wave: ReturnType<typeof createWave>): Promise<number> {
  const busbar = await begin();
  const since = await floorsLaid(site);
  for (const [at] of site.points().entries()) site.plugIn(at);
  await until(site, 'all cars use the room', 120, () => isUsed(site) && charging(site) === sixCars.chargePoints);
  wave.whenRising(() => busbar.child.kill('SIGKILL'));
  site.unplug(0);
  site.unplug(1);
  await until(site, 'a limit rises, and the process is gone', 60, () => busbar.child.signalCode === 'SIGKILL');
  expect(charging(site)).toBe(sixCars.chargePoints - 2);
  // They find nobody; their charge points dial again and again.
  await until(site, 'the lines are dead', 10, () => site.points().every((point) => !point.connected()));
  site.plugIn(0);
  site.plugIn(1);
  return since;
}
