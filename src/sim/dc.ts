import { type Car, isFull, socPercent } from './car.ts';
import type { Limit } from './composite-schedule.ts';

/** Charging by direct current: a rectifier on three phases of the grid, and a car that takes power from it. */

export type DcOutlet = {
  /** Watts to the car of watts from the grid, 0 to 1. */
  readonly efficiency: number;
  /** Of what its limits in watts are. */
  readonly limitIs: 'input' | 'output';
  /** With less power at the car there is no charging, in watts. */
  readonly leastW: number;
};

/** Phase to neutral; limits are converted with the nominal voltage (OCPP 1.6 §7.12). */
const nominalVolts = 230;
const phases = 3;
/** The power rises by so many watts each second; it falls at once after the reaction. */
const rampWattsPerSecond = 10_000;
/** Seconds until a change of the limit shows at the car. */
const reactionSeconds = 2;
/** A car waits for so many seconds for the first power, then its session is over (ISO 15118-2: the ongoing time-out). */
const patienceSeconds = 60;

/** Watts of a limit for watts from the grid. */
const shareOf = ({ limitIs, efficiency }: DcOutlet): number => (limitIs === 'output' ? efficiency : 1);

/** What its hardware carries, as a limit of it would say that: `amps` per phase from the grid. */
export const hardwareOf = (dc: DcOutlet, amps: number): Limit => ({ amps: amps * shareOf(dc), phases });

/** From a limit as profiles have it to what flows from the grid at most. */
export function fromGrid(dc: DcOutlet | undefined, limit: Limit): Limit {
  if (dc === undefined) return limit;
  return { amps: (limit.amps * limit.phases) / (phases * shareOf(dc)), phases };
}

/** What a car draws, and whether its session goes on. */
export type DcSession = {
  /** Under this limit from `at` (milliseconds) on; gives the watts at the car. */
  drive(car: Car, limit: Limit, at: number, elapsedSeconds: number): number;
  /** It has charged and is offered too little for that, or has waited for too long: that ends a session. */
  isOver(limit: Limit, at: number): boolean;
  /** The cable is dead: what was is forgotten. */
  reset(): void;
};

export function createDcSession(dc: DcOutlet): DcSession {
  let powerW = 0;
  let obeyedW = 0;
  let offers: { readonly at: number; readonly watts: number }[] = [];
  let hasBegun = false;
  let waitsSince: number | null = null;
  const offeredW = ({ amps, phases: of }: Limit): number =>
    amps * of * nominalVolts * (dc.limitIs === 'input' ? dc.efficiency : 1);

  return {
    drive(car, limit, at, elapsedSeconds) {
      const watts = offeredW(limit);
      if ((offers.at(-1)?.watts ?? obeyedW) !== watts) offers.push({ at, watts });
      obeyedW = offers.findLast((one) => at - one.at >= reactionSeconds * 1000)?.watts ?? obeyedW;
      offers = offers.filter((one) => at - one.at < reactionSeconds * 1000);
      const target = Math.min(obeyedW, appetiteW(car, dc.leastW));
      const risen = powerW + rampWattsPerSecond * elapsedSeconds;
      powerW = target < dc.leastW ? 0 : Math.max(dc.leastW, Math.min(target, risen));
      return powerW;
    },
    isOver(limit, at) {
      if (offeredW(limit) >= dc.leastW) {
        hasBegun = true;
        return false;
      }
      waitsSince ??= at;
      return hasBegun || at - waitsSince >= patienceSeconds * 1000;
    },
    reset() {
      powerW = 0;
      obeyedW = 0;
      offers = [];
      hasBegun = false;
      waitsSince = null;
    },
  };
}

/** Of a battery of the 400 V class. */
export const batteryVolts = (car: Car): number => 340 + 0.9 * socPercent(car);

/** What it would take if there were no limit, in watts: falling from the taper on down to the least when full. */
function appetiteW(car: Car, leastW: number): number {
  const { dcW = 0, taperFromPercent } = car.type;
  if (isFull(car)) return 0;
  const soc = socPercent(car);
  if (soc <= taperFromPercent) return dcW;
  return leastW + (dcW - leastW) * ((100 - soc) / (100 - taperFromPercent));
}
