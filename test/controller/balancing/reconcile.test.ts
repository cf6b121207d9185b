import { describe, expect, it } from 'vitest';
import { outOfSight, worst } from '../../../src/balancer/book.ts';
import { exposureOf } from '../../../src/balancer/exposure.ts';
import { reconcile, type Step } from '../../../src/controller/balancing/reconcile.ts';
import { milliAmps } from '../../../src/domain/units.ts';
import { at, type BalancedConnector, balancedConnector, reconciling, running, withFloor, withGrant } from './room.ts';

const LATER = 60_000;
/** What is sent when its share is `mA`, and others may draw `othersMA`, at the moment `now`. */
function stepFor({ index, chargePoint, state }: BalancedConnector, mA: number, now = LATER, othersMA = 0): Step | null {
  state.draw ??= { at: at(now - 1), mA: [0, 0, 0], most: 0 };
  const own = worst(state.book, at(now), state.running?.id ?? null);
  const sums = exposureOf(index, [own + othersMA, 0, 0], index.wired);
  const share = { grantMA: milliAmps(mA), because: { kind: 'demand-met' } as const };
  return reconcile(reconciling(index, now, sums), chargePoint, state, share);
}

function charging(): BalancedConnector {
  const found = balancedConnector();
  withFloor(found.state);
  withGrant(found.state, 20_000);
  return found;
}

describe('a limit that is sent', () => {
  it('is lowered at once, and raised only where it fits on every circuit above', () => {
    expect(stepFor(charging(), 10_000, LATER, 60_000)).toMatchObject({ kind: 'decrease', grantMA: 10_000 });
    expect(stepFor(charging(), 25_000)).toMatchObject({ kind: 'increase', grantMA: 25_000 });
    const full = charging();
    expect(stepFor(full, 25_000, LATER, 36_000)).toBeNull();
    expect(full.state.because).toEqual({ kind: 'waiting-for-release', circuit: 'main' });
  });

  it('is raised on top of what a lost clock may have left, and not within that', () => {
    const found = charging();
    found.state.book = outOfSight(found.state.book, at(0));
    expect(stepFor(found, 25_000, LATER, 25_000)).toBeNull();
    expect(found.state.because).toEqual({ kind: 'waiting-for-release', circuit: 'main' });
    expect(stepFor(found, 25_000, LATER, 20_000)).toMatchObject({ kind: 'increase', grantMA: 25_000 });
  });

  it('is a raise where the last one has lapsed, whether it is lower or sent again', () => {
    const lapsed = 1_000_000;
    for (const wanted of [10_000, 20_000]) {
      for (const state of ['accepted', 'doubtful', 'failed'] as const) {
        const found = charging();
        if (found.state.commanded !== null) found.state.commanded.state = state;
        expect(stepFor(found, wanted, lapsed, 54_000)).toBeNull();
        expect(found.state.because).toEqual({ kind: 'waiting-for-release', circuit: 'main' });
        expect(stepFor(found, wanted, lapsed, 40_000)).toMatchObject({ kind: 'increase', grantMA: wanted });
      }
    }
  });

  it('is sent to a new transaction that may still draw by what an earlier one was given', () => {
    const found = charging();
    found.state.running = running(8);
    found.state.commanded = null;
    found.state.book = {
      ...found.state.book,
      entries: found.state.book.entries.map((one) => ({ ...one, transactionId: null })),
    };
    expect(stepFor(found, 6_000)).toMatchObject({ kind: 'decrease', grantMA: 6_000, transactionId: 8 });
  });

  it('is lowered past a call that is out, also while a floor is due', () => {
    const found = charging();
    found.state.pending = { messageId: 'a', seq: 2, kind: 'increase', grantMA: 20_000, since: at(0) };
    found.state.floor.state = 'due';
    expect(stepFor(found, 10_000)).toMatchObject({ kind: 'decrease', grantMA: 10_000 });
    expect(stepFor(found, 25_000)).toBeNull();
  });

  it('is not lowered twice for the same', () => {
    const found = charging();
    found.state.pending = { messageId: 'a', seq: 2, kind: 'decrease', grantMA: 10_000, since: at(0) };
    expect(stepFor(found, 10_000)).toBeNull();
    expect(stepFor(found, 8_000)).toMatchObject({ kind: 'decrease', grantMA: 8_000 });
  });

  it('is renewed around half of its lease, at once where it is in doubt, and after a while where it failed', () => {
    const found = charging();
    expect(stepFor(found, 20_000, 359_999)).toBeNull();
    expect(stepFor(found, 20_000, 360_000)).toMatchObject({ kind: 'renewal', grantMA: 20_000 });
    Object.assign(found.state.commanded ?? {}, { state: 'doubtful' });
    expect(stepFor(found, 20_000, 1_000)).toMatchObject({ kind: 'renewal' });
    Object.assign(found.state.commanded ?? {}, { state: 'failed' });
    expect(stepFor(found, 20_000, 9_999)).toBeNull();
    expect(stepFor(found, 20_000, 10_000)).toMatchObject({ kind: 'renewal' });
  });

  it('is raised every 15 s at most, and not when the changes of the day are spent; lowered it is all the same', () => {
    const found = charging();
    found.state.raisedAt = at(LATER - 14_999);
    expect(stepFor(found, 25_000)).toBeNull();
    found.state.raisedAt = at(LATER - 15_000);
    found.state.changes = { day: 1, count: 300 };
    expect(stepFor(found, 25_000)).toBeNull();
    expect(found.state.because).toEqual({ kind: 'changes-spent' });
    expect(stepFor(found, 10_000)).toMatchObject({ kind: 'decrease' });
  });
});

describe('a floor', () => {
  it('is sent before anything else when it is due, and raised only where it fits', () => {
    const found = charging();
    found.state.floor.state = 'due';
    expect(stepFor(found, 25_000)).toMatchObject({ kind: 'floor', floorMA: 6_000 });
    const low = balancedConnector();
    withFloor(low.state, milliAmps(0));
    low.state.floor.state = 'due';
    expect(stepFor(low, 0, LATER, 54_001)).toBeNull();
    expect(stepFor(low, 0, LATER, 54_000)).toMatchObject({ kind: 'floor', floorMA: 6_000 });
  });

  it('is all that a refused transaction keeps', () => {
    const found = charging();
    found.state.running = running(7, { authorized: false });
    expect(stepFor(found, 25_000)).toBeNull();
  });
});

it('nothing is sent before the first contact, nor to what takes no limits', () => {
  const found = charging();
  found.chargePoint.contact = 'unknown';
  expect(stepFor(found, 10_000)).toBeNull();
});
