import { describe, expect, it } from 'vitest';
import { createSession, spendFrame } from '../../src/controller/session.ts';
import { monotonic } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';
import { idleConnection } from '../support/things.ts';

describe('the allowance of frames', () => {
  const spend = (session: ReturnType<typeof createSession>, times: number, at: number): number => {
    let waitMs = 0;
    for (let spent = 0; spent < times; spent++) waitMs = spendFrame(session, monotonic(at));
    return waitMs;
  };

  it('is 1,000 in one go, then 500 a second', () => {
    const session = createSession(idleConnection, 0, NOON, monotonic(0));
    expect(spend(session, 1_000, 0)).toBe(0);
    expect(spend(session, 1, 0)).toBe(2);
    expect(spend(session, 1, 0)).toBe(4);
    // Two were borrowed: a second later 498 are left.
    expect(spend(session, 498, 1_000)).toBe(0);
    expect(spend(session, 1, 1_000)).toBe(2);
  });

  it('does not grow beyond 1,000 by waiting', () => {
    const session = createSession(idleConnection, 0, NOON, monotonic(0));
    expect(spend(session, 1_000, 3_600_000)).toBe(0);
    expect(spend(session, 1, 3_600_000)).toBe(2);
  });
});
