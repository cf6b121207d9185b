/** Why a connector gets what it gets: the one source of every sentence about it, in the API, in events and in the log. */
import type { GridPhase } from './site-model.ts';
import type { Instant, MilliAmps } from './units.ts';

export type Because =
  /** It gets all that it can use. */
  | { readonly kind: 'demand-met' }
  | { readonly kind: 'circuit-full'; readonly circuit: string; readonly phase: GridPhase }
  | { readonly kind: 'power-full'; readonly circuit: string }
  | { readonly kind: 'unbalance'; readonly circuit: string; readonly phase: GridPhase }
  /** Its minimum does not fit. `nextTurn`: when it is its turn at the latest, where that is known. */
  | {
      readonly kind: 'waiting-for-minimum';
      readonly circuit: string;
      readonly phase: GridPhase | null;
      readonly nextTurn: Instant | null;
    }
  /** Nor would it fit before others there have shown that they keep a floor: `of` is one of them, `more` how many beside it. */
  | { readonly kind: 'floors-unproven'; readonly circuit: string; readonly of: string; readonly more: number }
  /** Its maximum is below its minimum. */
  | { readonly kind: 'not-eligible' }
  | { readonly kind: 'no-car' }
  /** Surplus only, and there is not enough of it. */
  | { readonly kind: 'no-surplus' }
  /** It drew nothing for long and has made room for others; it is asked again after a while. */
  | { readonly kind: 'resting' }
  /** It has what it was to have. */
  | { readonly kind: 'target-reached' }
  | { readonly kind: 'offline'; readonly until: Instant | null }
  /** Its floor is not proven: it counts with its rating, and nothing above the floor is granted. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'disobedient'; readonly step: string }
  /** Drawing without a transaction. */
  | { readonly kind: 'drawing-unasked' }
  /** Two charge points go by its id: both count with their rating. */
  | { readonly kind: 'two-under-one-id' }
  /** A larger share is decided and waits until another's decrease is proven. */
  | { readonly kind: 'waiting-for-release'; readonly circuit: string }
  /** Raised at most every 15 s. */
  | { readonly kind: 'settling'; readonly until: Instant }
  | { readonly kind: 'changes-spent' }
  | { readonly kind: 'meter-stale'; readonly circuit: string }
  | { readonly kind: 'limit-from-outside'; readonly circuit: string; readonly source: string }
  | { readonly kind: 'no-smart-charging' };

/** What a plan gives to one connector. */
export type Share = { readonly grantMA: MilliAmps; readonly because: Because };
