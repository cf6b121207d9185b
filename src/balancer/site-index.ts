/** The site's tree as arrays: what the gate and the planner walk along in every cycle. Built once for each site model. */
import {
  type CircuitModel,
  type ConnectorModel,
  connectorKey,
  gridPhases,
  type SiteModel,
} from '../domain/site-model.ts';
import { layOutMeters, type Metering } from './metering.ts';

export type SiteIndex = {
  readonly model: SiteModel;
  readonly circuits: readonly CircuitModel[];
  readonly circuitAt: ReadonlyMap<string, number>;
  /** Index of the parent of each circuit; -1 for the root. */
  readonly parents: readonly number[];
  readonly connectors: readonly ConnectorModel[];
  /** By `CP001/1`. */
  readonly connectorAt: ReadonlyMap<string, number>;
  /** Index of the circuit that each connector hangs on. */
  readonly nodes: readonly number[];
  /** Grid phases behind each connector's wires: bit 0 for L1. */
  readonly wired: readonly number[];
  readonly metering: Metering;
  /** Of each circuit alone, mA on L1, L2, L3. */
  readonly reserves: Float64Array;
};

export function indexSite(model: SiteModel): SiteIndex {
  const circuitAt = new Map(model.circuits.map(({ id }, at) => [id, at]));
  const place = (id: string): number => {
    const at = circuitAt.get(id);
    if (at === undefined) throw new Error(`there is no circuit ${id}`);
    return at;
  };
  return {
    model,
    circuits: model.circuits,
    circuitAt,
    parents: model.circuits.map(({ parent }) => (parent === null ? -1 : place(parent))),
    connectors: model.connectors,
    connectorAt: new Map(
      model.connectors.map(({ chargePointId, connectorId }, at) => [connectorKey(chargePointId, connectorId), at]),
    ),
    nodes: model.connectors.map(({ circuit }) => place(circuit)),
    metering: layOutMeters(model),
    reserves: Float64Array.from(model.circuits.flatMap(({ reserveMA }) => reserveMA)),
    wired: model.connectors.map(({ rotation, wiredPhases }) => maskOf(gridPhases(rotation, wiredPhases))),
  };
}

/** Indexes of the connectors at and below a circuit. */
export function connectorsBelow({ nodes, parents }: SiteIndex, circuit: number): readonly number[] {
  const isBelow = (node: number): boolean => {
    for (let at = node; at >= 0; at = parents[at] ?? -1) if (at === circuit) return true;
    return false;
  };
  return nodes.flatMap((node, at) => (isBelow(node) ? [at] : []));
}

/** Bit 0 for L1. */
export function maskOf(phases: readonly number[]): number {
  return phases.reduce((mask, phase) => mask | (1 << phase), 0);
}
