import { describe, expect, it } from 'vitest';
import { createStream } from '../../src/upstream/stream.ts';
import { createManualClock } from '../support/manual-clock.ts';

type Made = { head?: number; acked?: number; ackMode?: 'app' | 'puback'; firsts?: number[] };

function createWorld({ head = 10, acked = 0, ackMode = 'app', firsts = [1] }: Made = {}) {
  const clock = createManualClock();
  const moves: number[] = [];
  let again = 0;
  const world = { head };
  const stream = createStream('t0', {
    clock,
    ackMode,
    epochs: firsts.map((first, index) => ({ epoch: `e${index + 1}`, first: { t0: first, t1: 1 } })),
    head: () => world.head,
    acked,
    firstKept: () => 1,
    moved: (upTo) => moves.push(upTo),
    again: () => {
      again += 1;
    },
  });
  /** Sends the next so many; returns the answers that the broker owes. */
  const send = (many: number) => {
    const next = stream.next();
    if (next === null) throw new Error('there is nothing to send');
    const to = Math.min(next.to, next.after + many);
    return { after: next.after, to, epoch: next.epoch, done: stream.sending(to, next.replayed) };
  };
  return { clock, stream, send, moves, again: () => again, world };
}

describe('a stream', () => {
  it('sends on without waiting, and ends at what there is', () => {
    const { stream, send } = createWorld();
    expect([send(4), send(4), send(4)].map(({ after, to }) => [after, to])).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    expect(stream.next()).toBeNull();
  });

  it('falls back to what is acknowledged with the connection', () => {
    const { stream, send } = createWorld();
    send(4);
    send(4);
    stream.acknowledged('e1', 4);
    stream.down();
    expect(send(4).after).toBe(4);
  });

  it('never mixes epochs in one message', () => {
    const { send } = createWorld({ firsts: [1, 6] });
    expect([send(100), send(100)].map(({ after, to, epoch }) => [after, to, epoch])).toEqual([
      [0, 5, 'e1'],
      [5, 10, 'e2'],
    ]);
  });

  it('believes no acknowledgement of what was never sent, of another epoch, or of less than before', () => {
    const { stream, send, moves } = createWorld({ firsts: [1, 6] });
    expect(stream.acknowledged('e1', 3)).toBe(true);
    expect(stream.acked()).toBe(0);
    send(3);
    stream.acknowledged('e1', 1_000_000);
    expect(stream.acked()).toBe(3);
    send(100);
    send(100);
    stream.acknowledged('e1', 1_000_000);
    expect(stream.acked()).toBe(5);
    stream.acknowledged('e2', 2);
    expect(stream.acked()).toBe(5);
    expect(stream.acknowledged('somebody', 9)).toBe(false);
    stream.acknowledged('e2', 9);
    stream.acknowledged('e2', 7);
    expect(moves).toEqual([3, 5, 9]);
  });

  it('by the broker alone moves in order, also where it acknowledges out of order', () => {
    const { send, moves } = createWorld({ ackMode: 'puback' });
    const [first, second, third] = [send(2), send(2), send(2)];
    second.done(true);
    expect(moves).toEqual([]);
    first.done(true);
    expect(moves).toEqual([2, 4]);
    third.done(false);
    expect(moves).toEqual([2, 4]);
  });

  it('an answer of the last connection says nothing of this one', () => {
    const { stream, send, moves } = createWorld({ ackMode: 'puback' });
    const old = send(5);
    stream.down();
    send(2);
    old.done(true);
    expect(moves).toEqual([]);
  });

  it('sends all again when the backend says nothing, less and less often, until it does', () => {
    const { clock, stream, send, again, world } = createWorld();
    send(10);
    clock.advance(59_999);
    expect(again()).toBe(0);
    clock.advance(1);
    expect([again(), stream.sent()]).toEqual([1, 0]);
    send(10);
    clock.advance(60_000);
    expect(again()).toBe(1);
    clock.advance(60_000);
    expect(again()).toBe(2);
    send(10);
    stream.acknowledged('e1', 10);
    clock.advance(10_000_000);
    expect(again()).toBe(2);
    world.head = 11;
    send(1);
    clock.advance(60_000);
    expect(again()).toBe(3);
  });

  it('does not run further ahead of the backend than it may', () => {
    const { stream } = createWorld({ head: 1_000_000 });
    const next = stream.next();
    if (next === null) throw new Error('there is nothing to send');
    stream.sending(5_000, false);
    expect(stream.next()).toBeNull();
    stream.acknowledged('e1', 1);
    expect(stream.next()).toMatchObject({ after: 5_000 });
  });

  it('sends a range again that the backend wants, then goes on where it was', () => {
    const { stream, send } = createWorld();
    send(8);
    stream.acknowledged('e1', 8);
    expect(stream.wanted(0, 3)).toEqual({ from: 1, to: 3 });
    expect([send(2), send(2), send(2)].map(({ after, to }) => [after, to])).toEqual([
      [0, 2],
      [2, 3],
      [8, 10],
    ]);
    expect(stream.acked()).toBe(8);
  });

  it('sends nothing again that was never sent or is no longer kept, and not more than once a second', () => {
    const { clock, stream, send } = createWorld({ head: 10 });
    expect(stream.wanted(1, 5)).toBeNull();
    send(4);
    expect(stream.wanted(9, 12)).toBeNull();
    expect(stream.wanted(2, 12)).toEqual({ from: 2, to: 4 });
    expect(stream.wanted(2, 3)).toBeNull();
    clock.advance(1_000);
    expect(stream.wanted(2, 3)).toEqual({ from: 2, to: 3 });
  });
});
