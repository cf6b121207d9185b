import { describe, expect, it } from 'vitest';
import { worst } from '../../../src/balancer/book.ts';
import type { CallOutcome } from '../../../src/central-system/call-queue.ts';
import { type LimitCall, limitCall, prove, toProve } from '../../../src/controller/balancing/limit-calls.ts';
import type { Step } from '../../../src/controller/balancing/reconcile.ts';
import { chargingCapabilities } from '../../../src/domain/charging-capabilities.ts';
import { instant, milliVolts } from '../../../src/domain/units.ts';
import { NOON } from '../../support/manual-clock.ts';
import { at, type BalancedConnector, balancedConnector, running, withFloor, withForeign, withGrant } from './room.ts';

type Kind = Exclude<Step['kind'], 'floor' | 'rest'>;

function call(
  { state, chargePoint }: BalancedConnector,
  kind: Kind | 'floor',
  mA: number,
  now = 0,
  leaseS = 900,
): LimitCall {
  const transactionId = state.running?.id ?? 0;
  const step: Step = kind === 'floor' ? { kind, state, floorMA: mA } : { kind, state, grantMA: mA, transactionId };
  return limitCall(step, chargePoint, {
    messageId: `m${state.book.nextSeq}`,
    now: at(now),
    at: instant(NOON + now),
    leaseS,
    dialect: chargePoint.dialect,
    taken: () => undefined,
    refused: () => undefined,
    capabilities: chargingCapabilities([]),
    nominalMV: milliVolts(230_000),
    measuredMV: null,
    provenPhases: 3,
    day: 1,
    clock: () => at(now),
    changed: () => undefined,
  });
}

const answer = (status: string): CallOutcome => ({ kind: 'result', payload: { status }, keepsSchema: true });
const expired: CallOutcome = { kind: 'expired' };

function charging(): BalancedConnector {
  const found = balancedConnector();
  withFloor(found.state);
  withGrant(found.state, 20_000);
  return found;
}
const counted = ({ state }: BalancedConnector, now = 0): number => worst(state.book, at(now), 7);

describe('what is booked', () => {
  it('counts before it is sent, with skew and lag after its lease, and whole milliamps', () => {
    const found = charging();
    call(found, 'increase', 25_000);
    expect(counted(found)).toBe(25_000);
    expect(counted(found, 900_000 + 60_000 + 15_000 - 1)).toBe(25_000);
    expect(counted(found, 976_000)).toBe(6_000);
    for (const { xMA, tailMA } of found.state.book.entries)
      expect([xMA, tailMA].every(Number.isSafeInteger)).toBe(true);
    expect(found.state.unwritten).toBe(true);
  });

  it('is no more than the number that is sent, where that had to be rounded', () => {
    const found = balancedConnector({ unit: 'W' });
    withFloor(found.state);
    found.state.running = running();
    call(found, 'increase', 10_333);
    const { xMA } = found.state.book.entries.at(-1) ?? { xMA: 0 };
    expect(xMA).toBeLessThanOrEqual(10_334);
    expect(Number.isSafeInteger(xMA)).toBe(true);
  });

  it('is no less than the floor that holds in any case, also where nothing else in the book says so', () => {
    const found = balancedConnector({ mode: 'C' });
    found.state.running = running();
    found.state.book = { ...found.state.book, floorProven: true };
    expect(found.state.model.floorMA).toBe(6_000);
    call(found, 'decrease', 0);
    expect(counted(found)).toBe(6_000);
    expect(found.state.commanded?.bookedMA).toBe(6_000);
  });

  it('leaves before the commit only where a restart that knows nothing of it counts no less', () => {
    expect(call(charging(), 'decrease', 10_000).leavesFirst).toBe(true);
    expect(call(charging(), 'decrease', 10_000, 0, 43_200).leavesFirst).toBe(false);
    expect(call(charging(), 'increase', 10_000).leavesFirst).toBe(false);
    const behind = charging();
    behind.state.unwritten = true;
    expect(call(behind, 'decrease', 10_000).leavesFirst).toBe(false);
    const unproven = balancedConnector();
    unproven.state.running = running();
    expect(call(unproven, 'decrease', 10_000).leavesFirst).toBe(true);
  });
});

describe('what its end means', () => {
  it('accepted alone releases nothing; proven it does', () => {
    const found = charging();
    call(found, 'decrease', 10_000).ended(answer('Accepted'), false);
    expect(counted(found)).toBe(20_000);
    expect(toProve(found.state, at(14_999), 15_000)).toBeNull();
    const due = toProve(found.state, at(15_000), 15_000);
    expect(due).toEqual({ seq: 3, what: 'grant' });
    if (due !== null) prove(found.state, due, 'seen');
    expect(counted(found)).toBe(10_000);
    expect(toProve(found.state, at(15_000), 15_000)).toBeNull();
  });

  it('beside another call it is in doubt, to be sent again, and nothing of it can be proven', () => {
    const found = charging();
    call(found, 'decrease', 10_000).ended(answer('Accepted'), true);
    expect(found.state.commanded).toMatchObject({ state: 'doubtful', acceptedAt: null });
    expect(toProve(found.state, at(1e6), 15_000)).toBeNull();
  });

  it('refused, unanswered or cut off it may be in force all the same', () => {
    for (const outcome of [answer('Rejected'), { kind: 'timeout' }, { kind: 'disconnected' }] as const) {
      const found = charging();
      call(found, 'increase', 25_000).ended(outcome, false);
      expect(counted(found)).toBe(25_000);
      expect(found.state.commanded?.state).toBe('failed');
    }
  });

  it('what never left is taken back, from the book and from what was commanded', () => {
    for (const how of ['expired', 'dropped'] as const) {
      const found = charging();
      const [before, entries] = [found.state.commanded, found.state.book.entries];
      const made = call(found, 'increase', 25_000);
      if (how === 'expired') made.ended(expired, false);
      else made.dropped();
      expect(found.state.commanded).toBe(before);
      expect(found.state.book.entries).toEqual(entries);
      expect(found.state).toMatchObject({ pending: null, raisedAt: null });
    }
  });

  it('what rests on a limit that never left comes back to the one before that, in whichever order they end', () => {
    const found = charging();
    const before = found.state.commanded;
    const raise = call(found, 'increase', 25_000);
    const decrease = call(found, 'decrease', 10_000);
    raise.ended(expired, false);
    expect(found.state.commanded?.grantMA).toBe(10_000);
    decrease.ended(expired, false);
    expect(found.state.commanded).toBe(before);
    expect(counted(found)).toBe(20_000);
  });

  it('what was accepted below a limit that never left is known as accepted', () => {
    const found = charging();
    const first = call(found, 'decrease', 10_000);
    const second = call(found, 'decrease', 8_000);
    first.ended(answer('Accepted'), true);
    second.ended(expired, false);
    expect(found.state.commanded).toMatchObject({ grantMA: 10_000, state: 'doubtful', before: null });
  });

  it('a floor that is not taken is tried again, and one that never left is still due', () => {
    const found = balancedConnector();
    call(found, 'floor', 6_000).ended(expired, false);
    expect(found.state.floor).toMatchObject({ state: 'due', seq: null });
    call(found, 'floor', 6_000).ended(answer('Rejected'), false);
    expect(found.state.floor).toMatchObject({ state: 'failed', tries: 1 });
    expect(counted(found)).toBe(32_000);
  });
});

it('a grant that may count from its transaction or from its receipt is renewed by the earlier end, and counted to the later', () => {
  const found = balancedConnector({ kind: 'Relative' });
  withFloor(found.state);
  found.state.running = running();
  call(found, 'increase', 20_000, 3_600_000);
  expect(found.state.commanded).toMatchObject({
    leaseMs: 900_000,
    stepToSee: { fromTransactionS: 900, fromReceiptS: 4_500 },
  });
  expect(found.state.book.entries.at(-1)).toMatchObject({ leaseMs: 4_500_000, until: 3_600_000 + 4_500_000 + 75_000 });
});

it('how long a transaction has been is reckoned by the clock that its start was stamped by', () => {
  const found = balancedConnector({ kind: 'Relative', relativeFrom: 'transaction' });
  withFloor(found.state);
  found.chargePoint.aheadMs = -600_000;
  found.state.running = running(7, { startedAt: instant(NOON - 600_000) });
  const { payload } = call(found, 'increase', 20_000, 100_000);
  expect(JSON.stringify(payload)).toContain('"startPeriod":1000');
});

it('a floor is asked for when a limit by hand may stand above it', () => {
  const found = balancedConnector();
  withForeign(found.state, 20_000);
  withFloor(found.state);
  withForeign(found.state, 20_000);
  expect(toProve(found.state, at(1e6), 15_000)).toBeNull();
  call(found, 'floor', 6_000).ended(answer('Accepted'), false);
  expect(toProve(found.state, at(1e6), 15_000)).toMatchObject({ what: 'floor' });
});
