/** Charge points that break when they are talked to at the wrong moment (field lessons D5.44 and D5.45). */
import { expect, it } from 'vitest';
import type { Policy } from '../../src/central-system/handler.ts';
import { createControlRoom } from '../support/control-room.ts';
import { token } from '../support/things.ts';

/** All that Busbar does by itself. */
const busy: Partial<Policy> = {
  localLists: 'on',
  reservations: { restore: true },
  chargePointConfiguration: 'keep',
  chargingProfiles: 'keep',
};
const MINUTE_MS = 60_000;

type Room = ReturnType<typeof createControlRoom>;
type Station = ReturnType<Room['boot']>;

function startRoom(): Room {
  const room = createControlRoom({ policy: busy });
  room.execute({ type: 'put-token', token: token() });
  return room;
}

/** Lives on, answers each call as a charge point that has settings and no local list, and says what it was asked. */
function live(room: Room, station: Station, ms: number): string[] {
  const asked: string[] = [];
  let answered = station.calls().length;
  for (let left = ms; left > 0; left -= 1_000) {
    room.clock.advance(1_000);
    for (const [id, action] of station.calls().slice(answered)) {
      answered += 1;
      asked.push(String(action));
      if (action === 'GetConfiguration') {
        const configurationKey = [{ key: 'MeterValuesSampledData', readonly: false, value: 'SoC' }];
        station.answer(id, { configurationKey });
      } else station.say(JSON.stringify([4, id, 'NotImplemented', '', {}]));
    }
  }
  return asked;
}

it('D5.44 a connection that comes and goes is not talked to, and what is wanted is asked once it stays', () => {
  const room = startRoom();
  let station = room.boot('CP1');
  for (let blip = 0; blip < 40; blip += 1) {
    room.clock.advance(4_900);
    expect(station.calls()).toEqual([]);
    station.drop();
    station = room.connect('CP1');
  }
  expect(live(room, station, MINUTE_MS)).toContain('GetConfiguration');
});

it('D5.44 a boot that is repeated begins the pause anew: nothing is asked before it has settled', () => {
  const room = startRoom();
  const station = room.boot('CP1');
  for (let boot = 0; boot < 10; boot += 1) {
    room.clock.advance(4_900);
    station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  }
  expect(station.calls()).toEqual([]);
});

it('D5.44 setting it up is done once for each boot, and not again for each connection', () => {
  const room = startRoom();
  let station = room.boot('CP1');
  expect(live(room, station, MINUTE_MS)).not.toEqual([]);
  for (let connection = 0; connection < 5; connection += 1) {
    station.drop();
    station = room.connect('CP1');
    expect(live(room, station, MINUTE_MS)).toEqual([]);
  }
  station.drop();
  station = room.boot('CP1');
  expect(live(room, station, MINUTE_MS)).toContain('GetConfiguration');
});

it('D5.45 left to itself Busbar asks and never probes: no setting is changed, nothing is triggered or restarted', () => {
  const room = startRoom();
  const station = room.boot('CP1');
  const asked = live(room, station, 5 * MINUTE_MS);
  expect(asked).toContain('GetConfiguration');
  expect(new Set(asked)).toEqual(new Set(['GetConfiguration', 'GetLocalListVersion']));
});

it('D5.45 one that dials anew every six minutes keeps its session, and nobody is alarmed', () => {
  const room = startRoom();
  let station = room.boot('CP1');
  live(room, station, MINUTE_MS);
  const timestamp = new Date(room.clock.now()).toISOString();
  station.call('StartTransaction', { connectorId: 1, idTag: 'CARD1', meterStart: 0, timestamp });
  for (let dial = 1; dial <= 10; dial += 1) {
    expect(live(room, station, 6 * MINUTE_MS)).toEqual([]);
    station.drop();
    station = room.connect('CP1');
    const now = new Date(room.clock.now()).toISOString();
    const meterValue = [{ timestamp: now, sampledValue: [{ value: String(dial * 100) }] }];
    expect(station.call('MeterValues', { connectorId: 1, transactionId: 1, meterValue })?.[2]).toEqual({});
  }
  expect(room.values('SELECT state FROM transactions')).toEqual(['running']);
  expect(room.controller.lines.get('CP1')?.live.lastReading(1)?.energyWh).toBe(1_000);
  expect(room.values('SELECT count(*) FROM alerts')).toEqual([0]);
});
