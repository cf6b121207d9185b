import { describe, expect, it } from 'vitest';
import type { MeterSample } from '../../src/domain/meter.ts';
import { highestOf, judgeMeter, newWatch, phaseHint, watchSample } from '../../src/domain/meter-watch.ts';
import type { MeterModel } from '../../src/domain/site-model.ts';
import {
  instant,
  type MilliAmps,
  milliAmps,
  monotonic,
  type PerPhase,
  wattHours,
  watts,
} from '../../src/domain/units.ts';

const model: MeterModel = { id: 'main', circuit: 'grid', side: 'grid', intervalMs: 1_000, lostAfterMs: 60_000 };
const on = (a: number, b = a, c = b): PerPhase<MilliAmps> => [
  milliAmps(a * 1_000),
  milliAmps(b * 1_000),
  milliAmps(c * 1_000),
];
const sample = (at: number, currentMA = on(10), change: Partial<MeterSample> = {}): MeterSample => ({
  meterId: 'main',
  at: instant(at),
  receivedAt: monotonic(at),
  currentMA,
  powerW: null,
  energyWh: null,
  liveness: [],
  ...change,
});

/** What is made of these samples, the cars below drawing `cars` at each. */
function judged(samples: readonly (readonly [MeterSample, PerPhase<MilliAmps>?])[]) {
  let watch = newWatch('main');
  for (const [one, carsMA = null] of samples) watch = watchSample(watch, one, { limitMA: on(63), carsMA });
  return { watch, at: (now: number) => judgeMeter(watch, model, monotonic(now)) };
}

describe('a meter', () => {
  it('was never heard of at first', () => {
    expect(judged([]).at(100_000)).toMatchObject({ quality: 'never', last: null, ageMs: null });
  });

  it('is fresh for three intervals, then stale, then lost', () => {
    const { at } = judged([[sample(0)]]);
    expect([3_000, 3_001, 60_000, 60_001].map((now) => at(now).quality)).toEqual(['fresh', 'stale', 'stale', 'lost']);
    expect(at(3_001).why).toContain('Nothing new for 3 s');
  });

  it('is stale when it repeats itself and nothing moves along', () => {
    const { at } = judged(Array.from({ length: 10 }, (_, each) => [sample(each * 1_000)] as const));
    expect(at(9_000)).toMatchObject({ quality: 'stale', ageMs: 9_000 });
  });

  it.each([
    ['its own time', (each: number) => ({ stamped: true, at: instant(each) })],
    ['voltage or frequency', (each: number) => ({ liveness: [230, 50_000 + each] })],
    ['energy', (each: number) => ({ energyWh: wattHours(each) })],
    ['power', (each: number) => ({ powerW: watts(6_900 + each) })],
  ])('is fresh where %s moves along', (_, change) => {
    const { at } = judged(
      Array.from({ length: 10 }, (_, each) => [sample(each * 1_000, on(10), change(each))] as const),
    );
    expect(at(9_000).quality).toBe('fresh');
  });

  it('gets no credit for the time at which we heard it', () => {
    const { at } = judged(Array.from({ length: 10 }, (_, each) => [sample(each * 1_000, on(10))] as const));
    expect(at(9_000).quality).toBe('stale');
  });

  it('is stale when cars below have moved by more than 1 A and it has not, whatever else moves', () => {
    const run = (cars: number) =>
      judged(
        Array.from(
          { length: 60 },
          (_, each) => [sample(each * 1_000, on(20), { liveness: [each] }), each < 40 ? on(6) : on(cars)] as const,
        ),
      ).at(59_000);
    expect(run(16)).toMatchObject({ quality: 'stale', why: expect.stringContaining('cars below') });
    expect(run(6.9).quality).toBe('fresh');
  });

  it('is believed again as soon as its value moves', () => {
    const frozen = Array.from(
      { length: 60 },
      (_, each) => [sample(each * 1_000, on(20), { liveness: [each] }), each < 40 ? on(6) : on(16)] as const,
    );
    expect(judged([...frozen, [sample(60_000, on(21)), on(16)]]).at(60_000).quality).toBe('fresh');
  });

  it('has time to follow: charge points report late', () => {
    const late = Array.from(
      { length: 24 },
      (_, each) => [sample(each * 1_000, on(30), { liveness: [each] }), each < 10 ? on(6) : on(16)] as const,
    );
    expect(judged(late).at(23_000).quality).toBe('fresh');
  });

  it('is suspect when it says more than the circuit carries, and what it says counts for nothing', () => {
    const { at, watch } = judged([[sample(0)], [sample(1_000, on(10_000))]]);
    expect(at(1_000)).toMatchObject({ quality: 'suspect', last: { currentMA: on(10) } });
    expect(at(1_000).why).toContain('10000 A on L1 of a circuit of 63 A');
    expect(highestOf(watch)).toEqual(on(10));
  });

  it.each([
    ['a thousandth', on(0.01), {}],
    ['no number', [Number.NaN, 0, 0] as unknown as PerPhase<MilliAmps>, {}],
    ['much power without current', on(0.02), { powerW: watts(13_800) }],
  ])('is suspect at %s', (_, currentMA, change) => {
    expect(judged([[sample(0)], [sample(1_000, currentMA, change)]]).at(1_000).quality).toBe('suspect');
  });

  it('may fall to nothing, and rise from it', () => {
    expect(judged([[sample(0, on(40))], [sample(1_000, on(0))]]).at(1_000).quality).toBe('fresh');
    expect(judged([[sample(0, on(0))], [sample(1_000, on(40))]]).at(1_000).quality).toBe('fresh');
    const witnessed = sample(1_000, on(0.04), { powerW: watts(9) });
    expect(judged([[sample(0, on(40))], [witnessed]]).at(1_000).quality).toBe('fresh');
  });

  it('is lost after a minute of nonsense, and believed when a step of it has lasted', () => {
    const low = (until: number) =>
      judged([
        [sample(0, on(40))],
        ...Array.from({ length: until }, (_, each) => [sample(1_000 + each * 1_000, on(0.04), {})] as const),
      ]);
    expect(low(100).at(100_000).quality).toBe('lost');
    expect(low(700).at(601_000).quality).not.toBe('suspect');
  });

  it('ignores what comes out of order', () => {
    expect(judged([[sample(5_000, on(10))], [sample(4_000, on(50))]]).at(5_000).last?.currentMA).toEqual(on(10));
  });
});

describe('phases', () => {
  it('look swapped when a car moves on one and the meter on another', () => {
    expect(phaseHint(on(10, 0, 0), on(0.2, 9.5, 0))).toEqual({ expected: 0, seen: 1 });
    expect(phaseHint(on(0, 0, -16), on(-16, 0, 0))).toEqual({ expected: 2, seen: 0 });
  });

  it('say nothing where all is right, little moves, or more than one phase does', () => {
    expect(phaseHint(on(10, 0, 0), on(10, 0, 0))).toBeNull();
    expect(phaseHint(on(10, 0, 0), on(10, 10, 0))).toBeNull();
    expect(phaseHint(on(2, 0, 0), on(0, 2, 0))).toBeNull();
    expect(phaseHint(on(10, 10, 0), on(0, 10, 10))).toBeNull();
  });
});
