/**
 * Branded whole numbers: inside the process every quantity carries its unit in its type, so that watts cannot be
 * added to amps. Wherever a number leaves the process, the name of its field ends in the unit instead.
 */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds since 1970-01-01T00:00:00Z, a whole number. */
export type Instant = Unit<'instant'>;
/** Milliseconds on the monotonic clock of this process; only differences mean anything. */
export type Monotonic = Unit<'monotonic'>;
/** Whole watt-hours, total over all phases. */
export type WattHours = Unit<'Wh'>;
/** Whole watts, total over all phases unless a name says otherwise. */
export type Watts = Unit<'W'>;
/** Whole milliamps, of one phase. */
export type MilliAmps = Unit<'mA'>;
/** Whole millivolts, phase to neutral. */
export type MilliVolts = Unit<'mV'>;

/** One value for each of L1, L2, L3; null where there is no reading. */
export type PerPhase<T> = readonly [T, T, T];

export const instant = (ms: number): Instant => whole(ms) as Instant;
export const monotonic = (ms: number): Monotonic => ms as Monotonic;
export const wattHours = (wh: number): WattHours => whole(wh) as WattHours;
export const watts = (w: number): Watts => whole(w) as Watts;
export const milliAmps = (mA: number): MilliAmps => whole(mA) as MilliAmps;
export const milliVolts = (mV: number): MilliVolts => whole(mV) as MilliVolts;

/** Rounds to a whole number and refuses what is none (NaN, infinity, beyond 2^53): such a value is our own bug. */
function whole(value: number): number {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded)) throw new RangeError(`not a whole number: ${value}`);
  return rounded === 0 ? 0 : rounded;
}
