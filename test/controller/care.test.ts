import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/central-system/call-queue.ts';
import type { Chore, ChoreContext, ChoreStep } from '../../src/central-system/chore.ts';
import { createCare } from '../../src/controller/care.ts';
import { createLines } from '../../src/controller/lines.ts';
import { createSession } from '../../src/controller/session.ts';
import type { Event } from '../../src/domain/events.ts';
import { instant } from '../../src/domain/units.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { openLedger } from '../support/ledger.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { openPolicy } from '../support/site.ts';

const asks: ChoreStep = { call: { action: 'ClearCache', payload: {} } };
const changed: Event = { type: 'token-removed', idTag: 'CARD', at: instant(0) };

/** Chores over lines without a wire: a call goes to a list, and the test ends it. */
function createHouse(
  look: (context: ChoreContext) => ChoreStep,
  chargePoints = ['CP1'],
  before: readonly Chore[] = [],
) {
  const clock = createManualClock();
  const lines = createLines();
  const chore: Chore = { name: 'test', wakes: new Set(['token-removed']), look };
  const calls: { chargePointId: string; action: string; end: (outcome: CallOutcome) => void }[] = [];
  const followed: Event[] = [];
  const care = createCare({
    chores: [...before, chore],
    lines,
    records: openLedger().reader,
    policy: openPolicy,
    clock,
    ids: { uuid: () => 'our-id' },
    log: createKeptLog(),
    follow: (events) => followed.push(...events),
    later: (_, decide) => clock.soon(() => decide().effect()),
    call: ({ chargePointId }, { action, ended }) => {
      calls.push({ chargePointId, action, end: (outcome) => ended?.(outcome, true, false) });
      return true;
    },
  });
  const connect = (id: string): void => {
    const line = lines.of(id);
    line.registration = 'accepted';
    const nobody = () => undefined;
    const connection = {
      remoteAddress: '10.0.0.9',
      send: nobody,
      reachedAt: 'http://gateway:9000',
      ping: nobody,
      close: nobody,
      terminate: nobody,
      pause: nobody,
      resume: nobody,
    };
    line.session = createSession(connection, 0, clock.now(), clock.monotonic());
    care.attend(line);
  };
  for (const id of chargePoints) connect(id);
  clock.settle();
  return { clock, lines, care, calls, followed, connect };
}

const answered: CallOutcome = { kind: 'result', payload: {}, keepsSchema: true };

describe('care', () => {
  it('leaves a charge point alone until it has settled', () => {
    const { clock, calls } = createHouse(() => asks);
    clock.advance(4_999);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toHaveLength(1);
  });

  it('has one call under way at a time, and goes on with the answer', () => {
    const { clock, calls, care } = createHouse(() => asks);
    clock.advance(5_000);
    care.noticed(changed);
    clock.advance(1_000);
    expect(calls).toHaveLength(1);
    calls[0]?.end(answered);
    clock.settle();
    expect(calls).toHaveLength(2);
  });

  it('lets a chore that fails keep no other from its work', () => {
    const faulty: Chore = {
      name: 'faulty',
      wakes: new Set(),
      look: () => {
        throw new Error('a row that can not be read');
      },
    };
    const { clock, calls } = createHouse(() => (calls.length === 0 ? asks : {}), ['CP1'], [faulty]);
    clock.advance(5_000);
    expect(calls).toHaveLength(1);
    calls[0]?.end(answered);
    clock.advance(60_000);
    expect(clock.timers()).toBe(0);
  });

  it('looks at many one after the other when something concerns all, and at each once however often it happens', () => {
    const ids = Array.from({ length: 100 }, (_, at) => `CP${at}`);
    let looks = 0;
    const { clock, care } = createHouse(() => {
      looks += 1;
      return {};
    }, ids);
    clock.advance(60_000);
    looks = 0;
    care.noticed(changed);
    clock.settle();
    expect(looks).toBe(20);
    clock.advance(200);
    expect(looks).toBe(60);
    for (let times = 0; times < 5; times++) care.noticed(changed);
    clock.advance(10_000);
    expect(looks).toBe(160);
    expect(clock.timers()).toBe(0);
  });

  it('comes to rest when nothing is wanted, and wakes by an event', () => {
    let wanted = 0;
    const { clock, calls, care } = createHouse(() => (wanted > 0 ? asks : {}));
    clock.advance(60_000);
    expect(clock.timers()).toBe(0);
    wanted = 1;
    care.noticed({ type: 'alert-cleared', id: 'x', at: instant(0) });
    clock.settle();
    expect(calls).toEqual([]);
    care.noticed(changed);
    clock.settle();
    expect(calls).toHaveLength(1);
  });

  it('plans no look for later once it is stopped, though one is in the queue', () => {
    const { clock, care } = createHouse(({ now }) => ({ again: instant(now + 3_600_000) }));
    clock.fallDue(5_000);
    care.stop();
    clock.settle();
    expect(clock.timers()).toBe(0);
  });

  it('looks again when the chore says so, also while nobody is connected', () => {
    const looks: boolean[] = [];
    const { clock, lines } = createHouse(({ now, reachable }) => {
      looks.push(reachable);
      return looks.length < 4 ? { again: instant(now + 60_000) } : {};
    });
    const line = lines.of('CP1');
    line.session = null;
    clock.advance(600_000);
    expect(looks.length).toBe(4);
    expect(looks.every((reachable) => !reachable)).toBe(true);
    expect(clock.timers()).toBe(0);
  });

  it('pauses longer and longer where no answer comes, and begins anew with a new connection', () => {
    const { clock, calls, connect } = createHouse(() => asks);
    clock.advance(5_000);
    const gaps: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = calls.length;
      const at = clock.monotonic();
      calls.at(-1)?.end({ kind: 'timeout' });
      while (calls.length === before) clock.advance(1_000);
      gaps.push((clock.monotonic() - at) / 1_000);
    }
    expect(gaps).toEqual([30, 60, 120, 240, 480]);
    calls.at(-1)?.end({ kind: 'disconnected' });
    connect('CP1');
    clock.advance(5_000);
    expect(calls).toHaveLength(7);
  });

  it('slows down a chore that goes round in circles', () => {
    const { clock, calls } = createHouse(() => asks);
    clock.advance(5_000);
    const until = clock.monotonic() + 60_000;
    let done = 0;
    while (clock.monotonic() < until) {
      while (done < calls.length) {
        calls[done]?.end(answered);
        done += 1;
        clock.settle();
      }
      clock.advance(100);
    }
    expect(calls.length).toBeGreaterThan(200);
    expect(calls.length).toBeLessThan(240);
  });

  it('spreads its calls over the site', () => {
    const ids = Array.from({ length: 200 }, (_, at) => `CP${at}`);
    const { clock, calls } = createHouse(() => asks, ids);
    clock.advance(5_000);
    expect(calls.length).toBeLessThanOrEqual(21);
    clock.advance(1_000);
    expect(calls.length).toBeLessThanOrEqual(71);
    clock.advance(5_000);
    expect(new Set(calls.map(({ chargePointId }) => chargePointId)).size).toBe(200);
    expect(calls).toHaveLength(200);
  });

  it('records what a chore decides before it calls', () => {
    const order: string[] = [];
    const { clock, calls, followed } = createHouse(({ reachable }) => {
      order.push(`look ${reachable}`);
      return { ...(reachable && followed.length === 0 ? { events: [changed] } : {}), ...asks };
    });
    clock.advance(5_000);
    expect(followed).toEqual([changed]);
    expect(calls).toHaveLength(1);
    expect(order.at(-1)).toBe('look true');
  });
});

describe('what goes with a call', () => {
  it('is recorded when the call goes out, and not while it waits for its turn', () => {
    const ids = Array.from({ length: 25 }, (_, index) => `CP${index}`);
    const house = createHouse(({ chargePointId, now, reachable }) => {
      if (!reachable) return {};
      return { ...asks, tracked: true, events: [{ type: 'cache-clear-asked', chargePointId, at: now }] };
    }, ids);
    const recorded = (type: string) => house.followed.filter((event) => event.type === type).length;
    house.clock.advance(5_000);
    for (let step = 0; step < 50 && house.calls.length < ids.length; step += 1) {
      expect([recorded('cache-clear-asked'), recorded('operation-requested')]).toEqual([
        house.calls.length,
        house.calls.length,
      ]);
      house.clock.advance(20);
    }
    expect([house.calls.length, recorded('cache-clear-asked')]).toEqual([25, 25]);
  });
});
