import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockWatch, clockNews, noteStamp, unseenClock } from '../../src/domain/clock-offset.ts';
import { instant } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';

/** Messages as [seconds after noon at which it came, seconds by which its stamp is ahead of that]. */
const seen = (...messages: (readonly [number, number])[]): ClockWatch =>
  messages.reduce(
    (watch, [cameS, aheadS]) =>
      noteStamp(watch, instant(NOON + (cameS + aheadS) * 1_000), instant(NOON + cameS * 1_000)),
    unseenClock,
  );

describe('the offset of a clock', () => {
  it.each<[string, (readonly [number, number])[], number | null]>([
    ['is not known before anything was said', [], null],
    ['is seen at once when it is hardly any', [[0, -2]], -2],
    ['is not known by one message: it may have waited', [[0, -7_200]], null],
    [
      'is seen when two messages a minute apart say the same',
      [
        [0, -7_200],
        [60, -7_203],
      ],
      -7_200,
    ],
    [
      'is not seen by what comes in one go',
      [
        [0, -3_600],
        [1, -3_601],
        [2, -3_599],
      ],
      null,
    ],
    [
      'is not seen by a queue: each has waited as long as it is old',
      [
        [0, -3_600],
        [70, -1_800],
        [140, -600],
      ],
      null,
    ],
    [
      'is not seen by the same message sent again and again',
      [
        [0, -10],
        [60, -70],
        [180, -190],
        [400, -410],
      ],
      -10,
    ],
    [
      'may be ahead',
      [
        [0, 300],
        [90, 301],
      ],
      301,
    ],
    [
      'is decades where a clock was never set',
      [
        [0, -1_700_000_000],
        [600, -1_700_000_001],
      ],
      -1_700_000_000,
    ],
    [
      'is that of the latest messages, once the clock was set',
      [
        [0, 900],
        [90, 900],
        [180, 0],
      ],
      0,
    ],
    [
      'stays as it was while what comes waited',
      [
        [0, -1],
        [900, -800],
        [901, -700],
        [902, -600],
      ],
      -1,
    ],
  ])('%s', (_, messages, offsetS) => {
    expect(seen(...messages).offsetMs).toBe(offsetS === null ? null : offsetS * 1_000);
  });

  it('is found whatever waited in between, and remembers little', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -86_400, max: 86_400 }),
        fc.array(fc.integer({ min: 200, max: 80_000 }), { maxLength: 4 }),
        (offsetS, waits) => {
          const queued = waits.map((waitedS, at) => [10 + at, offsetS - waitedS * 7] as const);
          const watch = seen([0, offsetS], ...queued, [300, offsetS - 1]);
          expect(Math.abs((watch.offsetMs ?? Number.NaN) - offsetS * 1_000)).toBeLessThanOrEqual(60_000);
          expect(watch.samples.length).toBeLessThanOrEqual(8);
        },
      ),
    );
  });
});

describe('what is told of it', () => {
  const watch = (offsetMs: number | null, said: ClockWatch['said']): ClockWatch => ({ samples: [], offsetMs, said });

  it.each<[number | null, ClockWatch['said'], ReturnType<typeof clockNews>]>([
    [null, null, null],
    [60_000, null, 'right'],
    [61_000, null, 'wrong'],
    [-61_000, 'fine', 'wrong'],
    [-61_000, -61_000, null],
    [-7_200_000, -7_200_000, null],
    [-3_600_000, -7_200_000, 'wrong'],
    [45_000, 61_000, null],
    [30_000, 61_000, 'right'],
    [30_000, 'fine', null],
  ])('%j after %j was said: %j', (offsetMs, said, news) => {
    expect(clockNews(watch(offsetMs, said))).toBe(news);
  });
});
