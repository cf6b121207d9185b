import { expect, it } from 'vitest';
import type { Registration } from '../../src/domain/charge-point.ts';
import type { Event } from '../../src/domain/events.ts';
import type { Reading, ReadingContext } from '../../src/domain/metering.ts';
import { type Instant, instant, milliAmps, milliVolts, wattHours, watts } from '../../src/domain/units.ts';
import type { LiveChargePointState } from '../../src/store/charge-point-view.ts';
import { openStore } from '../../src/store/database.ts';
import { createRecorder } from '../../src/store/record.ts';
import { createTelemetry } from '../../src/store/telemetry.ts';
import { createViews } from '../../src/store/views.ts';

const start = Date.UTC(2026, 0, 1, 12);
const at = (minutes: number): Instant => instant(start + minutes * 60_000);

/** A store that is written by the real recorder, and a memory that the test decides on. */
function openSite(connectorsOf: (id: string) => readonly number[] = () => []) {
  const { database } = openStore(':memory:', { now: start, newId: () => 'epoch' });
  const record = createRecorder(database);
  const telemetry = createTelemetry(database);
  const lines = new Map<string, LiveChargePointState>();
  const site = { now: at(0) };
  const views = createViews(
    database,
    {
      line: (id) => lines.get(id) ?? null,
      lines: () => lines.values(),
      lastSeenAt: () => null,
      now: () => site.now,
    },
    {
      id: 'depot',
      name: 'Depot',
      configured: new Set(['CP1']),
      connectorsOf,
      securityProfile: (id) => (id === 'CP1' ? 1 : 0),
    },
  );
  const register = (chargePointId: string, registration: Registration): void =>
    record({ type: 'charge-point-registered', chargePointId, registration, at: at(0) });
  const startOf = (transactionId: number, minutes: number, connectorId = 1): Event => ({
    type: 'transaction-started',
    chargePointId: 'CP1',
    transactionId,
    start: {
      connectorId,
      idTag: 'Card',
      at: at(minutes),
      receivedAt: at(minutes),
      meterWh: wattHours(1_000),
      reservationId: null,
    },
    verdict: { status: 'Accepted', expiresAt: null, parentIdTag: 'Group' },
    evidence: { kind: 'start', message: '[]', receivedAt: at(minutes) },
    findings: [],
  });
  return { views, record, telemetry, lines, register, startOf, site };
}

function reading(minutes: number, context: ReadingContext, energyWh = 1_500): Reading {
  return {
    at: at(minutes),
    context,
    energyWh: wattHours(energyWh),
    powerW: watts(7_000),
    currentMA: [milliAmps(10_001), milliAmps(0), null],
    voltageMV: [milliVolts(230_100), null, null],
    offeredMA: milliAmps(16_000),
    socPercent: 41.5,
    quality: 'derived',
    derived: ['power from voltage and current'],
  };
}

function line(
  chargePointId: string,
  connected: boolean,
  last?: { reading: Reading; receivedAt: Instant },
  running?: { transactionId: number; startedAt: Instant },
): LiveChargePointState {
  return {
    chargePointId,
    registration: null,
    session: connected ? { openedAt: at(-5), securityProfile: 1, connection: { remoteAddress: '192.0.2.1' } } : null,
    counters: {
      connections: 1,
      framesIn: 2,
      framesOut: 3,
      ignored: 4,
      refused: 5,
      replayed: 6,
      lateAnswers: 7,
      unknownAnswers: 8,
      droppedSamples: 9,
      tolerated: new Map([['__proto__', 10]]),
    },
    clock: { offsetMs: -7_200_400 },
    calls: { waiting: () => 2, outstanding: () => 1 },
    live: {
      runningTransaction: () => running?.transactionId ?? null,
      busyConnectors: () => (running === undefined ? [] : [1]),
      running: () => running ?? null,
      readings: new Map(last === undefined ? [] : [[1, last]]),
    },
  };
}

it('shows the connectors that the configuration names, and those on which something runs, before any report', () => {
  const { views, lines } = openSite((id) => (id === 'CP1' ? [2] : []));
  expect(views.chargePoint('CP1')?.connectors).toMatchObject([{ id: 2, status: null, transactionId: null }]);
  lines.set('CP1', line('CP1', true, undefined, { transactionId: 7, startedAt: at(0) }));
  expect(views.chargePoint('CP1')?.connectors.map(({ id }) => id)).toEqual([1, 2]);
});

it('tells online, offline, pending and rejected apart', () => {
  const { views, register, lines } = openSite();
  register('CP2', 'accepted');
  register('CP3', 'pending');
  register('CP4', 'rejected');
  for (const id of ['CP2', 'CP3', 'CP4', 'stranger']) lines.set(id, line(id, true));
  lines.set('passer-by', line('passer-by', false));
  expect(views.chargePoints().map(({ id, status, registration }) => [id, status, registration])).toEqual([
    ['CP1', 'offline', null],
    ['CP2', 'online', 'accepted'],
    ['CP3', 'pending', 'pending'],
    ['CP4', 'rejected', 'rejected'],
    ['stranger', 'pending', null],
  ]);
  expect(views.site().chargePoints).toEqual({ online: 1, offline: 1, pending: 2, rejected: 1 });
  expect(views.chargePoint('passer-by')).toBeNull();
  // Of the connection in use, or else what it must have at least.
  expect(views.chargePoint('stranger')).toMatchObject({ securityProfile: 1, leastSecurityProfile: 0 });
  expect(views.chargePoint('CP1')?.securityProfile).toBe(1);
});

it('shows the counters of the moment, whatever the names in them', () => {
  const { views, register, lines } = openSite();
  register('CP1', 'accepted');
  lines.set('CP1', line('CP1', true));
  const shown = views.chargePoint('CP1');
  expect(shown).toMatchObject({ authenticated: true, remoteAddress: '192.0.2.1', callsWaiting: 3 });
  expect(Object.entries(shown?.counters.tolerated ?? {})).toEqual([['__proto__', 10]]);
  expect(shown?.connectedAt).toBe('2026-01-01T11:55:00.000Z');
});

it('takes an old reading, or one of another transaction, for no reading of now', () => {
  const { views, register, lines, site } = openSite();
  register('CP1', 'accepted');
  const powerW = (context: ReadingContext, ageMinutes: number, chargingSinceMinutes: number | null): number | null => {
    const last = { reading: reading(-ageMinutes, context), receivedAt: at(-ageMinutes) };
    const running =
      chargingSinceMinutes === null ? undefined : { transactionId: 5, startedAt: at(-chargingSinceMinutes) };
    lines.set('CP1', line('CP1', true, last, running));
    return views.chargePoint('CP1')?.connectors[0]?.powerW ?? null;
  };
  expect(powerW('Sample.Periodic', 1, 30)).toBe(7_000);
  expect(powerW('Sample.Periodic', 15, 30)).toBe(7_000);
  expect(powerW('Sample.Periodic', 16, 30)).toBeNull();
  expect(powerW('Sample.Periodic', 5, 3)).toBeNull();
  expect(powerW('Transaction.End', 1, null)).toBeNull();
  expect(powerW('Sample.Clock', 1, null)).toBe(7_000);
  expect(views.site().powerW).toBe(7_000);
  site.now = at(60);
  expect(views.site().powerW).toBeNull();
});

it('gives currents in amps and voltages in volts, unknown phases as null', () => {
  const { views, register, lines } = openSite();
  register('CP1', 'accepted');
  lines.set('CP1', line('CP1', true, { reading: reading(0, 'Sample.Clock'), receivedAt: at(0) }));
  expect(views.chargePoint('CP1')?.connectors).toEqual([
    expect.objectContaining({
      id: 1,
      status: null,
      currentA: [10.001, 0, null],
      voltageV: [230.1, null, null],
      socPercent: 41.5,
      readingQuality: 'derived',
    }),
  ]);
});

it('reads the energy so far from memory, from the store, and never from before the start', () => {
  const { views, register, record, startOf, telemetry, lines } = openSite();
  register('CP1', 'accepted');
  record(startOf(5, 0));
  expect(views.transaction(5)?.energySoFarWh).toBeNull();
  telemetry.add('CP1', 1, 5, [reading(1, 'Sample.Periodic', 1_200)], at(1));
  telemetry.flush();
  expect(views.transaction(5)).toMatchObject({ energySoFarWh: 200, energyWh: null, parentIdTag: 'Group' });
  const running = { transactionId: 5, startedAt: at(0) };
  lines.set('CP1', line('CP1', true, { reading: reading(2, 'Sample.Periodic', 1_300), receivedAt: at(2) }, running));
  expect(views.transaction(5)?.energySoFarWh).toBe(300);
  lines.set('CP1', line('CP1', true, { reading: reading(-1, 'Transaction.End', 900), receivedAt: at(-1) }, running));
  expect(views.transaction(5)?.energySoFarWh).toBe(200);
});

it('finds the readings of a transaction among those of others, the newest 2,000 of them', () => {
  const { views, register, record, startOf, telemetry } = openSite();
  register('CP1', 'accepted');
  record(startOf(5, 0));
  record(startOf(6, 0, 2));
  const [ours, others] = [1, 2].map((offset) =>
    Array.from({ length: 2_100 }, (_, index) => reading(index, 'Sample.Periodic', 1_000 + index * offset)),
  );
  for (let index = 0; index < 2_100; index += 100) {
    telemetry.add('CP1', 1, 5, ours?.slice(index, index + 100) ?? [], at(index));
    telemetry.add('CP1', 2, 6, others?.slice(index, index + 100) ?? [], at(index));
  }
  telemetry.flush();
  const shown = views.transaction(5);
  expect(shown?.readingsTotal).toBe(2_100);
  expect(shown?.readings.length).toBe(2_000);
  expect(shown?.readings.at(0)?.energyWh).toBe(1_100);
  expect(shown?.readings.at(-1)).toMatchObject({
    at: '2026-01-02T22:59:00.000Z',
    energyWh: 3_099,
    currentA: [10.001, 0, null],
    offeredA: 16,
    derived: 'power from voltage and current',
  });
});

it('shows a finding that was resolved with its time', () => {
  const { views, register, record, startOf } = openSite();
  register('CP1', 'accepted');
  record(startOf(5, 0));
  const findings = [{ kind: 'missing-stop' as const, detail: 'No stop.' }];
  record({ type: 'findings-added', transactionId: 5, findings, at: at(1) });
  record({ type: 'finding-resolved', transactionId: 5, kind: 'missing-stop', at: at(2) });
  expect(views.transaction(5)?.findings).toEqual([
    {
      kind: 'missing-stop',
      detail: 'No stop.',
      foundAt: '2026-01-01T12:01:00.000Z',
      resolvedAt: '2026-01-01T12:02:00.000Z',
    },
  ]);
});

it('finds an orphan by the idTag of its stop', () => {
  const { views, register, record } = openSite();
  register('CP1', 'accepted');
  record({
    type: 'orphan-stopped',
    chargePointId: 'CP1',
    transactionId: 9,
    reportedTransactionId: -1,
    proposedTransactionId: null,
    stop: { idTag: 'Card', at: at(5), receivedAt: at(5), meterWh: wattHours(5), reason: 'Local' },
    evidence: { kind: 'stop', message: '[]', receivedAt: at(5) },
    findings: [],
  });
  const any = { chargePointId: null, idTag: null, state: null, from: null, to: null };
  const found = (filter: object) =>
    views.transactions({ ...any, ...filter }, { limit: 10, cursor: null })?.items.map(({ id }) => id);
  expect(found({ idTag: 'cARD' })).toEqual([9]);
  expect(found({ idTag: 'other' })).toEqual([]);
  expect(found({ from: at(5), to: at(6) })).toEqual([9]);
  expect(found({ from: at(6) })).toEqual([]);
  expect(found({ to: at(5) })).toEqual([]);
  expect(views.transactions(any, { limit: 10, cursor: 'k5' })).toBeNull();
});

it('says when one was last heard of from what is stored, after a restart', () => {
  const { views, register, record } = openSite();
  register('CP1', 'accepted');
  expect(views.chargePoint('CP1')?.lastSeenAt).toBe('2026-01-01T12:00:00.000Z');
  const report = { connectorId: 0, status: 'Available' as const, errorCode: 'NoError', at: at(3), receivedAt: at(7) };
  record({
    type: 'status-reported',
    chargePointId: 'CP1',
    report: { ...report, info: null, vendorId: null, vendorErrorCode: null },
  });
  expect(views.chargePoint('CP1')?.lastSeenAt).toBe('2026-01-01T12:07:00.000Z');
  expect(views.chargePoint('CP1')?.connectors).toEqual([]);
});

it('gives the offset of a clock in whole seconds, and none where nothing is known', () => {
  const { views, lines } = openSite();
  expect(views.chargePoint('CP1')?.clockOffsetS).toBeNull();
  lines.set('CP1', line('CP1', true));
  expect(views.chargePoint('CP1')?.clockOffsetS).toBe(-7_200);
  lines.set('CP1', { ...line('CP1', true), clock: { offsetMs: -400 } });
  expect(views.chargePoint('CP1')?.clockOffsetS).toBe(0);
});
