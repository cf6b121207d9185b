import type { PhaseSums, Room } from '../../balancer/exposure.ts';
import type { ForeignState } from '../../balancer/foreign-load.ts';
import type { ForeignLoad } from '../../balancer/metering.ts';
import type { Share } from '../../domain/because.ts';
import type { Instant } from '../../domain/units.ts';

/** What goes into a plan beside the site, and what comes of it. */

/** What somebody wishes for a running transaction. */
export type Wish = {
  readonly tier: number;
  readonly isBoosted: boolean;
  readonly targetWh: number | null;
  readonly departAt: Instant | null;
};

export type Planned = {
  readonly shares: ReadonlyMap<string, Share>;
  readonly room: Room;
  /** Committed: what the book says may flow, per circuit and phase. */
  readonly sums: PhaseSums;
  /** Grid phases on which a grant counts that each connector is given now; all that are wired where none is trusted. */
  readonly masks: readonly number[];
  /** What each connector counts with on L1 to L3, three for each; null where it counts alike on all that are wired. */
  readonly counted: Float64Array | null;
  /** Of each circuit, in the order of the index. */
  readonly loads: readonly ForeignLoad[];
  readonly foreign: ForeignState;
  /** What the circuit may carry now, its margin and limits from outside taken off; three for each circuit. */
  readonly limits: PhaseSums;
  /** Circuits on which nothing is raised, with why. */
  readonly held: ReadonlySet<string>;
  /** The plan would have overloaded something: a fault of ours. Only decreases were taken from it. */
  readonly faults: readonly string[];
};
