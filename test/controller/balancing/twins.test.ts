import { expect, it } from 'vitest';
import { settled, worst } from '../../../src/balancer/book.ts';
import { readBook, unwrittenOf } from '../../../src/controller/balancing/journal.ts';
import { notice } from '../../../src/controller/balancing/noticing.ts';
import { introduced, knockedAt, lapsed, remembered, twinOf, twinsOf } from '../../../src/controller/balancing/twins.ts';
import type { World } from '../../../src/controller/balancing/world.ts';
import type { Nameplate } from '../../../src/domain/charge-point.ts';
import { TWIN_WINDOW_MS } from '../../../src/domain/identity-watch.ts';
import { instant } from '../../../src/domain/units.ts';
import { NOON } from '../../support/manual-clock.ts';
import { at, type BalancedConnector, balancedConnector, withFloor } from './room.ts';

const named = (serialNumber: string) => ({ vendor: 'Acme', model: 'Wall', serialNumber }) as Nameplate;
const counted = ({ state }: BalancedConnector): number[] => [worst(state.book, at(0), null), settled(state.book)];
const obeyed: string[] = [];
const world = { obey: (_: unknown, obedience: string) => obeyed.push(obedience) } as unknown as World;

function twins(): BalancedConnector {
  const found = balancedConnector();
  withFloor(found.state);
  for (const [time, name] of ['A', 'B', 'A'].entries()) introduced(found.chargePoint, named(name), at(time));
  return found;
}

it('two count with twice the rating, whatever is proven, distrusted or declared switched off', () => {
  const found = twins();
  expect(counted(found)).toEqual([64_000, 64_000]);
  found.state.book = { ...found.state.book, isolated: true, distrusted: true };
  expect(counted(found)).toEqual([64_000, 64_000]);
  expect(twinsOf({ chargePoints: new Map([['CP1', found.chargePoint]]) })).toEqual(new Set(['CP1']));
});

it('it is over a day after the last sign of the other one; then everything is proven anew', () => {
  const found = twins();
  knockedAt(found.chargePoint, at(1_000));
  lapsed(world, found.chargePoint, at(1_000 + TWIN_WINDOW_MS - 1));
  expect(counted(found)).toEqual([64_000, 64_000]);
  lapsed(world, found.chargePoint, at(1_000 + TWIN_WINDOW_MS));
  expect(counted(found)).toEqual([32_000, 32_000]);
  expect(found.chargePoint.contact).toBe('unknown');
  expect(found.state).toMatchObject({ evidence: null, unwritten: true, floor: { state: 'due' } });
  expect(obeyed).toEqual(['unproven']);
});

it('a newcomer that was refused at the door is such a sign', () => {
  const found = twins();
  const chargePoints = new Map([['CP1', found.chargePoint]]);
  const site = { clock: { monotonic: () => at(1_000) } };
  const alert = { id: 'identity:CP1', kind: 'identity-contested', chargePointId: 'CP1', text: '', fix: '' };
  notice({ ...world, chargePoints, site } as unknown as World, { type: 'alert-raised', alert, at: instant(NOON) });
  expect(found.chargePoint.identities.twoAt).toBe(1_000);
});

it('a newcomer that is refused says nothing of one that was never two', () => {
  const found = balancedConnector();
  withFloor(found.state);
  knockedAt(found.chargePoint, at(5));
  expect(counted(found)).toEqual([6_000, 6_000]);
});

it('a restart takes it from the book, and counts the day from then', () => {
  const [row] = unwrittenOf([twins().state], () => false);
  const next = balancedConnector();
  if (row === undefined) throw new Error('nothing was written');
  next.state.book = readBook(row, 32_000, at(50), 60_000, 15_000);
  remembered(next.chargePoint, at(50));
  expect(counted(next)).toEqual([64_000, 64_000]);
  lapsed(world, next.chargePoint, at(49 + TWIN_WINDOW_MS));
  expect(counted(next)).toEqual([64_000, 64_000]);
  lapsed(world, next.chargePoint, at(50 + TWIN_WINDOW_MS));
  expect(counted(next)).toEqual([32_000, 32_000]);
});

it('its alert names the charge point', () => {
  expect(twinOf('two-under-one-id:CP:1')).toBe('CP:1');
  expect(twinOf('overload:main')).toBeNull();
});
