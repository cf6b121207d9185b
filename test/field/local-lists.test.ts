import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { createControlRoom } from '../support/control-room.ts';
import { createListHolder } from '../support/list-holder.ts';
import { cards, startListRoom } from '../support/list-room.ts';
import { NOON } from '../support/manual-clock.ts';
import { token } from '../support/things.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('D7.54 a local list', () => {
  it('is asked for its version, sent in full, and verified', () => {
    const room = startListRoom([
      { idTag: 'Anna', expiresAt: instant(NOON + 10 * DAY), parentIdTag: 'FLEET' },
      { idTag: 'Ben', status: 'Blocked' },
    ]);
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    expect(
      holder
        .station()
        .calls()
        .map(([, action]) => action),
    ).toEqual(['GetLocalListVersion', 'SendLocalList', 'GetLocalListVersion']);
    expect(holder.updates).toEqual([
      {
        listVersion: 1,
        updateType: 'Full',
        localAuthorizationList: [
          {
            idTag: 'Anna',
            idTagInfo: { status: 'Accepted', expiryDate: '2026-01-25T12:00:00.000Z', parentIdTag: 'FLEET' },
          },
          { idTag: 'Ben', idTagInfo: { status: 'Blocked' } },
        ],
      },
    ]);
    expect(room.list()).toMatchObject({ state: 'in-line', reportedVersion: 1, heldVersion: 1, sentVersion: 1 });
    holder.live(20 * HOUR, 600_000);
    expect(holder.station().calls()).toHaveLength(3);
  });

  it('is not sent where there is nothing to put on it', () => {
    const room = startListRoom();
    const holder = createListHolder(room, 'CP1');
    holder.live(60_000);
    expect([holder.updates.length, holder.questions(), room.list()?.state]).toEqual([0, 1, 'in-line']);
  });

  it('comes in chunks: first full, then differential with rising versions', () => {
    const room = startListRoom(cards(50));
    const holder = createListHolder(room, 'CP1', { chunk: 20 });
    holder.live(30_000);
    expect(
      holder.updates.map(({ updateType, listVersion, localAuthorizationList }) => [
        updateType,
        listVersion,
        localAuthorizationList?.length,
      ]),
    ).toEqual([
      ['Full', 1, 20],
      ['Differential', 2, 20],
      ['Differential', 3, 10],
    ]);
    expect([holder.list.size, room.list()?.state, room.list()?.missing]).toEqual([50, 'in-line', 0]);
  });

  it('changes by what differs, and takes rights away before it gives any', () => {
    const room = startListRoom(cards(5));
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    room.put({ idTag: 'AAA' }, { idTag: 'CARD0003', status: 'Blocked' });
    room.remove('CARD0004');
    holder.live(5_000);
    const sent = holder.updates.slice(1).flatMap(({ localAuthorizationList = [] }) => localAuthorizationList);
    expect(holder.updates.slice(1).every(({ updateType }) => updateType === 'Differential')).toBe(true);
    expect(sent).toContainEqual({ idTag: 'CARD0003', idTagInfo: { status: 'Blocked' } });
    expect(sent).toContainEqual({ idTag: 'CARD0004' });
    expect(room.held().sort()).toEqual([
      'AAA Accepted',
      'CARD0000 Accepted',
      'CARD0001 Accepted',
      'CARD0002 Accepted',
      'CARD0003 Blocked',
    ]);
    expect(room.list()?.state).toBe('in-line');
  });

  it('loses a blocked card before anything else is sent', () => {
    const room = startListRoom(cards(100));
    const holder = createListHolder(room, 'CP1', { chunk: 20 });
    holder.live(30_000);
    const before = holder.updates.length;
    // In one go: many new cards, and last of all the blocked one.
    for (const one of cards(100))
      void room.controller.execute({ type: 'put-token', token: token({ ...one, parentIdTag: 'G' }) });
    void room.controller.execute({ type: 'put-token', token: token({ idTag: 'CARD0099', status: 'Blocked' }) });
    holder.live(10_000);
    const after = holder.updates.slice(before);
    const first = after.findIndex(({ localAuthorizationList = [] }) =>
      localAuthorizationList.some(({ idTagInfo }) => JSON.stringify(idTagInfo).includes('Blocked')),
    );
    expect(after.length).toBeGreaterThan(4);
    // Inputs are decided 32 at a time: whatever was under way when the card was blocked is let go.
    expect(first).toBeLessThanOrEqual(1);
    expect(holder.list.get('card0099')).toEqual({ status: 'Blocked' });
  });

  it('falls back to a full list after VersionMismatch and after Failed', () => {
    for (const fault of ['mismatch', 'failed', 'error'] as const) {
      const room = startListRoom(cards(3));
      const holder = createListHolder(room, 'CP1');
      holder.live(10_000);
      // The question for its version is answered.
      holder.faults.push(null, fault);
      room.put({ idTag: 'NEW' });
      holder.live(10_000);
      expect([fault, holder.updates.map(({ updateType }) => updateType)]).toEqual([fault, ['Full', 'Full']]);
      expect([holder.list.has('new'), room.list()?.state]).toEqual([true, 'in-line']);
    }
  });

  it('that fails in full is sent in smaller and smaller pieces', () => {
    const room = startListRoom(cards(30));
    const holder = createListHolder(room, 'CP1', { chunk: 3 });
    holder.live(60_000);
    const full = holder.updates.filter(({ updateType }) => updateType === 'Full');
    expect(full.map(({ localAuthorizationList = [] }) => localAuthorizationList.length)).toEqual([20, 10, 5, 2]);
    expect([holder.list.size, room.list()?.state]).toEqual([30, 'in-line']);
    // What was learnt is kept: a later update is not too long again.
    room.put(...cards(30).map((one) => ({ ...one, parentIdTag: 'G' })));
    const before = holder.updates.length;
    holder.live(60_000);
    expect(Math.max(...holder.updates.slice(before).map((one) => one.localAuthorizationList?.length ?? 0))).toBe(2);
  });

  it('that is never taken is given up with an alert, and tried again after a day and after a boot', () => {
    const room = startListRoom(cards(30));
    const holder = createListHolder(room, 'CP1', { chunk: 0 });
    holder.live(60_000);
    expect(room.list()?.state).toBe('gave-up');
    expect(room.alerts()).toEqual([expect.stringContaining('CP1 does not take its local list')]);
    const tried = holder.updates.length;
    expect(tried).toBeLessThanOrEqual(6);
    holder.live(12 * HOUR, 60_000);
    expect(holder.updates.length).toBe(tried);
    holder.reboot();
    holder.live(60_000);
    // A boot earns one more try: who breaks down over an update boots.
    expect(holder.updates.length).toBe(tried + 1);
    holder.live(25 * HOUR, 60_000);
    expect(holder.updates.length).toBeGreaterThan(tried + 1);
  });

  it('once it is taken after all, the alert is gone', () => {
    const room = startListRoom(cards(2));
    const holder = createListHolder(room, 'CP1');
    holder.faults.push(...Array.from({ length: 20 }, () => 'failed' as const));
    // The first question is answered: the faults begin with the update.
    holder.faults.shift();
    holder.live(60_000);
    expect(room.list()?.state).toBe('gave-up');
    holder.faults.length = 0;
    holder.live(25 * HOUR, 60_000);
    expect([room.list()?.state, room.list()?.problem, room.alerts()]).toEqual(['in-line', null, []]);
  });

  it('is learnt to be full where the charge point does not say how much it holds', () => {
    const room = startListRoom(cards(40));
    const holder = createListHolder(room, 'CP1', { room: 20 });
    holder.live(120_000);
    expect([room.list()?.state, holder.list.size, room.list()?.missing]).toEqual(['in-line', 20, 20]);
  });

  it('is repaired when somebody else has changed it', () => {
    const room = startListRoom(cards(3));
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    holder.list.clear();
    holder.setVersion(77);
    holder.live(25 * HOUR, 600_000);
    expect(holder.updates.map(({ updateType, listVersion }) => [updateType, listVersion])).toEqual([
      ['Full', 1],
      ['Full', 78],
    ]);
    expect([holder.list.size, room.list()?.state]).toEqual([3, 'in-line']);
  });

  it('is repaired when it was lost in a reboot', () => {
    const room = startListRoom(cards(3));
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    holder.reboot({ losesList: true });
    holder.live(10_000);
    expect([holder.list.size, room.list()?.state]).toEqual([3, 'in-line']);
    // It survived this one: nothing is sent.
    const before = holder.updates.length;
    holder.reboot();
    holder.live(10_000);
    expect([holder.updates.length, room.list()?.verifiedAt]).toEqual([before, expect.any(Number)]);
  });

  it('is sent anew when the charge point reports LocalListConflict, once an hour at most', () => {
    const room = startListRoom(cards(3));
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    const conflict = { connectorId: 0, errorCode: 'LocalListConflict', status: 'Available' };
    const sentAfter = (ms: number) => {
      holder.station().call('StatusNotification', conflict);
      holder.live(ms, 10_000);
      return holder.updates.length;
    };
    expect(sentAfter(60_000)).toBe(1);
    expect(sentAfter(2 * HOUR)).toBe(2);
    expect(holder.updates.map(({ updateType }) => updateType)).toEqual(['Full', 'Full']);
    expect(sentAfter(60_000)).toBe(3);
  });

  it('is given up where it is accepted and not kept', () => {
    const room = startListRoom(cards(3));
    const station = room.boot('CP1');
    room.clock.advance(6_000);
    let answered = 0;
    for (let call = station.calls()[answered]; call !== undefined; call = station.calls()[answered]) {
      answered += 1;
      station.answer(call[0], call[1] === 'SendLocalList' ? { status: 'Accepted' } : { listVersion: 0 });
      room.clock.advance(3_000);
    }
    expect(answered).toBeLessThan(8);
    expect(room.list()).toMatchObject({ state: 'gave-up', heldVersion: 0 });
    expect(room.alerts()).toEqual([expect.stringContaining('accepts its local list and does not keep it')]);
    expect(room.held()).toEqual([]);
  });

  it('may be more than a charge point can swallow without a word', () => {
    const room = startListRoom(cards(30));
    const holder = createListHolder(room, 'CP1', { swallows: 5 });
    holder.live(3 * HOUR, 5_000);
    expect([holder.list.size, room.list()?.state]).toEqual([30, 'in-line']);
  });

  it('that may have been taken although no answer came is judged by its version', () => {
    const room = startListRoom(cards(3));
    const holder = createListHolder(room, 'CP1');
    holder.live(10_000);
    holder.faults.push(null, 'late');
    room.put({ idTag: 'NEW' });
    holder.live(5 * 60_000);
    expect(holder.updates.map(({ updateType }) => updateType)).toEqual(['Full', 'Differential']);
    expect([room.held().length, room.list()?.state]).toEqual([4, 'in-line']);
  });

  it.each([
    ['reports -1', (id: unknown) => [3, id, { listVersion: -1 }]],
    ['answers NotImplemented', (id: unknown) => [4, id, 'NotImplemented', '', {}]],
    ['answers NotSupported', (id: unknown) => [4, id, 'NotSupported', '', {}]],
  ])('is left alone on a charge point that %s', (_, answer) => {
    const room = startListRoom(cards(3));
    const station = room.boot('CP1');
    room.clock.advance(6_000);
    station.say(JSON.stringify(answer(station.calls()[0]?.[0])));
    room.clock.advance(20 * HOUR);
    expect(station.calls()).toHaveLength(1);
    expect(room.list()).toMatchObject({
      state: 'unsupported',
      problem: expect.stringContaining('keeps no local list'),
    });
    expect(room.alerts()).toEqual([]);
    // Whoever asks for it is told.
    room.execute({ type: 'resync-local-list', chargePointId: 'CP1' });
    room.clock.advance(3_000);
    station.say(JSON.stringify(answer(station.calls()[1]?.[0])));
    expect(room.alerts()).toEqual([expect.stringContaining('keeps no local list')]);
  });

  it('holds the most likely users where not all fit, and does not change its mind all day', () => {
    const room = startListRoom(cards(150));
    const holder = createListHolder(room, 'CP1');
    for (const [index, idTag] of ['CARD0001', 'CARD0002', 'CARD0003'].entries()) {
      holder.station().call('StartTransaction', {
        connectorId: 1,
        idTag,
        meterStart: index,
        timestamp: new Date(NOON - (index + 1) * DAY).toISOString(),
      });
    }
    holder.live(30_000);
    expect([holder.list.size, room.list()?.missing]).toEqual([100, 50]);
    for (const key of ['card0001', 'card0002', 'card0003']) expect(holder.list.has(key)).toBe(true);
    const before = holder.updates.length;
    holder.live(11 * HOUR, 600_000);
    expect(holder.updates.length).toBe(before);
  });

  it('is no longer called in line once the site has switched it off', () => {
    const room = startListRoom(cards(3));
    createListHolder(room, 'CP1').live(10_000);
    expect(room.list()?.state).toBe('in-line');
    const off = createControlRoom({ database: room.database });
    off.clock.advance(60_000);
    expect([room.list()?.state, room.held().length]).toEqual(['unknown', 3]);
  });

  it('is sent by nobody where the site has switched it off, and still follows what a person sends', async () => {
    const room = startListRoom(cards(3));
    const off = createControlRoom({ database: room.database });
    const station = off.boot('CP9');
    off.clock.advance(60_000);
    expect(station.calls()).toEqual([]);
    const payload = {
      listVersion: 5,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: 'X', idTagInfo: { status: 'Accepted' } }],
    };
    off.execute({ type: 'operate', chargePointId: 'CP9', action: 'SendLocalList', payload });
    station.answer(station.calls()[0]?.[0], { status: 'Accepted' });
    expect(off.reader.localListEntries('CP9').map(({ idTag }) => idTag)).toEqual(['X']);
    expect(off.reader.localList('CP9')).toMatchObject({ heldVersion: 5, sentVersion: 5 });
    off.execute({
      type: 'operate',
      chargePointId: 'CP9',
      action: 'SendLocalList',
      payload: {
        listVersion: 6,
        updateType: 'Differential',
        localAuthorizationList: [{ idTag: 'x' }, { idTag: 'Y', idTagInfo: { status: 'Blocked' } }],
      },
    });
    station.answer(station.calls()[1]?.[0], { status: 'Accepted' });
    expect(off.reader.localListEntries('CP9')).toEqual([
      { idTag: 'Y', status: 'Blocked', expiresAt: null, parentIdTag: null },
    ]);
    const { promise } = off.execute({ type: 'resync-local-list', chargePointId: 'CP9' });
    expect((await promise).kind).toBe('conflict');
  });
});
