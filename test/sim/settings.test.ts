import { expect, it } from 'vitest';
import { begin, type World, world } from './virtual-world.ts';

/** What the configuration keys change, one by one, in virtual time. */

function set(one: World, key: string, value: string): void {
  expect(one.script.call('CP', 'ChangeConfiguration', { key, value })).toContain('Accepted');
}

const sent = (one: World, action: string) => one.script.sent.filter((message) => message.action === action);
const statuses = (one: World, connectorId: number) =>
  sent(one, 'StatusNotification')
    .filter(({ payload }) => payload.connectorId === connectorId)
    .map(({ payload }) => payload.status);

function list(one: World, idTag: string, status: string): void {
  const localAuthorizationList = [{ idTag, idTagInfo: { status } }];
  one.script.call('CP', 'SendLocalList', { listVersion: 1, updateType: 'Full', localAuthorizationList });
}

function booted(...options: Parameters<typeof world>): World {
  const one = world(...options);
  one.clock.advance(5);
  return one;
}

it('LocalPreAuthorize: a listed card charges without asking; otherwise it asks', () => {
  for (const [value, asked] of [
    ['true', 0],
    ['false', 1],
  ] as const) {
    const one = booted();
    list(one, 'CARD', 'Accepted');
    set(one, 'LocalPreAuthorize', value);
    begin(one);
    expect(sent(one, 'Authorize')).toHaveLength(asked);
    expect(sent(one, 'StartTransaction')).toHaveLength(1);
  }
});

it('LocalAuthorizeOffline: a cached card charges offline only if allowed', () => {
  for (const value of ['true', 'false']) {
    const one = booted();
    begin(one);
    one.connector.presentCard('CARD');
    one.connector.unplug();
    one.clock.advance(5);
    set(one, 'LocalAuthorizeOffline', value);
    one.script.hangUp('CP');
    one.script.reachable = false;
    one.clock.advance(5);
    begin(one);
    expect(one.connector.transaction !== null).toBe(value === 'true');
  }
});

it('StopTransactionOnInvalidId off: no energy, but no stop either', () => {
  const blocked = { transactionId: 5, idTagInfo: { status: 'Blocked' } };
  const one = booted(({ action }) => (action === 'StartTransaction' ? blocked : undefined));
  set(one, 'StopTransactionOnInvalidId', 'false');
  begin(one);
  one.clock.advance(120);
  expect(one.connector.status).toBe('SuspendedEVSE');
  expect(one.connector.measurement().registerWh).toBe(0);
  expect(sent(one, 'StopTransaction')).toEqual([]);
});

it('StopTransactionOnEVSideDisconnect off: the transaction waits for the car to come back', () => {
  const one = booted();
  set(one, 'StopTransactionOnEVSideDisconnect', 'false');
  begin(one);
  one.clock.advance(120);
  expect(one.connector.status).toBe('Charging');
  const { car } = one.connector;
  one.connector.unplug();
  one.clock.advance(60);
  expect(statuses(one, 1).at(-1)).toBe('SuspendedEV');
  if (car !== null) one.connector.plug(car);
  one.clock.advance(120);
  expect(statuses(one, 1).at(-1)).toBe('Charging');
  expect(sent(one, 'StopTransaction')).toEqual([]);
});

it('ClockAlignedDataInterval: meter values on the clock, from idle connectors too', () => {
  const one = booted();
  set(one, 'ClockAlignedDataInterval', '900');
  one.clock.advance(2 * 3600);
  const values = sent(one, 'MeterValues').filter(({ payload }) => payload.connectorId === 2);
  expect(values).toHaveLength(8);
  expect(values.every(({ at }) => at % 900_000 < 2_000)).toBe(true);
  expect(JSON.stringify(values[0]?.payload)).toContain('Sample.Clock');
  expect(values[0]?.payload).not.toHaveProperty('transactionId');
});

it('MeterValueSampleInterval: 0 is silence, a new interval counts at once', () => {
  const one = booted();
  set(one, 'MeterValueSampleInterval', '0');
  begin(one);
  one.clock.advance(600);
  expect(sent(one, 'MeterValues')).toEqual([]);
  set(one, 'MeterValueSampleInterval', '60');
  one.clock.advance(600);
  expect(sent(one, 'MeterValues').length).toBeGreaterThanOrEqual(10);
});

it('MinimumStatusDuration: what passes sooner is not told', () => {
  const one = booted();
  set(one, 'MinimumStatusDuration', '60');
  begin(one);
  one.clock.advance(120);
  expect(statuses(one, 1)).toEqual(['Available', 'Charging']);
});

it('a broken connector says so, ends its reservation, and recovers', () => {
  const one = booted();
  const expiryDate = new Date(one.clock.now() + 3_600_000).toISOString();
  one.script.call('CP', 'ReserveNow', { connectorId: 1, idTag: 'GUEST', reservationId: 1, expiryDate });
  one.clock.advance(2);
  one.connector.fault = 'GroundFailure';
  one.clock.advance(2);
  expect(sent(one, 'StatusNotification').at(-1)?.payload).toMatchObject({
    status: 'Faulted',
    errorCode: 'GroundFailure',
  });
  one.connector.fault = null;
  one.clock.advance(2);
  expect(statuses(one, 1)).toEqual(['Available', 'Reserved', 'Faulted', 'Available']);
});

it('a list that disagrees with the Central System is reported', () => {
  const one = booted(({ action }) => (action === 'Authorize' ? { idTagInfo: { status: 'Blocked' } } : undefined));
  list(one, 'CARD', 'Accepted');
  begin(one);
  expect(one.connector.transaction).toBeNull();
  expect(sent(one, 'StatusNotification').at(-1)?.payload).toMatchObject({
    connectorId: 0,
    errorCode: 'LocalListConflict',
  });
});
