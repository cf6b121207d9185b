import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { createListHolder } from '../support/list-holder.ts';
import { cards, startListRoom } from '../support/list-room.ts';
import { NOON } from '../support/manual-clock.ts';

const HOUR = 3_600_000;

describe('D7.54 what a charge point reports of itself', () => {
  const reports = (values: Readonly<Record<string, string>>, chargePointId = 'CP1'): Event => ({
    type: 'configuration-reported',
    chargePointId,
    keys: Object.entries(values).map(([key, value]) => ({ key, value, readonly: true, secret: false })),
    unknownKeys: [],
    complete: false,
    at: NOON,
  });

  it('bounds the list and each message', () => {
    const room = startListRoom(cards(70));
    room.boot('CP1').drop();
    room.given(reports({ LocalAuthListMaxLength: '48', SendLocalListMaxLength: '30' }));
    const holder = createListHolder(room, 'CP1', { chunk: 30, room: 48 });
    holder.live(30_000);
    const lengths = holder.updates.map(({ localAuthorizationList = [] }) => localAuthorizationList.length);
    expect([lengths, room.list()?.state, room.list()?.missing]).toEqual([[30, 18], 'in-line', 22]);
    expect(room.list()?.failures).toBe(0);
  });

  it.each([
    ['SupportedFeatureProfiles', 'Core,SmartCharging', 'Core, LocalAuthListManagement'],
    ['LocalAuthListEnabled', 'false', 'true'],
  ])('says by %s that there is no list, and later that there is one', (key, no, yes) => {
    const room = startListRoom(cards(2));
    room.boot('CP1').drop();
    room.given(reports({ [key]: no }));
    const holder = createListHolder(room, 'CP1');
    holder.live(60_000);
    expect(holder.station().calls()).toEqual([]);
    expect(room.list()).toMatchObject({ state: 'unsupported', problem: expect.stringContaining(key) });
    expect(room.alerts()).toEqual([]);
    holder.configuration.set(key, yes);
    room.execute({ type: 'operate', chargePointId: 'CP1', action: 'GetConfiguration', payload: {} });
    holder.live(60_000);
    expect([room.list()?.state, room.list()?.problem, holder.list.size]).toEqual(['in-line', null, 2]);
  });

  it('is taken with care: nonsense counts as nothing said', () => {
    const room = startListRoom(cards(150));
    room.boot('CP1').drop();
    room.given(reports({ LocalAuthListMaxLength: '-1', SendLocalListMaxLength: 'many' }));
    const holder = createListHolder(room, 'CP1');
    holder.live(30_000);
    expect([holder.updates[0]?.localAuthorizationList?.length, holder.list.size]).toEqual([20, 100]);
  });
});

it('D7.54 one that never answers GetLocalListVersion is taken to have no list, and is not bothered again', () => {
  const room = startListRoom(cards(2));
  const station = room.boot('CP1');
  room.clock.advance(20 * HOUR);
  expect(station.calls().map(([, action]) => action)).toEqual(Array(3).fill('GetLocalListVersion'));
  expect(room.list()?.state).toBe('unsupported');
  expect(room.alerts()).toEqual([]);
});
