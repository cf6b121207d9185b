import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/domain/units.ts';
import { createControlRoom } from '../../support/control-room.ts';
import { NOON } from '../../support/manual-clock.ts';
import {
  alerts,
  answerLast,
  byHand,
  callsOf,
  cancel,
  extend,
  HOUR,
  holding,
  inOneHour,
  reserve,
  restoring,
  row,
  shows,
  states,
} from '../../support/reserving.ts';
import { token } from '../../support/things.ts';

describe('reserve', () => {
  it('is on record before it is sent, with the group of the token, and follows the answer', async () => {
    const room = createControlRoom();
    room.execute({ type: 'put-token', token: token({ idTag: 'GUEST', parentIdTag: 'GROUP' }) });
    const station = room.boot('CP1');
    const { promise } = room.execute(reserve());
    expect(states(room)).toEqual(['requested']);
    expect(station.calls().at(-1)?.slice(1)).toEqual([
      'ReserveNow',
      {
        reservationId: 1,
        connectorId: 1,
        idTag: 'GUEST',
        parentIdTag: 'GROUP',
        expiryDate: '2026-01-15T13:00:00.000Z',
      },
    ]);
    answerLast(station, 'Accepted');
    expect(await promise).toEqual({ kind: 'created', id: '1', warnings: [] });
    expect(row(room)).toMatchObject({ state: 'active', verdict: 'Accepted' });
    expect(room.values('SELECT state FROM operations')).toEqual(['done']);
  });

  it.each(['Faulted', 'Occupied', 'Rejected', 'Unavailable'])('is refused with %s', async (status) => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const { promise } = room.execute(reserve());
    answerLast(station, status);
    expect(await promise).toMatchObject({ kind: 'created', id: '1' });
    expect(row(room)).toMatchObject({ state: 'refused', verdict: status, endedAt: NOON });
  });

  it('warns of what looks doubtful and sends it all the same (TC_048, TC_049)', async () => {
    const room = createControlRoom();
    const station = holding(room);
    shows(station, 'Preparing');
    const busy = room.execute(reserve({ expiresAt: instant(NOON - 1) }));
    answerLast(station, 'Rejected');
    expect(await busy.promise).toMatchObject({
      warnings: [
        'Connector 1 is Preparing.',
        'Connector 1 is reserved already.',
        'It expires in the past.',
        'There is no token "GUEST".',
      ],
    });
    const read = room.execute(byHand('GetConfiguration', {}));
    station.answer(station.calls().at(-1)?.[0], {
      configurationKey: [{ key: 'ReserveConnectorZeroSupported', readonly: true, value: 'false' }],
    });
    await read.promise;
    const zero = room.execute(reserve({ connectorId: 0 }));
    expect(callsOf(station, 'ReserveNow').at(-1)?.[2]).toMatchObject({ connectorId: 0 });
    answerLast(station, 'Rejected');
    expect(await zero.promise).toMatchObject({
      warnings: [expect.stringContaining('ReserveConnectorZeroSupported'), 'There is no token "GUEST".'],
    });
    expect(states(room)).toEqual(['active', 'refused', 'refused']);
  });

  it('needs a charge point that is there, and leaves nothing behind without', async () => {
    const room = createControlRoom({ policy: { configured: new Set(['named']) } });
    expect(await room.execute(reserve()).promise).toEqual({ kind: 'unknown', what: 'charge point CP1' });
    expect(await room.execute(reserve({ chargePointId: 'named' })).promise).toEqual({ kind: 'not-connected' });
    room.boot('CP1').drop();
    expect(await room.execute(reserve()).promise).toEqual({ kind: 'not-connected' });
    expect(states(room)).toEqual([]);
  });

  it('that is never answered may be held, until its connector shows it', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const { promise } = room.execute(reserve());
    room.clock.advance(30_000);
    expect(await promise).toMatchObject({ kind: 'created' });
    expect(states(room)).toEqual(['unconfirmed']);
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
    shows(station, 'Reserved');
    expect(states(room)).toEqual(['active']);
  });

  it('that is never answered is asked for again, as long as it takes', () => {
    const room = createControlRoom(restoring);
    const station = room.boot('CP1');
    room.execute(reserve());
    station.drop();
    expect(states(room)).toEqual(['unconfirmed']);
    const back = room.boot('CP1');
    shows(back, 'Available');
    room.clock.advance(20_000);
    expect(callsOf(back, 'ReserveNow')[0]?.[2]).toMatchObject({ reservationId: 1 });
    answerLast(back, 'Occupied');
    expect(row(room)).toMatchObject({ state: 'refused', verdict: 'Occupied' });
    room.clock.advance(HOUR);
    expect(callsOf(back, 'ReserveNow')).toHaveLength(1);
    expect(alerts(room)).toEqual([]);
  });

  it('numbers go round what was chosen by hand', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const payload = { connectorId: 1, idTag: 'A', reservationId: 2, expiryDate: '2026-01-15T13:00:00Z' };
    room.execute(byHand('ReserveNow', payload));
    answerLast(station, 'Accepted');
    room.execute(reserve());
    answerLast(station, 'Occupied');
    const numbers = room.values('SELECT reservation_id FROM reservations ORDER BY id');
    expect([numbers, states(room)]).toEqual([
      [2, 3],
      ['active', 'refused'],
    ]);
  });
});

describe('by hand', () => {
  const payload = { connectorId: 1, idTag: 'GUEST', reservationId: 77, expiryDate: '2026-01-15T13:00:00Z' };

  it('a ReserveNow leaves the same behind, from the moment it is sent', async () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const { promise } = room.execute(byHand('ReserveNow', payload));
    expect(row(room)).toMatchObject({ state: 'requested', reservationId: 77, expiresAt: inOneHour });
    answerLast(station, 'Accepted');
    expect(await promise).toMatchObject({ payload: { status: 'Accepted' } });
    room.execute(byHand('ReserveNow', { ...payload, connectorId: 2, expiryDate: '2026-01-15T14:00:00Z' }));
    answerLast(station, 'Accepted');
    expect(states(room)).toEqual(['active']);
    expect(row(room)).toMatchObject({ connectorId: 2, expiresAt: NOON + 2 * HOUR });
  });

  it('several at once each have their own row', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    for (const reservationId of [90, 80, 70]) {
      void room.controller.execute(byHand('ReserveNow', { ...payload, reservationId }));
    }
    room.clock.settle();
    const numbers = () => room.values('SELECT reservation_id FROM reservations ORDER BY reservation_id');
    expect([numbers(), states(room)]).toEqual([
      [70, 80, 90],
      ['requested', 'requested', 'requested'],
    ]);
    for (const status of ['Accepted', 'Occupied', 'Rejected']) answerLast(station, status);
    expect(room.rows('SELECT reservation_id AS number, state FROM reservations ORDER BY reservation_id')).toEqual([
      { number: 70, state: 'refused' },
      { number: 80, state: 'refused' },
      { number: 90, state: 'active' },
    ]);
  });

  it('a CancelReservation of an unknown number drops nothing (TC_052), of ours it does', () => {
    const room = createControlRoom();
    const station = holding(room);
    room.execute(byHand('CancelReservation', { reservationId: 999 }));
    answerLast(station, 'Rejected');
    expect(states(room)).toEqual(['active']);
    room.execute(byHand('CancelReservation', { reservationId: 1 }));
    answerLast(station, 'Rejected');
    expect(states(room)).toEqual(['lost']);
  });
});

describe('extend', () => {
  it('sends the same number, and takes the new time once it is accepted', async () => {
    const room = createControlRoom();
    const station = holding(room);
    const { promise } = room.execute(extend(NOON + 2 * HOUR));
    expect(station.calls().at(-1)?.[2]).toMatchObject({ reservationId: 1, expiryDate: '2026-01-15T14:00:00.000Z' });
    answerLast(station, 'Accepted');
    expect(await promise).toEqual({ kind: 'done' });
    room.clock.advance(HOUR + 1_000);
    expect(states(room)).toEqual(['active']);
    room.clock.advance(HOUR);
    expect(states(room)).toEqual(['expired']);
  });

  it('refused, leaves the old one', async () => {
    const room = createControlRoom();
    const station = holding(room);
    const { promise } = room.execute(extend(NOON + 2 * HOUR));
    answerLast(station, 'Rejected');
    expect(await promise).toEqual({
      kind: 'conflict',
      why: 'The charge point answered Rejected. It stands as it was.',
    });
    expect(row(room)).toMatchObject({ state: 'active', expiresAt: inOneHour });
  });

  it('is not for one that has ended, is not there, or is out of reach', async () => {
    const room = createControlRoom();
    expect(await room.execute(extend(NOON)).promise).toEqual({ kind: 'unknown', what: 'reservation 1' });
    const station = holding(room);
    station.drop();
    expect(await room.execute(extend(NOON)).promise).toEqual({ kind: 'not-connected' });
    room.clock.advance(HOUR);
    expect((await room.execute(extend(NOON)).promise).kind).toBe('conflict');
    expect((await room.execute(cancel()).promise).kind).toBe('conflict');
  });
});

describe('cancel', () => {
  it.each([
    ['Accepted', 'cancelled'],
    ['Rejected', 'lost'],
  ])('answered %s ends it as %s', async (status, state) => {
    const room = createControlRoom();
    const station = holding(room);
    const { promise } = room.execute(cancel());
    expect(station.calls().at(-1)?.slice(1)).toEqual(['CancelReservation', { reservationId: 1 }]);
    expect(states(room)).toEqual(['cancelling']);
    answerLast(station, status);
    expect(await promise).toEqual({ kind: 'done' });
    expect(states(room)).toEqual([state]);
  });

  it('waits for a charge point that is away, through a restart of ours', async () => {
    const room = createControlRoom();
    holding(room).drop();
    expect(await room.execute(cancel()).promise).toEqual({ kind: 'done' });
    expect(states(room)).toEqual(['cancelling']);
    room.controller.stop();

    const next = createControlRoom({ database: room.database });
    const back = next.connect('CP1');
    next.clock.advance(6_000);
    expect(callsOf(back, 'CancelReservation').map(([, , payload]) => payload)).toEqual([{ reservationId: 1 }]);
    answerLast(back, 'Accepted');
    next.clock.advance(HOUR / 2);
    expect(states(next)).toEqual(['cancelled']);
    expect(callsOf(back, 'CancelReservation')).toHaveLength(1);
  });

  it('that a charge point can not do is said, and not tried for ever', async () => {
    const room = createControlRoom();
    const station = holding(room);
    const { promise } = room.execute(cancel());
    station.say(JSON.stringify([4, station.calls().at(-1)?.[0], 'NotImplemented', '', {}]));
    expect(await promise).toMatchObject({ kind: 'call-error', code: 'NotImplemented' });
    room.clock.advance(HOUR / 2);
    expect(states(room)).toEqual(['active']);
    expect(callsOf(station, 'CancelReservation')).toHaveLength(1);
  });
});

describe('expiry', () => {
  it('comes on our clock, connected or not, though other chores have other times', () => {
    const room = createControlRoom();
    const station = holding(room, { expiresAt: instant(NOON + 600_000) });
    room.clock.advance(10_000);
    // Agreed, and waited for until tomorrow: it must not put off what is due sooner.
    room.execute(byHand('UpdateFirmware', { location: 'http://a', retrieveDate: '2026-01-15T13:00:00Z' }));
    station.answer(station.calls().at(-1)?.[0], {});
    room.clock.advance(589_000);
    expect(states(room)).toEqual(['active']);
    room.clock.advance(2_000);
    expect(row(room)).toMatchObject({ state: 'expired', endedAt: NOON + 600_000 });
    expect(alerts(room)).toEqual([]);
  });

  it('comes for a charge point that never comes back, after a restart of ours', () => {
    const room = createControlRoom();
    holding(room).drop();
    room.controller.stop();
    const next = createControlRoom({ database: room.database });
    next.clock.advance(HOUR + 1_000);
    expect(states(next)).toEqual(['expired']);
  });
});

describe('a restart of ours', () => {
  it('before the answer leaves open what became of it', () => {
    const room = createControlRoom();
    room.boot('CP1');
    room.execute(reserve());
    expect(states(room)).toEqual(['requested']);
    const next = createControlRoom({ database: room.database });
    next.clock.advance(5_000);
    expect(states(next)).toEqual(['unconfirmed']);
  });
});
