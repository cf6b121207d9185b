import { describe, expect, it } from 'vitest';
import { allowedAhead, allowedNow } from '../../src/sim/allowance.ts';
import { createCar } from '../../src/sim/car.ts';
import { type World, world } from './virtual-world.ts';

/** A simulated DC charge point of 80 A: what it allows, draws, tells and ends. */

const car = {
  name: 'fast',
  phases: 3,
  maxAmps: 16,
  batteryWh: 80_000,
  taperFromPercent: 80,
  reactionSeconds: 2,
  wakeUpSeconds: 5,
  rampAmpsPerSecond: 2,
  dcW: 100_000,
} as const;

const idle = (limitIs: 'input' | 'output'): World => {
  const one = world(undefined, 0, { dc: { efficiency: 0.9, limitIs, leastW: 5_000 } });
  one.clock.advance(5);
  return one;
};

function limit(one: World, watts: number, numberPhases: number | null = 3): void {
  const chargingSchedulePeriod = [{ startPeriod: 0, limit: watts, ...(numberPhases === null ? {} : { numberPhases }) }];
  const csChargingProfiles = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'W', chargingSchedulePeriod },
  };
  expect(one.script.call('CP', 'SetChargingProfile', { connectorId: 1, csChargingProfiles })).toContain('Accepted');
}

function charging(limitIs: 'input' | 'output', watts: number, socPercent = 50): World {
  const one = idle(limitIs);
  limit(one, watts);
  one.connector.plug(createCar(car, socPercent));
  one.connector.presentCard('CARD');
  one.clock.advance(60);
  return one;
}

const drawnW = ({ connector }: World): number => {
  const { amps, volts } = connector.measurement();
  return amps.reduce((sum, each, phase) => sum + each * (volts[phase] ?? 0), 0);
};
const atTheCarW = ({ connector }: World): number => {
  const { dc } = connector.measurement();
  return dc === null ? 0 : dc.volts * dc.amps;
};
const stops = ({ script }: World) => script.sent.filter(({ action }) => action === 'StopTransaction');

describe.each([
  ['input', 20_700, 18_630],
  ['output', 23_000, 20_700],
] as const)('a limit of 20.7 kW of its %s', (limitIs, gridW, carW) => {
  it('is drawn and given as that says, and so it is allowed', () => {
    const one = charging(limitIs, 20_700);
    expect(drawnW(one)).toBeCloseTo(gridW, 3);
    expect(atTheCarW(one)).toBeCloseTo(carW, 3);
    const now = one.clock.now();
    expect(allowedNow(one.point, 1, now)).toEqual({ amps: expect.closeTo(gridW / 690, 6), phases: 3 });
    expect(allowedAhead(one.point, 1, now, now + 60_000).amps).toBeCloseTo(gridW / 690, 6);
  });

  it('is one of all three phases, whatever number stands beside it', () => {
    const one = idle(limitIs);
    for (const phases of [null, 1, 3]) {
      limit(one, 20_700, phases);
      expect(allowedNow(one.point, 1, one.clock.now()).amps).toBeCloseTo(gridW / 690, 6);
    }
  });

  it('is told back as it was written', () => {
    const one = charging(limitIs, 20_700);
    const asked = { connectorId: 1, duration: 60, chargingRateUnit: 'W' };
    expect(one.script.call('CP', 'GetCompositeSchedule', asked)).toContain('"limit":20700,');
  });
});

it('without a limit it draws what its wiring carries', () => {
  for (const limitIs of ['input', 'output'] as const) {
    const one = idle(limitIs);
    expect(allowedNow(one.point, 1, one.clock.now()).amps).toBeCloseTo(80, 6);
  }
});

it('measures at the car: energy, power, and a current and a voltage without phases', () => {
  const one = charging('output', 20_700);
  one.clock.advance(3_600);
  const [last] = one.script.sent.filter(({ action }) => action === 'MeterValues').slice(-1);
  const [value] = (last?.payload.meterValue ?? []) as { sampledValue: Record<string, string>[] }[];
  const samples = value?.sampledValue ?? [];
  const told = (measurand: string) => samples.filter((sample) => sample.measurand === measurand);
  expect(told('Power.Active.Import').map(({ value }) => Number(value))).toEqual([20_700]);
  expect(told('Current.Import')).toEqual([expect.not.objectContaining({ phase: expect.anything() })]);
  expect(Number(told('Energy.Active.Import.Register')[0]?.value)).toBeGreaterThan(20_000);
  expect(Number(told('Energy.Active.Import.Register')[0]?.value)).toBeLessThan(21_200);
});

describe('a session', () => {
  it('is over when it has charged and gets less than it needs', () => {
    const one = charging('output', 20_700);
    limit(one, 5_000);
    one.clock.advance(30);
    expect(atTheCarW(one)).toBeCloseTo(5_000, 3);
    limit(one, 4_900);
    one.clock.advance(2);
    expect(stops(one).map(({ payload }) => payload.reason)).toEqual(['Other']);
    expect(drawnW(one)).toBe(0);
  });

  it('waits for its first power, for a minute', () => {
    const one = idle('output');
    limit(one, 0);
    one.connector.plug(createCar(car, 50));
    one.connector.presentCard('CARD');
    one.clock.advance(50);
    expect(stops(one)).toEqual([]);
    limit(one, 10_000);
    one.clock.advance(100);
    expect(stops(one)).toEqual([]);
    expect(atTheCarW(one)).toBeCloseTo(10_000, 3);

    const other = charging('output', 0);
    other.clock.advance(5);
    expect(stops(other)).toHaveLength(1);
  });

  it('takes less and less towards the end, and stays when the car is full', () => {
    const one = charging('output', 50_000, 99.5);
    expect(atTheCarW(one)).toBeLessThan(8_000);
    one.clock.advance(1_200);
    expect(atTheCarW(one)).toBe(0);
    expect(one.connector.carIsFull).toBe(true);
    expect(stops(one)).toEqual([]);
  });
});
