import type { Quality } from './report.ts';

/** What became of one session: the same figures for the whole controller and for the rules that it is compared with. */
export type Outcome = {
  readonly demandWh: number;
  readonly deliveredWh: number;
  /** From arrival to the first current; null where none ever flowed. */
  readonly waitingMinutes: number | null;
  readonly pauses: number;
};

/** Less than so much of what was wanted is short. */
const SHORT_SHARE = 0.95;

/** How well a site served these sessions. Those that wanted nothing are left out. */
export function qualityOf(outcomes: readonly Outcome[]): Quality {
  const wanting = outcomes.filter(({ demandWh }) => demandWh > 0);
  const shares = wanting.map(({ demandWh, deliveredWh }) => deliveredWh / demandWh);
  const waits = wanting.flatMap(({ waitingMinutes }) => waitingMinutes ?? []).sort((a, b) => a - b);
  return {
    jain: jainOf(shares),
    neverStarted: wanting.filter(({ deliveredWh }) => deliveredWh <= 0).length,
    leftShort: shares.filter((share) => share < SHORT_SHARE).length,
    pausesPerSession: wanting.length === 0 ? 0 : wanting.reduce((sum, { pauses }) => sum + pauses, 0) / wanting.length,
    waitingMinutes:
      waits.length === 0
        ? null
        : { median: quantileOf(waits, 0.5), p90: quantileOf(waits, 0.9), longest: quantileOf(waits, 1) },
  };
}

/** Jain's index of fairness, 1 / n (one has all) to 1 (all have the same); 1 where there is nothing to be unequal about. */
function jainOf(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

/** The smallest value that at least this part of them, 0 to 1, does not exceed. `sorted` ascending, one at least. */
function quantileOf(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

/** Wh of all sessions: wanted and delivered. */
export function energyOf(outcomes: readonly Outcome[]): { readonly demandWh: number; readonly deliveredWh: number } {
  return {
    demandWh: outcomes.reduce((sum, { demandWh }) => sum + demandWh, 0),
    deliveredWh: outcomes.reduce((sum, { deliveredWh }) => sum + deliveredWh, 0),
  };
}

/** Delivered, in % of what was wanted; 100 where nothing was. */
export const metPercentOf = (deliveredWh: number, demandWh: number): number =>
  demandWh <= 0 ? 100 : (100 * deliveredWh) / demandWh;
