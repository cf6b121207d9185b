import { createRandom, type Random } from '../sim/random.ts';
import { offsetsOf } from './input/local-time.ts';
import type { Session } from './sessions.ts';

/** Sessions as they are usual at a kind of site, for who has no list of their own. The same seed gives the same sessions. */

export const kinds = ['depot', 'workplace', 'car-park'] as const;
export type SiteKind = (typeof kinds)[number];

export type GenerateOptions = {
  readonly kind: SiteKind;
  readonly seed: number;
  /** First day, as the site's calendar has it: `2026-03-02`. */
  readonly fromDate: string;
  readonly days: number;
  readonly connectors: number;
  readonly timeZone: string;
};

/** A stay by the clock on the wall: hours since the midnight before the first day of it. */
type Stay = { readonly arrivalH: number; readonly departureH: number; readonly kWh: number };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type Car = { readonly share: number; readonly phases: 1 | 2 | 3; readonly maxA: number };

/** Cars as they are sold in Europe: phases and A on each, with how many of a hundred are so. */
const CARS: readonly Car[] = [
  { share: 55, phases: 3, maxA: 16 },
  { share: 20, phases: 1, maxA: 32 },
  { share: 12, phases: 2, maxA: 16 },
  { share: 8, phases: 3, maxA: 32 },
  { share: 5, phases: 1, maxA: 16 },
];
/** Vans of one depot are mostly alike. */
const VANS: readonly Car[] = [
  { share: 85, phases: 3, maxA: 16 },
  { share: 15, phases: 3, maxA: 32 },
];
/** Of what a car can take in its stay at 230 V, so much is wanted at most: who has a slow car knows it. */
const MOST_OF_STAY = 0.95;

export function generateSessions(options: GenerateOptions): Session[] {
  const { kind, seed, days, connectors, timeZone } = options;
  const random = createRandom(seed);
  const offsetAt = offsetsOf(timeZone);
  const firstMidnight = Date.parse(`${options.fromDate}T00:00:00Z`);
  const sessions: Omit<Session, 'id'>[] = [];
  for (let day = 0; day < days; day += 1) {
    const midnight = firstMidnight + day * DAY_MS;
    const weekday = new Date(midnight).getUTCDay();
    for (const { arrivalH, departureH, kWh } of stays[kind](weekday, connectors, random)) {
      const instant = (hours: number): number => {
        const wall = midnight + Math.round(hours * 60) * 60_000;
        return wall - offsetAt(wall - offsetAt(wall));
      };
      const arrival = instant(arrivalH);
      const departure = Math.max(instant(departureH), arrival + 5 * 60_000);
      const { phases, maxA } = carOf(kind === 'depot' ? VANS : CARS, random);
      const mostKWh = (MOST_OF_STAY * phases * maxA * 0.23 * (departure - arrival)) / HOUR_MS;
      sessions.push({
        arrival,
        departure,
        energyWh: Math.round(Math.min(kWh, mostKWh) * 100) * 10,
        connector: null,
        phases,
        maxA,
      });
    }
  }
  sessions.sort((a, b) => a.arrival - b.arrival);
  return sessions.map((session, index) => ({ id: `S${String(index + 1).padStart(4, '0')}`, ...session }));
}

/** Of one day: 0 is Sunday. */
const stays: Readonly<Record<SiteKind, (weekday: number, connectors: number, random: Random) => Stay[]>> = {
  /** Vans come back in the afternoon and leave early on the next day that is worked; one in six works on Saturdays. */
  depot: (weekday, connectors, random) =>
    vansOut(weekday, connectors, random).map((staysUntilDay) => ({
      arrivalH: bell(random, 15, 19),
      departureH: staysUntilDay * 24 + random.between(5.5, 7),
      kWh: bell(random, 20, 60),
    })),
  /** Nine in ten connectors are taken on a day of work, three in a hundred at the weekend. */
  workplace: (weekday, connectors, random) => {
    const usual = weekday === 0 || weekday === 6 ? 0.03 : weekday === 5 ? 0.75 : 0.9;
    return attempts(connectors, usual, random).map(() => {
      const arrivalH = bell(random, 7, 9.5);
      return { arrivalH, departureH: arrivalH + bell(random, 6.5, 9.5), kWh: bell(random, 5, 25) };
    });
  },
  /** Two stays a connector and day, most around noon and the early evening; Saturdays are fuller, Sundays quiet. */
  'car-park': (weekday, connectors, random) => {
    const usual = weekday === 6 ? 1 : weekday === 0 ? 0.35 : 0.75;
    return attempts(connectors * 3, usual, random).map(() => {
      const arrivalH = random.chance(0.6) ? bell(random, 8, 15) : bell(random, 14, 21);
      const hours = 0.3 + 3.7 * random.next() ** 1.6;
      // A short stay is no time for a full battery: what is wanted goes with the stay.
      return { arrivalH, departureH: arrivalH + hours, kWh: Math.min(45, random.between(3, 12) * hours) };
    });
  },
};

/** For each van that comes back on this day, in how many days it leaves. */
function vansOut(weekday: number, connectors: number, random: Random): number[] {
  if (weekday === 0) return [];
  const back: number[] = [];
  for (let van = 0; van < connectors; van += 1) {
    const worksSaturdays = van % 6 === 0;
    // A van may be in the workshop, or out overnight.
    const out = random.chance(0.08);
    if (out || (weekday === 6 && !worksSaturdays)) continue;
    if (weekday === 5) back.push(worksSaturdays ? 1 : 3);
    else back.push(weekday === 6 ? 2 : 1);
  }
  return back;
}

const attempts = (number: number, chance: number, random: Random): number[] =>
  Array.from({ length: number }, (_, index) => index).filter(() => random.chance(chance));

/** Between low and high, mostly in the middle: the mean of three draws. */
const bell = (random: Random, low: number, high: number): number =>
  (random.between(low, high) + random.between(low, high) + random.between(low, high)) / 3;

function carOf(cars: readonly Car[], random: Random): Pick<Car, 'phases' | 'maxA'> {
  let draw = random.between(0, 100);
  for (const car of cars) {
    if (draw < car.share) return car;
    draw -= car.share;
  }
  return { phases: 3, maxA: 16 };
}

/** So many percent more sessions: copies of some, picked by the seed, up to an hour earlier or later. */
export function moreSessions(sessions: readonly Session[], percent: number, seed: number): Session[] {
  const random = createRandom(seed ^ 0x5eed);
  const order = sessions.map((session) => ({ session, key: random.next() })).sort((a, b) => a.key - b.key);
  const wanted = Math.round((sessions.length * percent) / 100);
  const copies = Array.from({ length: wanted }, (_, index): Session[] => {
    const original = order[index % order.length]?.session;
    if (original === undefined) return [];
    const round = Math.floor(index / order.length) + 1;
    const shiftMs = Math.round(random.between(-1, 1) * 60) * (HOUR_MS / 60);
    return [
      {
        ...original,
        id: `${original.id}+${round}`,
        arrival: original.arrival + shiftMs,
        departure: original.departure + shiftMs,
        connector: null,
      },
    ];
  }).flat();
  return [...sessions, ...copies].sort((a, b) => a.arrival - b.arrival);
}
