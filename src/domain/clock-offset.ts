/**
 * How far the clock of a charge point is from ours, judged by what it stamps and when that arrives. Nothing is corrected
 * by it: times stay in the books as they were sent.
 */
import type { Instant } from './units.ts';

/** What is known of one clock; a new value after each stamped message. */
export type ClockWatch = {
  /** The last messages, the newest last. */
  readonly samples: readonly ClockSample[];
  /** By how much it is ahead of ours, ms; negative when behind, null while nothing can be said. */
  readonly offsetMs: number | null;
  /** The offset that a person was last told of, ms; null before any judgement. */
  readonly said: number | 'fine' | null;
};

type ClockSample = { readonly aheadMs: number; readonly receivedAt: Instant };

export const unseenClock: ClockWatch = { samples: [], offsetMs: null, said: null };

/** Messages that are compared: a session has about six. */
const MAX_SAMPLES = 8;
/** Up to here a clock is right enough to bill and to plan by, ms; once it was wrong, it has to come nearer than half. */
const WRONG_ABOVE_MS = 60_000;
const RIGHT_BELOW_MS = 30_000;
/** Two messages sent at once differ by their way and by the rounding to seconds, ms. */
const SAME_MS = 10_000;
/** What waited in a queue comes in one go: only messages this far apart can tell that a clock goes on beside ours, ms. */
const APART_MS = 60_000;

/**
 * The watch after a message that the charge point stamped `stampedAt`. A message may have waited in a queue, which looks
 * like a clock that is behind. So a difference counts once a second message, a minute or more from the first, shows the
 * same: only a clock that goes on beside ours does that. Hardly any difference counts at once.
 */
export function noteStamp(watch: ClockWatch, stampedAt: Instant, receivedAt: Instant): ClockWatch {
  const samples = [...watch.samples, { aheadMs: stampedAt - receivedAt, receivedAt }].slice(-MAX_SAMPLES);
  return { ...watch, samples, offsetMs: offsetBy(samples) ?? watch.offsetMs };
}

/** It has booted, and was told the time: what its clock was before says nothing. */
export const afterBoot = (watch: ClockWatch): ClockWatch => ({ ...watch, samples: [], offsetMs: null });

/** Whether there is something to tell: `wrong` anew or by another amount, or `right` (again); null where all was said. */
export function clockNews({ offsetMs, said }: ClockWatch): 'wrong' | 'right' | null {
  if (offsetMs === null) return null;
  const distanceMs = Math.abs(offsetMs);
  if (distanceMs > WRONG_ABOVE_MS) {
    const known = typeof said === 'number' && Math.abs(said - offsetMs) <= WRONG_ABOVE_MS;
    return known ? null : 'wrong';
  }
  return said === 'fine' || (said !== null && distanceMs > RIGHT_BELOW_MS) ? null : 'right';
}

function offsetBy(samples: readonly ClockSample[]): number | null {
  const counts = (sample: ClockSample): boolean =>
    Math.abs(sample.aheadMs) <= WRONG_ABOVE_MS || samples.some((other) => confirms(sample, other));
  const latest = samples.findLast(counts);
  if (latest === undefined) return null;
  // The way takes time, and never makes a clock look ahead: the largest is the nearest to the truth.
  const alike = samples.filter(({ aheadMs }) => Math.abs(aheadMs - latest.aheadMs) <= SAME_MS);
  return Math.max(...alike.map(({ aheadMs }) => aheadMs));
}

function confirms(one: ClockSample, other: ClockSample): boolean {
  return Math.abs(one.aheadMs - other.aheadMs) <= SAME_MS && Math.abs(one.receivedAt - other.receivedAt) >= APART_MS;
}
