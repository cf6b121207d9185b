import { expect, it } from 'vitest';
import { worst } from '../../../src/balancer/book.ts';
import { releaseEnded, transactionStopped } from '../../../src/controller/balancing/endings.ts';
import { at, balancedConnector, withFloor, withGrant } from './room.ts';

const LAG = 15_000;

function stopped() {
  const { state } = balancedConnector();
  withFloor(state);
  withGrant(state, 20_000);
  transactionStopped(state, 7, at(0));
  return state;
}
const counted = (state: ReturnType<typeof stopped>): number => worst(state.book, at(0), null);

it('what a transaction was given counts until its current has had the time to go', () => {
  const state = stopped();
  expect(releaseEnded(state, at(LAG - 1), LAG)).toBe(false);
  expect(counted(state)).toBe(20_000);
  expect(releaseEnded(state, at(LAG), LAG)).toBe(true);
  expect(counted(state)).toBe(6_000);
});

it('and for as long as its connector shows Charging, or draws', () => {
  const charging = stopped();
  charging.status = 'Charging';
  expect(releaseEnded(charging, at(1e6), LAG)).toBe(false);
  const drawing = stopped();
  drawing.draw = { at: at(LAG + 1), mA: [8_000, 0, 0], most: 8_000 };
  expect(releaseEnded(drawing, at(1e6), LAG)).toBe(false);
  drawing.draw = { at: at(LAG + 2), mA: [0, 0, 0], most: 0 };
  expect(releaseEnded(drawing, at(1e6), LAG)).toBe(true);
});
