import { describe, expect, it } from 'vitest';
import { asRunning, asStopped, energyOf, type Transaction } from '../../src/domain/transaction.ts';
import { wattHours } from '../../src/domain/units.ts';
import { start, stop } from '../support/things.ts';

const transaction = (over: Partial<Transaction>): Transaction => ({
  id: 7,
  chargePointId: 'CP1',
  state: 'stopped',
  start: start({ meterWh: wattHours(1_000) }),
  stop: stop({ meterWh: wattHours(900) }),
  verdict: null,
  reportedTransactionId: null,
  proposedTransactionId: null,
  ...over,
});

describe('a transaction', () => {
  it('with both ends can be seen as running, as stopped, and has an energy, negative if the registers say so', () => {
    const whole = transaction({});
    const running = { transactionId: 7, connectorId: 1, startedAt: start().at, meterStartWh: 1_000 };
    expect(asRunning(whole)).toEqual(running);
    expect(asStopped(whole)).toEqual({ ...running, stoppedAt: stop().at, meterStopWh: 900 });
    expect(energyOf(whole)).toBe(-100);
  });

  it('that runs has neither an end nor an energy yet', () => {
    const running = transaction({ state: 'running', stop: null });
    expect(asRunning(running)?.transactionId).toBe(7);
    expect([asStopped(running), energyOf(running)]).toEqual([null, null]);
  });

  it('without a start is none of these', () => {
    const orphan = transaction({ state: 'orphan', start: null });
    expect([asRunning(orphan), asStopped(orphan), energyOf(orphan)]).toEqual([null, null, null]);
  });
});
