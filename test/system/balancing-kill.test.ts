import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startModbusMeter } from '../../src/sim/modbus-meter.ts';
import { overloadSeconds } from '../../src/sim/overloads.ts';
import { freePort, startProcess } from '../support/busbar-process.ts';
import { createLiveSite, type LiveSite } from '../support/live-site.ts';

/** In real time: the rules that are held here count in seconds, and a process can only be killed in earnest. */

const CHARGE_POINTS = 6;
/** Room for five cars at 16 A beside the building. */
const LIMIT_A = 100;
const BUILDING_A = 12;
/** What the building adds at one moment, A: more than is free, and all cars still fit with their minimum. */
const STEP_A = 30;
/** What one car adds at least when it charges, A. */
const MINIMUM_A = 6;
/** Above its limit a circuit may be for so long while a step of the building is shed, s. */
const SHED_WITHIN_S = 10;

describe('balancing with real sockets and a real meter', { timeout: 200_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-balancing-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.concurrent('killed while limits rise, it overloads nothing, and all cars charge again', async () => {
    const { site, start, begin, stop } = await openSite('killed');
    try {
      const first = await begin();
      const since = await someCharge(site);
      await first.kill();
      const second = await start();
      await until(site, 'all cars charge', 120, () => charging(site) === CHARGE_POINTS);
      expect(site.electricity.overloads.kept()).toEqual([]);
      expect(overcommitted(site, since)).toEqual([]);
      expect(await second.stop()).toBe(0);
    } finally {
      await stop();
    }
  });

  it.concurrent('sheds in time when the building draws more', async () => {
    const { site, begin, stop } = await openSite('sheds');
    try {
      const busbar = await begin();
      await until(site, 'cars use the room', 150, () => Math.min(...site.flow()) > LIMIT_A * 0.85);
      site.build(BUILDING_A + STEP_A);
      const from = site.clock.now();
      await until(site, 'the site is within its limit', 30, () => Math.max(...site.flow()) <= LIMIT_A);
      const tookS = (site.clock.now() - from) / 1_000;
      expect(tookS).toBeLessThanOrEqual(SHED_WITHIN_S);
      const longest = Math.max(...site.electricity.overloads.kept().map(overloadSeconds));
      expect(longest, 'the step did overload the connection').toBeGreaterThan(0);
      expect(longest).toBeLessThanOrEqual(SHED_WITHIN_S);
      expect(charging(site), 'nobody is stopped where less is enough').toBe(CHARGE_POINTS);
      expect(await busbar.stop()).toBe(0);
    } finally {
      await stop();
    }
  });

  async function openSite(name: string) {
    const home = join(folder, name);
    const site = createLiveSite({ chargePoints: CHARGE_POINTS, limitA: LIMIT_A, reserveA: 60, seed: 3 });
    site.build(BUILDING_A);
    const meter = await startModbusMeter({ clock: site.clock, amps: site.flow });
    const ports = { ocpp: await freePort(), http: await freePort() };
    const { port } = meter;
    site.configure(home, ports, { type: 'modbus-tcp', host: '127.0.0.1', port, unit: 1, preset: 'sdm630' });
    let running: Awaited<ReturnType<typeof startProcess>> | null = null;
    const start = async () => {
      running = await startProcess({}, home);
      return running;
    };
    return {
      site,
      start,
      async begin() {
        const busbar = await start();
        site.begin(`ws://127.0.0.1:${ports.ocpp}/ocpp`);
        return busbar;
      },
      async stop(): Promise<void> {
        site.end();
        await running?.stop();
        await meter.close();
      },
    };
  }
});

/** The middle of the wave: some cars charge already, and not all of them as much as they will. Resolves with the time. */
async function someCharge(site: LiveSite): Promise<number> {
  await until(site, 'the first cars charge', 120, () => charging(site) >= 2);
  return site.clock.now();
}

/** Before floors are laid a charge point allows all that its hardware gives; since then the sums must fit. */
const overcommitted = (site: LiveSite, since: number): unknown[] =>
  site.electricity.overcommitments.kept().filter(({ to }) => to > since);

const charging = (site: LiveSite): number => site.points().filter((_, at) => site.drawn(at) >= MINIMUM_A * 0.95).length;

/** Looks whenever the simulated world moves, until it is so. */
function until(site: LiveSite, what: string, seconds: number, isSo: () => boolean): Promise<void> {
  const before = site.clock.now() + seconds * 1_000;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (isSo()) resolve();
      else if (site.clock.now() > before)
        reject(new Error(`not in ${seconds} s: ${what}; ${site.flow().join(', ')} A`));
      else site.clock.setTimeout(look, 100);
    };
    look();
  });
}
