/**
 * How long a grant lasts without us (design: safety, "Lease"). Short ones wear the memory of charge points, long ones
 * keep a charge point that can't be reached at its grant while the building draws more.
 */
import type { SiteIndex } from './site-index.ts';

/** What is known of one circuit, mA per phase. */
export type CircuitRisk = {
  readonly limitMA: readonly [number, number, number];
  /** Foreign load now, and its largest rise within a minute. */
  readonly foreignMA: readonly [number, number, number];
  readonly largestJumpMA: readonly [number, number, number];
  /** Its highest in the last 30 days; null where no meter tells: then the reserve is all that is known. */
  readonly highestMA: readonly [number, number, number] | null;
  readonly reserveMA: readonly [number, number, number];
  /** All grants below at once, and what remains of all below without us. */
  readonly grantsMA: readonly [number, number, number];
  readonly settledMA: readonly [number, number, number];
};

export type Lease = { readonly seconds: number; readonly capMA: number };

export const LONG_LEASE_S = 43_200;
export const LEASE_S = 900;
export const SHORT_LEASE_S = 120;
/** What a breaker carries for the length of a lease without tripping, as a share of its rating (EN 60898-1: 1.13 for an hour). */
const CARRIES = 1.12;

/** The lease of a grant of `grantMA` on the phases of `mask`, and the most that may be granted at all, mA. */
export function leaseFor(
  index: SiteIndex,
  risks: readonly CircuitRisk[],
  connector: number,
  { grantMA, mask, settledMA }: { grantMA: number; mask: number; settledMA: number },
): Lease {
  let canBeLong = true;
  let mustBeShort = false;
  let capMA = Number.POSITIVE_INFINITY;
  for (let node = index.nodes[connector] ?? -1; node >= 0; node = index.parents[node] ?? -1) {
    const risk = risks[node];
    if (risk === undefined) continue;
    for (let phase = 0; phase < 3; phase += 1) {
      if ((mask & (1 << phase)) === 0) continue;
      const limit = risk.limitMA[phase] ?? 0;
      const reserve = risk.reserveMA[phase] ?? 0;
      const fits = (risk.grantsMA[phase] ?? 0) + reserve <= limit;
      if (!fits || (risk.highestMA?.[phase] ?? 0) > reserve) canBeLong = false;
      // This one can't be reached; all others have gone to what they are left with.
      const others = (risk.settledMA[phase] ?? 0) - settledMA;
      const left = CARRIES * limit - (risk.foreignMA[phase] ?? 0) - (risk.largestJumpMA[phase] ?? 0) - others;
      if (!(grantMA <= left)) mustBeShort = true;
      // What is no number leaves nothing.
      capMA = Math.min(capMA, left > 0 ? Math.floor(left) : 0);
    }
  }
  return { seconds: mustBeShort ? SHORT_LEASE_S : canBeLong ? LONG_LEASE_S : LEASE_S, capMA };
}
