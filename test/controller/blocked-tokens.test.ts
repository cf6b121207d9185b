import { describe, expect, it } from 'vitest';
import type { Token } from '../../src/domain/token.ts';
import { noRules } from '../../src/domain/token-rules.ts';
import { createControlRoom } from '../support/control-room.ts';
import { token } from '../support/things.ts';

type Room = ReturnType<typeof createControlRoom>;

/** After a boot a charge point is left alone for 5 s. */
const SETTLED_MS = 6_000;

const put = (room: Room, over: Partial<Token> = {}) =>
  room.execute({ type: 'put-token', token: token(over) }).ended.result;

function bootedIn(room: Room, id = 'CP1') {
  const station = room.boot(id);
  room.clock.advance(SETTLED_MS);
  return station;
}

describe('caches of charge points', () => {
  it('are emptied when somebody may no longer do what they might, and not for less', () => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    const station = bootedIn(room);
    put(room);
    put(room, { note: 'Anna' });
    put(room, { aliases: ['OTHER'] });
    expect(station.calls()).toEqual([]);
    put(room, { status: 'Blocked', aliases: ['OTHER'] });
    const [[id, action, payload] = []] = station.calls();
    expect([action, payload]).toEqual(['ClearCache', {}]);
    station.answer(id, { status: 'Accepted' });
    room.clock.advance(86_400_000);
    expect(station.calls()).toHaveLength(1);
  });

  it.each<[string, Partial<Token>, Partial<Token> | null]>([
    ['removed', {}, null],
    ['an earlier expiry', {}, { expiresAt: token().expiresAt ?? (0 as Token['expiresAt']) }],
    ['rules', {}, { rules: { ...noRules, chargePointIds: ['CP9'] } }],
    ['another group', { parentIdTag: 'A' }, { parentIdTag: 'B' }],
    ['an alias taken away', { aliases: ['X'] }, {}],
  ])('%s', (_, before, after) => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    const station = bootedIn(room);
    put(room, before);
    if (after === null) room.execute({ type: 'remove-token', idTag: 'CARD1' });
    else put(room, after);
    expect(station.calls().map(([, action]) => action)).toEqual(['ClearCache']);
  });

  it('of charge points that are away are emptied when they come back, also after a restart', () => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    bootedIn(room).drop();
    put(room, { status: 'Blocked' });
    const later = createControlRoom({ policy: { clearCaches: true }, database: room.database });
    const station = bootedIn(later);
    expect(station.calls().map(([, action]) => action)).toEqual(['ClearCache']);
    station.answer(station.calls()[0]?.[0], { status: 'Rejected' });
    station.drop();
    const again = bootedIn(later);
    expect(again.calls()).toEqual([]);
  });

  it('are asked for again an hour after an error, and never where the message is not known', () => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    const [broken, old] = [bootedIn(room, 'CP1'), bootedIn(room, 'CP2')];
    put(room, { status: 'Blocked' });
    broken.say(JSON.stringify([4, broken.calls()[0]?.[0], 'InternalError', '', {}]));
    old.say(JSON.stringify([4, old.calls()[0]?.[0], 'NotImplemented', '', {}]));
    room.clock.advance(3_500_000);
    expect([broken.calls().length, old.calls().length]).toEqual([1, 1]);
    room.clock.advance(101_000);
    expect([broken.calls().length, old.calls().length]).toEqual([2, 1]);
  });

  it('that a charge point says it does not have are left alone', () => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    const station = bootedIn(room);
    void room.execute({ type: 'operate', chargePointId: 'CP1', action: 'GetConfiguration', payload: {} });
    station.answer(station.calls()[0]?.[0], {
      configurationKey: [{ key: 'AuthorizationCacheEnabled', readonly: false, value: 'false' }],
    });
    put(room, { status: 'Blocked' });
    expect(station.calls().map(([, action]) => action)).toEqual(['GetConfiguration']);
  });

  it('that a person has emptied since count as emptied', () => {
    const room = createControlRoom({ policy: { clearCaches: true } });
    const station = bootedIn(room);
    station.drop();
    put(room, { status: 'Blocked' });
    const back = room.boot('CP1');
    void room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
    back.answer(back.calls()[0]?.[0], { status: 'Accepted' });
    room.clock.advance(SETTLED_MS);
    expect(back.calls()).toHaveLength(1);
  });
});

describe('running transactions of a token that is blocked', () => {
  const start = (station: ReturnType<typeof bootedIn>, room: Room, idTag = 'CARD1', connectorId = 1): number => {
    const timestamp = new Date(room.clock.now()).toISOString();
    const answer = station.call('StartTransaction', { connectorId, idTag, meterStart: 0, timestamp });
    const [, , { transactionId }] = answer as [number, string, { transactionId: number }];
    return transactionId;
  };

  it('are stopped where the site says so, by operations that everybody sees', () => {
    const room = createControlRoom({ policy: { stopWhenBlocked: true } });
    const station = bootedIn(room);
    put(room, { aliases: ['OTHER'] });
    put(room, { idTag: 'FRIEND' });
    const transactionId = start(station, room, 'OTHER');
    start(station, room, 'FRIEND', 2);
    put(room, { aliases: ['OTHER'], status: 'Blocked' });
    expect(station.calls().map(([, ...rest]) => rest)).toEqual([['RemoteStopTransaction', { transactionId }]]);
    station.answer(station.calls()[0]?.[0], { status: 'Accepted' });
    expect(room.rows('SELECT action, state FROM operations')).toEqual([
      { action: 'RemoteStopTransaction', state: 'accepted' },
    ]);
    const timestamp = new Date(room.clock.now()).toISOString();
    station.call('StopTransaction', { transactionId, meterStop: 5, timestamp, reason: 'Remote' });
    expect(room.values('SELECT state FROM operations')).toEqual(['done']);
    room.clock.advance(3_600_000);
    expect(station.calls()).toHaveLength(1);
  });

  it('are left alone where it does not', () => {
    const room = createControlRoom();
    const station = bootedIn(room);
    put(room);
    start(station, room);
    put(room, { status: 'Blocked' });
    room.clock.advance(3_600_000);
    expect(station.calls()).toEqual([]);
  });

  it('on a charge point that is away are stopped when it comes back; three times is the most', () => {
    const room = createControlRoom({ policy: { stopWhenBlocked: true } });
    const station = bootedIn(room);
    put(room);
    start(station, room);
    station.drop();
    put(room, { status: 'Blocked' });
    const back = bootedIn(room);
    for (let asked = 1; asked <= 3; asked += 1) {
      expect(back.calls()).toHaveLength(asked);
      back.answer(back.calls().at(-1)?.[0], { status: 'Rejected' });
      room.clock.advance(301_000);
    }
    room.clock.advance(3_600_000);
    expect(back.calls()).toHaveLength(3);
  });

  it('that the charge point was told not to begin are its own to end', () => {
    const room = createControlRoom({ policy: { stopWhenBlocked: true } });
    const station = bootedIn(room);
    put(room, { status: 'Blocked' });
    start(station, room);
    room.clock.advance(3_600_000);
    expect(station.calls()).toEqual([]);
  });
});
