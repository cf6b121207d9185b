/**
 * What remains when all profiles of a connector are laid over each other (OCPP 1.6 §3.13, §5.7): computed from change to
 * change and not second by second, with a bound on the work.
 */
import { ASSUMED_PHASES, type InstalledProfile, knownPhases, type RateUnit } from './charging-profile.ts';
import { type Timeline, timelineOf } from './profile-timeline.ts';
import { type Instant, instant } from './units.ts';

/** A limit that holds all the time beside the profiles, such as the wiring of the charge point. */
export type LocalLimit = { readonly limit: number; readonly unit: RateUnit; readonly phases: number | null };

export type CompositeRequest = {
  /** All that the charge point holds; what does not concern the connector is passed over. */
  readonly installed: readonly InstalledProfile[];
  /**
   * With 0, the limit of the whole charge point: its ChargePointMaxProfiles alone. What it expects to draw from the grid
   * (OCPP 1.6 §5.7, errata 3.30) depends on its cars and its own sharing and is at most that.
   */
  readonly connectorId: number;
  /** Where the schedule begins. */
  readonly at: Instant;
  /** Whole seconds; see MAX_DURATION_S. */
  readonly durationS: number;
  /** The unit of the answer. */
  readonly unit: RateUnit;
  /** What runs at the connector, by the charge point's clock; null asks for a transaction that would start at `at`. */
  readonly transaction: { readonly id: number; readonly startedAt: Instant } | null;
  /** Volts from phase to neutral: the nominal ones of the area, not the measured ones (OCPP 1.6 §7.12). */
  readonly nominalVoltageV: number;
  readonly localLimit?: LocalLimit;
};

export type CompositePeriod = {
  /** Seconds since the start of the schedule. */
  readonly startS: number;
  /** Amps per phase or watts in total, rounded down to one decimal; null where nothing limits. */
  readonly limit: number | null;
  /** The fewest phases that any of the limits names; null if none does. */
  readonly phases: number | null;
};

export type CompositeSchedule = {
  readonly startAt: Instant;
  /** What the periods cover: less than asked for where `cut` is true. */
  readonly durationS: number;
  readonly unit: RateUnit;
  /** Ascending from 0, each different from the one before; empty only where durationS is 0. */
  readonly periods: readonly CompositePeriod[];
  /** The schedule had more changes, or was longer, than is computed at once. */
  readonly cut: boolean;
};

/** Seconds in ten years with all their leap days: longer requests are cut. A charge point once claimed 273,000 years. */
export const MAX_DURATION_S = 3653 * 86_400;
/** Changes of the profiles that are computed at once: two weeks of a new limit every five minutes, or ten years of days. */
export const MAX_CHANGES = 4096;
/** Profiles times changes, so that many profiles can't make up for few changes: 10 to 30 ms of one core. */
const MAX_LOOKS = 262_144;

/**
 * In each second the lowest of: the prevailing ChargePointMaxProfile, the prevailing TxProfile or else TxDefaultProfile,
 * the local limit (OCPP 1.6 §3.13.3). A change within a second counts for all of it if it lowers the limit.
 */
export function compositeSchedule(request: CompositeRequest): CompositeSchedule {
  const { at, unit, nominalVoltageV } = request;
  const asked = Math.max(0, Math.floor(request.durationS));
  const durationS = Math.min(asked, MAX_DURATION_S);
  const groups = layersOf(request);
  const local = request.localLimit === undefined ? [] : [request.localLimit];
  const looksEach = Math.max(1, groups.flat().length);
  const changes = Math.min(MAX_CHANGES, Math.max(1, Math.floor(MAX_LOOKS / looksEach)));
  const endMs = at + durationS * 1000;
  const seconds: CompositePeriod[] = [];
  let from: number = at;
  for (let change = 0; from < endMs && change < changes; change += 1) {
    const said = groups.map((layers) => prevailing(layers, from));
    const until = Math.min(endMs, ...said.map((one) => one.untilMs));
    const limits = [...local, ...said.flatMap((one) => one.limit ?? [])];
    addStretch(seconds, from - at, until - at, lowestOf(limits, unit, nominalVoltageV));
    from = until;
  }
  const covered = Math.floor((from - at) / 1000);
  const periods = joined(seconds.filter((one) => one.startS < covered));
  return { startAt: instant(at), durationS: covered, unit, periods, cut: covered < asked };
}

/** One profile of a group, in its order of precedence. */
type Layer = { readonly timeline: Timeline; readonly unit: RateUnit };
type Prevailing = { readonly limit: LocalLimit | null; readonly untilMs: number };

/** The groups whose prevailing limits are laid over each other, each with its highest stack level first (§3.13.2). */
function layersOf({ installed, connectorId, at, transaction }: CompositeRequest): Layer[][] {
  // The charge point's clock may be a little ahead of ours: a transaction that runs has begun.
  const startedAt = instant(Math.min(transaction?.startedAt ?? at, at));
  const laidOut = (list: readonly InstalledProfile[]): Layer[] =>
    list
      .toSorted((a, b) => b.profile.stackLevel - a.profile.stackLevel)
      .map(({ profile }) => ({ timeline: timelineOf(profile, startedAt), unit: profile.schedule.unit }));
  // §3.13.1: a ChargePointMaxProfile is one only at connector 0, a TxProfile only at a connector.
  const whole = installed.filter((one) => one.connectorId === 0 && one.profile.purpose === 'ChargePointMaxProfile');
  if (connectorId === 0) return [laidOut(whole)];
  return [laidOut(whole), laidOut(transactionProfiles(installed, connectorId, transaction?.id ?? null))];
}

/**
 * One TxProfile for the running transaction keeps every TxDefaultProfile out until the transaction ends, even once its
 * own schedule is over, and even where it is not valid yet (§3.13.1; certification test case TC_066_CS).
 */
function transactionProfiles(
  installed: readonly InstalledProfile[],
  connectorId: number,
  transactionId: number | null,
): InstalledProfile[] {
  const own = installed.filter(
    (one) =>
      one.profile.purpose === 'TxProfile' &&
      one.connectorId === connectorId &&
      (one.profile.transactionId ?? transactionId) === transactionId,
  );
  if (transactionId !== null && own.length > 0) return own;
  // A TxDefaultProfile of the connector takes the place of that of connector 0 with its stack level, here only (§3.13.1).
  const defaults = installed.filter((one) => one.profile.purpose === 'TxDefaultProfile');
  const here = defaults.filter((one) => one.connectorId === connectorId);
  const levels = new Set(here.map((one) => one.profile.stackLevel));
  return [...here, ...defaults.filter((one) => one.connectorId === 0 && !levels.has(one.profile.stackLevel))];
}

/** The highest layer that speaks: lower ones stand in while it is silent (errata 3.43; certification test case TC_072_CS). */
function prevailing(layers: readonly Layer[], atMs: number): Prevailing {
  let untilMs = Infinity;
  for (const { timeline, unit } of layers) {
    const said = timeline(atMs);
    untilMs = Math.min(untilMs, said.untilMs);
    if (said.period !== null) {
      return { limit: { limit: said.period.limit, unit, phases: said.period.phases }, untilMs };
    }
  }
  return { limit: null, untilMs };
}

type Lowest = Omit<CompositePeriod, 'startS'>;

/**
 * In amps per phase if that is asked for, else in watts over the fewest phases that any limit allows: a watt limit is
 * what its own number of phases may carry, and is not raised for those that remain (§7.12, errata 3.34, 3.69).
 */
function lowestOf(limits: readonly LocalLimit[], unit: RateUnit, voltage: number): Lowest {
  if (limits.length === 0) return { limit: null, phases: null };
  const named = limits.flatMap((one) => knownPhases(one.phases) ?? []);
  const phases = named.length === 0 ? null : Math.min(...named);
  const inUse = phases ?? ASSUMED_PHASES;
  const values = limits.map((one) => {
    const own = knownPhases(one.phases) ?? ASSUMED_PHASES;
    if (one.unit === unit) return unit === 'A' || own === inUse ? one.limit : (one.limit * inUse) / own;
    return unit === 'W' ? one.limit * voltage * inUse : one.limit / (voltage * own);
  });
  // Below 0 would be feeding back, which OCPP 1.6 does not know; in a report -1 means no limit.
  return { limit: Math.max(0, roundDown(Math.min(...values))), phases };
}

/** To one decimal (§7.14); the small addition gives back what binary fractions lost. */
function roundDown(value: number): number {
  return Math.floor(value * 10 + 1e-6) / 10;
}

/** Adds a stretch to whole seconds: one that it shares with the stretch before it keeps the lower of the two limits. */
function addStretch(seconds: CompositePeriod[], fromMs: number, untilMs: number, value: Lowest): void {
  const first = Math.floor(fromMs / 1000);
  const last = seconds.at(-1);
  if (last?.startS !== first || fromMs % 1000 === 0) seconds.push({ startS: first, ...value });
  else seconds[seconds.length - 1] = { startS: first, ...lower(last, value) };
  // A second that began with another limit ends before this stretch has one to itself; so does one that it ends within.
  const whole = Math.ceil(fromMs / 1000);
  const ending = Math.floor(untilMs / 1000);
  if (whole > first && whole * 1000 < untilMs) seconds.push({ startS: whole, ...value });
  if (ending * 1000 < untilMs && ending > whole) seconds.push({ startS: ending, ...value });
}

function lower(one: Lowest, other: Lowest): Lowest {
  const limit = Math.min(one.limit ?? Infinity, other.limit ?? Infinity);
  const phases = Math.min(one.phases ?? Infinity, other.phases ?? Infinity);
  return { limit: Number.isFinite(limit) ? limit : null, phases: Number.isFinite(phases) ? phases : null };
}

/** Without those that say the same as the one before. */
function joined(periods: readonly CompositePeriod[]): CompositePeriod[] {
  return periods.filter((one, index) => {
    const before = periods[index - 1];
    return before === undefined || before.limit !== one.limit || before.phases !== one.phases;
  });
}
