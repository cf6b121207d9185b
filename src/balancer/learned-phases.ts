/**
 * Which of a charge point's phases a car really uses. All that are wired count until two samples in a row show fewer, and
 * again as soon as one shows another: a wrong guess to the small side loads a phase that nobody reckons with.
 */
import { type GridPhase, gridPhases, type Rotation } from '../domain/site-model.ts';
import type { MilliAmps, PerPhase } from '../domain/units.ts';

/** Indexes of the charge point's own phases, ascending: 0 is its L1. */
export type ChargerPhases = readonly (0 | 1 | 2)[];

export type PhaseLearning = {
  readonly wired: 1 | 2 | 3;
  readonly used: ChargerPhases;
  /** Fewer phases that the last sample showed; null where it showed none to learn from. */
  readonly suspected: ChargerPhases | null;
};

/** A sample below teaches nothing: a car that only keeps its electronics awake may sit on one phase, mA. */
const TELLING_MA = 1_000;
/** Of the highest phase. A phase below it, and below `TELLING_MA`, carries nothing but leakage and measuring errors. */
const LEAKAGE_SHARE = 0.25;

/** For a new car at the connector. */
export function allWired(wired: 1 | 2 | 3): PhaseLearning {
  return { wired, used: ([0, 1, 2] as const).slice(0, wired), suspected: null };
}

/** What one more sample of the charge point's own L1 to L3 teaches. Without a value for each wired phase: nothing. */
export function learnPhases(known: PhaseLearning, currentMA: PerPhase<MilliAmps | null>): PhaseLearning {
  const measured = currentMA.slice(0, known.wired);
  const highest = Math.max(...measured.map((mA) => mA ?? 0));
  const carries = (phase: number): boolean => (currentMA[phase] ?? 0) > TELLING_MA;
  if (([0, 1, 2] as const).some((phase) => phase < known.wired && !known.used.includes(phase) && carries(phase)))
    return allWired(known.wired);
  if (highest <= TELLING_MA || measured.includes(null)) return known;
  const shown = known.used.filter((phase) => carries(phase) || (currentMA[phase] ?? 0) > highest * LEAKAGE_SHARE);
  if (shown.length === known.used.length) return { ...known, suspected: null };
  const isSecond = known.suspected !== null && known.suspected.join() === shown.join();
  return isSecond ? { ...known, used: shown, suspected: null } : { ...known, suspected: shown };
}

/** The same as phases of the grid. */
export function usedGridPhases({ wired, used }: PhaseLearning, rotation: Rotation): readonly GridPhase[] {
  const behind = gridPhases(rotation, wired);
  return used.length === wired ? behind : used.flatMap((phase) => behind[phase] ?? []);
}
