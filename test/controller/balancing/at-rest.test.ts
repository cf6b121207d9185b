import { expect, it } from 'vitest';
import { distrusted, outOfSight, worst, worstInSight } from '../../../src/balancer/book.ts';
import { isAtRest } from '../../../src/controller/balancing/at-rest.ts';
import { releaseEnded } from '../../../src/controller/balancing/endings.ts';
import { toProve } from '../../../src/controller/balancing/limit-calls.ts';
import { reconcile } from '../../../src/controller/balancing/reconcile.ts';
import { judgeUnasked } from '../../../src/controller/balancing/samples.ts';
import type { ConnectorState } from '../../../src/controller/balancing/state.ts';
import { at, balancedConnector, reconciling, running, withFloor, withForeign, withGrant } from './room.ts';

function resting() {
  const one = balancedConnector();
  const { state } = one;
  withFloor(state);
  state.obedience = 'proven';
  state.said = { transactionId: null, grantMA: state.model.floorMA, kind: 'no-car' };
  return one;
}

function untoldAtRest(state: ConnectorState): void {
  withGrant(state, 6_000, { transactionId: null });
  state.running = null;
}

const disturbed: readonly [what: string, disturb: (state: ConnectorState) => void][] = [
  ['a car', (state) => Object.assign(state, { running: running() })],
  ['a grant', (state) => withGrant(state, 20_000)],
  ['a limit set by hand', (state) => withForeign(state, 10_000)],
  ['a transaction that has just ended', (state) => state.ending.set(7, at(0))],
  ['what it was told at rest', untoldAtRest],
  ['a floor that is due', (state) => Object.assign(state.floor, { state: 'due' })],
  ['a floor without an answer', (state) => Object.assign(state.floor, { state: 'failed' })],
  ['another floor than the proven one', (state) => Object.assign(state.floor, { seq: 9 })],
  ['another floor than is wanted', (state) => Object.assign(state.floor, { mA: 1 })],
  ['a book that is not on disk', (state) => Object.assign(state, { unwritten: true })],
  ['a limit on its way', (state) => Object.assign(state, { pending: {} })],
  ['a question', (state) => Object.assign(state, { asking: at(0) })],
  ['a question to come', (state) => Object.assign(state, { recheck: 'disconnect' })],
  ['doubt', (state) => Object.assign(state, { obedience: 'unproven' })],
  ['distrust', (state) => Object.assign(state, { book: distrusted(state.book, true) })],
  ['no sight of it', (state) => Object.assign(state, { book: outOfSight(state.book, at(0)) })],
  ['a status that shows current', (state) => Object.assign(state, { status: 'Charging' })],
  ['current', (state) => Object.assign(state, { draw: { at: at(1), mA: [8_000, 0, 0], most: 8_000 } })],
  ['current that may be over', (state) => Object.assign(state, { unaskedSince: at(1) })],
  ['a share', (state) => Object.assign(state, { plannedMA: 6_000 })],
  ['another reason', (state) => Object.assign(state, { because: { kind: 'offline', until: null } })],
  ['what was not said yet', (state) => Object.assign(state, { said: null })],
];

it.each(disturbed)('with %s a connector is not at rest', (_, disturb) => {
  const { state } = resting();
  expect(isAtRest(state)).toBe(true);
  disturb(state);
  expect(isAtRest(state)).toBe(false);
});

it('at rest nothing of what a look does would do anything, however much time goes by', () => {
  const { state, chargePoint, index } = resting();
  const floorMA = worst(state.book, at(0), null);
  for (const ms of [0, 1_000, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000]) {
    const now = at(ms);
    expect([worst(state.book, now, null), worstInSight(state.book, now, null)]).toEqual([floorMA, floorMA]);
    expect(releaseEnded(state, now, 15_000)).toBe(false);
    expect(judgeUnasked(state, now)).toMatchObject({ proof: null, obedience: null });
    expect(toProve(state, now, 15_000)).toBe(null);
    const sums = new Float64Array(index.circuits.length * 3);
    expect(reconcile(reconciling(index, ms, sums), chargePoint, state, null)).toBe(null);
    expect(isAtRest(state)).toBe(true);
  }
});
