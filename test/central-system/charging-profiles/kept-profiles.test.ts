/** Profiles that are to stay: sent, verified and sent anew, over boots of the charge point and restarts of Busbar. */
import { describe, expect, it } from 'vitest';
import { createProfileRoom, report, terms, wireProfile, yes } from '../../support/profile-room.ts';

const set = (id: number, limit: number, connectorId = 1, over: object = {}) => [
  'SetChargingProfile',
  { connectorId, csChargingProfiles: wireProfile(id, limit, over) },
];
const look = (connectorId = 1) => ['GetCompositeSchedule', { connectorId, duration: 86_400, chargingRateUnit: 'A' }];

/** One profile of 16 A that was accepted and verified. */
function settled() {
  const words = createProfileRoom();
  words.settle();
  void words.install(terms(16), yes);
  expect(words.next(report(16))).toEqual(look());
  expect(words.record()).toEqual(['10001@1 installed']);
  return words;
}

describe('after it was accepted', () => {
  it('it is verified once, and then left alone', () => {
    const { next, room } = settled();
    room.clock.advance(3_600_000);
    expect(next()).toBeNull();
  });

  it('D1.7: where the charge point reports more, it is not in force, and an alert says so', () => {
    const { settle, install, next, record, rows, alerts, room, start } = createProfileRoom();
    settle();
    start();
    void install(terms(16), yes);
    expect(next(report(32))).toEqual(look());
    expect(record()).toEqual(['10001@1 not-in-force']);
    expect(rows()[0]?.why).toBe('For connector 1 the charge point reported 32 A, its profiles come to 16 A.');
    expect(alerts()).toEqual(['charging-profile-not-in-force']);
    room.clock.advance(3_600_000);
    expect(next()).toBeNull();
    // Somebody looks again once it is mended.
    void room.execute({
      type: 'operate',
      chargePointId: 'CP1',
      action: 'GetCompositeSchedule',
      payload: look()[1] as object,
    });
    next(report(16));
    expect(record()).toEqual(['10001@1 installed']);
    expect(alerts()).toEqual([]);
  });

  it('Q20: Accepted without a schedule is no evidence that it is in force', () => {
    const { settle, install, next, record, start } = createProfileRoom();
    settle();
    start();
    void install(terms(16), yes);
    next({ status: 'Accepted' });
    expect(record()).toEqual(['10001@1 not-in-force']);
  });

  it('a TxDefaultProfile that an idle connector does not show is looked at again once a transaction runs', () => {
    const { settle, install, next, record, alerts, start } = createProfileRoom();
    settle();
    void install(terms(16), yes);
    expect(next({ status: 'Accepted' })).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
    expect(next()).toBeNull();
    start();
    expect(next({ status: 'Accepted' })).toEqual(look());
    expect(record()).toEqual(['10001@1 not-in-force']);
    expect(alerts()).toEqual(['charging-profile-not-in-force']);
  });

  it('a lower limit of the charge point itself is no fault', () => {
    const { settle, install, next, record, rows, alerts } = createProfileRoom();
    settle();
    void install(terms(32), yes);
    next(report(16));
    expect(record()).toEqual(['10001@1 installed']);
    expect(rows()[0]?.why).toContain('limits further by itself');
    expect(alerts()).toEqual([]);
    expect(next()).toBeNull();
  });

  it.each<[string, object | string]>([
    ['Rejected', { status: 'Rejected' }],
    ['an error', 'NotSupported'],
  ])('%s to the question leaves it installed, and it is not asked again before a boot', (_, answer) => {
    const { settle, install, next, record } = createProfileRoom();
    settle();
    void install(terms(16), yes);
    next(answer);
    expect(record()).toEqual(['10001@1 installed']);
    void install(terms(10), yes);
    expect(next()).toBeNull();
  });

  it('a profile for all connectors is verified at each that is known, and one doubt is enough', () => {
    const { settle, install, next, record, station, start } = createProfileRoom();
    for (const connectorId of [0, 1, 2]) {
      station().call('StatusNotification', { connectorId, status: 'Available', errorCode: 'NoError' });
    }
    settle();
    start(1);
    start(2, 'OTHER');
    void install(terms(16), yes, { connectorId: 0 });
    expect(next(report(32))).toEqual(look(1));
    expect(next(report(16))).toEqual(look(2));
    expect(record()).toEqual(['10001@0 not-in-force']);
    expect(next()).toBeNull();
  });

  it('of a ChargePointMaxProfile the whole charge point is asked', () => {
    const { settle, install, next, record } = createProfileRoom();
    settle();
    void install(terms(40, { purpose: 'ChargePointMaxProfile' }), yes, { connectorId: 0 });
    expect(next(report(32))).toEqual(look(0));
    expect(record()).toEqual(['10001@0 installed']);
  });

  it('a raw message, and what is not to stay, is not verified', () => {
    const { settle, install, raw, next, start } = createProfileRoom();
    settle();
    raw('SetChargingProfile', { connectorId: 1, csChargingProfiles: wireProfile(7, 16) }, yes);
    void install(terms(10, { stackLevel: 1 }), yes, { keep: false });
    start();
    void install(terms(8, { purpose: 'TxProfile' }), yes);
    expect(next()).toBeNull();
  });

  it('nothing is sent where profiles are to be left alone', () => {
    const { settle, install, next, reboot } = createProfileRoom({ policy: { chargingProfiles: 'leave' } });
    settle();
    void install(terms(16), yes);
    reboot();
    expect(next()).toBeNull();
  });
});

describe('after a boot', () => {
  it('it is verified, and where it is there nothing is sent', () => {
    const { reboot, next, record, room } = settled();
    reboot();
    expect(next(report(16))).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
    room.clock.advance(3_600_000);
    expect(next()).toBeNull();
  });

  it('what was sent by hand may be there or not, and nobody asks', () => {
    const { settle, raw, reboot, record, next } = createProfileRoom();
    settle();
    raw('SetChargingProfile', { connectorId: 1, csChargingProfiles: wireProfile(7, 16) }, yes);
    expect(record()).toEqual(['7@1 installed']);
    reboot();
    expect(record()).toEqual(['7@1 unconfirmed']);
    expect(next()).toBeNull();
  });

  it('a connection without a boot changes nothing', () => {
    const { station, reconnect, next } = settled();
    station().drop();
    reconnect();
    expect(next()).toBeNull();
  });

  it('errata 3.37: where it was lost it is sent anew by the same id, and verified', () => {
    const { reboot, next, record, alerts, start } = settled();
    start();
    reboot();
    expect(next(report(32))).toEqual(look());
    expect(record()).toEqual(['10001@1 lost']);
    expect(next(yes)).toEqual(set(10_001, 16));
    expect(next(report(16))).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
    expect(alerts()).toEqual([]);
    expect(next()).toBeNull();
  });

  it('an idle connector that does not show it gets it anew, and is looked at when a transaction runs', () => {
    const { reboot, next, record, alerts, start } = settled();
    reboot();
    expect(next(report(32))).toEqual(look());
    expect(next(yes)).toEqual(set(10_001, 16));
    expect(next(report(32))).toEqual(look());
    expect(next()).toBeNull();
    start();
    expect(next(report(16))).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
    expect(alerts()).toEqual([]);
    expect(next()).toBeNull();
  });

  it('is not blamed for the TxProfile of the running transaction, and nobody is asked in a circle', () => {
    const { install, next, record, start, raw } = settled();
    start();
    void install(terms(8, { purpose: 'TxProfile', stackLevel: 1 }), yes);
    raw('GetCompositeSchedule', look()[1] as object, report(32));
    expect(record()).toContain('10001@1 installed');
    expect(next()).toBeNull();
  });

  it('where it is still not there after that, it is not in force; the next boot tries again', () => {
    const { reboot, next, record, alerts, room, start } = settled();
    start();
    reboot();
    next(report(32));
    next(yes);
    expect(next(report(32))).toEqual(look());
    expect(record()).toEqual(['10001@1 not-in-force']);
    expect(alerts()).toEqual(['charging-profile-not-in-force']);
    room.clock.advance(86_400_000);
    expect(next()).toBeNull();
    reboot();
    expect(next(report(32))).toEqual(look());
    expect(next(yes)).toEqual(set(10_001, 16));
    expect(next(report(16))).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
    expect(alerts()).toEqual([]);
  });

  it('without a schedule to look at, it is sent anew once', () => {
    const { reboot, next, room } = settled();
    reboot();
    expect(next('NotSupported')).toEqual(look());
    expect(next(yes)).toEqual(set(10_001, 16));
    room.clock.advance(86_400_000);
    expect(next()).toBeNull();
  });

  it('refused when sent anew: an alert, and no more tries', () => {
    const { reboot, next, record, alerts, room } = settled();
    reboot();
    next(report(32));
    expect(next({ status: 'Rejected' })).toEqual(set(10_001, 16));
    expect(record()).toEqual(['10001@1 refused']);
    expect(alerts()).toEqual(['charging-profile-refused']);
    room.clock.advance(86_400_000);
    expect(next()).toBeNull();
  });

  it('D1.15: a TxProfile of a transaction that has ended is cleared by its id', () => {
    const { settle, install, start, stop, reboot, next, record, room } = createProfileRoom();
    settle();
    const id = start();
    void install(terms(8, { purpose: 'TxProfile' }), yes);
    stop(id);
    room.clock.advance(60_000);
    expect(next()).toBeNull();
    reboot();
    expect(next({ status: 'Unknown' })).toEqual(['ClearChargingProfile', { id: 10_001 }]);
    expect(record()).toEqual([]);
    expect(next()).toBeNull();
  });
});

describe('without an answer', () => {
  it('it is tried three times, with pauses, and again after the next boot', () => {
    const { settle, install, next, record, room, reboot } = createProfileRoom();
    settle();
    void install(terms(16));
    expect(next()).toEqual(set(10_001, 16));
    room.clock.advance(30_000);
    expect(record()).toEqual(['10001@1 unconfirmed']);
    room.clock.advance(60_000);
    expect(next()).toEqual(set(10_001, 16));
    room.clock.advance(3_600_000);
    expect(next()).toEqual(set(10_001, 16));
    room.clock.advance(86_400_000);
    expect(next()).toBeNull();
    expect(record()).toEqual(['10001@1 unconfirmed']);
    reboot();
    expect(next(yes)).toEqual(set(10_001, 16));
    expect(record()).toEqual(['10001@1 installed']);
  });
});

describe('while the charge point is away', () => {
  it('it is wanted, and sent when it is back', async () => {
    const { station, settle, install, reconnect, next, record } = createProfileRoom();
    settle();
    station().drop();
    expect(await install(terms(16))).toEqual({ kind: 'created', id: '10001' });
    expect(record()).toEqual(['10001@1 wanted']);
    // A second thought takes the place of the first, by the same id.
    expect(await install(terms(12))).toEqual({ kind: 'created', id: '10001' });
    expect(record()).toEqual(['10001@1 wanted']);
    reconnect();
    expect(next(yes)).toEqual(set(10_001, 12));
    expect(next(report(12))).toEqual(look());
    expect(record()).toEqual(['10001@1 installed']);
  });

  it('refused then, nobody waits for the answer: an alert tells', async () => {
    const { station, settle, install, reconnect, next, alerts } = createProfileRoom();
    settle();
    station().drop();
    await install(terms(16));
    reconnect();
    next({ status: 'NotSupported' });
    expect(alerts()).toEqual(['charging-profile-refused']);
  });

  it('a restart of Busbar loses nothing of it', async () => {
    const first = createProfileRoom();
    first.settle();
    void first.install(terms(16), yes);
    first.next(report(16));
    first.station().drop();
    await first.install(terms(20), undefined, { connectorId: 2 });
    first.room.controller.stop();

    const second = createProfileRoom({ database: first.room.database });
    expect(second.record()).toEqual(['10001@1 installed', '10002@2 wanted']);
    second.room.clock.advance(60_000);
    expect(second.next(yes)).toEqual(set(10_002, 20, 2));
    expect(second.record()).toContain('10002@2 installed');
  });

  it('what was out when Busbar ended is unconfirmed in the end, and sent anew', () => {
    const first = createProfileRoom();
    first.settle();
    void first.install(terms(16));
    expect(first.record()).toEqual(['10001@1 sent']);
    const second = createProfileRoom({ database: first.room.database });
    second.room.clock.advance(16 * 60_000);
    expect(second.record()).toEqual(['10001@1 unconfirmed']);
    second.room.clock.advance(10_000);
    expect(second.next(yes)).toEqual(set(10_001, 16));
    expect(second.record()).toEqual(['10001@1 installed']);
  });
});
