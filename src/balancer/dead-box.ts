import {
  type CircuitModel,
  type ConnectorModel,
  connectorKey,
  type GridPhase,
  gridPhases,
  type SiteModel,
} from '../domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase } from '../domain/units.ts';

/**
 * What the site may draw if this machine is gone: every connector what it is held to, and what others may draw. On every
 * circuit and phase that must fit the whole limit (safety invariant I2).
 */

/** One part of a sum, as a person would write it down. `phases`: what it adds on L1, L2, L3. */
export type DeadBoxTerm = {
  readonly kind: 'reserve' | 'unknown' | 'connector' | 'circuit';
  /** `CP001/1`, or the id of a circuit; empty for what is unknown. */
  readonly of: string;
  readonly phases: PerPhase<MilliAmps>;
};

export type DeadBoxSum = {
  readonly circuit: string;
  readonly sumMA: PerPhase<MilliAmps>;
  readonly limitMA: PerPhase<MilliAmps>;
  /** The sockets of a charge point that limits itself may say more than the limit: it is capped, and so always fits. */
  readonly capped: boolean;
  readonly terms: readonly DeadBoxTerm[];
};

/** What each connector is held to, mA on all phases that are wired. */
export type HeldAt = (connector: ConnectorModel) => MilliAmps;

/** With the floors of the site; what takes no limits counts with its rating. */
export function deadBox(model: SiteModel): DeadBoxSum[] {
  return deadBoxWith(model, configuredHold);
}

/** The same with what each connector is held to now, such as a floor that is not proven yet; `twins`: ids that two go by. */
export function deadBoxWith(model: SiteModel, heldMA: HeldAt, twins: ReadonlySet<string> = new Set()): DeadBoxSum[] {
  const places = new Map(model.circuits.map(({ id }, index) => [id, index]));
  const terms: DeadBoxTerm[][] = model.circuits.map(ownTerms(model.unknownReserveMA));
  for (const connector of model.connectors) {
    const phases = onGrid(connector, heldMA(connector));
    const of = connectorKey(connector.chargePointId, connector.connectorId);
    terms[places.get(connector.circuit) ?? -1]?.push({ kind: 'connector', of, phases });
  }
  const sums: DeadBoxSum[] = [];
  // From the leaves to the root: children stand behind their parents.
  for (let index = model.circuits.length - 1; index >= 0; index -= 1) {
    const circuit = model.circuits[index];
    const own = terms[index];
    if (circuit === undefined || own === undefined) continue;
    const sum = sumOf(own);
    const capped = circuit.chargePointId !== null;
    const devices = twins.has(circuit.chargePointId ?? '') ? 2 : 1;
    const counted = capped
      ? lower(
          sum,
          each((phase) => devices * circuit.limitMA[phase]),
        )
      : sum;
    sums.push({ circuit: circuit.id, sumMA: counted, limitMA: circuit.limitMA, capped, terms: own });
    if (circuit.parent !== null) {
      terms[places.get(circuit.parent) ?? -1]?.push({ kind: 'circuit', of: circuit.id, phases: counted });
    }
  }
  return sums.reverse();
}

/** Phases on which a sum is above its limit. */
export function phasesOver({ sumMA, limitMA }: DeadBoxSum): GridPhase[] {
  return ([0, 1, 2] as const).filter((phase) => sumMA[phase] > limitMA[phase]);
}

/** What a connector is held to by its configuration alone. */
function configuredHold({ smartCharging, floorMA, ratedMA }: ConnectorModel): MilliAmps {
  return smartCharging ? floorMA : ratedMA;
}

/**
 * Decides what `auto` means for the connectors in `undecided`: the minimum for all of them, if with that the site fits
 * and every single connector could still be granted its maximum while all others keep their floor; else 0 for all.
 */
export function resolveFloors(model: SiteModel, undecided: ReadonlySet<string>): SiteModel {
  if (undecided.size === 0) return model;
  const withFloors = (floor: (connector: ConnectorModel) => MilliAmps): SiteModel => ({
    ...model,
    connectors: model.connectors.map((each) =>
      undecided.has(connectorKey(each.chargePointId, each.connectorId)) ? { ...each, floorMA: floor(each) } : each,
    ),
  });
  const atMinimum = withFloors(({ minMA }) => minMA);
  return everyoneCouldHaveAll(atMinimum) ? atMinimum : withFloors(() => milliAmps(0));
}

/** Whether each connector alone could go to its maximum while the others keep what they are held to. */
function everyoneCouldHaveAll(model: SiteModel): boolean {
  const sums = deadBox(model);
  if (sums.some((sum) => phasesOver(sum).length > 0)) return false;
  const circuits = new Map(model.circuits.map((circuit) => [circuit.id, circuit]));
  // Uncapped, so that what one connector adds can be capped anew on the way up.
  const before = new Map(sums.map(({ circuit, terms }) => [circuit, sumOf(terms)]));
  return model.connectors.every((connector) => {
    const more = Math.max(0, connector.maxMA - configuredHold(connector));
    return fitsAbove(circuits, before, connector.circuit, onGrid(connector, connector.smartCharging ? more : 0));
  });
}

function fitsAbove(
  circuits: ReadonlyMap<string, CircuitModel>,
  before: ReadonlyMap<string, PerPhase<MilliAmps>>,
  from: string,
  added: PerPhase<MilliAmps>,
): boolean {
  let more = added;
  let here = circuits.get(from);
  while (here !== undefined) {
    const old = before.get(here.id) ?? NOTHING;
    const sum = plus(old, more);
    if (here.chargePointId !== null) {
      const [counted, was] = [lower(sum, here.limitMA), lower(old, here.limitMA)];
      more = each((phase) => counted[phase] - was[phase]);
    } else if (([0, 1, 2] as const).some((phase) => sum[phase] > (here?.limitMA[phase] ?? 0))) return false;
    here = here.parent === null ? undefined : circuits.get(here.parent);
  }
  return true;
}

const NOTHING: PerPhase<MilliAmps> = each(() => 0);

const ownTerms =
  (unknownMA: MilliAmps) =>
  ({ id, parent, reserveMA }: CircuitModel): DeadBoxTerm[] => [
    ...(reserveMA.some((each) => each > 0) ? [{ kind: 'reserve' as const, of: id, phases: reserveMA }] : []),
    ...(parent === null && unknownMA > 0 ? [{ kind: 'unknown' as const, of: '', phases: each(() => unknownMA) }] : []),
  ];

/** What a connector puts on the phases of the grid when it carries `current` on each of its wired phases. */
function onGrid({ rotation, wiredPhases }: ConnectorModel, current: number): PerPhase<MilliAmps> {
  const loaded = gridPhases(rotation, wiredPhases);
  return each((phase) => (loaded.includes(phase) ? current : 0));
}

function sumOf(terms: readonly DeadBoxTerm[]): PerPhase<MilliAmps> {
  return terms.reduce((sum, { phases }) => plus(sum, phases), NOTHING);
}

function plus(a: PerPhase<MilliAmps>, b: PerPhase<MilliAmps>): PerPhase<MilliAmps> {
  return each((phase) => a[phase] + b[phase]);
}

function lower(a: PerPhase<MilliAmps>, b: PerPhase<MilliAmps>): PerPhase<MilliAmps> {
  return each((phase) => Math.min(a[phase], b[phase]));
}

function each(value: (phase: GridPhase) => number): PerPhase<MilliAmps> {
  return [milliAmps(value(0)), milliAmps(value(1)), milliAmps(value(2))];
}
