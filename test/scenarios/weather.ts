import { wanderingLoad } from '../../src/sim/foreign-load.ts';
import { createRandom, type Random } from '../../src/sim/random.ts';
import { createBalancedSite, type SiteOptions } from './balanced-site.ts';

/**
 * All faults at random for three quarters of an hour, then a quarter of an hour of fine weather: nothing may be above a limit,
 * and everybody gets a share again. Judged by the simulated currents and by what the charge points hold.
 */

export const LIMIT_A = 63;
export const COUNT = 8;
const STORM_S = 2_700;
/** First contact: until it holds a floor, a charge point may draw all that it can. */
const SETTLED_MS = 60_000;

type Site = ReturnType<typeof createBalancedSite>;

/** One fault, or one thing that drivers do. What it says is for whoever has to find out what went wrong. */
function strike(site: Site, random: Random, isDown: () => boolean, life: { down(seconds: number): void }): string {
  const { world, points } = site;
  const index = random.integer(0, COUNT - 1);
  const point = points[index];
  const id = point?.id ?? '';
  const { sim } = world.clock;
  const later = (seconds: number, run: () => void): void => void sim.setTimeout(run, seconds * 1_000);
  switch (random.integer(0, 9)) {
    case 0:
      world.network.cut(id);
      return `cut ${id}`;
    case 1: {
      const seconds = random.integer(5, 300);
      world.network.unreachable.add(id);
      world.network.cut(id);
      later(seconds, () => world.network.unreachable.delete(id));
      return `${id} out of reach for ${seconds} s`;
    }
    case 2:
    case 3: {
      const mute = random.pick(['up', 'down', 'both'] as const);
      const seconds = random.integer(1, 100);
      world.network.mute(id, mute);
      later(seconds, () => world.network.mute(id, 'none'));
      return `${id} mute ${mute} for ${seconds} s`;
    }
    case 4:
      point?.powerCycle(random.integer(2, 60));
      return `${id} without power`;
    case 5: {
      if (isDown()) return 'nothing';
      const seconds = random.integer(1, 60);
      life.down(seconds);
      return `controller away for ${seconds} s`;
    }
    case 6: {
      if (!random.chance(0.3)) return 'nothing';
      const ms = random.integer(-120_000, 120_000);
      world.clock.stepServer(ms);
      return `our clock set by ${ms} ms`;
    }
    case 7:
    case 8:
      if (point?.connectors[0] !== undefined && point.connectors[0].status !== 'Available') {
        point.connectors[0].unplug();
        return `${id} unplugged`;
      }
      site.plugIn(index);
      return `${id} plugged in`;
    default:
      if (random.chance(0.5)) site.meter.mode = random.pick(['silent', 'frozen'] as const);
      later(random.integer(2, 120), () => {
        site.meter.mode = 'true';
      });
      return `meter ${site.meter.mode}`;
  }
}

export type Run = { readonly site: Site; readonly told: string[]; readonly begun: number };

export function storm(seed: number, metered: boolean, more: Partial<SiteOptions> = {}, stormS = STORM_S): Run {
  const random = createRandom(seed * 7_919);
  const site = createBalancedSite({
    seed,
    limitA: LIMIT_A,
    chargePoints: COUNT,
    metered,
    floorA: seed % 3 === 0 ? 6 : 0,
    leaseS: seed % 2 === 0 ? 120 : 'auto',
    quirks: (index) => ({ resumesTransactionOnReboot: (index + seed) % 2 === 0 }),
    ...more,
  });
  const { world } = site;
  if (metered) {
    // No building draws the same to the milliamp for ever: a meter that says so is taken for a frozen one.
    const wander = { random: random.fork(), lowestA: 7, highestA: 9, strideA: 0.2, everySeconds: 2 };
    site.electricity.burden(wanderingLoad({ circuit: 'grid', ...wander }));
  }
  site.powerOn();
  site.advance(SETTLED_MS / 1_000);
  const begun = world.clock.sim.now();
  let isDown = false;
  const told: string[] = [];
  for (let index = 0; index < COUNT; index += 1) if (random.chance(0.7)) site.plugIn(index);
  const life = {
    down(seconds: number): void {
      isDown = true;
      world.killController();
      world.clock.sim.setTimeout(() => {
        isDown = false;
        world.startController();
      }, seconds * 1_000);
    },
  };
  for (let spent = 0; spent < stormS; ) {
    const pause = random.integer(3, 45);
    spent += pause;
    site.advance(pause);
    told.push(`${Math.round((world.clock.sim.now() - begun) / 1_000)} s: ${strike(site, random, () => isDown, life)}`);
  }
  site.advance(120);
  world.network.unreachable.clear();
  for (const { id } of site.points) world.network.mute(id, 'none');
  for (const [index, point] of site.points.entries()) {
    const [connector] = point.connectors;
    if (connector?.car === null || connector?.transaction === null) {
      connector.unplug();
      site.advance(30);
      site.plugIn(index);
    }
  }
  return { site, told, begun };
}
