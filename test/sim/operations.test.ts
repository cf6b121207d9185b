import { describe, expect, it } from 'vitest';
import { createCar } from '../../src/sim/car.ts';
import {
  boot,
  central,
  charging,
  clock,
  connector,
  entry,
  type Params,
  pick,
  point,
  profileOf,
  saloon,
  send,
  status,
  valuesOf,
} from './one-session.ts';

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
    expect(all.configurationKey).toHaveLength(44);
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
    expect(await extended('LogStatusNotification')).toEqual({ status: 'Accepted' });
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Idle' });
    expect(await extended('FirmwareStatusNotification')).toEqual({ status: 'Accepted' });
    expect(await central.next('SignedFirmwareStatusNotification')).toEqual({ status: 'Idle' });
  });

  it('unlocks, clears its cache, and knows no vendor extension', async () => {
    await charging();
    expect(await send('UnlockConnector', { connectorId: 5 })).toEqual({ status: 'NotSupported' });
    expect(await send('UnlockConnector', { connectorId: 1 })).toEqual({ status: 'Unlocked' });
    expect((await central.next('StopTransaction')).reason).toBe('UnlockCommand');
    expect(point.flash.cache.size).toBe(1);
    expect(await send('ClearCache')).toEqual({ status: 'Accepted' });
    expect(point.flash.cache.size).toBe(0);
    expect(await send('DataTransfer', { vendorId: 'com.example' })).toEqual({ status: 'UnknownVendorId' });
    expect(await send('DataTransfer', { vendorId: 'Tester' })).toEqual({ status: 'UnknownMessageId' });
  });
});
