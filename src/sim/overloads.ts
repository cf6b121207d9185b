/** Which circuits carried more than their limit, how much, and for how long. */

export type Overload = {
  readonly circuit: string;
  /** 0 is L1 of the grid. */
  readonly phase: number;
  /** In milliseconds since 1970; `to` is the first moment at which it was over, or the latest one that was looked at. */
  readonly from: number;
  to: number;
  readonly limitA: number;
  /** The highest current of that time, in amps. */
  maxA: number;
  /** Still going on. */
  open: boolean;
};

/** Intervals kept at most; a run with more has failed anyway, and `dropped` says that there were. */
const mostKept = 10_000;
/** Binary fractions add up to a little more than they should, in amps. */
const toleranceA = 1e-6;

export function createOverloads() {
  const kept: Overload[] = [];
  const open = new Map<string, Overload>();
  let dropped = 0;
  return {
    /** What one phase of a circuit carries from now on. */
    look(circuit: string, phase: number, amps: number, limitA: number, at: number): void {
      const key = `${circuit} ${phase}`;
      const running = open.get(key);
      if (running !== undefined) running.to = at;
      if (amps <= limitA + toleranceA) {
        if (running !== undefined) running.open = false;
        open.delete(key);
        return;
      }
      if (running !== undefined) {
        running.maxA = Math.max(running.maxA, amps);
        return;
      }
      const begun: Overload = { circuit, phase, from: at, to: at, limitA, maxA: amps, open: true };
      open.set(key, begun);
      if (kept.length < mostKept) kept.push(begun);
      else dropped += 1;
    },
    kept: (): readonly Overload[] => kept,
    dropped: () => dropped,
    /** One goes on at this moment. */
    isAnyOpen: () => open.size > 0,
  };
}

export const overloadSeconds = ({ from, to }: Overload): number => (to - from) / 1000;

export type FuseJudgement = {
  /** An overload may last so long, in seconds. */
  readonly longestSeconds: number;
  /** One that lasts longer is still tolerated below this multiple of the limit (with an unreachable charge point). */
  readonly toleratedFactor?: number;
};

/** 10 s in the ordinary case and 20 s in the worst, as long as every charge point can be reached. */
export const ordinaryFuse: FuseJudgement = { longestSeconds: 10 };
export const patientFuse: FuseJudgement = { longestSeconds: 20 };

/** The overloads that this fuse does not forgive. */
export function unforgiven(overloads: readonly Overload[], fuse: FuseJudgement): Overload[] {
  return overloads.filter((one) => {
    const mild = fuse.toleratedFactor !== undefined && one.maxA <= one.limitA * fuse.toleratedFactor;
    return overloadSeconds(one) > fuse.longestSeconds && !mild;
  });
}
