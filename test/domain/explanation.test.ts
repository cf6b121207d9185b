import { describe, expect, it } from 'vitest';
import type { Because } from '../../src/domain/because.ts';
import { becauseView, sentence } from '../../src/domain/explanation.ts';
import { type Instant, instant, milliAmps } from '../../src/domain/units.ts';

const telling = (amps: number) => ({
  grantMA: milliAmps(amps * 1_000),
  circuitName: (id: string) => `hall ${id}`,
  clock: (at: Instant) => new Date(at).toISOString().slice(11, 16),
});
const until = instant(Date.parse('2026-06-01T16:40:00Z'));

const reasons: readonly Because[] = [
  { kind: 'demand-met' },
  { kind: 'circuit-full', circuit: 'b', phase: 1 },
  { kind: 'power-full', circuit: 'b' },
  { kind: 'unbalance', circuit: 'b', phase: 0 },
  { kind: 'waiting-for-minimum', circuit: 'b', phase: null, nextTurn: null },
  { kind: 'waiting-for-minimum', circuit: 'b', phase: 2, nextTurn: until },
  { kind: 'floors-unproven', circuit: 'b', of: 'CP7/1', more: 0 },
  { kind: 'floors-unproven', circuit: 'b', of: 'CP7/1', more: 2 },
  { kind: 'not-eligible' },
  { kind: 'no-car' },
  { kind: 'no-surplus' },
  { kind: 'resting' },
  { kind: 'target-reached' },
  { kind: 'offline', until: null },
  { kind: 'offline', until },
  { kind: 'unproven' },
  { kind: 'disobedient', step: 'resend' },
  { kind: 'drawing-unasked' },
  { kind: 'two-under-one-id' },
  { kind: 'waiting-for-release', circuit: 'b' },
  { kind: 'settling', until },
  { kind: 'changes-spent' },
  { kind: 'meter-stale', circuit: 'b' },
  { kind: 'limit-from-outside', circuit: 'b', source: 'the grid operator' },
  { kind: 'no-smart-charging' },
];

describe('the sentence about a connector', () => {
  it('says how much, what binds, and what would help', () => {
    expect(sentence({ kind: 'circuit-full', circuit: 'b', phase: 1 }, telling(8.5))).toBe(
      '8.5 A: hall b is full on L2; it gets more when another car there takes less or leaves.',
    );
    expect(sentence({ kind: 'demand-met' }, telling(16))).toBe('16 A: the car gets all that it can use.');
  });

  it('says when it is its turn', () => {
    expect(sentence({ kind: 'waiting-for-minimum', circuit: 'b', phase: 2, nextTurn: until }, telling(0))).toBe(
      '0 A: hall b on L3 has no room for the least that the car charges with; ' +
        'its turn is at 16:40 at the latest, earlier if another car is done.',
    );
  });

  it('differs for surplus that is not enough to begin with, and for more of it', () => {
    expect(sentence({ kind: 'no-surplus' }, telling(0))).toContain('not enough of it');
    expect(sentence({ kind: 'no-surplus' }, telling(8))).toContain('no more of it');
  });

  it.each(reasons)('is one for $kind, and its own', (because) => {
    const text = sentence(because, telling(6));
    expect(text).toMatch(/^6 A: [^.]+\.$/);
    const same = reasons.filter((other) => sentence(other, telling(6)) === text);
    expect(same).toEqual([because]);
    if ('circuit' in because) expect(text).toContain('hall b');
  });

  it('stands in the view with what it names', () => {
    expect(becauseView({ kind: 'waiting-for-minimum', circuit: 'b', phase: 2, nextTurn: until }, telling(0))).toEqual({
      kind: 'waiting-for-minimum',
      sentence: expect.stringContaining('16:40'),
      circuit: 'b',
      phase: 'L3',
      until,
    });
    expect(becauseView({ kind: 'no-car' }, telling(0))).toMatchObject({ circuit: null, phase: null, until: null });
    expect(becauseView({ kind: 'settling', until }, telling(6)).until).toBe(until);
  });
});
