import { describe, expect, it } from 'vitest';
import { callOf, hashIn, openRoom, type Room, SETTLED_MS, type Station } from './file-room.ts';

describe('a campaign', () => {
  /** Plays an update to its end; `version` boots, null reports a failure. */
  function update(room: Room, station: Station, version: string | null): void {
    const { id, location } = callOf(station, 'UpdateFirmware');
    station.answer(id, {});
    room.fetch(hashIn(location));
    if (version === null) station.call('FirmwareStatusNotification', { status: 'InstallationFailed' });
    else station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: version });
    room.clock.advance(SETTLED_MS);
  }
  const asked = (station: Station): number =>
    station.calls().filter(([, action]) => action === 'UpdateFirmware').length;
  const nameplate = { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1.0' };

  function two(room: Room): [Station, Station] {
    const stations: [Station, Station] = [room.boot('CP1'), room.boot('CP2')];
    for (const station of stations) station.call('BootNotification', nameplate);
    room.clock.advance(SETTLED_MS);
    return stations;
  }
  function begun(result: unknown): string {
    if (typeof result !== 'object' || result === null || !('id' in result)) throw new Error(JSON.stringify(result));
    return String(result.id);
  }

  it('updates one charge point after the other', async () => {
    const room = openRoom();
    const [one, other] = two(room);
    const id = begun(await room.campaign(['CP1', 'CP2'], { version: '2.0' }));
    expect([asked(one), asked(other)]).toEqual([1, 0]);
    update(room, one, '2.0');
    expect(room.items(id)).toEqual(['done', 'running']);
    update(room, other, '2.0');
    expect(room.items(id)).toEqual(['done', 'done']);
    expect(room.controller.reader.campaign(id)).toMatchObject({
      state: 'done',
      outcome: expect.stringContaining('2 updated'),
    });
    expect(begun(await room.campaign(['CP1'], { version: '2.0' }))).not.toBe(id);
    room.clock.advance(SETTLED_MS);
    expect([asked(one), asked(other)]).toEqual([1, 1]);
    expect(room.alerts()).toEqual([]);
  });

  it('stops after a failure, and says so', async () => {
    const room = openRoom();
    const [one, other] = two(room);
    const id = begun(await room.campaign(['CP1', 'CP2']));
    update(room, one, null);
    room.clock.advance(600_000);
    expect([room.items(id), asked(other)]).toEqual([['failed', 'waiting'], 0]);
    expect(room.controller.reader.campaign(id)?.state).toBe('stopped');
    expect(room.alerts()).toEqual([expect.stringContaining('(CP1); 1 not begun')]);
  });

  it('waits while somebody charges', async () => {
    const room = openRoom();
    const [one] = two(room);
    const start = {
      connectorId: 1,
      idTag: 'CARD1',
      meterStart: 0,
      timestamp: new Date(room.clock.now()).toISOString(),
    };
    one.call('StartTransaction', start);
    const id = begun(await room.campaign(['CP1']));
    room.clock.advance(600_000);
    expect([room.items(id), asked(one)]).toEqual([['waiting'], 0]);
    const [transactionId] = room.values('SELECT id FROM transactions');
    one.call('StopTransaction', { transactionId, meterStop: 5, timestamp: new Date(room.clock.now()).toISOString() });
    room.clock.settle();
    expect([room.items(id), asked(one)]).toEqual([['running'], 1]);
  });

  it('waits while a charge point is reserved', async () => {
    const room = openRoom();
    const [one] = two(room);
    one.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Reserved' });
    const id = begun(await room.campaign(['CP1']));
    room.clock.advance(600_000);
    expect([room.items(id), asked(one)]).toEqual([['waiting'], 0]);
    one.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    room.clock.advance(60_000);
    expect([room.items(id), asked(one)]).toEqual([['running'], 1]);
  });

  it('keeps to its hours', async () => {
    const room = openRoom();
    const [one] = two(room);
    // It is noon.
    const id = begun(await room.campaign(['CP1'], { window: { cron: '0 13 * * *', durationS: 3_600 } }));
    room.clock.advance(3_500_000);
    expect(asked(one)).toBe(0);
    room.clock.advance(160_000);
    expect([room.items(id), asked(one)]).toEqual([['running'], 1]);
    const late = await room.campaign(['CP1'], { window: { cron: 'at ten', durationS: 3_600 } });
    expect(late).toMatchObject({ kind: 'invalid', why: expect.stringContaining('window.cron') });
  });

  it('lets one that is away wait, and takes it when it comes', async () => {
    const room = openRoom();
    const [one, other] = two(room);
    one.drop();
    const id = begun(await room.campaign(['CP1', 'CP2']));
    room.clock.settle();
    expect(room.items(id)).toEqual(['waiting', 'running']);
    update(room, other, '2.0');
    expect(room.items(id)).toEqual(['waiting', 'done']);
    const back = room.boot('CP1');
    room.clock.advance(SETTLED_MS);
    expect([room.items(id), asked(back)]).toEqual([['running', 'done'], 1]);
  });

  it('is paused, resumed and cancelled by hand', async () => {
    const room = openRoom();
    const [one, other] = two(room);
    const id = begun(await room.campaign(['CP1', 'CP2']));
    const change = (to: 'paused' | 'running' | 'cancelled') =>
      room.execute({ type: 'change-campaign', id, to }).promise;
    expect(await change('running')).toMatchObject({ kind: 'conflict' });
    expect(await change('paused')).toEqual({ kind: 'done' });
    update(room, one, '2.0');
    room.clock.advance(120_000);
    expect([room.items(id), asked(other)]).toEqual([['done', 'waiting'], 0]);
    await change('running');
    room.clock.advance(SETTLED_MS);
    expect([room.items(id), asked(other)]).toEqual([['done', 'running'], 1]);
    await change('cancelled');
    update(room, other, '2.0');
    expect(room.items(id)).toEqual(['done', 'done']);
    expect(await change('paused')).toMatchObject({ kind: 'conflict' });
  });

  it('goes on after a restart', async () => {
    const before = openRoom();
    const [one] = two(before);
    const id = begun(await before.campaign(['CP1', 'CP2']));
    before.clock.advance(SETTLED_MS);
    const { location, id: messageId } = callOf(one, 'UpdateFirmware');
    one.answer(messageId, {});
    const room = openRoom({ database: before.database, key: 'another' });
    const again = room.connect('CP1');
    const other = room.boot('CP2');
    room.fetch(hashIn(location));
    again.call('FirmwareStatusNotification', { status: 'Installed' });
    room.clock.advance(SETTLED_MS);
    expect([room.items(id), asked(other)]).toEqual([['done', 'running'], 1]);
  });
});
