/**
 * The site as an electrician describes it: a tree of circuits, what hangs on them, and which meters look at them. All
 * currents are whole milliamps of one phase; L1 to L3 are the phases of the grid, reached through a connector's rotation.
 */
import type { MilliAmps, PerPhase, Watts } from './units.ts';

/** OCPP 1.6 §9.1.13 ConnectorPhaseRotation: which grid phase stands at the charge point's L1, L2, L3 (R, S, T: L1, L2, L3). */
export const rotations = ['RST', 'RTS', 'SRT', 'STR', 'TRS', 'TSR'] as const;
export type Rotation = (typeof rotations)[number];

/** 0 is L1 of the grid. */
export type GridPhase = 0 | 1 | 2;

export type CircuitModel = {
  readonly id: string;
  /** Null for the root, of which there is one. */
  readonly parent: string | null;
  /** The breaker's rated current. */
  readonly limitMA: PerPhase<MilliAmps>;
  /** Total over all phases; null where only amps count. */
  readonly limitW: Watts | null;
  /** The most by which two phases may differ (VDE-AR-N 4100: 20 A); null where it does not matter. */
  readonly unbalanceMA: MilliAmps | null;
  /** Of the limit, kept free. */
  readonly marginPercent: number;
  /** Foreign load that is assumed where no meter tells, and that the dead box counts with. */
  readonly reserveMA: PerPhase<MilliAmps>;
  /** Generation below may be used up: foreign load may then be less than 0. */
  readonly creditGeneration: boolean;
  /** The charge point whose sockets share this supply; null for a circuit of the building. */
  readonly chargePointId: string | null;
};

/** `grid`: all that flows through the circuit. `consumer`: a load below it. `generation`: PV or a battery, positive when it gives. */
export type MeterSide = 'grid' | 'consumer' | 'generation';

/** Of a meter, what decisions need; how it is read stands in the configuration. */
export type MeterModel = {
  readonly id: string;
  readonly circuit: string;
  readonly side: MeterSide;
  /** How often it is read, or says something, ms. */
  readonly intervalMs: number;
  /** Without a good sample for so long it counts as lost, ms. */
  readonly lostAfterMs: number;
};

export type ConnectorModel = {
  readonly chargePointId: string;
  readonly connectorId: number;
  /** What it hangs on; the charge point itself where its sockets share a supply. */
  readonly circuit: string;
  /** Phases of the charge point that carry current: the first so many. */
  readonly wiredPhases: 1 | 2 | 3;
  readonly rotation: Rotation;
  /** What the hardware draws without any profile. */
  readonly ratedMA: MilliAmps;
  /** The most that is granted. */
  readonly maxMA: MilliAmps;
  /** The least that a car charges with. */
  readonly minMA: MilliAmps;
  /** What it keeps when nobody talks to it: 0, or at least minMA. `auto` has been resolved. */
  readonly floorMA: MilliAmps;
  /** Null for AC. `efficiency`: output watts of input watts, 0 to 1. A DC charge point is never paused once it has started. */
  readonly dc: { readonly efficiency: number; readonly minW: Watts } | null;
  /** False: it takes no profiles, and is booked at its rating. */
  readonly smartCharging: boolean;
};

export type SiteModel = {
  /** Parents before their children; the root is the first. */
  readonly circuits: readonly CircuitModel[];
  readonly connectors: readonly ConnectorModel[];
  readonly meters: readonly MeterModel[];
  /** What charge points that nobody has described may draw, at the root. */
  readonly unknownReserveMA: MilliAmps;
  /** The book may count on the phases that a car was seen to use (design: safety rule 6). */
  readonly trustLearnedPhases: boolean;
};

/** `CP001/1`: one connector of the site, as a key of maps and in texts. */
export const connectorKey = (chargePointId: string, connectorId: number): string => `${chargePointId}/${connectorId}`;

const CONNECTORS = new WeakMap<SiteModel, ReadonlyMap<string, ConnectorModel>>();

/** One connector of the site; undefined where nobody has described it. Asked for with every reading. */
export function connectorIn(model: SiteModel, chargePointId: string, connectorId: number): ConnectorModel | undefined {
  let known = CONNECTORS.get(model);
  if (known === undefined) {
    known = new Map(model.connectors.map((each) => [connectorKey(each.chargePointId, each.connectorId), each]));
    CONNECTORS.set(model, known);
  }
  return known.get(connectorKey(chargePointId, connectorId));
}

const GRID: Readonly<Record<string, GridPhase>> = { R: 0, S: 1, T: 2 };
/** For each rotation, the grid phases behind the first one, two and three phases. */
const TURNED: ReadonlyMap<Rotation, readonly (readonly GridPhase[])[]> = new Map(
  rotations.map((rotation) => {
    const all = [...rotation].map((letter) => GRID[letter] ?? 0);
    return [rotation, [1, 2, 3].map((count) => all.slice(0, count))];
  }),
);

/** The grid phase behind each of the charge point's first `phases` phases. */
export function gridPhases(rotation: Rotation, phases: 1 | 2 | 3): readonly GridPhase[] {
  return TURNED.get(rotation)?.[phases - 1] ?? [];
}
