/** What each car may have of the site's own generation: minimums in order, then equal shares of what is left. */
import type { MilliAmps } from '../domain/units.ts';

export type Claim = {
  readonly key: string;
  readonly minMA: MilliAmps;
  readonly maxMA: MilliAmps;
  readonly wattsPerAmp: number;
  /** It keeps its minimum without surplus too: it has just begun, or would not resume. */
  readonly mustHave: boolean;
};

/** Caps in mA by key, whole amps rounded down: a cloud moves them often enough. `claims` in the order of admission. */
export function surplusCaps(claims: readonly Claim[], surplusW: number): ReadonlyMap<string, MilliAmps> {
  const caps = new Map<string, MilliAmps>(claims.map(({ key }) => [key, 0 as MilliAmps]));
  const admitted: Claim[] = [];
  let leftW = surplusW;
  for (const claim of [...claims.filter(({ mustHave }) => mustHave), ...claims.filter(({ mustHave }) => !mustHave)]) {
    const leastW = (claim.minMA / 1_000) * claim.wattsPerAmp;
    if (claim.maxMA < claim.minMA || (!claim.mustHave && leastW > leftW)) continue;
    leftW -= leastW;
    admitted.push(claim);
  }
  // The one with the least room first: what it leaves is shared by those after it.
  const roomW = ({ minMA, maxMA, wattsPerAmp }: Claim): number => ((maxMA - minMA) / 1_000) * wattsPerAmp;
  admitted.sort((a, b) => roomW(a) - roomW(b));
  for (const [index, claim] of admitted.entries()) {
    const share = Math.min(roomW(claim), Math.max(0, leftW) / (admitted.length - index));
    leftW -= share;
    const mA = claim.minMA + (share / claim.wattsPerAmp) * 1_000;
    caps.set(claim.key, (mA >= claim.maxMA ? claim.maxMA : Math.max(claim.minMA, wholeAmps(mA))) as MilliAmps);
  }
  return caps;
}

/** A thousandth more makes up for what division loses. */
const wholeAmps = (mA: number): number => Math.floor((mA + 0.001) / 1_000) * 1_000;
