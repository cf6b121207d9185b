import { HIGH_VOLTAGE_V } from '../../balancer/exposure.ts';
import { connectorKey, type GridPhase, gridPhases, type SiteModel } from '../../domain/site-model.ts';
import type { ForeignLoad } from '../../sim/foreign-load.ts';
import { assignConnectors, inOrderOfArrival } from '../assignment.ts';
import { type BuildingLoad, foreignLoads } from '../building-load.ts';
import type { Session, UsualCar } from '../sessions.ts';

/**
 * A site in slots of time, as rules of thumb and linear programs see it: what each circuit carries on each phase in a slot,
 * and what each car could take. No messages, no ramps, no meters: what is decided flows.
 *
 * A circuit has four rows: A on L1, L2, L3 and their sum, which stands for a limit in watts. `row = 4 * node + phase`.
 */

export type SlotSite = {
  readonly model: SiteModel;
  /** Of each circuit, as an index; -1 for the root. Parents come before their children. */
  readonly parents: readonly number[];
  /** Milliseconds since 1970, and how long a slot is. */
  readonly from: number;
  readonly slotMs: number;
  readonly slots: number;
  /** In the order of arrival. Those that found no connector are not among them. */
  readonly cars: readonly SlotCar[];
  /** Sessions that found no connector. */
  readonly turnedAway: readonly Session[];
  /** What cars may draw in this slot, A by row; filled into `rows`, which has four for each circuit. */
  fillCapacity(slot: number, rows: Float64Array): void;
};

export type SlotCar = {
  readonly session: Session;
  /** `CP01/1`. */
  readonly key: string;
  readonly node: number;
  readonly phases: readonly GridPhase[];
  /** A per phase: with less it does not charge, and more it does not take. */
  readonly minA: number;
  readonly maxA: number;
  /** W of one ampere on each of its phases. */
  readonly wattsPerAmp: number;
  readonly wantedWh: number;
  /** From its arrival up to, and without, its departure. */
  readonly firstSlot: number;
  readonly endSlot: number;
};

export type SlotOptions = {
  readonly model: SiteModel;
  readonly sessions: readonly Session[];
  readonly usualCar: UsualCar;
  readonly nominalVoltageV: number;
  readonly building?: readonly BuildingLoad[];
  /** 300 unless given. */
  readonly slotS?: number;
};

const MINUTE_MS = 60_000;

export function slotSite({
  model,
  sessions,
  usualCar,
  nominalVoltageV,
  building = [],
  slotS = 300,
}: SlotOptions): SlotSite {
  const slotMs = slotS * 1_000;
  const places = new Map(model.circuits.map(({ id }, node) => [id, node]));
  const connectors = new Map(model.connectors.map((one) => [connectorKey(one.chargePointId, one.connectorId), one]));
  const assigned = assignConnectors(sessions, [...connectors.keys()]);
  const first = sessions.reduce((earliest, { arrival }) => Math.min(earliest, arrival), Number.POSITIVE_INFINITY);
  const last = sessions.reduce((latest, { departure }) => Math.max(latest, departure), first);
  const from = Math.floor(first / slotMs) * slotMs;
  const ordered = inOrderOfArrival(sessions);
  const cars = ordered.flatMap((session): SlotCar[] => {
    const key = assigned.get(session) ?? '';
    const connector = connectors.get(key);
    if (connector === undefined) return [];
    const count = Math.min(session.phases ?? usualCar.phases, connector.wiredPhases) as 1 | 2 | 3;
    const phases = gridPhases(connector.rotation, connector.dc === null ? count : connector.wiredPhases);
    const own = connector.dc === null ? (session.maxA ?? usualCar.maxA) : Number.POSITIVE_INFINITY;
    return [
      {
        session,
        key,
        node: places.get(connector.circuit) ?? 0,
        phases,
        minA: connector.minMA / 1_000,
        maxA: Math.min(own, connector.maxMA / 1_000),
        wattsPerAmp: phases.length * nominalVoltageV * (connector.dc?.efficiency ?? 1),
        wantedWh: session.energyWh,
        firstSlot: Math.floor((session.arrival - from) / slotMs),
        endSlot: Math.ceil((session.departure - from) / slotMs),
      },
    ];
  });
  const parents = model.circuits.map(({ parent }) => places.get(parent ?? '') ?? -1);
  return {
    model,
    parents,
    from,
    slotMs,
    slots: Math.ceil((last - from) / slotMs),
    cars,
    turnedAway: ordered.filter((session) => assigned.get(session) === null),
    fillCapacity: capacityOf(model, parents, foreignLoads(model, building), from, slotMs),
  };
}

/** Hours of a slot that this car is there: the first and the last one may be cut. */
export function hoursIn(site: SlotSite, { session }: SlotCar, slot: number): number {
  const begins = site.from + slot * site.slotMs;
  const from = Math.max(begins, session.arrival);
  const to = Math.min(begins + site.slotMs, session.departure);
  return Math.max(0, to - from) / 3_600_000;
}

/** The limit less its margin and what else flows, as the controller reckons it: measured at or below a meter, else reserved. */
function capacityOf(
  { circuits, meters }: SiteModel,
  parents: readonly number[],
  foreign: readonly ForeignLoad[],
  from: number,
  slotMs: number,
): SlotSite['fillCapacity'] {
  const metered = new Set(meters.filter(({ side }) => side === 'grid').map(({ circuit }) => circuit));
  const ofCircuit = circuits.map(({ id }) => foreign.filter(({ circuit }) => circuit === id));
  const looks = Math.max(1, Math.round(slotMs / MINUTE_MS));
  /** Per circuit and phase: what really flows at and below it, and what the controller counts with. */
  const flows = new Float64Array(circuits.length * 3);
  const counts = new Float64Array(circuits.length * 3);

  return (slot, rows) => {
    flows.fill(0);
    counts.fill(0);
    for (let node = circuits.length - 1; node >= 0; node -= 1) {
      const circuit = circuits[node];
      if (circuit === undefined) continue;
      const own = highestOf(ofCircuit[node] ?? [], from + slot * slotMs, looks);
      const share = 1 - circuit.marginPercent / 100;
      let sum = 0;
      for (let phase = 0; phase < 3; phase += 1) {
        const at = node * 3 + phase;
        flows[at] = (flows[at] ?? 0) + (own[phase] ?? 0);
        const reserve = (circuit.reserveMA[phase] ?? 0) / 1_000;
        counts[at] = metered.has(circuit.id) ? Math.max(0, flows[at] ?? 0) : (counts[at] ?? 0) + reserve;
        rows[node * 4 + phase] = ((circuit.limitMA[phase] ?? 0) / 1_000) * share - (counts[at] ?? 0);
        sum += counts[at] ?? 0;
        const up = parents[node] ?? -1;
        if (up < 0) continue;
        flows[up * 3 + phase] = (flows[up * 3 + phase] ?? 0) + (flows[at] ?? 0);
        counts[up * 3 + phase] = (counts[up * 3 + phase] ?? 0) + (counts[at] ?? 0);
      }
      rows[node * 4 + 3] = circuit.limitW === null ? Number.POSITIVE_INFINITY : circuit.limitW / HIGH_VOLTAGE_V - sum;
    }
  };
}

/** The highest of each phase, looked at once a minute. */
function highestOf(loads: readonly ForeignLoad[], at: number, looks: number): readonly number[] {
  const highest = [0, 0, 0];
  if (loads.length === 0) return highest;
  for (let look = 0; look < looks; look += 1) {
    const now = [0, 0, 0];
    for (const load of loads) {
      for (const [phase, amps] of load.amps(at + look * MINUTE_MS).entries()) now[phase] = (now[phase] ?? 0) + amps;
    }
    for (let phase = 0; phase < 3; phase += 1) {
      const seen = now[phase] ?? 0;
      highest[phase] = look === 0 ? seen : Math.max(highest[phase] ?? 0, seen);
    }
  }
  return highest;
}
