import { describe, expect, it } from 'vitest';
import {
  expired,
  lost,
  type Reservation,
  type ReservationTerms,
  requestedReservation,
  reserveAnswered,
} from '../../../src/domain/reservation.ts';
import { instant } from '../../../src/domain/units.ts';
import { createDesk, stamp } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';
import { token } from '../../support/things.ts';

const at = (seconds: number) => instant(NOON + seconds * 1_000);

function createWorld() {
  const desk = createDesk();
  for (const [idTag, parentIdTag] of [
    ['GUEST', 'GROUP'],
    ['FRIEND', 'group'],
    ['OTHER', null],
  ] as const) {
    desk.given({ type: 'token-put', token: token({ idTag, parentIdTag }), at: NOON });
  }
  return {
    ...desk,
    /** One that the charge point has accepted at noon, for an hour. */
    hold(over: Partial<ReservationTerms> = {}, chargePointId = 'CP1', reservationId?: number): Reservation {
      const terms = { connectorId: 1, idTag: 'GUEST', parentIdTag: null, expiresAt: at(3_600), ...over };
      const id = desk.reader.nextReservationId();
      const asked = requestedReservation({ id, chargePointId, reservationId: reservationId ?? id }, terms, NOON);
      const reservation = reserveAnswered(asked, terms, { kind: 'status', status: 'Accepted' }, null, NOON);
      desk.given({ type: 'reservation-changed', chargePointId, reservation, at: NOON });
      return reservation;
    },
    put(reservation: Reservation): void {
      desk.given({ type: 'reservation-changed', chargePointId: 'CP1', reservation, at: NOON });
    },
    start(over: { idTag?: string; connectorId?: number; reservationId?: number } = {}, startedS = 60, receivedS = 61) {
      const request = { connectorId: 1, idTag: 'GUEST', meterStart: 100, timestamp: stamp(startedS), ...over };
      return desk.receive('StartTransaction', request, { at: at(receivedS) }).response;
    },
    states: () => desk.rows('SELECT id, state, transaction_id AS tx FROM reservations ORDER BY id'),
    findings: () => desk.rows('SELECT transaction_id AS tx, kind, detail FROM findings'),
    kinds: () => desk.values('SELECT kind FROM findings'),
  };
}

describe('a start that names a reservation', () => {
  it('ends it, and is repeated without a second effect', () => {
    const world = createWorld();
    const { reservationId } = world.hold();
    const first = world.start({ reservationId });
    expect(first.idTagInfo).toEqual({ status: 'Accepted', parentIdTag: 'GROUP' });
    expect(world.start({ reservationId }, 60, 90)).toEqual(first);
    expect(world.states()).toEqual([{ id: 1, state: 'used', tx: first.transactionId }]);
    expect(world.kinds()).toEqual([]);
  });

  it('of a number that nobody knows is a start all the same, with a finding', () => {
    const world = createWorld();
    world.hold({}, 'CP2', 77);
    expect(world.start({ reservationId: 77 })).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    expect(world.states()).toEqual([{ id: 1, state: 'active', tx: null }]);
    expect(world.findings()).toMatchObject([
      { kind: 'unknown-reservation', detail: 'The start names reservation 77, which is not known here.' },
    ]);
  });

  it('that was used before is a finding, and the first use stands', () => {
    const world = createWorld();
    const { reservationId } = world.hold();
    const { transactionId } = world.start({ reservationId });
    world.start({ reservationId }, 600, 601);
    expect(world.states()).toEqual([{ id: 1, state: 'used', tx: transactionId }]);
    expect(world.kinds()).toContain('unknown-reservation');
  });

  it('uses one that we thought was lost or expired: the charge point knows better', () => {
    for (const end of [expired, (one: Reservation) => lost(one, 'Gone.', at(30))]) {
      const world = createWorld();
      const held = world.hold();
      world.put(end(held, at(30)));
      world.start({ reservationId: held.reservationId });
      expect(world.states()).toEqual([{ id: 1, state: 'used', tx: 1 }]);
    }
  });

  it('is said to have ignored it when somebody else started', () => {
    const world = createWorld();
    const { reservationId } = world.hold();
    world.start({ idTag: 'OTHER', reservationId });
    expect(world.kinds()).toEqual(['reservation-ignored']);
    expect(world.states()).toEqual([{ id: 1, state: 'used', tx: 1 }]);
  });

  it.each([-1, 0, 2_147_483_648, 9_007_199_254_740_991])('takes the number %d', (reservationId) => {
    expect(createWorld().start({ reservationId }).transactionId).toBe(1);
  });
});

describe('a start that names none', () => {
  it.each([
    ['the idTag on its connector', {}, {}, true],
    ['the idTag in other letters', {}, { idTag: 'guest' }, true],
    ['the idTag on any connector', { connectorId: 0 }, { connectorId: 2 }, true],
    ['one of the group', { parentIdTag: 'GROUP' }, { idTag: 'FRIEND' }, true],
    ['one of the group, reserved without it', {}, { idTag: 'FRIEND' }, false],
    ['the idTag on another connector', {}, { connectorId: 2 }, false],
  ] as const)('by %s', (_, terms, start, used) => {
    const world = createWorld();
    world.hold(terms);
    world.start(start);
    expect(world.states()).toEqual([{ id: 1, state: used ? 'used' : 'active', tx: used ? 1 : null }]);
  });

  it('takes that of its connector before that of the whole charge point', () => {
    const world = createWorld();
    world.hold({ connectorId: 0 });
    world.hold();
    world.start();
    expect(world.states()).toMatchObject([{ state: 'active' }, { state: 'used' }]);
  });

  it('by somebody else is a finding, and the reservation stands', () => {
    const world = createWorld();
    world.hold();
    world.start({ idTag: 'OTHER' });
    expect(world.states()).toMatchObject([{ state: 'active' }]);
    expect(world.findings()).toMatchObject([
      { kind: 'reservation-ignored', detail: expect.stringContaining('"GUEST"') },
    ]);
  });

  it('on another connector of a charge point with a place for anybody ignores nothing', () => {
    const world = createWorld();
    world.hold({ connectorId: 0 });
    world.start({ idTag: 'OTHER' });
    expect(world.kinds()).toEqual([]);
  });

  it('that happened offline is judged by its own time', () => {
    const late = createWorld();
    late.put(expired(late.hold(), at(3_600)));
    late.start({}, 3_500, 20_000);
    expect(late.states()).toMatchObject([{ state: 'used' }]);

    const later = createWorld();
    later.put(expired(later.hold(), at(3_600)));
    later.start({}, 3_700, 20_000);
    expect(later.states()).toMatchObject([{ state: 'expired' }]);

    const foreign = createWorld();
    foreign.put(expired(foreign.hold(), at(3_600)));
    foreign.start({ idTag: 'OTHER' }, 3_500, 20_000);
    foreign.start({ idTag: 'OTHER' }, 3_700, 20_001);
    expect(foreign.rows("SELECT transaction_id AS tx FROM findings WHERE kind = 'reservation-ignored'")).toEqual([
      { tx: 1 },
    ]);

    const earlier = createWorld();
    earlier.hold();
    earlier.start({ idTag: 'OTHER' }, -7_200, 10);
    earlier.start({}, -3_600, 10);
    expect(earlier.states()).toMatchObject([{ state: 'active' }]);
    expect(earlier.kinds()).not.toContain('reservation-ignored');
  });
});
