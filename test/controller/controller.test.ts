import { describe, expect, it } from 'vitest';
import { createControlRoom } from '../support/control-room.ts';
import { openLedger } from '../support/ledger.ts';
import { registered, started, stopped } from '../support/things.ts';

const meterValues = (wh: number, over: object = {}) => ({
  connectorId: 1,
  meterValue: [{ timestamp: '2026-01-15T12:00:00Z', sampledValue: [{ value: `${wh}` }] }],
  ...over,
});

describe('starting', () => {
  it('takes up what was running: readings without an id and the stop find their transaction', () => {
    const { database, given } = openLedger();
    given(registered('CP1'), started(41, { connectorId: 2 }), stopped(41), started(42));
    const room = createControlRoom({ database });
    // A charge point that was accepted before needs no boot.
    const station = room.connect('CP1');
    expect(station.call('MeterValues', meterValues(1_200))).toMatchObject([3, '1', {}]);
    room.clock.advance(60_000);
    expect(room.rows('SELECT transaction_id, energy_wh FROM telemetry')).toEqual([
      { transaction_id: 42, energy_wh: 1_200 },
    ]);
    station.call('StopTransaction', { transactionId: 42, meterStop: 1_300, timestamp: '2026-01-15T12:01:00Z' });
    expect(room.values('SELECT state FROM transactions WHERE id = 42')).toEqual(['stopped']);
    expect(room.controller.lines.get('CP1')?.live.runningTransaction(1)).toBeNull();
  });
});

describe('telemetry', () => {
  it('rides along with the next commit, or departs after 60 s', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const count = () => room.values('SELECT count(*) FROM telemetry')[0];
    const { commits } = room.controller.figures();
    station.call('MeterValues', meterValues(1));
    expect([count(), room.controller.figures().commits - commits]).toEqual([0, 0]);
    station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    expect([count(), room.controller.figures().commits - commits]).toEqual([1, 1]);
    station.call('MeterValues', meterValues(2));
    room.clock.advance(60_000);
    expect(count()).toBe(2);
    expect(room.controller.figures().telemetry).toEqual({ waiting: 0, lost: 0 });
  });

  it('departs early when much of it waits', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const meterValue = Array.from({ length: 500 }, (_, at) => ({
      timestamp: new Date(Date.UTC(2026, 0, 15, 11) + at * 1_000).toISOString(),
      sampledValue: [{ value: `${at}` }],
    }));
    for (let times = 0; times < 10; times++) station.call('MeterValues', { connectorId: 1, meterValue });
    expect(room.values('SELECT count(*) FROM telemetry')).toEqual([5_000]);
  });

  it('is written at the end', () => {
    const room = createControlRoom();
    room.boot('CP1').call('MeterValues', meterValues(1));
    room.controller.stop();
    expect(room.values('SELECT count(*) FROM telemetry')).toEqual([1]);
  });

  it('that could not be used is counted', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    const sampledValue = [{ value: '1' }, { value: 'nonsense', measurand: 'Voltage' }];
    station.call('MeterValues', meterValues(1, { meterValue: [{ timestamp: '2026-01-15T12:00:00Z', sampledValue }] }));
    expect(room.controller.lines.get('CP1')?.counters.droppedSamples).toBe(1);
  });
});

describe('a connection', () => {
  it('that closes leaves a known charge point known, and forgets a stranger', () => {
    const room = createControlRoom();
    room.boot('CP1').drop();
    room.connect('stranger').drop();
    expect([...room.controller.lines.all()].map(({ chargePointId }) => chargePointId)).toEqual(['CP1']);
    expect(room.controller.lines.get('CP1')?.session).toBeNull();
  });

  it('is shown as it comes and goes', () => {
    const room = createControlRoom();
    const shown: string[] = [];
    room.controller.feed.listen(({ event }) => shown.push(event.type));
    room.boot('CP1').drop();
    expect(shown).toEqual(['connection-opened', 'charge-point-registered', 'charge-point-booted', 'connection-closed']);
  });

  it('with 32 frames unread is paused, and read on when they are worked off', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    for (let at = 0; at < 31; at++) station.send(`[2,"a${at}","Heartbeat",{}]`);
    expect(station.state.paused).toBe(false);
    for (let at = 31; at < 40; at++) station.send(`[2,"a${at}","Heartbeat",{}]`);
    expect(station.state.paused).toBe(true);
    room.clock.settle();
    expect(station.state.paused).toBe(false);
    expect(station.received).toHaveLength(41);
  });

  it('that sends too fast is read at 500 frames a second, and never forgotten', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    for (let at = 0; at < 999; at++) {
      station.say(`[2,"a${at}","Heartbeat",{}]`);
      expect(station.state.paused).toBe(false);
    }
    for (let at = 0; at < 50; at++) station.say(`[2,"b${at}","Heartbeat",{}]`);
    expect(station.state.paused).toBe(true);
    expect(station.received).toHaveLength(1_001);
    room.clock.advance(100);
    expect(station.received).toHaveLength(1_050);
    room.clock.advance(10);
    expect(station.state.paused).toBe(false);
  });

  it('that is paused for its speed and its backlog at once is read on when both are over', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    for (let at = 0; at < 999; at++) station.say(`[2,"a${at}","Heartbeat",{}]`);
    // What the transport had read already arrives in one go, and the turns are slower than the rest that it costs.
    for (let at = 0; at < 40; at++) {
      station.state.paused = false;
      station.send(`[2,"b${at}","Heartbeat",{}]`);
    }
    room.clock.pass(1_000);
    room.clock.advance(0);
    expect(station.state.paused).toBe(false);
    expect(station.call('Heartbeat', {}, 'last')).toMatchObject([3, 'last', {}]);
  });
});

describe('raise and housekeep', () => {
  it('resolve after their commit', async () => {
    const room = createControlRoom();
    const alert = { id: 'a', kind: 'k', chargePointId: null, text: 't', fix: 'f' };
    const raised = room.controller.raise(alert);
    room.clock.settle();
    await raised;
    expect(room.values('SELECT id FROM alerts')).toEqual(['a']);
    const kept = room.controller.housekeep(() => room.database.prepare('DELETE FROM alerts').run().changes);
    room.clock.settle();
    expect(await kept).toBe(1);
  });

  it('say what failed', async () => {
    const room = createControlRoom();
    const kept = room.controller.housekeep(() => {
      throw new Error('no such table');
    });
    room.clock.settle();
    await expect(kept).rejects.toThrow('no such table');
  });
});

describe('stopping', () => {
  it('takes in what has arrived, and leaves no timer behind', () => {
    const room = createControlRoom();
    const station = room.boot('CP1');
    station.send(
      '[2,"9","StartTransaction",{"connectorId":1,"idTag":"X","meterStart":1,"timestamp":"2026-01-15T12:00:00Z"}]',
    );
    room.controller.stop();
    expect(station.lastFrame()).toMatchObject([3, '9', { transactionId: 1 }]);
    expect(room.values('SELECT count(*) FROM transactions')).toEqual([1]);
    expect(room.clock.timers()).toBe(0);
  });

  it('does not wait for the answer to a call that was asked for in the last moment', () => {
    const room = createControlRoom();
    room.boot('CP1');
    void room.controller.execute({ type: 'operate', chargePointId: 'CP1', action: 'ClearCache', payload: {} });
    room.controller.stop();
    expect(room.clock.timers()).toBe(0);
  });
});
