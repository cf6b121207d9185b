import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAdversary } from './adversary.ts';
import type { Habits, Turn } from './adversary-texts.ts';

const turns = fc.array(fc.tuple(fc.nat(25), fc.nat(4_000_000), fc.nat(1_000)), {
  minLength: 5,
  maxLength: 60,
  size: 'max',
});
const habits: fc.Arbitrary<Habits> = fc.record({
  clockOffMs: fc.integer({ min: -60_000, max: 60_000 }),
  isRelative: fc.boolean(),
  losesTime: fc.boolean(),
  hasOneSlot: fc.boolean(),
});

/** The first moment at which more may flow than the book says; null where there is none. */
function firstExcess(how: Habits, what: readonly Turn[]): string | null {
  const adversary = createAdversary(how);
  for (const [at, turn] of what.entries()) {
    adversary.turn(turn);
    const [mayDraw, counted] = [adversary.mayDraw(), adversary.counted()];
    known.moments += 1;
    if (counted < 32_000) known.below += 1;
    if (mayDraw > counted) return `after turn ${at}: ${mayDraw} mA may flow, and the book says ${counted}`;
  }
  return null;
}

const known = { moments: 0, below: 0 };

it('never counts less than a charge point may draw that obeys any of its texts, whatever is lost on the way', () => {
  fc.assert(
    fc.property(habits, turns, (how, what) => {
      expect(firstExcess(how, what)).toBeNull();
    }),
    { numRuns: Number(process.env.HISTORIES ?? 20_000), seed: 7 },
  );
  // It has not only looked at books that know nothing.
  expect(known.below / known.moments).toBeGreaterThan(0.2);
}, 60_000);
