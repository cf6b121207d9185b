import { createCar } from '../../../src/sim/car.ts';
import type { Connector } from '../../../src/sim/connector.ts';
import type { Random } from '../../../src/sim/random.ts';
import type { Told } from './findings.ts';
import { cars } from './makes.ts';
import type { Stage } from './stage.ts';

/** Drivers at every socket, one after the other: they come, show a card, stay for a while, and leave. */

/** Seconds between two of them, and that one stays. */
const gapS = [10, 600] as const;
const stayS = [120, 3_600] as const;

export function createDrivers(stage: Stage, told: Told) {
  const { sim } = stage.world.clock;
  let over = false;
  const later = (seconds: number, run: () => void): void => {
    sim.setTimeout(() => {
      if (!over) run();
    }, seconds * 1_000);
  };

  const arrive = (connector: Connector, name: string, random: Random): void => {
    if (connector.car !== null) return;
    const car = createCar(random.pick(cars), random.between(5, 50));
    const idTag = `CARD-${name}-${random.integer(1, 3)}`;
    told.tell(`${name}: a ${car.type.name} comes`);
    told.count('cars');
    const cardFirst = random.chance(0.2);
    if (cardFirst) connector.presentCard(idTag);
    else connector.plug(car);
    later(random.between(3, 20), () => {
      if (cardFirst) connector.plug(car);
      else connector.presentCard(idTag);
      later(random.between(...stayS), () => leave(connector, name, random, idTag));
    });
  };
  const leave = (connector: Connector, name: string, random: Random, idTag: string): void => {
    if (connector.transaction !== null && random.chance(0.5)) connector.presentCard(idTag);
    later(random.between(2, 30), () => {
      told.tell(`${name}: unplugged`);
      connector.unplug();
      later(random.between(...gapS), () => arrive(connector, name, random));
    });
  };
  const each = stage.points.flatMap((point) =>
    point.connectors.map((connector) => ({
      connector,
      name: `${point.id}/${connector.id}`,
      random: stage.random.fork(),
    })),
  );

  return {
    begin(): void {
      for (const { connector, name, random } of each) {
        later(random.chance(0.6) ? random.between(0, 60) : random.between(0, 1_200), () =>
          arrive(connector, name, random),
        );
      }
    },
    /** Nobody comes or goes any more; who could not start in the storm tries again. */
    settle(): void {
      over = true;
      for (const { connector, name, random } of each) {
        if (connector.car === null || connector.transaction !== null) continue;
        connector.unplug();
        const car = createCar(random.pick(cars), 10);
        sim.setTimeout(() => {
          connector.plug(car);
          connector.presentCard(`CARD-${name}-1`);
        }, 30_000);
      }
    },
  };
}
