/** What a meter of the building says, and how far it can be believed. */
import type { Instant, MilliAmps, Monotonic, PerPhase, WattHours, Watts } from './units.ts';

/** One look at a meter. Signed: negative flows back towards the grid. A meter that gives watts alone has been turned into amps. */
export type MeterSample = {
  readonly meterId: string;
  /** When it was taken, by the meter's clock where it has one; else when it arrived. */
  readonly at: Instant;
  /** `at` is of the meter's own clock: that it moves shows that the meter lives. */
  readonly stamped?: boolean;
  readonly receivedAt: Monotonic;
  readonly currentMA: PerPhase<MilliAmps>;
  readonly powerW: Watts | null;
  readonly energyWh: WattHours | null;
  /** Whatever moves although the load stands still: voltage, frequency. Of a frozen meter none of it moves. */
  readonly liveness: readonly number[];
};

/** `suspect`: what it says can't be (a jump by orders of magnitude); it is treated like a stale one. */
export type MeterQuality = 'fresh' | 'stale' | 'suspect' | 'lost' | 'never';

export type MeterState = {
  readonly meterId: string;
  readonly quality: MeterQuality;
  /** In words for a person; null while it is fresh. */
  readonly why: string | null;
  /** The last good sample; null before the first. */
  readonly last: MeterSample | null;
  /** Since the last good sample, ms; null before the first. */
  readonly ageMs: number | null;
};
