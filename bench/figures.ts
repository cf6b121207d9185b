/** The few statistics of the benchmark. */

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** Throws on an empty list: a figure without a measurement is a mistake of the plan. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/** Nearest rank; `part` from 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** The ratio of the medians; min and max are those of the rounds, each against the same round of the other. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  const rounds = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return {
    median: spreadOf(ours).median / spreadOf(theirs).median,
    min: Math.min(...rounds),
    max: Math.max(...rounds),
  };
}

export function formatSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
