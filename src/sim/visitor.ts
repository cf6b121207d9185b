import { type CarType, carTypes, createCar } from './car.ts';
import type { SimClock } from './clock.ts';
import type { Connector } from './connector.ts';
import type { Random } from './random.ts';

/** Drivers at one connector, one after the other: they arrive, plug, show a card, wait or go shopping, and leave. */

type VisitorOptions = {
  readonly connector: Connector;
  readonly clock: SimClock;
  readonly random: Random;
  readonly idTags: readonly string[];
  /** Share of the drivers whose card nobody knows. */
  readonly strangers: number;
  /** How many times faster than in life they come and go. */
  readonly pace: number;
  /** What they drive. */
  readonly cars?: readonly CarType[];
  /** The first ones are there within so many seconds: everybody begins to work at eight. */
  readonly stormSeconds?: number;
};

type Visitors = {
  /** Nobody comes any more; who is there leaves at once. */
  stop(): void;
};

/** Minutes in life, at pace 1. */
const gapMinutes = [5, 90] as const;
const stayMinutes = [20, 240] as const;
/** Seconds that are the same at any pace: hands are only so fast. */
const handSeconds = [3, 15] as const;

export function invite(options: VisitorOptions): Visitors {
  const { connector, clock, random, pace } = options;
  let timer = 0;
  const later = (seconds: number, next: () => void): void => {
    timer = clock.setTimeout(next, seconds * 1000);
  };
  const minutes = ([low, high]: readonly [number, number]) => (random.between(low, high) * 60) / pace;
  const hands = () => random.between(...handSeconds);

  const arrive = (): void => {
    if (connector.fault !== null || connector.status === 'Unavailable') {
      later(minutes(gapMinutes), arrive);
      return;
    }
    const car = createCar(random.pick(options.cars ?? carTypes), random.between(10, 70), random.pick([80, 90, 100]));
    const idTag = random.chance(options.strangers) ? `UNKNOWN-${random.hex(6)}` : random.pick(options.idTags);
    const cardFirst = random.chance(0.2);
    if (!cardFirst) connector.plug(car);
    later(hands(), () => {
      connector.presentCard(idTag);
      later(hands(), () => {
        if (cardFirst) connector.plug(car);
        later(hands(), () => stay(idTag));
      });
    });
  };

  /** Whoever was refused leaves; the others have something to do meanwhile, and may come back to a full car. */
  const stay = (idTag: string): void => {
    if (connector.transaction === null) leave();
    else later(minutes(stayMinutes), () => end(idTag));
  };

  const end = (idTag: string): void => {
    // Some just pull the plug.
    if (connector.transaction !== null && random.chance(0.8)) connector.presentCard(idTag);
    later(hands(), leave);
  };

  const leave = (): void => {
    connector.unplug();
    later(minutes(gapMinutes), arrive);
  };

  const first = (random.between(0, gapMinutes[1]) * 20) / pace;
  later(options.stormSeconds === undefined ? first : random.between(0, options.stormSeconds), arrive);
  return {
    stop: () => {
      clock.clearTimeout(timer);
      connector.unplug();
    },
  };
}
