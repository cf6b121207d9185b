import { describe, expect, it } from 'vitest';
import { createLive } from '../../src/controller/live.ts';
import type { Event } from '../../src/domain/events.ts';
import { type Instant, instant, wattHours, watts } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';
import { reading, started, stopped } from '../support/things.ts';

const status = (is: 'Available' | 'Charging', at: Instant): Event => ({
  type: 'status-reported',
  chargePointId: 'CP1',
  report: {
    connectorId: 1,
    status: is,
    errorCode: 'NoError',
    info: null,
    vendorId: null,
    vendorErrorCode: null,
    at,
    receivedAt: at,
  },
});
const later = (ms: number): Instant => instant(NOON + ms);

describe('what runs', () => {
  it('is what has started and not stopped, the newest first', () => {
    const live = createLive();
    expect(live.runningTransaction(1)).toBeNull();
    live.follow(started(7));
    live.follow(started(9, { connectorId: 2 }));
    expect([live.runningTransaction(1), live.runningTransaction(2)]).toEqual([7, 9]);
    expect(live.running(7)).toEqual({ transactionId: 7, connectorId: 1, startedAt: NOON, meterStartWh: 1_000 });
    live.follow(started(11));
    expect(live.runningTransaction(1)).toBe(11);
    live.follow(stopped(7));
    expect([live.running(7), live.runningTransaction(1)]).toEqual([null, 11]);
    live.follow(stopped(11));
    expect(live.runningTransaction(1)).toBeNull();
    live.follow(stopped(404));
    expect(live.runningTransaction(2)).toBe(9);
  });

  it('is adopted in any order', () => {
    const live = createLive();
    for (const transactionId of [5, 8, 6]) {
      live.adopt({ transactionId, connectorId: 1, startedAt: NOON, meterStartWh: wattHours(0) }, NOON);
    }
    expect(live.runningTransaction(1)).toBe(8);
  });

  it('is the one that started last, by clocks that can be right', () => {
    const newest = (...starts: [transactionId: number, startedAt: Instant][]): number | null => {
      const live = createLive();
      for (const [transactionId, startedAt] of starts) {
        live.adopt({ transactionId, connectorId: 1, startedAt, meterStartWh: wattHours(0) }, later(120_000));
      }
      return live.runningTransaction(1);
    };
    expect(newest([5, later(60_000)], [6, NOON])).toBe(5);
    expect(newest([5, NOON], [6, later(60_000)])).toBe(6);
    // Ahead of the time of receipt, or before there was any OCPP 1.6: the id decides.
    expect(newest([5, later(999_000)], [6, NOON])).toBe(6);
    expect(newest([5, NOON], [6, instant(0)])).toBe(6);
  });
});

describe('the last reading', () => {
  const taken = (at: Instant, receivedAt = at, connectorId = 1): Event => ({
    type: 'readings-taken',
    chargePointId: 'CP1',
    connectorId,
    transactionId: null,
    readings: [reading({ at })],
    dropped: 0,
    receivedAt,
  });

  it('is the newest by the clock of the charge point: a replayed one does not replace it', () => {
    const live = createLive();
    live.follow(taken(later(60_000)));
    live.follow(taken(NOON, later(70_000)));
    expect(live.lastReading(1)?.at).toBe(later(60_000));
    live.follow(taken(later(60_000), later(80_000)));
    expect(live.readings.get(1)?.receivedAt).toBe(later(80_000));
    expect(live.lastReading(2)).toBeNull();
  });

  it('from the future is replaced by the next one: the clock has been set', () => {
    const live = createLive();
    live.follow(taken(later(86_400_000), NOON));
    live.follow(taken(later(1_000), later(1_000)));
    expect(live.lastReading(1)?.at).toBe(later(1_000));
  });

  it('shows no load of a transaction that is over, also when it comes after the stop', () => {
    const live = createLive();
    const loaded = (at: Instant): Event => ({
      type: 'readings-taken',
      chargePointId: 'CP1',
      connectorId: 1,
      transactionId: null,
      readings: [reading({ at, powerW: watts(2_618) })],
      dropped: 0,
      receivedAt: later(90_000),
    });
    live.follow(started(7));
    live.follow(loaded(later(10_000)));
    expect(live.lastReading(1)?.powerW).toBe(2_618);
    live.follow(stopped(7, { at: later(60_000) }));
    expect(live.lastReading(1)).toMatchObject({ powerW: null, energyWh: 1_500 });
    live.follow(loaded(later(59_000)));
    expect(live.lastReading(1)?.powerW).toBeNull();
    live.follow(loaded(later(61_000)));
    expect(live.lastReading(1)?.powerW).toBe(2_618);
    // Nothing is plugged in any more.
    live.follow(status('Charging', later(62_000)));
    expect(live.lastReading(1)?.powerW).toBe(2_618);
    live.follow(status('Available', later(63_000)));
    expect(live.lastReading(1)?.powerW).toBeNull();
  });
});
