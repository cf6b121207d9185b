/**
 * What the cars below a circuit draw, as far as that may be taken off a meter's reading (design: safety rule 8): only
 * what is surely part of it. What is taken off and does not flow would make foreign load look smaller than it is.
 */
import type { GridPhase } from '../domain/site-model.ts';
import type { MilliAmps, Monotonic, PerPhase } from '../domain/units.ts';
import type { Metering } from './metering.ts';

const PHASES: readonly GridPhase[] = [0, 1, 2];
/** So many sample intervals past its lag, a connector that shows nothing new is taken off no more. */
const BLIND_INTERVALS = 2;
/** And so many without a sample make one too old although nothing was changed. */
const OVERDUE_INTERVALS = 3;
/** What is leaving may be part of a meter's reading for so long, ms. */
const LEAVING_MS = 60_000;

/** One connector, as it is seen. */
export type ConnectorLoad = {
  /** `CP001/1`. */
  readonly key: string;
  readonly circuit: string;
  /** Wired phases, on the grid. */
  readonly phases: readonly GridPhase[];
  /** Its newest sample, on the phases of the grid; null where there is none. */
  readonly measuredMA: PerPhase<MilliAmps> | null;
  /** When that was taken, by our clock: the earlier of receipt and its own time. */
  readonly sampledAt: Monotonic | null;
  readonly sampleIntervalMs: number;
  /** When its limit was last changed; null where it never was. */
  readonly changedAt: Monotonic | null;
  /** From a change to the current that follows, ms. */
  readonly lagMs: number;
  /** What it was last told: it goes down to this, if it drew more. */
  readonly toldMA: MilliAmps;
  /** The most that it may draw now: its worst case in the book. */
  readonly limitMA: MilliAmps;
  /**
   * `planned`: the allocator gives it a share. `worst`: it is out of sight, and its worst case is taken off the capacity
   * already; here it takes off no more than `provenMA`, so that nothing is counted twice in its favour. `leaving`: the same,
   * and what it drew when its session ended, or before it was lost from sight, may still be part of a meter's reading.
   */
  readonly counted: 'planned' | 'worst' | 'leaving';
  /** What it surely draws: its last proven lower bound, or a sub-meter; null where nothing is sure. */
  readonly provenMA: PerPhase<MilliAmps> | null;
};

/** Of one phase: what surely flows into cars, and what may flow into those that are out of sight after a change. */
export type PhaseLoad = {
  readonly surelyMA: number;
  readonly blindMA: number;
  /** Of those, what they drew before the change and may go on drawing: no less sure than any sample. */
  readonly blindLeastMA: number;
};

/** Since when connectors are blind, and since when others are leaving; by their key. */
export type Unseen = {
  readonly blindSince: ReadonlyMap<string, Monotonic>;
  readonly leavingSince: ReadonlyMap<string, Monotonic>;
};

/** Those that are in sight again, or gone, are forgotten. */
export function markUnseen(connectors: readonly ConnectorLoad[], before: Unseen, now: Monotonic): Unseen {
  const blindSince = new Map<string, Monotonic>();
  const leavingSince = new Map<string, Monotonic>();
  for (const connector of connectors) {
    const { key, counted } = connector;
    if (counted === 'leaving') leavingSince.set(key, before.leavingSince.get(key) ?? now);
    else if (counted === 'planned' && !inSight(connector, now)) blindSince.set(key, before.blindSince.get(key) ?? now);
  }
  return { blindSince, leavingSince };
}

/** For each circuit that a meter of its own sees, and each phase, the load of the cars at and below it; in their order. */
export function carLoadBelow(
  { seenAt, seenBy, above }: Metering,
  connectors: readonly ConnectorLoad[],
  { blindSince, leavingSince }: Unseen,
  now: Monotonic,
): readonly (readonly PhaseLoad[])[] {
  const sums = seenAt.map((): Sums => [zero(), zero(), zero()]);
  for (const connector of connectors) {
    const into = sums[seenBy.get(connector.circuit) ?? -1];
    if (into === undefined) continue;
    const since = blindSince.get(connector.key) ?? leavingSince.get(connector.key);
    const isLeaving = connector.counted === 'leaving';
    const patience = isLeaving ? LEAVING_MS : connector.lagMs + BLIND_INTERVALS * connector.sampleIntervalMs;
    const excused = since !== undefined && now - since <= patience;
    const isOld = isOverdue(connector, now);
    for (const phase of connector.phases) {
      const sum = into[phase];
      sum.surelyMA += surelyDrawn(connector, since !== undefined, excused || isOld, phase);
      if (!excused) continue;
      sum.blindMA += connector.limitMA;
      if (!isOld && !isLeaving) sum.blindLeastMA += stillDrawn(connector, phase);
    }
  }
  for (const [at, own] of sums.entries()) {
    const up = sums[above[at] ?? -1];
    for (const phase of PHASES) if (up !== undefined) addTo(up[phase], own[phase]);
  }
  return sums;
}

/** A sample newer than the last change and what it takes to act on it, and not overdue. */
function inSight(connector: ConnectorLoad, now: Monotonic): boolean {
  const { sampledAt, changedAt, lagMs } = connector;
  if (sampledAt === null) return false;
  if (changedAt !== null && sampledAt <= changedAt + lagMs) return false;
  return !isOverdue(connector, now);
}

function isOverdue({ sampledAt, sampleIntervalMs }: ConnectorLoad, now: Monotonic): boolean {
  return sampledAt === null || now - sampledAt > OVERDUE_INTERVALS * sampleIntervalMs;
}

/** `isUnsure`: blind, it is counted elsewhere, or its last sample is too old. */
function surelyDrawn(connector: ConnectorLoad, isBlind: boolean, isUnsure: boolean, phase: GridPhase): number {
  if (connector.counted !== 'planned') return Math.max(0, connector.provenMA?.[phase] ?? 0);
  if (!isBlind) return Math.max(0, connector.measuredMA?.[phase] ?? 0);
  // Changed again and again it would never be in sight: what it drew and may go on drawing is no less sure than any sample.
  return isUnsure ? 0 : stillDrawn(connector, phase);
}

function stillDrawn({ measuredMA, toldMA }: ConnectorLoad, phase: GridPhase): number {
  return Math.min(Math.max(0, measuredMA?.[phase] ?? 0), toldMA);
}

type Sum = { -readonly [K in keyof PhaseLoad]: number };
type Sums = [Sum, Sum, Sum];

function addTo(sum: Sum, own: PhaseLoad): void {
  sum.surelyMA += own.surelyMA;
  sum.blindMA += own.blindMA;
  sum.blindLeastMA += own.blindLeastMA;
}

const zero = (): Sum => ({ surelyMA: 0, blindMA: 0, blindLeastMA: 0 });
