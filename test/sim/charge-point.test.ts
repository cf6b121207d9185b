import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CarType, createCar } from '../../src/sim/car.ts';
import { type ChargePoint, createChargePoint } from '../../src/sim/charge-point.ts';
import { realClock, type SimClock } from '../../src/sim/clock.ts';
import type { Connector } from '../../src/sim/connector.ts';
import { createRandom } from '../../src/sim/random.ts';
import type { Model } from '../../src/sim/station.ts';
import { dialWebSocket } from '../../src/sim/ws-transport.ts';
import { type CentralSystem, startCentralSystem } from './central-system.ts';

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

const saloon: CarType = {
  name: 'saloon',
  phases: 3,
  maxAmps: 16,
  batteryWh: 77_000,
  taperFromPercent: 90,
  reactionSeconds: 2,
  wakeUpSeconds: 2,
  rampAmpsPerSecond: 8,
};

type Params = Record<string, unknown>;
const pick = (params: Params, ...keys: string[]) => Object.fromEntries(keys.map((key) => [key, params[key]]));

/** The values of one measurand in a MeterValues.req, in the order of their phases. */
function valuesOf(params: Params, measurand: string): number[] {
  const samples = JSON.parse(JSON.stringify(params)).meterValue[0].sampledValue;
  return samples
    .filter((one: { measurand: string }) => one.measurand === measurand)
    .map((one: { value: string }) => Number(one.value));
}

let clock: SimClock;
let central: CentralSystem;
let point: ChargePoint;

beforeEach(async () => {
  clock = realClock(60);
  central = await startCentralSystem(clock);
  point = createChargePoint({
    id: 'CP 1',
    model,
    dial: dialWebSocket(central.url),
    clock,
    random: createRandom(1),
  });
});

afterEach(async () => {
  await new Promise<void>((resolve) => point.shutDown(resolve));
  await central.shut();
  expect(central.objections).toEqual([]);
});

function connector(id = 1): Connector {
  const found = point.connectors.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no connector ${id}`);
  return found;
}

const send = (action: string, params: Params = {}) => central.call('CP 1', action, params);
const status = (connectorId: number, value: string) =>
  central.next('StatusNotification', (one) => one.connectorId === connectorId && one.status === value);

async function boot(): Promise<void> {
  point.powerOn();
  await central.next('BootNotification');
  await Promise.all([status(0, 'Available'), status(1, 'Available'), status(2, 'Available')]);
}

/** Boots, plugs a car, shows a card; gives the transactionId once the charge point knows it. */
async function charging(idTag = 'CARD-1'): Promise<number> {
  await boot();
  connector().plug(createCar(saloon, 50));
  connector().presentCard(idTag);
  await central.next('StartTransaction');
  await status(1, 'Charging');
  const id = connector().transaction?.transactionId;
  if (typeof id !== 'number') throw new Error('no transactionId');
  return id;
}

describe('a session', () => {
  it('boots, reports every connector, authorizes, starts, meters per phase and stops', async () => {
    await boot();
    connector().plug(createCar(saloon, 50));
    await status(1, 'Preparing');
    connector().presentCard('CARD-1');
    expect(await central.next('Authorize')).toEqual({ idTag: 'CARD-1' });
    const start = await central.next('StartTransaction');
    expect(pick(start, 'connectorId', 'idTag', 'meterStart')).toEqual({
      connectorId: 1,
      idTag: 'CARD-1',
      meterStart: 0,
    });
    await status(1, 'Charging');
    const full = (one: Params) => valuesOf(one, 'Current.Import')[0] === 16;
    const values = await central.next('MeterValues', full);
    expect(values.transactionId).toBe(connector().transaction?.transactionId);
    expect(valuesOf(values, 'Current.Import')).toEqual([16, 16, 16]);
    expect(valuesOf(values, 'Current.Offered')).toEqual([32]);
    expect(valuesOf(values, 'Voltage')).toHaveLength(3);
    const [watts = 0] = valuesOf(values, 'Power.Active.Import');
    const volts = valuesOf(values, 'Voltage').reduce((sum, one) => sum + one, 0);
    expect(Math.abs(watts - 16 * volts)).toBeLessThan(5);
    const later = await central.next('MeterValues');
    connector().presentCard('card-1');
    const stop = await central.next('StopTransaction');
    expect(pick(stop, 'idTag', 'reason', 'transactionId')).toEqual({
      idTag: 'card-1',
      reason: 'Local',
      transactionId: values.transactionId,
    });
    expect(Number(stop.meterStop)).toBeGreaterThanOrEqual(valuesOf(later, 'Energy.Active.Import.Register')[0] ?? 1e9);
    expect(Number(stop.meterStop)).toBeGreaterThan(0);
    await status(1, 'Finishing');
    connector().unplug();
    await status(1, 'Available');
  });

  it('does not start for a card that the Central System refuses', async () => {
    await boot();
    connector().plug(createCar(saloon, 50));
    const effective = new Promise((resolve) => connector().presentCard('STRANGER', resolve));
    expect(await effective).toBe(false);
    expect(connector().transaction).toBeNull();
  });

  it('stops as DeAuthorized when StartTransaction.conf refuses', async () => {
    central.answer('StartTransaction', () => ({ transactionId: 7, idTagInfo: { status: 'ConcurrentTx' } }));
    await boot();
    connector().plug(createCar(saloon, 50));
    connector().presentCard('CARD-1');
    const stop = await central.next('StopTransaction');
    expect(pick(stop, 'reason', 'transactionId')).toEqual({ reason: 'DeAuthorized', transactionId: 7 });
  });

  it('stops when the driver pulls the plug, with meter values in the stop when configured', async () => {
    await boot();
    const keys = { key: 'StopTxnSampledData', value: 'Energy.Active.Import.Register' };
    expect(await send('ChangeConfiguration', keys)).toEqual({ status: 'Accepted' });
    connector().plug(createCar(saloon, 50));
    connector().presentCard('CARD-1');
    await central.next('MeterValues');
    connector().unplug();
    const stop = await central.next('StopTransaction');
    expect(stop.reason).toBe('EVDisconnected');
    const contexts = JSON.stringify(stop.transactionData);
    expect(contexts).toContain('Transaction.Begin');
    expect(contexts).toContain('Sample.Periodic');
    expect(contexts).toContain('Transaction.End');
    await status(1, 'Available');
  });

  it('lets a member of the group stop, and nobody else', async () => {
    const group = (idTag: unknown) => ({ status: 'Accepted', ...(idTag === 'OTHER' ? {} : { parentIdTag: 'FAMILY' }) });
    central.answer('Authorize', ({ idTag }) => ({ idTagInfo: group(idTag) }));
    await charging('MOTHER');
    expect(await new Promise((resolve) => connector().presentCard('OTHER', resolve))).toBe(false);
    expect(await new Promise((resolve) => connector().presentCard('FATHER', resolve))).toBe(true);
    expect((await central.next('StopTransaction')).idTag).toBe('FATHER');
  });
});

describe('without the Central System', () => {
  it('charges by the local list, keeps the messages in order, and sends them without booting again', async () => {
    await boot();
    const list = {
      listVersion: 3,
      updateType: 'Full',
      localAuthorizationList: [entry('LISTED', 'Accepted'), entry('LOST', 'Blocked')],
    };
    expect(await send('SendLocalList', list)).toEqual({ status: 'Accepted' });
    await central.shut();
    central.taken();
    connector(2).plug(createCar(saloon, 50));
    expect(await new Promise((resolve) => connector(2).presentCard('LOST', resolve))).toBe(false);
    expect(await new Promise((resolve) => connector(2).presentCard('STRANGER', resolve))).toBe(false);
    expect(await new Promise((resolve) => connector(2).presentCard('listed', resolve))).toBe(true);
    const startedAt = connector(2).transaction?.startedAt ?? 0;
    await simulated(25);
    connector(2).presentCard('LISTED');
    connector(2).unplug();
    const stoppedBefore = clock.now();
    await simulated(60);
    await central.open();
    const stop = await central.next('StopTransaction');
    const received = central.taken().map((one) => one.action);
    expect(received).not.toContain('BootNotification');
    expect(received.filter((action) => action !== 'StatusNotification').slice(0, 3)).toEqual([
      'StartTransaction',
      'MeterValues',
      'MeterValues',
    ]);
    expect(Date.parse(String(stop.timestamp))).toBeLessThanOrEqual(stoppedBefore);
    expect(Date.parse(String(stop.timestamp)) - startedAt).toBeGreaterThanOrEqual(25_000);
    expect(Number(stop.transactionId)).toBeGreaterThan(0);
  });

  it('ends what the power cut interrupted with PowerLoss after booting again', async () => {
    const transactionId = await charging();
    await send('SetChargingProfile', profileOf({ chargingProfilePurpose: 'TxDefaultProfile', connectorId: 1 }));
    const registerBefore = connector().measurement().registerWh;
    point.powerCycle(5);
    expect(connector().measurement().amps).toEqual([0, 0, 0]);
    await central.next('BootNotification');
    const stop = await central.next('StopTransaction');
    expect(pick(stop, 'transactionId', 'reason')).toEqual({ transactionId, reason: 'PowerLoss' });
    expect(Number(stop.meterStop)).toBe(Math.floor(registerBefore));
    expect(point.flash.profiles).toHaveLength(1);
  });
});

describe('operations of the Central System', () => {
  it('follows a transaction profile with its current, and suspends below 6 A', async () => {
    const transactionId = await charging();
    const set = profileOf({ connectorId: 1, transactionId });
    expect(await send('SetChargingProfile', set)).toEqual({ status: 'Accepted' });
    await central.next('MeterValues', (one) => valuesOf(one, 'Current.Offered')[0] === 10.3);
    await central.next('MeterValues', (one) => valuesOf(one, 'Current.Import')[2] === 10.3);
    const composite = await send('GetCompositeSchedule', { connectorId: 1, duration: 60, chargingRateUnit: 'A' });
    expect(composite).toMatchObject({
      status: 'Accepted',
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 10.3, numberPhases: 3 }] },
    });
    expect(await send('SetChargingProfile', profileOf({ connectorId: 1, transactionId, limit: 0 }))).toEqual({
      status: 'Accepted',
    });
    await status(1, 'SuspendedEVSE');
    expect(await send('ClearChargingProfile', { id: 4 })).toEqual({ status: 'Accepted' });
    expect(await send('ClearChargingProfile', { id: 4 })).toEqual({ status: 'Unknown' });
    await status(1, 'Charging');
    expect(await send('SetChargingProfile', profileOf({ connectorId: 1, transactionId: transactionId + 1 }))).toEqual({
      status: 'Rejected',
    });
    const misplaced = profileOf({ connectorId: 1, chargingProfilePurpose: 'ChargePointMaxProfile' });
    expect(await send('SetChargingProfile', misplaced)).toEqual({ status: 'Rejected' });
    await expect(send('SetChargingProfile', profileOf({ connectorId: 9 }))).rejects.toMatchObject({
      rpcErrorCode: 'PropertyConstraintViolation',
    });
  });

  it('shares the maximum of the charge point between its connectors', async () => {
    await charging();
    connector(2).plug(createCar(saloon, 50));
    connector(2).presentCard('CARD-2');
    await status(2, 'Charging');
    const max = profileOf({ connectorId: 0, chargingProfilePurpose: 'ChargePointMaxProfile', limit: 20 });
    expect(await send('SetChargingProfile', max)).toEqual({ status: 'Accepted' });
    for (const id of [1, 2]) {
      await central.next('MeterValues', (one) => one.connectorId === id && valuesOf(one, 'Current.Import')[0] === 10);
    }
  });

  it('starts remotely with a profile, and stops remotely', async () => {
    await boot();
    connector().plug(createCar(saloon, 50));
    const { csChargingProfiles } = profileOf({});
    const start = { idTag: 'APP', connectorId: 1, chargingProfile: csChargingProfiles };
    expect(await send('RemoteStartTransaction', start)).toEqual({ status: 'Accepted' });
    expect((await central.next('StartTransaction')).idTag).toBe('APP');
    await central.next('MeterValues', (one) => valuesOf(one, 'Current.Import')[0] === 10.3);
    expect(await send('RemoteStartTransaction', start)).toEqual({ status: 'Rejected' });
    const transactionId = connector().transaction?.transactionId;
    expect(await send('RemoteStopTransaction', { transactionId: 1 })).toEqual({ status: 'Rejected' });
    expect(await send('RemoteStopTransaction', { transactionId })).toEqual({ status: 'Accepted' });
    expect(pick(await central.next('StopTransaction'), 'reason', 'idTag')).toEqual({
      reason: 'Remote',
      idTag: undefined,
    });
    expect(point.flash.profiles).toEqual([]);
  });

  it('forgets a remote start that no car answers, after ConnectionTimeOut', async () => {
    await boot();
    await send('ChangeConfiguration', { key: 'ConnectionTimeOut', value: '20' });
    await send('RemoteStartTransaction', { idTag: 'APP', connectorId: 2 });
    await status(2, 'Preparing');
    await status(2, 'Available');
    connector(2).plug(createCar(saloon, 50));
    expect(connector(2).transaction).toBeNull();
  });

  it('keeps a reserved connector for its card and names the reservation in the start', async () => {
    await boot();
    const expiryDate = new Date(clock.now() + 3_600_000).toISOString();
    const reservation = { connectorId: 1, idTag: 'GUEST', reservationId: 12, expiryDate };
    expect(await send('ReserveNow', reservation)).toEqual({ status: 'Accepted' });
    await status(1, 'Reserved');
    expect(await send('ReserveNow', { ...reservation, reservationId: 13 })).toEqual({ status: 'Occupied' });
    expect(
      await send('ReserveNow', { ...reservation, expiryDate: new Date(clock.now() + 7_200_000).toISOString() }),
    ).toEqual({
      status: 'Accepted',
    });
    connector().plug(createCar(saloon, 50));
    expect(await new Promise((resolve) => connector().presentCard('CARD-1', resolve))).toBe(false);
    connector().presentCard('GUEST');
    expect((await central.next('StartTransaction')).reservationId).toBe(12);
    expect(await send('CancelReservation', { reservationId: 12 })).toEqual({ status: 'Rejected' });
    const soon = {
      connectorId: 2,
      idTag: 'GUEST',
      reservationId: 14,
      expiryDate: new Date(clock.now() + 20_000).toISOString(),
    };
    expect(await send('ReserveNow', soon)).toEqual({ status: 'Accepted' });
    await status(2, 'Reserved');
    await status(2, 'Available');
  });

  it('with a reservation of connector 0 keeps the last free connector', async () => {
    await boot();
    const expiryDate = new Date(clock.now() + 3_600_000).toISOString();
    const anywhere = { connectorId: 0, idTag: 'GUEST', reservationId: 1, expiryDate };
    expect(await send('ReserveNow', anywhere)).toEqual({ status: 'Accepted' });
    expect(await new Promise((resolve) => connector(1).presentCard('CARD-1', resolve))).toBe(true);
    connector(1).plug(createCar(saloon, 50));
    await central.next('StartTransaction');
    expect(await new Promise((resolve) => connector(2).presentCard('CARD-2', resolve))).toBe(false);
    connector(2).presentCard('GUEST');
    connector(2).plug(createCar(saloon, 50));
    expect(pick(await central.next('StartTransaction'), 'reservationId', 'connectorId')).toEqual({
      reservationId: 1,
      connectorId: 2,
    });
  });

  it('keeps the local list by version', async () => {
    await boot();
    const list = (listVersion: number, updateType: string, localAuthorizationList: unknown[]) =>
      send('SendLocalList', { listVersion, updateType, localAuthorizationList });
    expect(await send('GetLocalListVersion')).toEqual({ listVersion: 0 });
    expect(await list(5, 'Full', [entry('A', 'Accepted'), entry('B', 'Accepted')])).toEqual({ status: 'Accepted' });
    expect(await list(5, 'Differential', [])).toEqual({ status: 'VersionMismatch' });
    expect(await list(6, 'Differential', [{ idTag: 'b' }, entry('C', 'Blocked')])).toEqual({ status: 'Accepted' });
    expect(await list(7, 'Differential', [entry('D', 'Accepted'), entry('d', 'Accepted')])).toEqual({
      status: 'Failed',
    });
    expect(await send('GetLocalListVersion')).toEqual({ listVersion: 6 });
    expect([...point.flash.localList.keys()]).toEqual(['a', 'c']);
    await send('ChangeConfiguration', { key: 'LocalAuthListEnabled', value: 'false' });
    expect(await send('GetLocalListVersion')).toEqual({ listVersion: -1 });
  });

  it.each([
    ['Soft', 'SoftReset'],
    ['Hard', 'HardReset'],
  ])('resets (%s): stops with the reason, drops the line and boots again', async (type, reason) => {
    const transactionId = await charging();
    expect(await send('Reset', { type })).toEqual({ status: 'Accepted' });
    expect(pick(await central.next('StopTransaction'), 'reason', 'transactionId')).toEqual({ reason, transactionId });
    await central.next('BootNotification');
    await status(1, 'Preparing');
  });

  it('makes a connector unavailable at once, or when its transaction ends, and remembers', async () => {
    await charging();
    const off = (connectorId: number) => send('ChangeAvailability', { connectorId, type: 'Inoperative' });
    expect(await off(2)).toEqual({ status: 'Accepted' });
    await status(2, 'Unavailable');
    expect(await off(1)).toEqual({ status: 'Scheduled' });
    connector().presentCard('CARD-1');
    await central.next('StopTransaction');
    await status(1, 'Unavailable');
    point.powerCycle(2);
    await central.next('BootNotification');
    await status(2, 'Unavailable');
    expect(await send('ChangeAvailability', { connectorId: 0, type: 'Operative' })).toEqual({ status: 'Accepted' });
    await status(2, 'Available');
  });

  it('has the standard configuration keys with their types and rights', async () => {
    await boot();
    const all = await send('GetConfiguration');
    expect(all.configurationKey).toHaveLength(38);
    const some = await send('GetConfiguration', { key: ['numberofconnectors', 'Nonsense', 'AuthorizationKey'] });
    expect(some).toEqual({
      configurationKey: [
        { key: 'AuthorizationKey', readonly: false },
        { key: 'NumberOfConnectors', readonly: true, value: '2' },
      ],
      unknownKey: ['Nonsense'],
    });
    const change = async (key: string, value: string) => (await send('ChangeConfiguration', { key, value })).status;
    expect(await change('HeartbeatInterval', '60')).toBe('Accepted');
    expect(await change('heartbeatinterval', 'banana')).toBe('Rejected');
    expect(await change('NumberOfConnectors', '3')).toBe('Rejected');
    expect(await change('Nonsense', '3')).toBe('NotSupported');
    expect(await change('ConnectorPhaseRotation', '1.TRS')).toBe('RebootRequired');
    expect(await change('MeterValuesSampledData', 'Voltage,Current.Import.L1')).toBe('Accepted');
    expect(await change('MeterValuesSampledData', 'Voltage,Temperature')).toBe('Rejected');
    expect((await send('GetConfiguration', { key: ['MeterValuesSampledData'] })).configurationKey).toMatchObject([
      { value: 'Voltage,Current.Import.L1' },
    ]);
    await central.next('Heartbeat');
    const tooMany = Array.from({ length: 51 }, (_, index) => `Key${index}`);
    await expect(send('GetConfiguration', { key: tooMany })).rejects.toMatchObject({
      rpcErrorCode: 'OccurenceConstraintViolation',
    });
  });

  it('sends what it is asked for', async () => {
    const transactionId = await charging();
    central.taken();
    const trigger = (requestedMessage: string, more: Params = {}) =>
      send('TriggerMessage', { requestedMessage, ...more });
    expect(await trigger('MeterValues', { connectorId: 1 })).toEqual({ status: 'Accepted' });
    const triggered = (one: Params) => JSON.stringify(one).includes('"Trigger"');
    expect((await central.next('MeterValues', triggered)).transactionId).toBe(transactionId);
    expect(await trigger('StatusNotification')).toEqual({ status: 'Accepted' });
    await Promise.all([status(0, 'Available'), status(1, 'Charging'), status(2, 'Available')]);
    expect(await trigger('StatusNotification', { connectorId: 7 })).toEqual({ status: 'Rejected' });
    expect(await trigger('Heartbeat')).toEqual({ status: 'Accepted' });
    await central.next('Heartbeat');
    expect(await trigger('DiagnosticsStatusNotification')).toEqual({ status: 'Accepted' });
    expect(await central.next('DiagnosticsStatusNotification')).toEqual({ status: 'Idle' });
    expect(await trigger('FirmwareStatusNotification')).toEqual({ status: 'Accepted' });
    expect(await central.next('FirmwareStatusNotification')).toEqual({ status: 'Idle' });
    expect(await trigger('BootNotification')).toEqual({ status: 'Rejected' });
    const extended = (requestedMessage: string) => send('ExtendedTriggerMessage', { requestedMessage });
    expect(await extended('Heartbeat')).toEqual({ status: 'Accepted' });
    expect(await extended('SignChargePointCertificate')).toEqual({ status: 'NotImplemented' });
  });

  it('tells how diagnostics and firmware proceed, and boots with the new version', async () => {
    await boot();
    expect(await send('GetDiagnostics', { location: 'ftp://host/in' })).toEqual({ fileName: 'CP_1.log' });
    for (const step of ['Uploading', 'Uploaded']) {
      expect(await central.next('DiagnosticsStatusNotification')).toEqual({ status: step });
    }
    const update = { location: 'http://host/fw-2.0', retrieveDate: new Date(clock.now()).toISOString() };
    expect(await send('UpdateFirmware', update)).toEqual({});
    for (const step of ['Downloading', 'Downloaded', 'Installing']) {
      expect(await central.next('FirmwareStatusNotification')).toEqual({ status: step });
    }
    expect((await central.next('BootNotification')).firmwareVersion).toBe('fw-2.0');
    expect(await central.next('FirmwareStatusNotification')).toEqual({ status: 'Installed' });
  });

  it('unlocks, clears its cache, knows no vendor extension, and says honestly what it lacks', async () => {
    await charging();
    expect(await send('UnlockConnector', { connectorId: 5 })).toEqual({ status: 'NotSupported' });
    expect(await send('UnlockConnector', { connectorId: 1 })).toEqual({ status: 'Unlocked' });
    expect((await central.next('StopTransaction')).reason).toBe('UnlockCommand');
    expect(point.flash.cache.size).toBe(1);
    expect(await send('ClearCache')).toEqual({ status: 'Accepted' });
    expect(point.flash.cache.size).toBe(0);
    expect(await send('DataTransfer', { vendorId: 'com.example' })).toEqual({ status: 'UnknownVendorId' });
    expect(await send('DataTransfer', { vendorId: 'Tester' })).toEqual({ status: 'UnknownMessageId' });
    const log = { remoteLocation: 'ftp://host' };
    await expect(send('GetLog', { logType: 'SecurityLog', requestId: 1, log })).rejects.toMatchObject({
      rpcErrorCode: 'NotSupported',
    });
  });
});

/** Resolves when so many simulated seconds have passed, through the clock port. */
function simulated(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, seconds * 1000);
  });
}

function entry(idTag: string, standing: string) {
  return { idTag, idTagInfo: { status: standing } };
}

/** A SetChargingProfile.req: a TxProfile of 10.3 A unless said otherwise. */
function profileOf(changes: Params & { connectorId?: number; limit?: number }) {
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
