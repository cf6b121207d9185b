import { describe, expect, it } from 'vitest';
import { instant, wattHours } from '../../../src/domain/units.ts';
import type { RequestOf } from '../../../src/ocpp/messages/actions.ts';
import { createTelemetry } from '../../../src/store/telemetry.ts';
import { createDesk, stamp } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';
import { reading, token } from '../../support/things.ts';

type Request = RequestOf<'StopTransaction'>;

function createWorld() {
  const desk = createDesk();
  desk.given({ type: 'token-put', token: token({ parentIdTag: 'FLEET' }), at: NOON });
  desk.receive('StartTransaction', { connectorId: 1, idTag: 'CARD1', meterStart: 1_000, timestamp: stamp(0) });
  return {
    ...desk,
    stop: (over: Partial<Request> = {}, chargePointId = 'CP1') =>
      desk.receive(
        'StopTransaction',
        { transactionId: 1, meterStop: 6_000, timestamp: stamp(3_600), ...over },
        { chargePointId, at: instant(NOON + 3_601_000) },
      ).response,
    states: () =>
      desk.rows(
        'SELECT id, state, reported_transaction_id AS reported, proposed_transaction_id AS proposed FROM transactions',
      ),
    findings: () => desk.values('SELECT kind FROM findings'),
  };
}

describe('a stop', () => {
  it('ends its transaction, with what it says and when it came', () => {
    const { stop, reader, findings } = createWorld();
    expect(stop({ idTag: 'other', reason: 'EVDisconnected' })).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect(reader.transaction('CP1', 1)).toMatchObject({
      state: 'stopped',
      stop: {
        idTag: 'other',
        at: NOON + 3_600_000,
        receivedAt: NOON + 3_601_000,
        meterWh: 6_000,
        reason: 'EVDisconnected',
      },
    });
    expect(findings()).toEqual([]);
  });

  it('without a card is answered without a verdict, and without a reason is Local', () => {
    const { stop, reader } = createWorld();
    expect(stop()).toEqual({});
    expect(reader.transaction('CP1', 1)?.stop).toMatchObject({ idTag: null, reason: 'Local' });
  });

  it('with a card gets its verdict, with the group', () => {
    const { stop } = createWorld();
    expect(stop({ idTag: 'card1' })).toEqual({ idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } });
  });

  it('takes the readings that it carries to its transaction', () => {
    const { judge } = createWorld();
    const transactionData = [
      { timestamp: stamp(0), sampledValue: [{ value: '1000', context: 'Transaction.Begin' as const }] },
      {
        timestamp: stamp(3_600),
        sampledValue: [{ value: '6.0', unit: 'kWh' as const, context: 'Transaction.End' as const }],
      },
    ];
    const outcome = judge('StopTransaction', {
      transactionId: 1,
      meterStop: 6_000,
      timestamp: stamp(3_600),
      transactionData,
    });
    expect('events' in outcome && outcome.events.find(({ type }) => type === 'readings-taken')).toMatchObject({
      connectorId: 1,
      transactionId: 1,
      readings: [{ energyWh: 1_000 }, { energyWh: 6_000 }],
      dropped: 0,
    });
  });

  it('at a time that the calendar does not hold is refused', () => {
    const { judge } = createWorld();
    expect(
      judge('StopTransaction', { transactionId: 1, meterStop: 1, timestamp: '2026-13-01T00:00:00Z' }),
    ).toMatchObject({
      refused: 'PropertyConstraintViolation',
    });
  });

  it('whose register lies below its start is kept as it is, with a finding', () => {
    const { stop, findings, reader } = createWorld();
    stop({ meterStop: -5 });
    expect(reader.transaction('CP1', 1)?.stop?.meterWh).toBe(-5);
    expect(findings()).toEqual(['register-regression']);
  });

  it('is held against the last reading, as memory has it', () => {
    const { stop, receive, findings } = createWorld();
    const meterValue = [{ timestamp: stamp(3_000), sampledValue: [{ value: '7000' }] }];
    receive('MeterValues', { connectorId: 1, transactionId: 1, meterValue }, { at: instant(NOON + 3_000_000) });
    stop();
    expect(findings()).toEqual(['register-regression']);
  });

  it('is held against the last reading that was stored, when memory has none', () => {
    const { stop, database, findings } = createWorld();
    const telemetry = createTelemetry(database);
    telemetry.add('CP1', 1, 1, [reading({ at: instant(NOON + 3_000_000), energyWh: wattHours(7_000) })], NOON);
    telemetry.flush();
    stop();
    expect(findings()).toEqual(['register-regression']);
  });
});

describe('a stop that comes again', () => {
  it('is answered like the first, which counts', () => {
    const { stop, reader, values, findings } = createWorld();
    stop({ idTag: 'CARD1' });
    expect(stop({ idTag: 'CARD1' })).toEqual({ idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } });
    expect(findings()).toEqual([]);
    stop({ idTag: 'CARD1', meterStop: 9_999 });
    expect(reader.transaction('CP1', 1)?.stop?.meterWh).toBe(6_000);
    expect(values('SELECT kind FROM evidence ORDER BY id')).toEqual([
      'start',
      'stop',
      'stop-repeated',
      'stop-repeated',
    ]);
    expect(findings()).toEqual(['duplicate-differs']);
  });
});

describe('a stop without a start of ours', () => {
  it.each([-1, 0, 404, 2 ** 40])('called %d is answered and kept once, and ends nothing that runs', (transactionId) => {
    const { stop, states, values } = createWorld();
    expect(stop({ transactionId })).toEqual({});
    expect(stop({ transactionId })).toEqual({});
    expect(states()).toEqual([
      { id: 1, state: 'running', reported: null, proposed: null },
      { id: 2, state: 'orphan', reported: transactionId, proposed: 1 },
    ]);
    expect(values('SELECT kind FROM evidence WHERE transaction_id = 2')).toEqual(['stop', 'stop-repeated']);
    expect(values('SELECT kind FROM findings WHERE transaction_id = 2')).toEqual(['missing-start']);
  });

  it('proposes a start only where exactly one fits', () => {
    const { stop, states, receive } = createWorld();
    stop({ transactionId: -1, meterStop: 999 });
    stop({ transactionId: -1, timestamp: stamp(-1) });
    receive('StartTransaction', { connectorId: 2, idTag: 'X', meterStart: 5, timestamp: stamp(1) });
    stop({ transactionId: -1 });
    expect(states().slice(1)).toEqual([
      { id: 2, state: 'orphan', reported: -1, proposed: null },
      { id: 3, state: 'orphan', reported: -1, proposed: null },
      { id: 4, state: 'running', reported: null, proposed: null },
      { id: 5, state: 'orphan', reported: -1, proposed: null },
    ]);
  });

  it('is one as well when the transaction is of another charge point', () => {
    const { stop, states } = createWorld();
    stop({}, 'CP2');
    expect(states()).toEqual([
      { id: 1, state: 'running', reported: null, proposed: null },
      { id: 2, state: 'orphan', reported: 1, proposed: null },
    ]);
  });

  it('is one as well when it names the id of an orphan', () => {
    const { stop, states } = createWorld();
    stop({ transactionId: -1 });
    stop({ transactionId: 2 });
    expect(states()).toHaveLength(3);
  });
});
