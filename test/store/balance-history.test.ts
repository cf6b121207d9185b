import { describe, expect, it } from 'vitest';
import { type Instant, instant, milliAmps } from '../../src/domain/units.ts';
import { type CircuitMoment, type ConnectorMoment, createBalanceHistory } from '../../src/store/balance-history.ts';
import { createBalanceThinning } from '../../src/store/balance-thinning.ts';
import { createBalanceHistoryViews } from '../../src/store/balance-views.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';

const at = (seconds: number): Instant => instant(NOON + seconds * 1_000);
const amps = (a: number) => milliAmps(a * 1_000);
const DAY_S = 86_400;

const connector = (seconds: number, over: Partial<ConnectorMoment> = {}): ConnectorMoment => ({
  chargePointId: 'CP1',
  connectorId: 1,
  at: at(seconds),
  planMA: amps(16),
  grantMA: amps(10),
  acknowledgedMA: null,
  measuredMA: [amps(9.9), amps(9.8), null],
  because: 'circuit-full',
  ...over,
});
const circuit = (seconds: number, a = 20): CircuitMoment => {
  const each = [amps(a), amps(a + 1), null] as const;
  return {
    circuit: 'grid',
    at: at(seconds),
    limitMA: [amps(63), amps(63), amps(63)],
    foreignMA: each,
    measuredMA: each,
    committedMA: each,
    plannedMA: each,
  };
};

function createWorld() {
  const { database, values } = openLedger();
  const history = createBalanceHistory(database);
  const views = createBalanceHistoryViews(database);
  const everything = { from: at(-100 * DAY_S), to: at(DAY_S), limit: 10_000, cursor: null };
  return {
    history,
    values,
    views,
    database,
    flush(): void {
      database.transaction(() => history.flush()).immediate();
      history.flushed();
    },
    connectors: () => views.connectorHistory('CP1', 1, everything)?.items ?? [],
    thin(now: Instant): void {
      const thin = createBalanceThinning(database);
      while (thin(now) > 0);
    },
  };
}

describe('the history of balancing', () => {
  it('keeps plan, grant, acknowledgement and current of a connector, and the amps of a circuit', () => {
    const { history, flush, connectors, views } = createWorld();
    history.connector(connector(0));
    history.circuit(circuit(0));
    flush();
    expect(connectors()).toEqual(
      [
        {
          at: '2026-05-04T12:00:00.000Z',
          planA: 16,
          grantA: 10,
          acknowledgedA: null,
          measuredA: [9.9, 9.8, null],
          because: 'circuit-full',
        },
      ].map((row) => ({ ...row, at: new Date(NOON).toISOString() })),
    );
    const each = [20, 21, null];
    expect(views.circuitHistory('grid', { from: at(0), to: at(1), limit: 5, cursor: null })).toEqual({
      items: [
        {
          at: new Date(NOON).toISOString(),
          limitA: [63, 63, 63],
          foreignA: each,
          measuredA: each,
          committedA: each,
          plannedA: each,
        },
      ],
      next: null,
    });
  });

  it('has a row every 10 s at most, at once for a decision, and one in 5 minutes while nothing moves', () => {
    const { history } = createWorld();
    const waiting = (moment: ConnectorMoment): number => {
      history.connector(moment);
      return history.state().waiting;
    };
    const moved = [amps(11), amps(11), null] as const;
    expect(waiting(connector(0))).toBe(1);
    expect(waiting(connector(5, { measuredMA: moved }))).toBe(1);
    expect(waiting(connector(10, { measuredMA: moved }))).toBe(2);
    expect(waiting(connector(11, { measuredMA: moved, grantMA: amps(12) }))).toBe(3);
    expect(waiting(connector(300, { measuredMA: [amps(11.1), amps(11), null], grantMA: amps(12) }))).toBe(3);
    expect(waiting(connector(311, { measuredMA: moved, grantMA: amps(12) }))).toBe(4);
    expect(waiting(connector(100, { measuredMA: moved, grantMA: amps(12) }))).toBe(5);
    expect(waiting(connector(100, { connectorId: 2 }))).toBe(6);
  });

  it('is written again where the commit failed, and has bounds where the disk takes nothing', () => {
    const { history, flush, database, connectors } = createWorld();
    history.connector(connector(0));
    const undone = database.transaction(() => {
      history.flush();
      throw new Error('disk full');
    });
    expect(undone).toThrow('disk full');
    expect(connectors()).toEqual([]);
    flush();
    expect(connectors()).toHaveLength(1);
    for (let second = 0; second < 50_010; second += 1) history.circuit(circuit(second * 300, second % 2));
    expect(history.state()).toEqual({ waiting: 50_000, lost: 10 });
  });

  it('goes on behind what another process wrote, also where the clock was put back', () => {
    const { history, flush, database, values } = createWorld();
    history.connector(connector(100));
    flush();
    const next = createBalanceHistory(database);
    next.connector(connector(0));
    database.transaction(() => next.flush()).immediate();
    expect(values('SELECT at_ms FROM connector_history ORDER BY id')).toEqual([at(100), at(0)]);
  });

  it('is shown by pages, of one connector or circuit and one span of time', () => {
    const { history, flush, views } = createWorld();
    for (let n = 0; n < 5; n += 1) {
      history.connector(connector(n * 10, { grantMA: amps(n) }));
      history.connector(connector(n * 10, { connectorId: 2 }));
    }
    flush();
    const request = { from: at(10), to: at(40), limit: 2, cursor: null };
    const first = views.connectorHistory('CP1', 1, request);
    expect(first?.items.map(({ grantA }) => grantA)).toEqual([1, 2]);
    const second = views.connectorHistory('CP1', 1, { ...request, cursor: first?.next ?? null });
    expect([second?.items.map(({ grantA }) => grantA), second?.next]).toEqual([[3], null]);
    expect(views.connectorHistory('CP1', 1, { ...request, cursor: 'x' })).toBeNull();
  });
});

describe('thinning', () => {
  it('keeps 10 s for a day, a minute for a week, 15 minutes for 60 days, and nothing older', () => {
    const { history, flush, connectors, thin } = createWorld();
    const ages = { young: 3_600, day: 2 * DAY_S, week: 10 * DAY_S, old: 61 * DAY_S };
    // From a whole quarter of an hour on, half an hour each, oldest first.
    for (const age of Object.values(ages).reverse()) {
      for (let s = 0; s < 1_800; s += 10) history.connector(connector(s - age, { grantMA: amps(s % 30) }));
    }
    flush();
    thin(at(0));
    const kept = connectors().map((row) => (Date.parse(row.at) - NOON) / 1_000);
    const within = (age: number) => kept.filter((s) => s >= -age && s < 1_800 - age).length;
    expect(Object.values(ages).map(within)).toEqual([180, 30, 2, 0]);
    thin(at(0));
    expect(connectors()).toHaveLength(212);
  });

  it('counts each connector and circuit for itself, by the chunk', () => {
    const { history, flush, values, thin } = createWorld();
    for (let n = 0; n < 5_500; n += 1) {
      history.connector(connector(n * 10 - 2 * DAY_S, { grantMA: amps(n), connectorId: 1 + (n % 2) }));
    }
    history.circuit(circuit(-2 * DAY_S));
    flush();
    thin(at(0));
    const rows = Number(values('SELECT count(*) FROM connector_history')[0]);
    expect(rows).toBeGreaterThanOrEqual((5_500 / 6) * 2 - 2);
    expect(rows).toBeLessThan((5_500 / 6) * 2 + 4);
    expect(values('SELECT count(*) FROM circuit_history')).toEqual([1]);
  });
});
