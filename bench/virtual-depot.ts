import { carTypes, createCar } from '../src/sim/car.ts';
import { wanderingLoad } from '../src/sim/foreign-load.ts';
import { createRandom, type Random } from '../src/sim/random.ts';
import { createBalancedSite } from '../test/scenarios/balanced-site.ts';

/**
 * A day of a depot, from noon to noon: cars come in the afternoon and evening, charge, stay full overnight and leave in the
 * morning, beside a building with a meter. Something breaks every ten minutes.
 */

export const DEPOT = {
  chargePoints: 20,
  limitA: 120,
  hours: Number(process.env.BUSBAR_HOURS ?? 24),
  comingShare: 0.8,
  meterSeconds: 10,
};

type Site = ReturnType<typeof createBalancedSite>;

/** First contact: until it holds a floor, a charge point may draw all that it can. */
const SETTLED_S = 60;
const HOUR_S = 3_600;
/** Between two faults. */
const PAUSE_S = [300, 900] as const;

/** Lets the day pass; `hourly` is called once in each hour of it. */
export function depotDay(seed: number, prepared: (site: Site) => void, hourly: () => void): Site {
  const random = createRandom(seed * 6_007);
  const site = createBalancedSite({
    seed,
    limitA: DEPOT.limitA,
    reserveA: 40,
    chargePoints: DEPOT.chargePoints,
    metered: true,
    meterSeconds: DEPOT.meterSeconds,
    quirks: (index) => ({ resumesTransactionOnReboot: index % 2 === 0 }),
  });
  prepared(site);
  const wander = { random: random.fork(), lowestA: 10, highestA: 40, strideA: 0.2, everySeconds: 2 };
  site.electricity.burden(wanderingLoad({ circuit: 'grid', ...wander }));
  site.powerOn();
  site.advance(SETTLED_S);
  const cars = random.fork();
  for (let index = 0; index < DEPOT.chargePoints; index += 1)
    if (cars.chance(DEPOT.comingShare)) stay(site, index, cars);
  faults(site, random.fork());
  for (let hour = 0; hour < DEPOT.hours; hour += 1) {
    site.advance(HOUR_S);
    hourly();
  }
  return site;
}

/** One car at one bay: it comes between two and eight, wants 10 to 40 kWh as far as its battery takes them, and goes between half past five and nine. */
function stay(site: Site, index: number, random: Random): void {
  const { sim } = site.world.clock;
  const comesS = random.between(2, 8) * HOUR_S;
  const goesS = random.between(17.5, 21) * HOUR_S;
  const type = random.pick(carTypes);
  const wishPercent = Math.min(90, (random.between(10_000, 40_000) / type.batteryWh) * 100);
  const target = random.between(Math.max(80, wishPercent), 100);
  const socket = site.points[index]?.connectors[0];
  const come = (): void => {
    socket?.plug(createCar(type, target - wishPercent, target));
    socket?.presentCard(`CARD-${index}`);
  };
  sim.setTimeout(come, comesS * 1_000);
  sim.setTimeout(() => socket?.unplug(), goesS * 1_000);
}

function faults(site: Site, random: Random): void {
  const { world, points, meter } = site;
  const { sim } = world.clock;
  const later = (seconds: number, run: () => void): void => void sim.setTimeout(run, seconds * 1_000);
  let isDown = false;
  const strike = (): void => {
    later(random.integer(...PAUSE_S), strike);
    const point = random.pick(points);
    const { id } = point;
    switch (random.integer(0, 6)) {
      case 0:
        world.network.cut(id);
        break;
      case 1:
        world.network.unreachable.add(id);
        world.network.cut(id);
        later(random.integer(60, 600), () => world.network.unreachable.delete(id));
        break;
      case 2:
        world.network.mute(id, random.pick(['up', 'down', 'both']));
        later(random.integer(10, 200), () => world.network.mute(id, 'none'));
        break;
      case 3:
        point.powerCycle(random.integer(2, 120));
        break;
      case 4:
        if (isDown) break;
        isDown = true;
        world.killController();
        later(random.integer(5, 120), () => {
          isDown = false;
          world.startController();
        });
        break;
      case 5:
        world.clock.stepServer(random.integer(-120_000, 120_000));
        break;
      default:
        meter.mode = random.pick(['silent', 'frozen']);
        later(random.integer(10, 300), () => {
          meter.mode = 'true';
        });
    }
  };
  later(random.integer(...PAUSE_S), strike);
}
