import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Call,
  type CallClass,
  type CallOutcome,
  callClasses,
  createCallQueue,
} from '../../src/central-system/call-queue.ts';
import { monotonic } from '../../src/domain/units.ts';

function createWorld() {
  const queue = createCallQueue();
  const ends: string[] = [];
  const call = (messageId: string, over: Partial<Call> = {}): Call => ({
    messageId,
    action: 'Reset',
    payload: {},
    tracked: false,
    class: 'operator',
    timeoutMs: 30_000,
    sendBefore: monotonic(1_000_000),
    ended: ({ kind }: CallOutcome, overlapped) => ends.push(`${messageId} ${kind}${overlapped ? ' overlapped' : ''}`),
    ...over,
  });
  return {
    queue,
    ends,
    call,
    add: (messageId: string, over: Partial<Call> = {}) => queue.add(call(messageId, over)),
    /** All that may go out at `now`. */
    take(now: number): string[] {
      const taken: string[] = [];
      for (let next = queue.take(monotonic(now)); next !== null; next = queue.take(monotonic(now))) {
        taken.push(next.messageId);
      }
      return taken;
    },
    answer(messageId: string): string {
      const found = queue.answered(messageId);
      if (typeof found === 'string') return found;
      found.call.ended({ kind: 'result', payload: {}, keepsSchema: true }, found.overlapped, true);
      return 'found';
    },
  };
}

describe('order', () => {
  it('is that of the classes, and within one that of arrival, one call at a time', () => {
    const { add, take, answer } = createWorld();
    for (const name of [...callClasses].reverse()) add(name, { class: name });
    add('decrease 2', { class: 'decrease' });
    const order: string[] = [];
    for (let [next] = take(0); next !== undefined; [next] = take(0)) {
      order.push(next);
      expect(take(0)).toEqual([]);
      answer(next);
    }
    expect(order).toEqual(['decrease', 'decrease 2', 'floor', 'increase', 'operator', 'housekeeping']);
  });
});

describe('a decrease', () => {
  it('overtakes a pending call only after 2 s, and both know of the overlap', () => {
    const { queue, add, take, answer, ends } = createWorld();
    add('slow');
    expect(take(0)).toEqual(['slow']);
    add('less', { class: 'decrease' });
    add('floor', { class: 'floor' });
    expect(take(1_999)).toEqual([]);
    expect(queue.wakeAt(monotonic(500))).toBe(2_000);
    expect(take(2_000)).toEqual(['less']);
    expect(queue.outstanding()).toBe(2);
    answer('less');
    answer('slow');
    expect(ends).toEqual(['less result overlapped', 'slow result overlapped']);
    expect(take(2_000)).toEqual(['floor']);
    answer('floor');
    expect(ends.at(-1)).toBe('floor result');
  });

  it('is never the third', () => {
    const { add, take } = createWorld();
    add('slow');
    take(0);
    add('less 1', { class: 'decrease' });
    add('less 2', { class: 'decrease' });
    expect(take(2_000)).toEqual(['less 1']);
    expect(take(20_000)).toEqual([]);
  });

  it.each(['floor', 'increase', 'operator', 'housekeeping'] as const)('alone may overtake: a %s waits', (name) => {
    const { add, take } = createWorld();
    add('slow');
    take(0);
    add('other', { class: name });
    expect(take(29_000)).toEqual([]);
  });

  it('is no overlap with a call that has ended before', () => {
    const { add, take, answer, ends } = createWorld();
    add('first');
    take(0);
    answer('first');
    add('less', { class: 'decrease' });
    take(10);
    answer('less');
    expect(ends).toEqual(['first result', 'less result']);
  });
});

describe('a call without an answer', () => {
  it('times out, and the next one goes out', () => {
    const { queue, add, take, ends } = createWorld();
    add('silent', { timeoutMs: 5_000 });
    add('next');
    take(100);
    expect(queue.wakeAt(monotonic(100))).toBe(5_100);
    queue.expire(monotonic(5_099));
    expect(ends).toEqual([]);
    queue.expire(monotonic(5_100));
    expect(ends).toEqual(['silent timeout']);
    expect(take(5_100)).toEqual(['next']);
  });

  it('that answers later is late; what was never asked is unknown', () => {
    const { queue, add, take, answer, ends } = createWorld();
    add('silent', { timeoutMs: 5_000 });
    take(0);
    queue.expire(monotonic(5_000));
    expect(answer('silent')).toBe('late');
    expect(answer('never')).toBe('unknown');
    expect(ends).toEqual(['silent timeout']);
  });

  it('that was answered once is unknown the second time', () => {
    const { add, take, answer, ends } = createWorld();
    add('one');
    take(0);
    expect(answer('one')).toBe('found');
    expect(answer('one')).toBe('unknown');
    expect(ends).toEqual(['one result']);
  });

  it('is remembered among the last 32', () => {
    const { queue, add, take, answer } = createWorld();
    for (let at = 0; at < 33; at++) {
      add(`${at}`, { timeoutMs: 1 });
      take(at * 10);
      queue.expire(monotonic(at * 10 + 1));
    }
    expect([answer('0'), answer('1'), answer('32')]).toEqual(['unknown', 'late', 'late']);
  });
});

describe('a call that waits', () => {
  it('too long is dropped unsent', () => {
    const { queue, add, take, ends } = createWorld();
    add('slow');
    take(0);
    add('waits', { sendBefore: monotonic(3_000) });
    expect(queue.wakeAt(monotonic(0))).toBe(3_000);
    queue.expire(monotonic(3_000));
    expect(ends).toEqual(['waits expired']);
    expect(queue.waiting()).toBe(0);
  });

  it('may add another one from its end', () => {
    const { queue, add, call, take } = createWorld();
    queue.add(call('first', { sendBefore: monotonic(1), ended: () => add('again') }));
    queue.expire(monotonic(1));
    expect(take(2)).toEqual(['again']);
  });
});

describe('a lost connection', () => {
  it('ends what was out and keeps what waits', () => {
    const { queue, add, take, answer, ends } = createWorld();
    add('out');
    add('waits');
    take(0);
    queue.disconnected();
    expect(ends).toEqual(['out disconnected']);
    expect(answer('out')).toBe('unknown');
    expect(take(10)).toEqual(['waits']);
  });

  it('for good ends all that waits as never sent', () => {
    const { queue, add, ends } = createWorld();
    add('a');
    add('b', { class: 'decrease' });
    queue.abandon();
    expect([...ends].sort()).toEqual(['a expired', 'b expired']);
    expect(queue.wakeAt(monotonic(0))).toBeNull();
  });
});

describe('the bound', () => {
  it('is 100 waiting calls, and never stands in the way of a decrease or a floor', () => {
    const { queue, add } = createWorld();
    for (let at = 0; at < 100; at++) expect(add(`${at}`)).toBe(true);
    for (const name of ['operator', 'increase', 'housekeeping'] as const)
      expect(add(name, { class: name })).toBe(false);
    expect(queue.waiting()).toBe(100);
    expect(add('less', { class: 'decrease' })).toBe(true);
    expect(add('floor', { class: 'floor' })).toBe(true);
  });
});

type Step =
  | { kind: 'add'; class: CallClass; patienceMs: number; timeoutMs: number }
  | { kind: 'answer'; which: number }
  | { kind: 'pass'; ms: number }
  | { kind: 'disconnect' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      class: fc.constantFrom(...callClasses),
      patienceMs: fc.integer({ min: 1, max: 20_000 }),
      timeoutMs: fc.integer({ min: 1, max: 10_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(200) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 6_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'disconnect' as const }) },
);

describe('whatever happens', () => {
  it('every call ends once, never more is out than may be, and the queue always advances', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = createCallQueue();
        const state = new Map<string, { class: CallClass; is: 'waiting' | 'out' | 'ended'; sentAt: number }>();
        let now = 0;
        const settle = (): void => {
          queue.expire(monotonic(now));
          for (let call = queue.take(monotonic(now)); call !== null; call = queue.take(monotonic(now))) {
            const known = state.get(call.messageId);
            expect(known?.is).toBe('waiting');
            const out = [...state.values()].filter(({ is }) => is === 'out');
            if (out.length > 0) {
              expect(call.class).toBe('decrease');
              expect(out).toHaveLength(1);
              expect(now - (out[0]?.sentAt ?? now)).toBeGreaterThanOrEqual(2_000);
            }
            state.set(call.messageId, { class: call.class, is: 'out', sentAt: now });
          }
          const all = [...state.values()];
          const waiting = all.filter(({ is }) => is === 'waiting');
          const out = all.filter(({ is }) => is === 'out');
          expect([queue.waiting(), queue.outstanding()]).toEqual([waiting.length, out.length]);
          // Nothing may wait while nothing is out; and somebody wakes the queue as long as anything is left.
          if (out.length === 0) expect(waiting).toEqual([]);
          const wakeAt = queue.wakeAt(monotonic(now));
          if (out.length + waiting.length > 0) expect(wakeAt).toBeGreaterThanOrEqual(now);
          else expect(wakeAt).toBeNull();
        };
        const end = (messageId: string): void => {
          const known = state.get(messageId);
          expect(known?.is).not.toBe('ended');
          if (known !== undefined) state.set(messageId, { ...known, is: 'ended' });
        };
        for (const [at, taken] of steps.entries()) {
          const messageId = `m${at}`;
          if (taken.kind === 'pass') now += taken.ms;
          else if (taken.kind === 'disconnect') queue.disconnected();
          else if (taken.kind === 'answer') {
            const found = queue.answered(`m${taken.which}`);
            const known = state.get(`m${taken.which}`);
            if (typeof found === 'string') expect(known?.is).not.toBe('out');
            else found.call.ended({ kind: 'result', payload: {}, keepsSchema: true }, found.overlapped, true);
          } else {
            const added = queue.add({
              messageId,
              action: 'Reset',
              payload: {},
              tracked: false,
              class: taken.class,
              timeoutMs: taken.timeoutMs,
              sendBefore: monotonic(now + taken.patienceMs),
              ended: () => end(messageId),
            });
            if (added) state.set(messageId, { class: taken.class, is: 'waiting', sentAt: 0 });
          }
          settle();
        }
        // With a charge point that never answers again, everything still comes to its end.
        for (let wakeAt = queue.wakeAt(monotonic(now)); wakeAt !== null; wakeAt = queue.wakeAt(monotonic(now))) {
          now = wakeAt;
          settle();
        }
        expect([...state.values()].every(({ is }) => is === 'ended')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
