import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  amountOf,
  begunAnew,
  type ConnectorBook,
  distrusted,
  everythingCleared,
  failed,
  foreignCleared,
  grantDoubted,
  inSight,
  isCovered,
  isolated,
  type Offer,
  offered,
  outOfSight,
  proven,
  rebased,
  setBack,
  settled,
  settledAfterCut,
  transactionOver,
  voidBook,
  withdrawn,
  worst,
  worstInSight,
} from '../../src/balancer/book.ts';
import { monotonic } from '../../src/domain/units.ts';

const at = monotonic;
const RATED = 32_000;

const floor = (xMA: number): Offer => ({
  kind: 'floor',
  xMA,
  until: null,
  leaseMs: null,
  tailMA: xMA,
  adriftMA: null,
  transactionId: null,
  holdsFloor: false,
});
const grant = (xMA: number, more: Partial<Offer> = {}): Offer => ({
  kind: 'grant',
  xMA,
  until: at(900_000),
  leaseMs: 800_000,
  tailMA: 6_000,
  adriftMA: null,
  transactionId: 1,
  holdsFloor: false,
  ...more,
});
const foreign = (xMA: number): Offer => ({ ...floor(xMA), kind: 'foreign' });

/** Offers, the last of them accepted and proven where `isProven`. */
function given(book: ConnectorBook, ...offers: Offer[]): ConnectorBook {
  return offers.reduce(offered, book);
}
const heldAt = (xMA: number): ConnectorBook =>
  proven(accepted(given(voidBook(RATED), floor(xMA)), 1, at(0), true), 1, 'whole');
const amount = (book: ConnectorBook, now = 0): number => worst(book, at(now), 1);

describe('what counts', () => {
  it('a book that knows nothing counts the rating, and goes on doing so until a floor is proven', () => {
    const book = accepted(given(voidBook(RATED), floor(6_000)), 1, at(0), true);
    expect(amount(book)).toBe(RATED);
    expect(amount(book, 1e12)).toBe(RATED);
    expect(amount(proven(book, 1, 'seen'))).toBe(6_000);
  });

  it('a restart takes what was offered before it was sent for sent, and nothing unknown for zero', () => {
    const book = rebased(given(heldAt(6_000), grant(20_000)), at(5_000), 60_000, 11_000);
    expect(amount(book, 5_000 + 800_000 + 131_000 - 1)).toBe(20_000);
    expect(amount(book, 5_000 + 800_000 + 131_000)).toBe(6_000);
    expect(amount(rebased(voidBook(RATED), at(0), 60_000, 11_000))).toBe(RATED);
  });

  it('an offer counts from before it is sent until it is withdrawn unsent', () => {
    const book = given(heldAt(6_000), grant(20_000));
    expect(amount(book)).toBe(20_000);
    expect(amount(withdrawn(book, 2))).toBe(6_000);
    expect(amount(withdrawn(failed(book, 2, 'unanswered'), 2))).toBe(20_000);
  });

  it('what is refused or not answered may be in force all the same', () => {
    const book = given(heldAt(6_000), grant(20_000));
    expect(amount(failed(book, 2, 'refused'))).toBe(20_000);
    expect(amount(failed(book, 2, 'unanswered'))).toBe(20_000);
  });

  it('a lapsed lease counts its tail, not its limit and not nothing', () => {
    const book = given(heldAt(0), grant(20_000, { tailMA: 8_000 }));
    expect(amount(book, 899_999)).toBe(20_000);
    expect(amount(book, 900_000)).toBe(8_000);
  });

  it('a grant below the floor counts what the floor in its tail lets through', () => {
    expect(amount(given(heldAt(6_000), grant(0, { tailMA: 6_000 })))).toBe(6_000);
  });

  it('a floor that was lowered counts until the lower one is proven, and so does the tail of an older grant', () => {
    const lowered = given(heldAt(8_000), grant(10_000, { tailMA: 8_000, transactionId: null }), floor(0));
    const isProven = proven(accepted(lowered, 3, at(0), true), 3, 'whole');
    expect(worst(lowered, at(1e9), null)).toBe(8_000);
    expect(worst(isProven, at(1e9), null)).toBe(8_000);
  });

  it('who draws more than it may counts its rating, and who is switched off nothing until it connects', () => {
    const book = heldAt(6_000);
    expect(amount(distrusted(book, true))).toBe(RATED);
    expect(amount(isolated(book, true))).toBe(0);
    expect(settled(isolated(book, true))).toBe(0);
    expect(amount(isolated(isolated(book, true), false))).toBe(RATED);
  });

  it('never counts more than the hardware draws', () => {
    expect(amount(given(heldAt(6_000), grant(80_000)))).toBe(RATED);
  });

  it('without us it settles at tails, and at the rating where no floor is proven', () => {
    expect(settled(given(heldAt(0), grant(20_000)))).toBe(6_000);
    expect(settled(given(heldAt(0), grant(20_000, { until: null, leaseMs: null })))).toBe(20_000);
    expect(settled(everythingCleared(heldAt(0)))).toBe(RATED);
  });
});

describe('what releases', () => {
  it('an accepted decrease releases nothing before it is proven', () => {
    const book = accepted(given(heldAt(6_000), grant(20_000), grant(10_000)), 3, at(10), true);
    expect(amount(book)).toBe(20_000);
    expect(amount(proven(book, 3, 'seen'))).toBe(10_000);
  });

  it('a late acknowledgement of an older call is ignored', () => {
    const book = accepted(given(heldAt(6_000), grant(20_000), grant(10_000)), 3, at(10), true);
    const late = accepted(book, 2, at(20), true);
    expect(late).toBe(book);
  });

  it('an overlapped acknowledgement has no time from which its lag could count', () => {
    const book = accepted(given(heldAt(6_000), grant(20_000), grant(10_000)), 3, at(10), false);
    expect(book.entries.at(-1)).toMatchObject({ state: 'accepted', acceptedAt: null });
    expect(book.acknowledged).toBe(1);
  });

  it('a proof of the older of two leaves the newer: delivery may have been the other way round', () => {
    const book = given(heldAt(6_000), grant(10_000), grant(20_000));
    expect(amount(proven(book, 2, 'whole'))).toBe(20_000);
  });

  it('a renewal that covers the one before it takes its place when it is accepted', () => {
    const book = given(heldAt(6_000), grant(20_000), grant(20_000, { until: at(1_800_000) }));
    expect(accepted(book, 3, at(0), true).entries.map(({ seq }) => seq)).toEqual([1, 3]);
    const shorter = given(heldAt(6_000), grant(20_000), grant(20_000, { until: at(800_000) }));
    expect(accepted(shorter, 3, at(0), true).entries).toHaveLength(3);
    const lowerTail = given(heldAt(6_000), grant(20_000), grant(20_000, { tailMA: 0 }));
    expect(accepted(lowerTail, 3, at(0), true).entries).toHaveLength(3);
  });

  it('a limit does not outlive its transaction, and those for whoever charges do', () => {
    const book = given(heldAt(0), grant(20_000), grant(16_000, { transactionId: null }));
    expect(amount(transactionOver(book, 1))).toBe(16_000);
    expect(amount(transactionOver(book, 2))).toBe(20_000);
  });

  it('a profile of a transaction proves nothing about what it hides', () => {
    const standing = grant(16_000, { transactionId: null });
    const book = proven(given(heldAt(0), standing, foreign(25_000), grant(8_000)), 4, 'whole');
    expect(worst(transactionOver(book, 1), at(0), null)).toBe(25_000);
    expect(worst(transactionOver(foreignCleared(book), 1), at(0), null)).toBe(16_000);
  });

  it('where a default is seen to hold, a refused profile of the transaction allows no more, and not less than that', () => {
    const refused = failed(given(heldAt(0), grant(20_000)), 2, 'refused');
    const book = given(refused, grant(10_000, { transactionId: null, tailMA: 0 }));
    expect(amount(proven(book, 3, 'word'))).toBe(20_000);
    expect(amount(proven(book, 3, 'seen'))).toBe(10_000);
    expect(amount(proven(book, 3, 'seen'), 1e6)).toBe(6_000);
  });

  it('a foreign limit above a whole proof is gone; of one below it nobody knows', () => {
    const book = given(heldAt(6_000), foreign(20_000), foreign(3_000), floor(6_000));
    expect(proven(book, 4, 'seen').entries).toHaveLength(3);
    const whole = proven(book, 4, 'whole');
    expect(whole.entries.map(({ kind, xMA }) => [kind, xMA])).toEqual([
      ['foreign', 3_000],
      ['floor', 6_000],
    ]);
  });

  it('after everything was cleared a proof of what was sent before says nothing', () => {
    const book = everythingCleared(heldAt(6_000));
    expect(amount(proven(book, 1, 'whole'))).toBe(RATED);
    expect(amount(proven(given(book, floor(6_000)), 2, 'whole'))).toBe(6_000);
    expect(everythingCleared(book)).toBe(book);
  });

  it('a proven transaction makes up for a floor only while it is seen to run', () => {
    const book = proven(given(voidBook(RATED), grant(8_000)), 1, 'whole');
    expect(worst(book, at(0), 1)).toBe(8_000);
    expect(worst(book, at(0), 2)).toBe(RATED);
    expect(worst(book, at(0), null)).toBe(RATED);
    expect(worst(grantDoubted(book), at(0), 1)).toBe(RATED);
    expect(worst(transactionOver(book, 1), at(0), 1)).toBe(RATED);
  });

  it('a grant that holds the floor in its tail proves it', () => {
    const book = given(voidBook(RATED), grant(8_000, { transactionId: null, holdsFloor: true }));
    expect(worst(proven(book, 1, 'whole'), at(1e9), null)).toBe(6_000);
  });
});

describe('out of sight', () => {
  const adrift = given(heldAt(6_000), grant(10_000, { adriftMA: RATED }));

  it('what a lost clock leaves counts until it is there again, also once the grant should have ended', () => {
    expect(amount(adrift)).toBe(10_000);
    const unseen = outOfSight(adrift, at(1_000));
    expect(amount(unseen, 1_000)).toBe(RATED);
    expect(amount(outOfSight(unseen, at(900_000)), 1e9)).toBe(RATED);
    expect(worstInSight(unseen, at(1_000), 1)).toBe(10_000);
    expect(amount(inSight(unseen), 1_000)).toBe(10_000);
    expect(amount(outOfSight(given(heldAt(6_000), grant(10_000)), at(0)), 1e9)).toBe(6_000);
  });

  it('a short absence may be spared', () => {
    const unseen = outOfSight(adrift, at(1_000));
    expect(worst(unseen, at(60_999), 1, 60_000)).toBe(10_000);
    expect(worst(unseen, at(61_000), 1, 60_000)).toBe(RATED);
  });

  it('goes with its transaction, and with a proof of what came later', () => {
    const unseen = outOfSight(adrift, at(0));
    expect(amount(transactionOver(unseen, 1))).toBe(6_000);
    const later = given(adrift, grant(8_000, { adriftMA: 8_000 }));
    expect(amount(outOfSight(proven(later, 3, 'whole'), at(0)))).toBe(8_000);
  });

  it('tells what may remain if the power fails as well', () => {
    expect(settled(adrift)).toBe(6_000);
    expect(settledAfterCut(adrift)).toBe(RATED);
    expect(settledAfterCut(given(heldAt(6_000), grant(10_000, { adriftMA: 40_000 })))).toBe(RATED);
    expect(settledAfterCut(isolated(adrift, true))).toBe(0);
  });

  it('is not covered by what ends without a clock', () => {
    const book = given(heldAt(6_000), grant(10_000));
    expect(isCovered(book, grant(8_000))).toBe(true);
    expect(isCovered(book, grant(8_000, { adriftMA: 8_000 }))).toBe(false);
    expect(isCovered(adrift, grant(8_000, { adriftMA: 8_000 }))).toBe(true);
  });
});

describe('what only makes it stricter', () => {
  const offers = fc.array(
    fc.record({
      kind: fc.constantFrom<Offer['kind'][]>('floor', 'grant', 'foreign'),
      xMA: fc.integer({ min: 0, max: 32_000 }),
      until: fc.option(fc.integer({ min: 0, max: 2_000_000 }).map(at)),
      leaseMs: fc.integer({ min: 0, max: 1_000_000 }),
      tailMA: fc.integer({ min: 0, max: 16_000 }),
      adriftMA: fc.option(fc.integer({ min: 0, max: 32_000 })),
      transactionId: fc.option(fc.integer({ min: 1, max: 3 })),
      holdsFloor: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  const complete = ({ until, xMA, tailMA, ...rest }: Offer & { leaseMs: number | null }): Offer => ({
    ...rest,
    until,
    leaseMs: until === null ? null : rest.leaseMs,
    tailMA,
    xMA: Math.max(xMA, tailMA),
    transactionId: rest.kind === 'grant' ? rest.transactionId : null,
  });
  const moments = [0, 1, 100_000, 500_000, 1_000_000, 1_999_999, 2_000_000, 5_000_000];
  const naive = (all: readonly Offer[], now: number, isUnseen = false): number =>
    Math.min(
      RATED,
      all.reduce((most, one) => {
        const counts = amountOf({ ...one, seq: 0, state: 'sent', acceptedAt: null }, at(now));
        return Math.max(most, counts, isUnseen ? (one.adriftMA ?? 0) : 0);
      }, 0),
    );

  it('keeps a dozen entries and never counts less than all that were offered', () => {
    fc.assert(
      fc.property(offers, (drawn) => {
        const all = drawn.map(complete);
        const book = { ...given(voidBook(RATED), ...all), floorProven: true };
        expect(book.entries.length).toBeLessThanOrEqual(12);
        for (const now of moments) {
          expect(amount(book, now)).toBeGreaterThanOrEqual(naive(all, now));
          expect(amount(outOfSight(book, at(0)), now)).toBeGreaterThanOrEqual(naive(all, now, true));
        }
        expect(foreignCleared(book).entries.filter(({ kind }) => kind === 'floor').length > 0).toBe(
          all.some(({ kind }) => kind === 'floor'),
        );
      }),
      { seed: 1 },
    );
  });

  it('accepting changes nothing that counts, whatever is folded into what was accepted', () => {
    fc.assert(
      fc.property(offers, fc.nat(), fc.boolean(), (drawn, which, clean) => {
        const all = drawn.map(complete);
        const book = { ...given(voidBook(RATED), ...all), floorProven: true };
        const seq = 1 + (which % Math.max(1, all.length));
        for (const each of [book, outOfSight(book, at(0))]) {
          for (const now of moments) expect(amount(accepted(each, seq, at(0), clean), now)).toBe(amount(each, now));
        }
      }),
      { seed: 2 },
    );
  });

  it('a clock set back, a restart after it and a reboot of what counts from it never count less', () => {
    fc.assert(
      fc.property(offers, fc.nat(3_600_000), (drawn, byMs) => {
        const all = drawn.map(complete);
        const book = { ...given(voidBook(RATED), ...all), floorProven: true };
        for (const now of moments) {
          expect(amount(setBack(book, byMs), now)).toBeGreaterThanOrEqual(amount(book, now));
          expect(amount(begunAnew(book), now)).toBeGreaterThanOrEqual(amount(book, now));
        }
        const restarted = rebased(setBack(book, byMs), at(0), 60_000, 11_000);
        for (const { until, leaseMs, seq } of book.entries) {
          const now = restarted.entries.find((one) => one.seq === seq);
          expect(now?.until === null).toBe(until === null);
          if (now?.until != null) expect(now.until).toBe((leaseMs ?? 0) + byMs + 131_000);
        }
      }),
      { seed: 3 },
    );
  });

  it('merges no floor into what a clearing of foreign limits takes away', () => {
    const many = Array.from({ length: 20 }, () => foreign(16_000));
    const book = foreignCleared(given(heldAt(6_000), ...many));
    expect(amount(book)).toBe(6_000);
  });

  it('what was merged keeps the higher tail, and ends with neither of its transactions', () => {
    const tails = given(
      heldAt(0),
      grant(10_000, { tailMA: 8_000 }),
      ...Array.from({ length: 14 }, () => grant(9_000, { tailMA: 0 })),
    );
    expect(amount(tails, 1_000_000)).toBe(8_000);
    const each = Array.from({ length: 14 }, (_, n) => grant(20_000 - n * 1_000, { transactionId: n + 1 }));
    const book = given(heldAt(0), ...each);
    expect(amount(transactionOver(transactionOver(transactionOver(book, 1), 2), 3))).toBe(20_000);
  });

  it('what was merged is not withdrawn with one of its parts', () => {
    const book = given(heldAt(0), ...Array.from({ length: 14 }, (_, n) => grant(20_000 - n * 1_000)));
    const merged = book.entries.find(({ state }) => state === 'unanswered');
    expect(merged?.xMA).toBe(20_000);
    expect(amount(withdrawn(book, merged?.seq ?? 0))).toBe(20_000);
  });
});

describe('what may leave before it is on disk', () => {
  it('only what is no more, and lasts no longer, than something that is', () => {
    const book = given(heldAt(6_000), grant(20_000));
    expect(isCovered(book, grant(16_000))).toBe(true);
    expect(isCovered(book, grant(21_000))).toBe(false);
    expect(isCovered(book, grant(16_000, { leaseMs: 800_001 }))).toBe(false);
    expect(isCovered(book, grant(16_000, { leaseMs: null, until: null }))).toBe(false);
    expect(isCovered(book, grant(16_000, { tailMA: 7_000 }))).toBe(false);
    expect(isCovered(book, grant(16_000, { transactionId: 2 }))).toBe(false);
    expect(isCovered(given(book, grant(20_000, { transactionId: null })), grant(16_000, { transactionId: 2 }))).toBe(
      true,
    );
  });
});
