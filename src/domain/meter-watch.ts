/**
 * Whether what a meter says can be believed (design: safety rule 8). A meter fails in three ways: it falls silent, it
 * repeats its last word for ever, or it says what can't be. Silence shows by the clock; repetition by what should move
 * along (its own time, voltage, frequency, energy, the cars below it); nonsense by physics.
 */
import { type Highest, highestSince, LONGEST_MS, nothingYet, withValue } from './highest.ts';
import type { MeterSample, MeterState } from './meter.ts';
import type { GridPhase, MeterModel } from './site-model.ts';
import type { MilliAmps, Monotonic, PerPhase } from './units.ts';

/** Intervals without anything new after which a meter is stale. */
const STALE_INTERVALS = 3;
/** Change of the cars' load that a living meter must show, mA of one phase. */
const NOTICEABLE_MA = 1_000;
/** Charge points report a change this much later than the meter sees it, at most (lag and a sample of theirs), ms. */
const REPORTED_LATE_MS = 25_000;
/** So many times its rated current no breaker lets pass for long. */
const BEYOND_LIMIT = 3;
/** Wrong units (A and mA, W and kW) show as a step of about 1000. */
const STEP_FROM = 500;
const STEP_TO = 2_000;
/** A step like that which lasts so long and contradicts nothing is how things are, ms. */
const BELIEVED_AFTER_MS = 600_000;
/** More watts for each amp of a phase no grid of ours has, V; and what rounding may add, W. */
const HIGHEST_V = 300;
const ROUNDING_W = 500;

/** Of one meter, what has to be remembered between samples. */
export type MeterWatch = {
  readonly meterId: string;
  /** The last good one. */
  readonly last: MeterSample | null;
  /** When something of it last was new: a repeated sample is none. */
  readonly movedAt: Monotonic | null;
  /** Load of the cars below it while the present currents were new. */
  readonly carsMA: PerPhase<MilliAmps> | null;
  /** When the currents last changed. */
  readonly currentsSince: Monotonic | null;
  /** It repeats itself although the cars' load has changed. */
  readonly contradicted: boolean;
  /** What the newest sample says can't be: since when, in words. */
  readonly doubt: { readonly since: Monotonic; readonly why: string } | null;
  /** Of good samples, the last minutes. */
  readonly highest: Highest;
};

export const newWatch = (meterId: string): MeterWatch => ({
  meterId,
  last: null,
  movedAt: null,
  carsMA: null,
  currentsSince: null,
  contradicted: false,
  doubt: null,
  highest: nothingYet,
});

/** What surrounds a meter. `carsMA`: what the cars below it draw by their own samples; null where that is not known. */
export type Surroundings = {
  readonly limitMA: PerPhase<MilliAmps>;
  readonly carsMA: PerPhase<MilliAmps> | null;
};

/** Takes one sample in. A sample that is older than the last good one changes nothing. */
export function watchSample(watch: MeterWatch, sample: MeterSample, around: Surroundings): MeterWatch {
  const { last } = watch;
  const now = sample.receivedAt;
  if (last !== null && now < last.receivedAt) return watch;
  const impossible = impossibility(sample, around.limitMA);
  const step = impossible === null && last !== null ? stepBetween(last, sample) : null;
  const since = watch.doubt?.since ?? now;
  if (impossible !== null) return { ...watch, doubt: { since, why: impossible } };
  if (step !== null && now - since < BELIEVED_AFTER_MS) return { ...watch, doubt: { since, why: step } };

  const highest = withValue(watch.highest, now, sample.currentMA);
  const sameCurrents = last !== null && same(last.currentMA, sample.currentMA);
  if (!sameCurrents) {
    return {
      ...watch,
      last: sample,
      movedAt: now,
      carsMA: around.carsMA,
      currentsSince: now,
      contradicted: false,
      doubt: null,
      highest,
    };
  }
  const settled = now - (watch.currentsSince ?? now) > REPORTED_LATE_MS;
  const contradicted = watch.contradicted || (settled && differ(watch.carsMA, around.carsMA));
  const carsMA = settled && watch.carsMA !== null ? watch.carsMA : around.carsMA;
  if (contradicted || !lives(last, sample)) return { ...watch, carsMA, contradicted, doubt: null };
  return { ...watch, last: sample, movedAt: now, carsMA, doubt: null, highest };
}

/** How far the meter can be believed at `now`. */
export function judgeMeter(watch: MeterWatch, model: MeterModel, now: Monotonic): MeterState {
  const { meterId, last, movedAt, doubt } = watch;
  if (last === null || movedAt === null) {
    const why = doubt === null ? 'Nothing was ever heard of it.' : `Nothing it says can be: ${doubt.why}.`;
    return { meterId, quality: 'never', why, last: null, ageMs: null };
  }
  const ageMs = Math.max(0, now - movedAt);
  const seconds = Math.round(ageMs / 1_000);
  const state = (quality: MeterState['quality'], why: string | null): MeterState => {
    return { meterId, quality, why, last, ageMs };
  };
  if (ageMs > model.lostAfterMs) return state('lost', `Nothing new for ${seconds} s${doubt ? `: ${doubt.why}` : ''}.`);
  if (doubt !== null) return state('suspect', `It says what can't be: ${doubt.why}.`);
  if (watch.contradicted) return state('stale', `It repeats itself although cars below it have changed their load.`);
  if (ageMs > STALE_INTERVALS * model.intervalMs) {
    return state('stale', `Nothing new for ${seconds} s; it should say something every ${model.intervalMs / 1_000} s.`);
  }
  return state('fresh', null);
}

/** The highest current of the last minutes before its last good sample; null where there was none. */
export function highestOf(watch: MeterWatch): PerPhase<MilliAmps> | null {
  return watch.last === null ? null : highestSince(watch.highest, watch.last.receivedAt - LONGEST_MS);
}

function impossibility({ currentMA, powerW }: MeterSample, limitMA: PerPhase<MilliAmps>): string | null {
  for (const [phase, value] of currentMA.entries()) {
    const limit = limitMA[phase] ?? 0;
    if (!Number.isFinite(value)) return `no current on L${phase + 1}`;
    if (limit > 0 && Math.abs(value) > BEYOND_LIMIT * limit) {
      return `${amps(value)} on L${phase + 1} of a circuit of ${amps(limit)}`;
    }
  }
  if (powerW === null) return null;
  if (!Number.isFinite(powerW)) return 'no power';
  const carriedMA = currentMA.reduce((sum, value) => sum + Math.abs(value), 0);
  if (Math.abs(powerW) <= (carriedMA * HIGHEST_V) / 1_000 + ROUNDING_W) return null;
  return `${powerW} W with ${amps(carriedMA)} in all`;
}

/** The load falls to a thousandth, or rises a thousandfold, on all phases that carry something. */
function stepBetween(before: MeterSample, after: MeterSample): string | null {
  let steps = 0;
  for (const [phase, old] of before.currentMA.entries()) {
    const value = Math.abs(after.currentMA[phase] ?? 0);
    const was = Math.abs(old);
    if (Math.max(was, value) < NOTICEABLE_MA) continue;
    const ratio = was > value ? was / value : value / was;
    if (ratio < STEP_FROM || ratio > STEP_TO) return null;
    steps += 1;
  }
  // With its power the meter has said the same twice, in two units: that the load has really gone.
  return steps === 0 || after.powerW !== null ? null : 'a step by a factor of 1000, as if the unit had changed';
}

function lives(before: MeterSample, after: MeterSample): boolean {
  if (after.stamped === true && after.at > before.at) return true;
  if (after.powerW !== before.powerW || after.energyWh !== before.energyWh) return true;
  return after.liveness.some((value, each) => value !== before.liveness[each]);
}

function differ(a: PerPhase<MilliAmps> | null, b: PerPhase<MilliAmps> | null): boolean {
  return a !== null && b !== null && a.some((value, phase) => Math.abs(value - (b[phase] ?? value)) > NOTICEABLE_MA);
}

function same(a: PerPhase<MilliAmps>, b: PerPhase<MilliAmps>): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

const amps = (mA: number): string => `${Math.round(mA / 100) / 10} A`;

/** The least movement that says something about phases, mA; and the share of it that has to be seen, or to be missing. */
const HINT_MA = 3_000;
const SEEN = 0.7;
const MISSING = 0.3;

/**
 * Cars moved on one phase, and the meter saw it on another: phases are swapped at the meter or at the charge point. Both
 * movements are those of the same time. Null where it says nothing, or where all is right.
 */
export function phaseHint(
  carsMovedMA: PerPhase<MilliAmps>,
  meterMovedMA: PerPhase<MilliAmps>,
): { readonly expected: GridPhase; readonly seen: GridPhase } | null {
  const all = [0, 1, 2] as const;
  const moved = all.filter((phase) => Math.abs(carsMovedMA[phase]) >= HINT_MA);
  const [expected] = moved;
  if (expected === undefined || moved.length !== 1) return null;
  const share = (phase: GridPhase): number => meterMovedMA[phase] / carsMovedMA[expected];
  const seen = all.filter((phase) => phase !== expected && share(phase) >= SEEN);
  const [other] = seen;
  if (other === undefined || seen.length !== 1 || share(expected) > MISSING) return null;
  return { expected, seen: other };
}
