/** What is given to `allocate`, and what comes back. Built anew for each cycle; nodes and cars are frozen meanwhile. */
import type { Share } from './because.ts';
import type { GridPhase } from './site-model.ts';
import type { MilliAmps } from './units.ts';

export type AllocationNode = {
  readonly id: string;
  /** Index of the parent among the nodes; -1 for the root. Parents come before their children. */
  readonly parent: number;
  /** What is left for the cars planned below, on L1, L2, L3: may be negative. */
  readonly capacityMA: readonly [number, number, number];
  /** The same in watts, total over all phases; null where only amps count. */
  readonly capacityW: number | null;
  /** The most by which two phases may differ; null where it does not matter. `baseMA`: what already flows and is not planned. */
  readonly unbalance: { readonly limitMA: number; readonly baseMA: readonly [number, number, number] } | null;
};

export type AllocationCar = {
  /** `CP001/1`. */
  readonly key: string;
  /** Index of the node that it hangs on. */
  readonly node: number;
  /** Grid phases that it loads, each with what it is given. */
  readonly phases: readonly GridPhase[];
  /** It gets 0 or at least this. */
  readonly minMA: MilliAmps;
  /**
   * So much of what it asks for comes before the minimum of the next one in order, as far as there is room; null: its minimum
   * alone. Not less than that counts.
   */
  readonly claimMA?: MilliAmps | null;
  /** It gets at most this. */
  readonly maxMA: MilliAmps;
  /** 1 comes first. */
  readonly tier: number;
  /** Of the share above the minimum, within a tier. */
  readonly weight: number;
  /** Within a tier, the lower is admitted first; equal numbers in the order of the list. */
  readonly order: number;
  /** Grants are multiples of this, or one of the list (ascending). */
  readonly step: MilliAmps | readonly MilliAmps[];
  /** What it has now; null where it has nothing to hold on to. Kept where it differs little and is still feasible. */
  readonly heldMA: MilliAmps | null;
  /** It is never paused (DC, or known not to resume): admitted before all others. */
  readonly mustKeep: boolean;
  /** It gets its minimum, and no more, only where all others leave so much. */
  readonly yields?: boolean;
};

export type Allocation = {
  readonly nodes: readonly AllocationNode[];
  readonly cars: readonly AllocationCar[];
  /** What a phase of the site carries at 1 A, for limits in watts: the highest that is likely (253 V), mV. */
  readonly voltageMV: number;
};

/** A share for each car, by its key. */
export type Plan = ReadonlyMap<string, Share>;
