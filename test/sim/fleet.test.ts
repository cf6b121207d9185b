import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock, type SimClock } from '../../src/sim/clock.ts';
import { type Fleet, startFleet } from '../../src/sim/fleet.ts';
import { type CentralSystem, startCentralSystem } from './central-system.ts';

let clock: SimClock;
let central: CentralSystem;
let fleet: Fleet;

beforeEach(async () => {
  clock = realClock(120);
  central = await startCentralSystem(clock);
});

afterEach(async () => {
  await fleet.stop();
  await central.shut();
  expect(central.objections).toEqual([]);
});

it('twenty charge points of all makes speak only valid OCPP over real sockets, and end cleanly', async () => {
  central.answer('Authorize', ({ idTag }) => ({
    idTagInfo: { status: String(idTag).startsWith('UNKNOWN') ? 'Invalid' : 'Accepted' },
  }));
  fleet = startFleet({
    url: central.url,
    count: 20,
    seed: 3,
    clock,
    idTags: ['A', 'B', 'C'],
    pace: 60,
    strangers: 0.3,
  });
  for (let booted = 0; booted < 20; booted += 1) await central.next('BootNotification');
  for (let stops = 0; stops < 15; stops += 1) await central.next('StopTransaction');
  await central.next('Authorize', ({ idTag }) => String(idTag).startsWith('UNKNOWN'));
  const snapshot = fleet.snapshot();
  expect(snapshot).toHaveLength(30);
  expect(snapshot.every((one) => one.connected)).toBe(true);
  expect(new Set(snapshot.map((one) => one.status)).size).toBeGreaterThan(1);
  await fleet.stop();
  expect(fleet.chargePoints.map((one) => one.connected())).not.toContain(true);
  expect(fleet.chargePoints.flatMap((one) => [...one.flash.transactions.values(), ...one.flash.queue])).toEqual([]);
});

it('comes with its password, and with the new one as soon as AuthorizationKey is changed', async () => {
  fleet = startFleet({ url: central.url, count: 1, seed: 1, clock, idTags: ['A'], idPrefix: 'CP/', password: 'first' });
  await central.next('BootNotification');
  expect(central.passwordOf('CP/001')).toBe('first');
  const gone = central.disconnected('CP/001');
  const change = { key: 'AuthorizationKey', value: 'quite-a-new-secret' };
  expect(await central.call('CP/001', 'ChangeConfiguration', change)).toEqual({ status: 'Accepted' });
  await gone;
  await central.connected('CP/001');
  expect(central.passwordOf('CP/001')).toBe('quite-a-new-secret');
});
