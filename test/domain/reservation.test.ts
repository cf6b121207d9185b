import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '../../src/domain/charge-point.ts';
import {
  answerMissed,
  cancelAnswered,
  cancelWanted,
  expired,
  isDoubted,
  isOpen,
  type Reservation,
  type ReservationAnswer,
  type ReservationState,
  type ReservationVerdict,
  requestedReservation,
  reserveAnswered,
  statusShown,
  usedBy,
} from '../../src/domain/reservation.ts';
import { type Instant, instant } from '../../src/domain/units.ts';

const plus = (seconds: number): Instant => instant(Date.UTC(2026, 0, 15, 12) + seconds * 1_000);
const terms = { connectorId: 1, idTag: 'CARD1', parentIdTag: null, expiresAt: plus(3_600) };
const longer = { ...terms, expiresAt: plus(7_200) };

const asked = requestedReservation({ id: 5, chargePointId: 'CP1', reservationId: 5 }, terms, plus(0));
const accepted = { kind: 'status', status: 'Accepted' } as const;
const answered = (
  before: Reservation,
  answer: ReservationAnswer<ReservationVerdict>,
  bootedAt: Instant | null = null,
): Reservation => reserveAnswered(before, longer, answer, bootedAt, plus(60));
const active = reserveAnswered(asked, terms, accepted, null, plus(1));
const unconfirmed = reserveAnswered(asked, terms, { kind: 'silence' }, null, plus(1));
const cancelling = cancelWanted(active, plus(2));
const shown = (before: Reservation, status: ConnectorStatus, connectorId = 1, at = plus(60), alone = true) =>
  statusShown(before, { connectorId, status, at }, alone, at);

describe('the answer to the first ReserveNow', () => {
  it.each<[ReservationAnswer<ReservationVerdict>, ReservationState, boolean]>([
    [accepted, 'active', true],
    [{ kind: 'status', status: 'Occupied' }, 'refused', false],
    [{ kind: 'status', status: 'Faulted' }, 'refused', false],
    [{ kind: 'status', status: 'Unavailable' }, 'refused', false],
    [{ kind: 'status', status: 'Rejected' }, 'refused', false],
    [{ kind: 'error', code: 'NotImplemented' }, 'refused', false],
    [{ kind: 'silence' }, 'unconfirmed', true],
    [{ kind: 'malformed' }, 'unconfirmed', true],
    [{ kind: 'not-sent' }, 'refused', false],
  ])('%j makes it %s', (answer, state, open) => {
    const one = answered(asked, answer);
    expect([one.state, isOpen(one), one.endedAt === null]).toEqual([state, open, open]);
    expect(one.verdict).toBe(answer.kind === 'status' ? answer.status : null);
  });

  it('that could not be understood is not asked for again, and one that never came is', () => {
    expect(isDoubted(answered(asked, { kind: 'malformed' }), null)).toBe(false);
    expect(isDoubted(answered(asked, { kind: 'silence' }), null)).toBe(true);
  });
});

describe('a later ReserveNow with its number', () => {
  it('replaces it when accepted (§5.13)', () => {
    expect(answered(active, accepted)).toMatchObject({ state: 'active', expiresAt: longer.expiresAt, restores: 0 });
  });

  it.each([{ kind: 'status', status: 'Occupied' } as const, { kind: 'error', code: 'InternalError' } as const])(
    'leaves the old terms in force when refused with %j',
    (answer) => {
      expect(answered(active, answer)).toMatchObject({ state: 'active', expiresAt: terms.expiresAt, endedAt: null });
    },
  );

  it('leaves open what holds when no answer comes', () => {
    expect(answered(active, { kind: 'silence' })).toMatchObject({ state: 'unconfirmed', knownAt: null });
    expect(answered(active, { kind: 'not-sent' })).toBe(active);
  });

  it('after a boot restores what was forgotten, or shows that it is lost', () => {
    expect(answered(active, accepted, plus(30))).toMatchObject({ state: 'active', knownAt: plus(60) });
    const lost = answered(active, { kind: 'status', status: 'Occupied' }, plus(30));
    expect(lost).toMatchObject({ state: 'lost', verdict: 'Occupied', endedAt: plus(60) });
  });

  it('settles one that no answer had come for', () => {
    expect(answered(unconfirmed, accepted).state).toBe('active');
    expect(answered(unconfirmed, { kind: 'status', status: 'Occupied' }).state).toBe('refused');
  });

  it('does not keep alive what somebody wants gone', () => {
    for (const answer of [accepted, { kind: 'silence' }, { kind: 'malformed' }] as const) {
      expect(answered(cancelling, answer).state).toBe('cancelling');
    }
  });
});

describe('the answer to CancelReservation (§5.1)', () => {
  it.each<[Reservation, ReservationAnswer<'Accepted' | 'Rejected'>, ReservationState]>([
    [cancelling, { kind: 'status', status: 'Accepted' }, 'cancelled'],
    [cancelling, { kind: 'status', status: 'Rejected' }, 'lost'],
    [cancelling, { kind: 'silence' }, 'cancelling'],
    [cancelling, { kind: 'not-sent' }, 'cancelling'],
    [cancelling, { kind: 'error', code: 'NotSupported' }, 'active'],
    [cancelling, { kind: 'malformed' }, 'active'],
    [cancelWanted(unconfirmed, plus(2)), { kind: 'error', code: 'NotSupported' }, 'unconfirmed'],
    [active, { kind: 'status', status: 'Accepted' }, 'cancelled'],
    [active, { kind: 'error', code: 'NotSupported' }, 'active'],
  ])('%# ends in %3$s', (before, answer, state) => {
    expect(cancelAnswered(before, answer, plus(60)).state).toBe(state);
  });
});

describe('a status', () => {
  it.each<[string, Reservation, ConnectorStatus, number, ReservationState]>([
    ['of its connector out of order ends it (§5.13)', active, 'Faulted', 1, 'lost'],
    ['of its connector out of service ends it (§5.13)', active, 'Unavailable', 1, 'lost'],
    ['of the whole charge point ends it (§5.13)', active, 'Faulted', 0, 'lost'],
    ['of another connector says nothing', active, 'Faulted', 2, 'active'],
    ['of a connector says nothing of connector 0', { ...active, connectorId: 0 }, 'Faulted', 1, 'active'],
    ['of the whole charge point ends connector 0', { ...active, connectorId: 0 }, 'Unavailable', 0, 'lost'],
    ['Reserved confirms it', unconfirmed, 'Reserved', 1, 'active'],
    ['Reserved of the whole charge point confirms nothing', unconfirmed, 'Reserved', 0, 'unconfirmed'],
    ['Available before it was ever Reserved says nothing', active, 'Available', 1, 'active'],
    ['before it is answered says nothing', asked, 'Faulted', 1, 'requested'],
  ])('%s', (_, before, status, connectorId, state) => {
    expect(shown(before, status, connectorId).state).toBe(state);
  });

  it('Reserved does not say which of two is held', () => {
    expect(shown(unconfirmed, 'Reserved', 1, plus(60), false).state).toBe('unconfirmed');
  });

  it('of long before it was made is not about it', () => {
    const old = statusShown(active, { connectorId: 1, status: 'Faulted', at: plus(-600) }, true, plus(60));
    expect(old).toBe(active);
  });

  it('Available after Reserved leaves it in doubt, and near its end ends it', () => {
    const reserved = shown(active, 'Reserved', 1, plus(30));
    expect(reserved.reservedAt).toBe(plus(30));
    expect(isDoubted(reserved, plus(20))).toBe(false);
    const doubted = shown(reserved, 'Available', 1, plus(60));
    expect([doubted.state, isDoubted(doubted, null)]).toEqual(['active', true]);
    // TC_047: its clock is a little before ours.
    expect(shown(reserved, 'Available', 1, plus(3_595)).state).toBe('expired');
  });
});

describe('its end', () => {
  it('comes with its time, or with the transaction that uses it, at the time of the start', () => {
    expect(expired(active, plus(3_600))).toMatchObject({ state: 'expired', endedAt: plus(3_600) });
    expect(usedBy(active, 7, plus(100), plus(900))).toMatchObject({
      state: 'used',
      transactionId: 7,
      endedAt: plus(100),
      changedAt: plus(900),
    });
  });

  it('an answer that can not come any more leaves it open', () => {
    expect(answerMissed(asked, plus(9))).toMatchObject({ state: 'unconfirmed', endedAt: null });
    expect(answerMissed(active, plus(9))).toBe(active);
  });
});
