import { describe, expect, it } from 'vitest';
import { type ControlRoom, createControlRoom } from '../../support/control-room.ts';
import {
  alerts,
  answerLast,
  callsOf,
  HOUR,
  holding,
  reserve,
  restoring,
  row,
  type Station,
  shows,
  states,
} from '../../support/reserving.ts';

describe('a charge point that has booted', () => {
  /** Boots again over a new connection, and says what it says of connector 1. */
  function rebooted(room: ControlRoom, status: string | null): Station {
    const station = room.boot('CP1');
    if (status !== null) shows(station, status);
    room.clock.advance(30_000);
    return station;
  }

  it('and shows its connector Reserved is not asked', () => {
    const room = createControlRoom(restoring);
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Reserved');
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toEqual([]);
    expect(states(room)).toEqual(['active']);
  });

  it('and shows it Available is asked again under the same number, once', () => {
    const room = createControlRoom(restoring);
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Available');
    expect(callsOf(station, 'ReserveNow').map(([, , payload]) => payload)).toMatchObject([
      { reservationId: 1, connectorId: 1, idTag: 'GUEST' },
    ]);
    answerLast(station, 'Accepted');
    shows(station, 'Reserved');
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
    expect(row(room)).toMatchObject({ state: 'active', restores: 1 });
  });

  it('and refuses it has lost it, which a person is told', () => {
    const room = createControlRoom(restoring);
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Available');
    answerLast(station, 'Rejected');
    expect(row(room)).toMatchObject({ state: 'lost', verdict: 'Rejected' });
    expect(alerts(room)).toEqual([
      'Connector 1 of CP1 is no longer reserved for "GUEST" until 2026-01-15T13:00:00.000Z: ' +
        'It was lost; asked for it again, the charge point answered Rejected.',
    ]);
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
  });

  it('and says nothing of it, or keeps it on no connector, is asked once to be sure', () => {
    for (const connectorId of [0, 1]) {
      const room = createControlRoom(restoring);
      const first = room.boot('CP1');
      room.execute(reserve({ connectorId }));
      answerLast(first, 'Accepted');
      first.drop();
      room.clock.advance(1_000);
      const station = rebooted(room, null);
      room.clock.advance(35_000);
      expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
      answerLast(station, 'Accepted');
      room.clock.advance(600_000);
      expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
      expect(states(room)).toEqual(['active']);
    }
  });

  it('and does not answer is asked until it does, ever less often', () => {
    const room = createControlRoom(restoring);
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Available');
    room.clock.advance(60_000);
    expect(states(room)).toEqual(['unconfirmed']);
    room.clock.advance(1_200_000);
    const asked = callsOf(station, 'ReserveNow').length;
    expect([asked > 2, asked < 10]).toEqual([true, true]);
    answerLast(station, 'Accepted');
    room.clock.advance(10_000);
    expect(states(room)).toEqual(['active']);
  });

  it('while its connector is in use is asked when that is over', () => {
    const room = createControlRoom(restoring);
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Charging');
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toEqual([]);
    shows(station, 'Available');
    room.clock.advance(20_000);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
  });

  it('is left alone where the site wants that, and what it shows is believed', () => {
    const room = createControlRoom();
    holding(room).drop();
    room.clock.advance(1_000);
    const station = rebooted(room, 'Available');
    expect(callsOf(station, 'ReserveNow')).toEqual([]);
    expect(states(room)).toEqual(['lost']);
    expect(alerts(room)).toHaveLength(1);
  });

  it('and shows the connector Reserved before it answers is given up just the same', () => {
    const room = createControlRoom(restoring);
    const station = holding(room);
    for (let times = 0; times < 20 && states(room)[0] === 'active'; times += 1) {
      shows(station, 'Available');
      room.clock.advance(20_000);
      shows(station, 'Reserved');
      answerLast(station, 'Accepted');
    }
    expect(states(room)).toEqual(['lost']);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(6);
  });

  it('and loses it again and again is given up', () => {
    const room = createControlRoom(restoring);
    const station = holding(room);
    for (let times = 0; times < 20 && states(room)[0] === 'active'; times += 1) {
      shows(station, 'Available');
      room.clock.advance(20_000);
      answerLast(station, 'Accepted');
      shows(station, 'Reserved');
    }
    expect(states(room)).toEqual(['lost']);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(6);
    expect(alerts(room)).toHaveLength(1);
  });
});

describe('a connector', () => {
  it.each(['Faulted', 'Unavailable'])('that becomes %s ends its reservation, which a person is told', (status) => {
    const room = createControlRoom(restoring);
    const station = holding(room);
    shows(station, status);
    expect(states(room)).toEqual(['lost']);
    expect(alerts(room)).toEqual([expect.stringContaining(`has become ${status}`)]);
    shows(station, 'Available');
    room.clock.advance(600_000);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
  });

  it('that is used by who reserved it ends it (TC_046)', () => {
    const room = createControlRoom(restoring);
    const station = holding(room);
    shows(station, 'Preparing');
    const timestamp = '2026-01-15T12:00:01Z';
    station.call('StartTransaction', { connectorId: 1, idTag: 'GUEST', meterStart: 0, timestamp, reservationId: 1 });
    expect(row(room)).toMatchObject({ state: 'used', transactionId: 1 });
    shows(station, 'Available');
    room.clock.advance(HOUR);
    expect(callsOf(station, 'ReserveNow')).toHaveLength(1);
    expect(states(room)).toEqual(['used']);
  });
});
