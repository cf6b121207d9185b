import { connectorIn, gridPhases, type SiteModel } from '../domain/site-model.ts';
import { fullRateW } from './input/study-site.ts';
import type { LeftShort, SessionResult, StudyReport } from './report.ts';
import type { Session, UsualCar } from './sessions.ts';

/** A session that got less than this share of what it wanted has left short. */
export const ENOUGH = 0.95;
/** A circuit counts as full from this share of what it may carry: what is left is less than one step of one car. */
const FULL = 0.96;
/** A car that waited longer than this share of its stay came late. */
const LATE = 0.5;
/** A circuit that was full for less than this share of a stay does not explain it. */
const TELLING = 0.1;

type Told = {
  readonly model: SiteModel;
  readonly voltageV: number;
  readonly usualCar: UsualCar;
};

/** Says of each session that left short why: from its stay, and from what flowed on its circuits meanwhile. */
export function explainShort(
  { sessions: results, series, circuits }: Pick<StudyReport, 'sessions' | 'series' | 'circuits'>,
  sessions: readonly Session[],
  told: Told,
): SessionResult[] {
  const asked = new Map(sessions.map((session) => [session.id, session]));
  const fullSteps = new Map<string, Uint32Array>();
  return results.map((result) => {
    const session = asked.get(result.id);
    const short = result.deliveredKWh < ENOUGH * result.demandKWh;
    return short && session !== undefined ? { ...result, leftShort: reasonOf(result, session) } : result;
  });

  function reasonOf(result: SessionResult, session: Session): LeftShort {
    if (result.connector === null) return { reason: 'turned-away', words: 'no connector was free' };
    const { chargePointId, connectorId } = partsOf(result.connector);
    const connector = connectorIn(told.model, chargePointId, connectorId);
    if (connector === undefined) return { reason: 'other', words: 'its connector is on no circuit' };
    const wired = { phases: connector.wiredPhases, maxA: connector.maxMA / 1_000 };
    const rateW = fullRateW(session, wired, told.usualCar, told.voltageV);
    const hours = (session.departure - session.arrival) / 3_600_000;
    if (rateW * hours < ENOUGH * session.energyWh) {
      return {
        reason: 'stay-too-short',
        words: `${tenth(session.energyWh / 1_000)} kWh in ${tenth(hours)} h: alone, at ${tenth(rateW / 1_000)} kW, it would have got ${tenth((rateW * hours) / 1_000)}`,
      };
    }
    const phases = gridPhases(
      connector.rotation,
      Math.min(session.phases ?? told.usualCar.phases, wired.phases) as 1 | 2 | 3,
    );
    const fullest = fullestOn(connector.circuit, phases, session);
    const where =
      fullest === null
        ? null
        : `${fullest.circuit} was full on L${fullest.phase + 1} for ${tenth(fullest.hours)} of its ${tenth(hours)} h`;
    const waitedH = result.waitingMinutes === null ? hours : result.waitingMinutes / 60;
    if (waitedH > LATE * hours && where !== null) {
      const wait = result.waitingMinutes === null ? 'its turn did not come' : `it waited ${tenth(waitedH)} h`;
      return { reason: 'came-late', words: `${wait}: ${where}` };
    }
    if (where !== null && fullest !== null && fullest.hours >= TELLING * hours)
      return { reason: 'circuit-full', words: where };
    const granted = grantedOn(connector.circuit, phases);
    if (granted !== null) return { reason: 'circuit-granted', words: granted };
    return { reason: 'other', words: 'no circuit was full: it began late, paused, or its power was still rising' };
  }

  function fullestOn(circuitId: string, phases: readonly number[], { arrival, departure }: Session) {
    const from = Date.parse(series.from);
    const stepMs = series.stepS * 1_000;
    const first = Math.max(0, Math.floor((arrival - from) / stepMs));
    const before = Math.min(series.present.length, Math.ceil((departure - from) / stepMs));
    let best: { circuit: string; phase: number; hours: number } | null = null;
    for (const circuit of pathOf(told.model, circuitId)) {
      for (const phase of phases) {
        const counted = fullUntil(circuit, phase);
        const steps = (counted[Math.max(first, before)] ?? 0) - (counted[first] ?? 0);
        const hours = (steps * series.stepS) / 3_600;
        if (steps > 0 && hours > (best?.hours ?? 0)) best = { circuit, phase, hours };
      }
    }
    return best;
  }

  /** The circuit that held cars back the longest though less flowed: it had granted to others what they did not draw. */
  function grantedOn(circuitId: string, phases: readonly number[]): string | null {
    let best: { words: string; hours: number } | null = null;
    for (const id of pathOf(told.model, circuitId)) {
      const circuit = circuits.find((each) => each.id === id);
      for (const phase of phases) {
        const hours = circuit?.bottleneckHours[phase] ?? 0;
        if (hours <= (best?.hours ?? 0)) continue;
        best = { hours, words: `${id} had granted all that it carries on L${phase + 1}, though less flowed` };
      }
    }
    return best?.words ?? null;
  }

  /** Full steps before each step: the difference of two is how many lie between them. */
  function fullUntil(circuitId: string, phase: number): Uint32Array {
    const key = `${circuitId} ${phase}`;
    let counted = fullSteps.get(key);
    if (counted === undefined) {
      const values = series.circuits.find(({ id }) => id === circuitId)?.currentA[phase] ?? [];
      const circuit = told.model.circuits.find(({ id }) => id === circuitId);
      const mayA = ((circuit?.limitMA[phase] ?? 0) * (1 - (circuit?.marginPercent ?? 0) / 100)) / 1_000;
      counted = new Uint32Array(values.length + 1);
      for (const [index, value] of values.entries()) {
        counted[index + 1] = (counted[index] ?? 0) + (mayA > 0 && value >= FULL * mayA ? 1 : 0);
      }
      fullSteps.set(key, counted);
    }
    return counted;
  }
}

function pathOf({ circuits }: SiteModel, from: string): string[] {
  const path: string[] = [];
  for (let id: string | null = from; id !== null; ) {
    const circuit = circuits.find((each) => each.id === id);
    if (circuit === undefined) break;
    path.push(circuit.id);
    id = circuit.parent;
  }
  return path;
}

function partsOf(key: string): { chargePointId: string; connectorId: number } {
  const slash = key.lastIndexOf('/');
  return { chargePointId: key.slice(0, slash), connectorId: Number(key.slice(slash + 1)) };
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);
