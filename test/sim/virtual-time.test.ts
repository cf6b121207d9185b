import { describe, expect, it } from 'vitest';
import { startFleet } from '../../src/sim/fleet.ts';
import { begin, friendly, type Sent, scripted, start, virtualClock, world } from './virtual-world.ts';

const seconds = (sent: readonly Sent[]) => sent.map((one) => Math.round((one.at - start) / 1000));
describe('registration', () => {
  it('asks again at the pace of the Central System while it is rejected, and answers nothing', () => {
    const refused = { status: 'Rejected', currentTime: new Date(start).toISOString(), interval: 100 };
    const { clock, script } = world(({ action }) => (action === 'BootNotification' ? refused : undefined));
    clock.advance(50);
    expect(script.call('CP', 'GetConfiguration', {})).toBeNull();
    clock.advance(300);
    expect(script.sent.every((one) => one.action === 'BootNotification')).toBe(true);
    expect(seconds(script.sent)).toEqual([0, 100, 200, 300]);
  });

  it('sends only what is triggered while pending, and does not start remotely', () => {
    const pending = { status: 'Pending', currentTime: new Date(start).toISOString(), interval: 1000 };
    const { clock, script } = world(({ action }) => (action === 'BootNotification' ? pending : undefined));
    clock.advance(10);
    expect(script.call('CP', 'RemoteStartTransaction', { idTag: 'A', connectorId: 1 })).toContain('Rejected');
    expect(script.call('CP', 'TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 })).toContain(
      'Accepted',
    );
    clock.advance(100);
    expect(script.sent.map((one) => one.action)).toEqual(['BootNotification', 'StatusNotification']);
    script.call('CP', 'TriggerMessage', { requestedMessage: 'BootNotification' });
    clock.advance(10);
    expect(script.sent.at(-1)?.action).toBe('BootNotification');
  });

  it('retries by itself when booting fails, and when nobody answers', () => {
    let boots = 0;
    const { clock, script, point } = world(({ action }) => {
      if (action !== 'BootNotification') return undefined;
      boots += 1;
      return boots === 1 ? 'InternalError' : boots === 2 ? null : undefined;
    });
    clock.advance(200);
    expect(point.registration()).toBe('Accepted');
    expect(seconds(script.sent.filter((one) => one.action === 'BootNotification'))).toEqual([0, 30, 90]);
  });

  it('takes the time from the Central System', () => {
    const { clock, point } = world(undefined, 3_600_000);
    expect(point.time() - clock.now()).toBe(3_600_000);
    clock.advance(5);
    expect(Math.abs(point.time() - clock.now())).toBeLessThan(50);
  });

  it('keeps dialling with growing patience, and sends a heartbeat only when it is quiet', () => {
    const one = world();
    one.clock.advance(1000);
    expect(seconds(one.script.sent.filter(({ action }) => action === 'Heartbeat'))).toHaveLength(3);
    one.script.reachable = false;
    one.script.hangUp('CP');
    one.clock.advance(3600);
    const before = one.script.sent.length;
    one.script.reachable = true;
    one.clock.advance(200);
    expect(one.point.connected()).toBe(true);
    expect(one.script.sent.slice(before).map(({ action }) => action)).not.toContain('BootNotification');
  });
});

describe('messages about transactions', () => {
  it('are repeated after growing waits, then given up; the stop of a start that failed carries -1', () => {
    const one = world(({ action }) => (action === 'StartTransaction' ? 'InternalError' : undefined));
    one.clock.advance(5);
    begin(one);
    one.clock.advance(100);
    const starts = one.script.sent.filter(({ action }) => action === 'StartTransaction');
    const [first = 0] = seconds(starts);
    expect(seconds(starts).map((at) => at - first)).toEqual([0, 20, 60]);
    one.connector.presentCard('CARD');
    one.clock.advance(5);
    const stop = one.script.sent.find(({ action }) => action === 'StopTransaction');
    expect(stop?.payload.transactionId).toBe(-1);
    expect(one.point.flash.queue).toEqual([]);
  });

  it('survive a power cut in the queue, in order and unchanged', () => {
    const one = world();
    one.clock.advance(5);
    begin(one);
    one.script.reachable = false;
    one.script.hangUp('CP');
    one.clock.advance(100);
    one.connector.presentCard('CARD');
    one.clock.advance(1);
    const waiting = JSON.stringify(one.point.flash.queue.map(({ action, payload }) => [action, payload]));
    expect(waiting).toContain('StopTransaction');
    one.point.powerCycle(60);
    one.clock.advance(70);
    const before = one.script.sent.length;
    one.script.reachable = true;
    one.clock.advance(200);
    const sent = one.script.sent
      .slice(before)
      .filter(({ action }) => action === 'MeterValues' || action === 'StopTransaction')
      .map(({ action, payload: { transactionId, ...payload } }) => [action, payload, transactionId]);
    expect(sent.map(([, , transactionId]) => transactionId)).toEqual(sent.map(() => 1));
    expect(JSON.stringify(sent.map(([action, payload]) => [action, payload]))).toBe(waiting);
  });

  it('never drop a start or a stop when the queue overflows', () => {
    const one = world();
    one.clock.advance(5);
    one.script.reachable = false;
    one.script.hangUp('CP');
    one.script.call('CP', 'none', {});
    one.point.flash.configuration.set('AllowOfflineTxForUnknownId', 'true');
    one.point.powerCycle(1);
    one.clock.advance(10);
    begin(one);
    expect(one.connector.transaction).not.toBeNull();
    one.clock.advance(30 * 2_500);
    one.connector.presentCard('CARD');
    const actions = one.point.flash.queue.map(({ action }) => action);
    expect(actions).toHaveLength(2_000);
    expect(actions[0]).toBe('StartTransaction');
    expect(actions.at(-1)).toBe('StopTransaction');
  });

  it('keep one CALL outstanding, whatever else is to be said', () => {
    const one = world(({ action }) => (action === 'StartTransaction' ? null : undefined));
    one.clock.advance(5);
    begin(one);
    const before = one.script.sent.length;
    one.script.call('CP', 'TriggerMessage', { requestedMessage: 'Heartbeat' });
    one.clock.advance(20);
    expect(one.script.sent).toHaveLength(before);
    one.clock.advance(15);
    expect(one.script.sent.slice(before).map(({ action }) => action)).toContain('Heartbeat');
  });
});

describe('a fleet on a virtual clock', () => {
  function aDay(seed: number) {
    const clock = virtualClock(start);
    const script = scripted(clock, friendly(clock));
    const fleet = startFleet({
      url: 'ws://nowhere',
      count: 6,
      seed,
      clock,
      idTags: ['CARD-1', 'CARD-2', 'CARD-3'],
      dial: script.dial,
    });
    clock.advance(6 * 3600);
    return { clock, script, fleet };
  }

  it('lives the same hours again from the same seed, and others from another', () => {
    const first = aDay(42).script.transcript;
    expect(first.length).toBeGreaterThan(1000);
    expect(aDay(42).script.transcript).toEqual(first);
    expect(aDay(43).script.transcript).not.toEqual(first);
  });

  it('charges cars: starts and stops pair up, registers never fall, currents fit car and wiring', async () => {
    const { clock, script, fleet } = aDay(7);
    const registers = new Map<string, number>();
    const open = new Set<unknown>();
    let starts = 0;
    for (const { id, action, payload } of script.sent) {
      if (action === 'StopTransaction') expect(open.delete(payload.transactionId)).toBe(true);
      if (action !== 'StartTransaction') continue;
      starts += 1;
      // The script numbers them as they come.
      open.add(starts);
      const key = `${id}/${payload.connectorId}`;
      expect(Number(payload.meterStart)).toBeGreaterThanOrEqual(registers.get(key) ?? 0);
      registers.set(key, Number(payload.meterStart));
    }
    const snapshot = fleet.snapshot();
    expect(snapshot.filter((one) => one.status === 'Charging').length).toBeGreaterThan(0);
    for (const one of snapshot) {
      const most = one.car === null ? 0 : 32;
      expect(Math.max(...one.amps)).toBeLessThanOrEqual(most);
    }
    const stopped = fleet.stop();
    clock.advance(30);
    await stopped;
    expect(fleet.chargePoints.every((one) => !one.connected() && one.flash.queue.length === 0)).toBe(true);
    expect(starts).toBeGreaterThan(5);
    expect(script.sent.filter(({ action }) => action === 'StopTransaction')).toHaveLength(starts);
  });
});
