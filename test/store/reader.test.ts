import { describe, expect, it } from 'vitest';
import { type Instant, instant, wattHours } from '../../src/domain/units.ts';
import { openLedger } from '../support/ledger.ts';
import { NOON } from '../support/manual-clock.ts';
import { nameplate, registered, start, started, stop, stopped, token } from '../support/things.ts';

const at = (seconds: number): Instant => instant(NOON + seconds * 1_000);

describe('the reader', () => {
  it('knows charge points by their exact id', () => {
    const { reader, given } = openLedger();
    given(registered('CP1'), registered('CP2'));
    given({ type: 'registration-changed', chargePointId: 'CP2', registration: 'pending', at: NOON });
    expect(reader.registration('CP1')).toBe('accepted');
    expect(reader.registration('cp1')).toBeNull();
    expect(reader.chargePoints()).toEqual([
      { id: 'CP1', registration: 'accepted' },
      { id: 'CP2', registration: 'pending' },
    ]);
    expect([reader.countChargePoints('accepted'), reader.countChargePoints('rejected')]).toEqual([1, 0]);
    expect(reader.nameplate('CP1')).toBeNull();
    given({
      type: 'charge-point-booted',
      chargePointId: 'CP1',
      nameplate: nameplate({ imsi: '1' }),
      repeated: false,
      at: NOON,
    });
    expect(reader.nameplate('CP1')).toEqual(nameplate({ imsi: '1' }));
  });

  it('gives tokens back as they were put', () => {
    const { reader, given } = openLedger();
    const put = token({ idTag: 'Card1', status: 'Expired', expiresAt: at(1), parentIdTag: 'P', note: 'n' });
    given({ type: 'token-put', token: put, at: NOON });
    expect(reader.token('CARD1')).toEqual(put);
    expect(reader.token('CARD2')).toBeNull();
  });

  it('gives transactions back as they were recorded, to their own charge point only', () => {
    const { reader, given } = openLedger();
    given(
      registered('CP1'),
      registered('CP2'),
      started(1, { reservationId: 9 }),
      stopped(1, { reason: 'EVDisconnected' }),
    );
    expect(reader.transaction('CP1', 1)).toEqual({
      id: 1,
      chargePointId: 'CP1',
      state: 'stopped',
      start: start({ reservationId: 9 }),
      stop: stop({ reason: 'EVDisconnected' }),
      verdict: { status: 'Accepted', expiresAt: null, parentIdTag: null },
      reportedTransactionId: null,
      proposedTransactionId: null,
    });
    expect(reader.transaction('CP2', 1)).toBeNull();
    expect(reader.transaction('CP1', 2)).toBeNull();
  });

  it('finds a start by all of its fingerprint, running or stopped', () => {
    const { reader, given } = openLedger();
    given(registered('CP1'), registered('CP2'), started(1));
    const id = (over: Parameters<typeof start>[0], chargePointId = 'CP1') =>
      reader.transactionByStart(chargePointId, start(over))?.id ?? null;
    expect(id({})).toBe(1);
    expect(id({ idTag: 'card1', receivedAt: at(99), reservationId: 4 })).toBe(1);
    expect(id({ connectorId: 2 })).toBeNull();
    expect(id({ at: at(1) })).toBeNull();
    expect(id({ meterWh: wattHours(1_001) })).toBeNull();
    expect(id({ idTag: 'CARD2' })).toBeNull();
    expect(id({}, 'CP2')).toBeNull();
    given(stopped(1));
    expect(id({})).toBe(1);
  });

  it('finds an orphan by all of its fingerprint', () => {
    const { reader, given } = openLedger();
    given(registered('CP1'), {
      type: 'orphan-stopped',
      chargePointId: 'CP1',
      transactionId: 3,
      reportedTransactionId: -1,
      proposedTransactionId: null,
      stop: stop(),
      evidence: { kind: 'stop', message: 'm', receivedAt: NOON },
      findings: [],
    });
    expect(reader.orphanByStop('CP1', -1, stop())).toMatchObject({
      id: 3,
      state: 'orphan',
      start: null,
      verdict: null,
    });
    expect(reader.orphanByStop('CP1', 0, stop())).toBeNull();
    expect(reader.orphanByStop('CP1', -1, stop({ meterWh: wattHours(1) }))).toBeNull();
    expect(reader.orphanByStop('CP1', -1, stop({ at: at(1) }))).toBeNull();
    expect(reader.orphanByStop('CP2', -1, stop())).toBeNull();
  });

  it('knows what runs where, with which card, and what ran before', () => {
    const { reader, given } = openLedger();
    given(registered('CP1'), registered('CP2'));
    given(started(1, { at: at(0) }), stopped(1, { at: at(10) }));
    given(started(2, { at: at(20) }), stopped(2, { at: at(30) }));
    given(started(3, { at: at(40), connectorId: 2 }), stopped(3, { at: at(41) }));
    given(
      started(4, { at: at(50) }),
      started(5, { at: at(60), idTag: 'card1' }, 'CP2'),
      started(6, { idTag: 'X' }, 'CP2'),
    );
    const ids = (transactions: readonly { id: number }[]) => transactions.map(({ id }) => id);
    expect(ids(reader.runningOn('CP1'))).toEqual([4]);
    expect(ids(reader.runningOn('CP2'))).toEqual([6, 5]);
    expect(ids(reader.runningWith('CaRd1'))).toEqual([5, 4]);
    expect(reader.previousOn('CP1', start({ at: at(50) }))?.id).toBe(2);
    expect(reader.previousOn('CP1', start({ at: at(15) }))?.id).toBe(1);
    expect(reader.previousOn('CP1', start({ at: at(50), connectorId: 2 }))?.id).toBe(3);
    expect(reader.previousOn('CP2', start({ at: at(99) }))).toBeNull();
    expect(ids(reader.startedDuring('CP1', 1, at(0), at(50)))).toEqual([1, 2]);
    expect(ids(reader.startedDuring('CP1', 1, at(1), at(51)))).toEqual([2, 4]);
  });

  it('sees what the open turn has written', () => {
    const { reader, record, database } = openLedger();
    database.exec('BEGIN IMMEDIATE');
    record(registered());
    record(started(1));
    expect(reader.nextTransactionId()).toBe(2);
    expect(reader.transaction('CP1', 1)?.state).toBe('running');
    database.exec('ROLLBACK');
    expect(reader.nextTransactionId()).toBe(1);
  });
});
