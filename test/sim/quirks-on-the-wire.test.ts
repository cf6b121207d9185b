import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createCar } from '../../src/sim/car.ts';
import { noQuirks, type Quirks } from '../../src/sim/quirks.ts';
import {
  central,
  clock,
  connector,
  entry,
  equip,
  type Params,
  point,
  profileOf,
  saloon,
  send,
  status,
} from './one-session.ts';

/**
 * Odd, but OCPP: with every quirk a charge point boots, charges and answers over a real socket, and ocpp-rpc, which holds
 * each frame against the official schemas, objects to nothing (one-session.ts checks that after each test).
 */

/** Of those that are no mere yes or no. */
const values: Readonly<Record<string, Quirks[keyof Quirks]>> = {
  limitDelaySeconds: 10,
  listChunk: 1,
  differentialNeedsFull: 'VersionMismatch',
  configurationMaxKeys: 4,
  answerDelaySeconds: 3,
  pingSeconds: 5,
  clockOffsetSeconds: -7_200,
  refusesKind: 'Relative',
  limitStepsA: [6, 8, 10, 13, 16],
  maxPeriods: 1,
  resumeSeconds: 5,
  spikeSeconds: 5,
  disobeysAfterSeconds: 5,
  compositeRefused: 'Rejected',
  idleComposite: 'none',
};

it.each(Object.keys(noQuirks))('%s', async (name) => {
  const quirk: Partial<Quirks> = { [name]: values[name] ?? true };
  equip(quirk);
  point.powerOn();
  await central.next('BootNotification');
  await status(1, 'Available');
  connector().plug(createCar(saloon, 50));
  connector().presentCard('CARD-1');
  await central.next('StartTransaction');
  await central.next('MeterValues');
  const localAuthorizationList = [entry('A', 'Accepted'), entry('B', 'Blocked')];
  const reservation = {
    connectorId: 2,
    idTag: 'B',
    reservationId: 1,
    expiryDate: new Date(clock.now() + 9e6).toISOString(),
  };
  const requests: [string, Params][] = [
    ['SetChargingProfile', profileOf({ chargingProfilePurpose: 'TxDefaultProfile', limit: 0 })],
    ['GetCompositeSchedule', { connectorId: 1, duration: 600 }],
    ['ClearChargingProfile', {}],
    ['SendLocalList', { listVersion: 1, updateType: 'Full', localAuthorizationList }],
    ['GetLocalListVersion', {}],
    ['ReserveNow', reservation],
    ['ChangeConfiguration', { key: 'HeartbeatInterval', value: '120' }],
    ['GetConfiguration', { key: ['HeartbeatInterval'] }],
    ['TriggerMessage', { requestedMessage: 'MeterValues' }],
    ['UnlockConnector', { connectorId: 1 }],
  ];
  for (const [action, params] of requests) expect(await send(action, params), action).toBeTypeOf('object');
  expect(Number((await central.next('StopTransaction')).meterStop)).toBeGreaterThanOrEqual(0);
});

it('are all written down, and no others', () => {
  const text = readFileSync(new URL('../../docs/simulated-charge-points.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(Object.keys(noQuirks));
});
