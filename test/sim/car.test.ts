import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Car, type CarType, carTypes, charge, createCar, drive, isFull, socPercent } from '../../src/sim/car.ts';
import type { InstalledProfile } from '../../src/sim/composite-schedule.ts';
import { offersAt } from '../../src/sim/sharing.ts';

const type: CarType = {
  name: 'test',
  phases: 3,
  maxAmps: 16,
  batteryWh: 50_000,
  taperFromPercent: 80,
  reactionSeconds: 3,
  wakeUpSeconds: 10,
  rampAmpsPerSecond: 4,
};

/** Offers this for so many seconds, second by second; gives the amps of L1 after each. */
function offer(car: Car, amps: number, from: number, secondsLong: number, phases = 3): number[] {
  return Array.from({ length: secondsLong }, (_, second) => {
    const [l1 = Number.NaN] = drive(car, amps, phases, (from + second) * 1000, 1);
    return l1;
  });
}

describe('a car', () => {
  it('wakes up, ramps, and stays at what it can take', () => {
    const drawn = offer(createCar(type, 50), 32, 0, 30);
    expect(drawn.slice(0, 13).every((amps) => amps === 0)).toBe(true);
    expect(drawn.slice(13, 18)).toEqual([6, 10, 14, 16, 16]);
  });

  it('reacts to a lower offer after its reaction time, and to less than 6 A by stopping', () => {
    const car = createCar(type, 50);
    offer(car, 32, 0, 60);
    expect(offer(car, 8, 60, 5)).toEqual([16, 16, 16, 8, 8]);
    expect(offer(car, 5.9, 65, 5)).toEqual([8, 8, 8, 0, 0]);
    expect(offer(car, 16, 70, 14)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]);
  });

  it('draws on as many phases as it has and may use', () => {
    const phasesOf = (phases: 1 | 2 | 3, allowed: number) => {
      const car = createCar({ ...type, phases }, 50);
      offer(car, 16, 0, 60);
      return drive(car, 16, allowed, 60_000, 1).map((amps) => amps > 0);
    };
    expect(phasesOf(1, 3)).toEqual([true, false, false]);
    expect(phasesOf(2, 3)).toEqual([true, true, false]);
    expect(phasesOf(3, 3)).toEqual([true, true, true]);
    expect(phasesOf(3, 1)).toEqual([true, false, false]);
  });

  it('takes less when nearly full, and nothing once it has its target', () => {
    const car = createCar(type, 90);
    expect(offer(car, 32, 0, 60).at(-1)).toBe(11);
    charge(car, 20_000);
    expect(socPercent(car)).toBe(100);
    expect(isFull(car)).toBe(true);
    expect(offer(car, 32, 60, 2)).toEqual([0, 0]);
  });

  it('never draws above what it was offered within its reaction time, nor between 0 and 6 A', () => {
    const offers = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...carTypes),
        fc.double({ min: 0, max: 100, noNaN: true }),
        offers,
        (any, soc, list) => {
          const car = createCar(any, soc);
          list.forEach((amps, index) => {
            for (const drawn of drive(car, amps, 3, index * 1000, 1)) {
              const recent = list.slice(Math.max(0, index - any.reactionSeconds), index + 1);
              expect(drawn).toBeLessThanOrEqual(Math.max(...recent) + 1e-9);
              expect(drawn === 0 || drawn >= 6).toBe(true);
              expect(drawn).toBeLessThanOrEqual(any.maxAmps);
            }
          });
        },
      ),
    );
  });
});

describe('sharing', () => {
  const at = 1_000_000;
  const profile = (
    purpose: 'ChargePointMaxProfile' | 'TxProfile',
    connectorId: number,
    limit: number,
  ): InstalledProfile => ({
    chargingProfileId: connectorId,
    transactionId: null,
    connectorId,
    installedAt: 0,
    stackLevel: 0,
    purpose,
    kind: 'Absolute',
    recurrency: null,
    validFrom: null,
    validTo: null,
    durationSeconds: null,
    startSchedule: 0,
    unit: 'A',
    periods: [{ startPeriod: 0, limit, numberPhases: null }],
  });
  const load = (connectorId: number) => ({ connectorId, hardware: { amps: 32, phases: 3 }, transactionStart: 0 });
  const amps = (profiles: InstalledProfile[], ...ids: number[]) =>
    [...offersAt(profiles, ids.map(load), at).values()].map((one) => one.amps);

  it('gives what one leaves to the other, and lets the later one wait when it is not enough for two', () => {
    const max = (limit: number) => profile('ChargePointMaxProfile', 0, limit);
    expect(amps([], 1, 2)).toEqual([32, 32]);
    expect(amps([max(24)], 1, 2)).toEqual([12, 12]);
    expect(amps([max(24), profile('TxProfile', 1, 8)], 1, 2)).toEqual([8, 16]);
    expect(amps([max(11)], 1, 2)).toEqual([11, 0]);
    expect(amps([max(5)], 1, 2)).toEqual([0, 0]);
  });

  it('never offers more than the maximum together, more than each limit, or between 0 and 6 A', () => {
    const limit = fc.integer({ min: 0, max: 700 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(limit, fc.array(limit, { minLength: 1, maxLength: 4 }), (max, own) => {
        const profiles = own.map((one, index) => profile('TxProfile', index + 1, one));
        const given = amps(
          [...profiles, profile('ChargePointMaxProfile', 0, max)],
          ...own.map((_, index) => index + 1),
        );
        expect(given.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(max + 1e-9);
        given.forEach((one, index) => {
          expect(one).toBeLessThanOrEqual(Math.min(32, own[index] ?? 0));
          expect(one === 0 || one >= 6).toBe(true);
        });
      }),
    );
  });
});
