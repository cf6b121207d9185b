import { resolveFloors } from '../balancer/dead-box.ts';
import {
  type CircuitModel,
  type ConnectorModel,
  connectorKey,
  gridPhases,
  type MeterModel,
  type SiteModel,
} from '../domain/site-model.ts';
import { type MilliAmps, milliAmps, type PerPhase, watts } from '../domain/units.ts';
import type { ConfigFile } from './schema.ts';
import type { CircuitFile } from './schema-circuits.ts';

type ChargePointFile = ConfigFile['chargePoints'][number];
type ConnectorFile = ChargePointFile['connectors'][number];

/** The supply breaker of a charge point as a circuit of the building. */
export const supplyCircuit = (chargePointId: string): string => `${chargePointId}:supply`;

/**
 * The site as the file describes it; null without circuits: then balancing is off. What hangs on a circuit that does not
 * exist, or in a circle, is left out: the electrical lint refuses such a file.
 */
export function siteModelOf(file: ConfigFile): SiteModel | null {
  if (file.circuits.length === 0) return null;
  const circuits = inOrder(file.circuits).map(circuitModel);
  const known = new Set(circuits.map(({ id }) => id));
  const connectors: ConnectorModel[] = [];
  const undecided = new Set<string>();
  for (const chargePoint of file.chargePoints) {
    if (chargePoint.circuit === undefined || !known.has(chargePoint.circuit)) continue;
    const circuit = ownCircuits(chargePoint, chargePoint.circuit, circuits);
    for (const connector of chargePoint.connectors) {
      connectors.push(connectorModel(chargePoint.id, circuit, connector, file.site.nominalVoltageV));
      if (connector.floorA === 'auto') undecided.add(connectorKey(chargePoint.id, connector.id));
    }
  }
  const { unknownReserveA, trustLearnedPhases } = file.site;
  const model: SiteModel = {
    circuits,
    connectors,
    meters: meterModels(file, known),
    unknownReserveMA: inMilliAmps(unknownReserveA),
    trustLearnedPhases,
  };
  return resolveFloors(model, undecided);
}

/** The circuit that a meter looks at: its own word, or that of the circuit which names it; null where nobody says. */
export function circuitOfMeter(file: ConfigFile, meter: ConfigFile['meters'][number]): string | null {
  return meter.circuit ?? file.circuits.find((circuit) => circuit.meter === meter.id)?.id ?? null;
}

/** Parents before their children, the root first; what does not hang on the root is left out. */
function inOrder(circuits: readonly CircuitFile[]): CircuitFile[] {
  const children = new Map<string | undefined, CircuitFile[]>();
  for (const circuit of circuits) {
    const siblings = children.get(circuit.parent);
    if (siblings === undefined) children.set(circuit.parent, [circuit]);
    else siblings.push(circuit);
  }
  const root = children.get(undefined)?.[0];
  const found = root === undefined ? [] : [root];
  // Each has one parent, so from the root none is reached twice, unless two have one id.
  const seen = new Set(found);
  for (const circuit of found) {
    for (const child of children.get(circuit.id) ?? []) {
      if (seen.has(child)) continue;
      seen.add(child);
      found.push(child);
    }
  }
  return found;
}

function circuitModel(circuit: CircuitFile): CircuitModel {
  return {
    id: circuit.id,
    parent: circuit.parent ?? null,
    limitMA: perPhase(circuit.limitA),
    limitW: circuit.limitW === undefined ? null : watts(circuit.limitW),
    unbalanceMA: circuit.unbalanceA === undefined ? null : inMilliAmps(circuit.unbalanceA),
    marginPercent: circuit.marginPercent,
    reserveMA: perPhase(circuit.reserveA),
    creditGeneration: circuit.creditGeneration,
    chargePointId: null,
  };
}

/** Adds the charge point's own circuits to the list, and returns the one that its sockets hang on. */
function ownCircuits(chargePoint: ChargePointFile, feeder: string, circuits: CircuitModel[]): string {
  let parent = feeder;
  const blank = {
    limitW: null,
    unbalanceMA: null,
    reserveMA: perPhase(0),
    creditGeneration: false,
    marginPercent: 0,
  };
  if (chargePoint.supplyA !== undefined) {
    const id = supplyCircuit(chargePoint.id);
    circuits.push({ ...blank, id, parent, limitMA: perPhase(chargePoint.supplyA), chargePointId: null });
    parent = id;
  }
  if (chargePoint.selfLimitA !== undefined) {
    const most = ratedSum(chargePoint);
    const limitA = most.map((sum) => Math.min(sum, chargePoint.selfLimitA ?? sum));
    circuits.push({
      ...blank,
      id: chargePoint.id,
      parent,
      limitMA: perPhase(limitA),
      chargePointId: chargePoint.id,
    });
    parent = chargePoint.id;
  }
  return parent;
}

/** What all sockets together draw on each phase of the grid when nobody limits them, A. */
function ratedSum({ connectors }: ChargePointFile): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (const { rotation, phases, ratedA = 0 } of connectors) {
    for (const phase of gridPhases(rotation, phases)) sum[phase] += ratedA;
  }
  return sum;
}

function connectorModel(
  chargePointId: string,
  circuit: string,
  connector: ConnectorFile,
  voltageV: number,
): ConnectorModel {
  const { ratedA = 0, maxA = ratedA, floorA, phases, rotation, smartCharging } = connector;
  const dc = connector.dc === undefined ? null : { ...connector.dc, minW: watts(connector.dc.minW) };
  // What reaches the car is less than what is drawn.
  const leastA = dc === null ? 0 : dc.minW / (dc.efficiency * phases * voltageV);
  return {
    chargePointId,
    connectorId: connector.id,
    circuit,
    wiredPhases: phases,
    rotation,
    ratedMA: inMilliAmps(ratedA),
    maxMA: inMilliAmps(maxA),
    minMA: milliAmps(Math.ceil(Math.max(connector.minA, leastA) * 1000)),
    floorMA: inMilliAmps(floorA === 'auto' ? 0 : floorA),
    dc,
    smartCharging,
  };
}

function meterModels(file: ConfigFile, known: ReadonlySet<string>): MeterModel[] {
  return file.meters.flatMap((meter) => {
    const circuit = circuitOfMeter(file, meter);
    if (circuit === null || !known.has(circuit)) return [];
    const { id, side, intervalS, lostAfterS } = meter;
    return [{ id, circuit, side, intervalMs: Math.round(intervalS * 1000), lostAfterMs: lostAfterS * 1000 }];
  });
}

function inMilliAmps(amps: number): MilliAmps {
  return milliAmps(amps * 1000);
}

function perPhase(amps: number | readonly number[]): PerPhase<MilliAmps> {
  const phase = (index: number): MilliAmps => inMilliAmps(typeof amps === 'number' ? amps : (amps[index] ?? 0));
  return [phase(0), phase(1), phase(2)];
}
