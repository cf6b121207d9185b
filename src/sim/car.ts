/** Electric cars, and those at an AC charge point: how much current they draw from what they are offered, and when. */

export type CarType = {
  readonly name: string;
  readonly phases: 1 | 2 | 3;
  /** The most its on-board charger draws, in amps per phase. */
  readonly maxAmps: number;
  readonly batteryWh: number;
  /** From this state of charge on it draws less and less, in percent. */
  readonly taperFromPercent: number;
  /** Seconds until a change of the offer shows in the current. */
  readonly reactionSeconds: number;
  /** Seconds it needs to begin drawing after a pause. */
  readonly wakeUpSeconds: number;
  /** How fast the current rises, in amps per second; falling takes no time after the reaction. */
  readonly rampAmpsPerSecond: number;
  /** The most that it takes as direct current, in watts; absent: it has no inlet for that. */
  readonly dcW?: number;
};

export type Car = {
  readonly type: CarType;
  /** Energy in the battery, in Wh. */
  chargeWh: number;
  /** It stops at this state of charge, in percent. */
  readonly targetPercent: number;
  /** Drawn now, in amps per phase. */
  amps: number;
  /** What it saw offered at what time, oldest first, as far as it has not reacted to it. */
  readonly offers: { readonly at: number; readonly amps: number }[];
  obeyedAmps: number;
  awakeAt: number | null;
};

/** No car charges with less (IEC 61851-1: the pilot can't say less than 6 A). */
export const leastAmps = 6;
/** Of AC power that reaches the battery; direct current passes no charger on board. */
const efficiency = 0.9;

export const carTypes: readonly CarType[] = [
  carType('compact', 1, 32, 40_000, 85, 2, 10),
  carType('plug-in hybrid', 1, 16, 11_000, 90, 3, 5),
  carType('hatchback', 2, 16, 36_000, 85, 3, 20),
  carType('saloon', 3, 16, 77_000, 90, 2, 15),
  carType('estate', 3, 16, 64_000, 88, 4, 30),
  carType('van', 3, 32, 68_000, 85, 5, 25),
];

export function createCar(type: CarType, socPercent: number, targetPercent = 100): Car {
  return {
    type,
    chargeWh: (type.batteryWh * socPercent) / 100,
    targetPercent,
    amps: 0,
    offers: [],
    obeyedAmps: 0,
    awakeAt: null,
  };
}

/** State of charge in percent, 0 to 100. */
export function socPercent(car: Car): number {
  return Math.min(100, (car.chargeWh / car.type.batteryWh) * 100);
}

/** It has what it came for, and draws nothing whatever is offered. */
export function isFull(car: Car): boolean {
  return socPercent(car) >= car.targetPercent - 1e-9;
}

/**
 * Lets the car live on until `at` (milliseconds) under this offer, in amps per phase on so many phases. Gives what it
 * draws from then on, in amps on L1, L2, L3.
 */
export function drive(car: Car, offeredAmps: number, phases: number, at: number, elapsedSeconds: number): number[] {
  const target = Math.min(obeyed(car, offeredAmps, at), appetite(car));
  const risen = car.amps + car.type.rampAmpsPerSecond * elapsedSeconds;
  car.amps = target < leastAmps ? 0 : Math.max(leastAmps, Math.min(target, risen));
  const used = Math.min(car.type.phases, phases);
  return [0, 1, 2].map((phase) => (phase < used ? car.amps : 0));
}

/**
 * For how many seconds it goes on drawing what it draws now, if the offer stays as it is; 0: its current is about to change.
 * It takes `powerW` at the socket.
 */
export function steadySeconds(car: Car, offeredAmps: number, powerW: number): number {
  if (isFull(car)) return car.amps === 0 ? Number.POSITIVE_INFINITY : 0;
  if (car.offers.length > 0 || car.obeyedAmps !== offeredAmps) return 0;
  if (offeredAmps < leastAmps) return car.amps === 0 ? Number.POSITIVE_INFINITY : 0;
  const { maxAmps, taperFromPercent, batteryWh } = car.type;
  if (car.amps !== Math.min(offeredAmps, maxAmps)) return 0;
  const leftWh = (batteryWh * Math.min(taperFromPercent, car.targetPercent)) / 100 - car.chargeWh;
  return Math.max(0, (leftWh / (powerW * efficiency)) * 3600);
}

/** Puts so much energy from the socket into the battery, in Wh. */
export function charge(car: Car, wattHours: number, isDc = false): void {
  car.chargeWh = Math.min(car.type.batteryWh, car.chargeWh + wattHours * (isDc ? 1 : efficiency));
}

/** The pilot goes dead: unplugged, or the charge point lost its power. */
export function interrupt(car: Car): void {
  car.amps = 0;
  car.obeyedAmps = 0;
  car.offers.length = 0;
  car.awakeAt = null;
}

/** The offer that it has noticed by now; after a pause it first has to wake up. */
function obeyed(car: Car, offeredAmps: number, at: number): number {
  const latest = car.offers.at(-1)?.amps ?? car.obeyedAmps;
  if (latest !== offeredAmps) car.offers.push({ at, amps: offeredAmps });
  while (car.offers[0] !== undefined && at - car.offers[0].at >= car.type.reactionSeconds * 1000) {
    car.obeyedAmps = car.offers.shift()?.amps ?? car.obeyedAmps;
  }
  if (car.obeyedAmps < leastAmps) {
    car.awakeAt = null;
    return 0;
  }
  car.awakeAt ??= at + car.type.wakeUpSeconds * 1000;
  return at >= car.awakeAt ? car.obeyedAmps : 0;
}

/** What it would take if there were no limit: falling from the taper on down to the least current when full. */
function appetite(car: Car): number {
  if (isFull(car)) return 0;
  const { maxAmps, taperFromPercent } = car.type;
  const soc = socPercent(car);
  if (soc <= taperFromPercent) return maxAmps;
  const left = (100 - soc) / (100 - taperFromPercent);
  return leastAmps + (maxAmps - leastAmps) * left;
}

function carType(
  name: string,
  phases: 1 | 2 | 3,
  maxAmps: number,
  batteryWh: number,
  taperFromPercent: number,
  reactionSeconds: number,
  wakeUpSeconds: number,
): CarType {
  return { name, phases, maxAmps, batteryWh, taperFromPercent, reactionSeconds, wakeUpSeconds, rampAmpsPerSecond: 2 };
}
