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
  simulated,
  status,
  valuesOf,
} from './one-session.ts';

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
