import { expect, it } from 'vitest';
import { everythingCleared, worst } from '../../../src/balancer/book.ts';
import { booted, connected, disconnected, mayClear, seenAgain } from '../../../src/controller/balancing/contact.ts';
import type { Nameplate } from '../../../src/domain/charge-point.ts';
import type { Dialect } from '../../../src/domain/dialect.ts';
import { instant } from '../../../src/domain/units.ts';
import { NOON } from '../../support/manual-clock.ts';
import { at, type BalancedConnector, balancedConnector, withFloor, withGrant } from './room.ts';

const nameplate = { serialNumber: 'S1', boxSerialNumber: null, firmwareVersion: '1.0' } as Nameplate;

function charging(dialect: Partial<Dialect> = {}): BalancedConnector {
  const found = balancedConnector(dialect);
  withFloor(found.state);
  withGrant(found.state, 20_000);
  found.state.evidence = { serialNumber: 'S1', firmwareVersion: '1.0', provenAt: instant(NOON), by: 'composite' };
  return found;
}
const counted = ({ state }: BalancedConnector, now = 0): number => worst(state.book, at(now), 7);
const LONG_AFTER = 10_000_000;

it('the same device keeps its floor over a reboot, and is told it again', () => {
  const found = charging();
  found.chargePoint.timeAsked = true;
  booted(found.chargePoint, nameplate, at(0), false);
  seenAgain(found.chargePoint, at(15_000), 15_000);
  expect(counted(found, LONG_AFTER)).toBe(6_000);
  expect(found.state.floor.state).toBe('due');
  expect(found.state.commanded?.state).toBe('doubtful');
  // Nor is its clock known any more: it is asked for something stamped.
  expect(found.chargePoint).toMatchObject({ aheadMs: null, timeAsked: false });
});

it('another device, other firmware, or one without a name counts its rating, whatever was proven in the one before', () => {
  for (const other of [{ serialNumber: 'S2' }, { firmwareVersion: '2.0' }, { serialNumber: null }]) {
    const found = charging();
    found.state.book = { ...found.state.book, provenTransaction: 7 };
    booted(found.chargePoint, { ...nameplate, ...other }, at(0), false);
    expect(counted(found)).toBe(32_000);
    expect(found.chargePoint.contact).toBe('unknown');
  }
});

it('after a boot no Relative grant ends by itself, unless it is known to count from its transaction', () => {
  const anew = charging({ kind: 'Relative' });
  booted(anew.chargePoint, nameplate, at(0), false);
  seenAgain(anew.chargePoint, at(15_000), 15_000);
  expect(counted(anew, LONG_AFTER)).toBe(20_000);
  const known = charging({ kind: 'Relative', relativeFrom: 'transaction' });
  booted(known.chargePoint, nameplate, at(0), false);
  seenAgain(known.chargePoint, at(15_000), 15_000);
  expect(counted(known, LONG_AFTER)).toBe(6_000);
});

it('what loses its profiles counts its rating as soon as it is out of sight, and is told everything again', () => {
  for (const losesProfiles of ['reboot', 'disconnect'] as const) {
    const found = charging({ losesProfiles });
    disconnected(found.chargePoint, at(0));
    expect(counted(found)).toBe(32_000);
    connected(found.chargePoint, at(0));
    expect(found.state.floor.state).toBe('due');
    expect(found.state.commanded?.state).toBe('doubtful');
  }
});

it('out of sight a proven transaction no longer makes up for a floor', () => {
  const found = charging();
  found.state.book = { ...everythingCleared(found.state.book), provenTransaction: 7 };
  expect(counted(found)).toBe(20_000);
  disconnected(found.chargePoint, at(0));
  expect(counted(found)).toBe(32_000);
  expect(found.state.commanded?.isProven).toBe(false);
});

it('away it may lose its power and its clock: that counts until it is back, was told the time, and its current has followed', () => {
  const found = charging();
  const { chargePoint } = found;
  disconnected(chargePoint, at(0));
  expect(counted(found)).toBe(32_000);
  seenAgain(chargePoint, at(LONG_AFTER), 15_000);
  expect(counted(found, LONG_AFTER)).toBe(32_000);
  connected(chargePoint, at(1_000));
  seenAgain(chargePoint, at(15_999), 15_000);
  expect(counted(found)).toBe(32_000);
  // The boot that follows was what told it.
  booted(chargePoint, nameplate, at(15_999), false);
  seenAgain(chargePoint, at(30_000), 15_000);
  expect(counted(found)).toBe(32_000);
  seenAgain(chargePoint, at(30_999), 15_000);
  expect(counted(found)).toBe(20_000);
});

it('a new connection in the place of one that nobody knew to be dead counts as an absence', () => {
  const found = charging();
  connected(found.chargePoint, at(1_000));
  expect(counted(found, 1_000)).toBe(32_000);
  seenAgain(found.chargePoint, at(16_000), 15_000);
  expect(counted(found, 16_000)).toBe(20_000);
});

it('nothing is removed where somebody charges, or something is drawn', () => {
  const found = balancedConnector();
  expect(mayClear(found.chargePoint)).toBe(true);
  found.state.draw = { at: at(0), mA: [1_000, 0, 0], most: 1_000 };
  expect(mayClear(found.chargePoint)).toBe(false);
  expect(mayClear(charging().chargePoint)).toBe(false);
});
