import { afterEach, beforeEach, expect } from 'vitest';
import { type CarType, createCar } from '../../src/sim/car.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock, type SimClock } from '../../src/sim/clock.ts';
import type { Connector } from '../../src/sim/connector.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { type CentralSystem, startCentralSystem } from './central-system.ts';

/** One charge point with two connectors and its Central System, both new for each test of the file that imports this. */

const model: Model = {
  vendor: 'Tester',
  model: 'Twin',
  firmwareVersion: '1.0',
  connectors: 2,
  phases: 3,
  maxAmps: 32,
  lock: true,
  repeatsStatus: false,
  countsMessages: false,
  sampleSeconds: 10,
};

export const saloon: CarType = {
  name: 'saloon',
  phases: 3,
  maxAmps: 16,
  batteryWh: 77_000,
  taperFromPercent: 90,
  reactionSeconds: 2,
  wakeUpSeconds: 2,
  rampAmpsPerSecond: 8,
};

export type Params = Record<string, unknown>;
export const pick = (params: Params, ...keys: string[]) => Object.fromEntries(keys.map((key) => [key, params[key]]));

/** The values of one measurand in a MeterValues.req, in the order of their phases. */
export function valuesOf(params: Params, measurand: string): number[] {
  const samples = JSON.parse(JSON.stringify(params)).meterValue[0].sampledValue;
  return samples
    .filter((one: { measurand: string }) => one.measurand === measurand)
    .map((one: { value: string }) => Number(one.value));
}

export let clock: SimClock;
export let central: CentralSystem;
export let point: ChargePoint;

beforeEach(async () => {
  clock = realClock(60);
  central = await startCentralSystem(clock);
  equip({});
});

/** Another charge point in place of the one that has no power yet, with these quirks. */
export function equip(quirks: Partial<Quirks>): void {
  const dial = dialWebSocket(central.url);
  point = createChargePoint({ id: 'CP 1', model: { ...model, quirks }, dial, clock, random: createRandom(1) });
}

afterEach(async () => {
  await new Promise<void>((resolve) => point.shutDown(resolve));
  await central.shut();
  expect(central.objections).toEqual([]);
});

export function connector(id = 1): Connector {
  const found = point.connectors.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no connector ${id}`);
  return found;
}

export const send = (action: string, params: Params = {}) => central.call('CP 1', action, params);
export const status = (connectorId: number, value: string) =>
  central.next('StatusNotification', (one) => one.connectorId === connectorId && one.status === value);

export async function boot(): Promise<void> {
  point.powerOn();
  await central.next('BootNotification');
  await Promise.all([status(0, 'Available'), status(1, 'Available'), status(2, 'Available')]);
}

/** Boots, plugs a car, shows a card; gives the transactionId once the charge point knows it. */
export async function charging(idTag = 'CARD-1'): Promise<number> {
  await boot();
  connector().plug(createCar(saloon, 50));
  connector().presentCard(idTag);
  await central.next('StartTransaction');
  await status(1, 'Charging');
  const id = connector().transaction?.transactionId;
  if (typeof id !== 'number') throw new Error('no transactionId');
  return id;
}

/** Resolves when so many simulated seconds have passed, through the clock port; a timer of the platform may be a moment early. */
export function simulated(seconds: number): Promise<void> {
  const until = clock.now() + seconds * 1000;
  return new Promise((resolve) => {
    const look = (): void => {
      const left = until - clock.now();
      if (left <= 0) resolve();
      else clock.setTimeout(look, left);
    };
    look();
  });
}

export function entry(idTag: string, standing: string) {
  return { idTag, idTagInfo: { status: standing } };
}

/** A SetChargingProfile.req: a TxProfile of 10.3 A unless said otherwise. */
export function profileOf(changes: Params & { connectorId?: number; limit?: number }) {
  const { connectorId = 1, limit = 10.3, ...rest } = changes;
  const csChargingProfiles = {
    chargingProfileId: 4,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    ...rest,
  };
  return { connectorId, csChargingProfiles };
}
