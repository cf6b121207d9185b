import { expect, it } from 'vitest';
import { distrusted, withTwin } from '../../../src/balancer/book.ts';
import { transactionStopped } from '../../../src/controller/balancing/endings.ts';
import { judgeDraw, judgeUnasked, proveCommanded } from '../../../src/controller/balancing/samples.ts';
import { at, type BalancedConnector, balancedConnector, withFloor, withGrant } from './room.ts';

const LAG = 15_000;

/** It drew 20 A, and was told 10 A at the moment 0. */
function lowered(): BalancedConnector {
  const found = balancedConnector();
  withFloor(found.state);
  withGrant(found.state, 10_000, { drawnBefore: 20_000 });
  return found;
}
const sample = ({ state }: BalancedConnector, now: number, mA: number) =>
  judgeDraw(state, { at: at(now), mA: [mA, 0, 0], most: mA }, LAG, false);

it('a draw that comes down to its limit after the lag proves it, once', () => {
  const found = lowered();
  expect(sample(found, LAG - 1, 9_500).proof).toBeNull();
  expect(sample(found, LAG, 9_500).proof).toBe('current');
  proveCommanded(found.state);
  expect(sample(found, LAG + 10_000, 9_500).proof).toBeNull();
});

it('a car that stops by itself proves nothing: it may go on after its amps were given away', () => {
  const found = lowered();
  expect(sample(found, LAG, 0).proof).toBeNull();
  expect(sample(found, LAG + 10_000, 9_500).proof).toBe('current');
});

it('a draw that was low all along proves nothing', () => {
  const found = balancedConnector();
  withFloor(found.state);
  withGrant(found.state, 10_000, { drawnBefore: 8_000 });
  expect(sample(found, LAG, 8_000).proof).toBeNull();
});

it('a limit that was raised above the draw has not been followed', () => {
  const found = balancedConnector();
  withFloor(found.state);
  withGrant(found.state, 10_000, { drawnBefore: 0 });
  expect(sample(found, LAG, 16_000)).toMatchObject({ proof: null, obedience: null });
  withGrant(found.state, 16_500, { drawnBefore: 16_000 });
  expect(sample(found, LAG + 20_000, 16_000).proof).toBeNull();
});

it('an older sample that comes late says nothing', () => {
  const found = lowered();
  sample(found, LAG + 5_000, 15_000);
  expect(sample(found, LAG, 9_500).proof).toBeNull();
});

it('who stays above its limit is disobedient, and is not believed again because its car stopped', () => {
  const found = lowered();
  sample(found, LAG, 20_000);
  expect(sample(found, LAG + 20_000, 20_000).obedience).toBe('disobedient');
  found.state.obedience = 'disobedient';
  expect(found.state.book.distrusted).toBe(true);
  expect(sample(found, LAG + 40_000, 0).obedience).toBeNull();
  expect(sample(found, LAG + 50_000, 9_500).obedience).toBe('proven');
  expect(found.state.book).toEqual(distrusted(found.state.book, false));
});

it('a draw above the limit says nothing where two go by one id: the other one may not have been told', () => {
  const found = lowered();
  found.state.book = withTwin(found.state.book, true);
  sample(found, LAG, 20_000);
  expect(sample(found, LAG + 20_000, 20_000)).toMatchObject({ obedience: null, proof: null });
  expect(sample(found, LAG + 30_000, 9_500).proof).toBeNull();
  expect(found.state.draw?.most).toBe(9_500);
});

it('Charging that outlasts its transaction by a minute is drawing without one, and counts in full', () => {
  const { state } = lowered();
  transactionStopped(state, 7, at(0));
  state.status = 'Charging';
  expect(judgeUnasked(state, at(1_000)).obedience).toBeNull();
  expect(judgeUnasked(state, at(60_999)).obedience).toBeNull();
  expect(judgeUnasked(state, at(61_000)).obedience).toBe('drawing-unasked');
  expect(state.book.distrusted).toBe(true);
});

it('nor is it over by a restart, before anybody has said so', () => {
  const { state } = lowered();
  transactionStopped(state, 7, at(0));
  state.book = distrusted(state.book, true);
  state.obedience = 'drawing-unasked';
  state.draw = null;
  expect(judgeUnasked(state, at(1_000)).obedience).toBeNull();
  expect(state.book.distrusted).toBe(true);
  state.status = 'Available';
  expect(judgeUnasked(state, at(2_000)).obedience).toBe('proven');
  expect(state.book.distrusted).toBe(false);
});
