/** Whether a charge point's own composite schedule says what we computed; evidence of what it really holds and obeys. */
import { ASSUMED_PHASES, type RateUnit } from './charging-profile.ts';
import type { CompositePeriod, CompositeSchedule } from './composite-schedule.ts';
import type { Instant } from './units.ts';

/** What a charge point answered to GetCompositeSchedule (OCPP 1.6 §6.22). */
export type ReportedSchedule = {
  readonly accepted: boolean;
  /** What the periods count from; null where it does not say. */
  readonly startAt: Instant | null;
  readonly durationS: number | null;
  /** Null where there is no schedule. Some charge points answer in a unit of their own choice. */
  readonly unit: RateUnit | null;
  /** A limit of null is the charge point's word for no limit. */
  readonly periods: readonly CompositePeriod[];
};

/**
 * `higher`: it would allow more than its profiles do, so it lacks one or does not heed it. `lower`: less, which a local
 * limit of its own may explain (OCPP 1.6 §5.7). `phases`: another number of phases. `not-reported`: nothing to compare.
 */
export type DifferenceKind = 'higher' | 'lower' | 'phases' | 'not-reported';

export type ScheduleDifference = {
  readonly kind: DifferenceKind;
  /** Seconds since the start of the computed schedule, of all that it concerns. */
  readonly fromS: number;
  readonly toS: number;
  /** Limits in the computed schedule's unit, phases for `phases`; null: no limit, or not reported. */
  readonly computed: number | null;
  readonly reported: number | null;
  readonly text: string;
};

export type AgreementOptions = {
  /** Volts from phase to neutral, for a report in the other unit. */
  readonly nominalVoltageV: number;
  /** Differences that last no longer are those of clocks and of when the question arrived. */
  readonly toleranceS?: number;
  /** Periods that the charge point can report (ChargingScheduleMaxPeriods): a report this long may have lost its end. */
  readonly maxPeriods?: number | null;
};

const DEFAULT_TOLERANCE_S = 2;
/** One step of the one decimal (OCPP 1.6 §7.14), with room for the floats that EVerest libocpp answers. */
const AMPS_TOLERANCE = 0.101;
/** What integer arithmetic on the way loses. */
const WATTS_TOLERANCE = 1.001;

/**
 * The differences in order of time; an empty list means agreement. Only the time that both cover is compared: reports may
 * be shorter or longer. However the periods are divided, the limits count. Where we know of no limit, any limit is fine:
 * it is the charge point's own. For connector 0 only `higher` is meaningful, see CompositeRequest.connectorId.
 */
export function scheduleDifferences(
  computed: CompositeSchedule,
  reported: ReportedSchedule,
  options: AgreementOptions,
): ScheduleDifference[] {
  const shiftS = reported.startAt === null ? 0 : (reported.startAt - computed.startAt) / 1000;
  const theirs = reported.periods
    .map((one) => ({ ...one, startS: one.startS + shiftS }))
    .toSorted((a, b) => a.startS - b.startS);
  const fromS = Math.max(0, shiftS);
  const toS = Math.min(computed.durationS, endOf(reported, shiftS, computed, options.maxPeriods ?? null));
  if (!reported.accepted || theirs.length === 0 || toS <= fromS) return notReported(computed, reported, theirs.length);
  const convert = converter(computed.unit, reported.unit ?? computed.unit, options.nominalVoltageV);
  const cuts = [...computed.periods, ...theirs].map((one) => one.startS).filter((at) => at > fromS && at < toS);
  const moments = [...new Set([fromS, ...cuts])].sort((a, b) => a - b);
  const ourAt = valuesOf(computed.periods);
  const theirAt = valuesOf(theirs);
  const found = moments.flatMap((at, index) => {
    const stretch = { fromS: at, toS: moments[index + 1] ?? toS };
    return differenceOf(stretch, ourAt(at), theirAt(at), computed.unit, convert) ?? [];
  });
  return lasting(joined(found), options.toleranceS ?? DEFAULT_TOLERANCE_S);
}

/** Where a report ends, in seconds of the computed schedule. Of one that may lack its end, our next change is the last word. */
function endOf(
  { durationS, periods }: ReportedSchedule,
  shiftS: number,
  computed: CompositeSchedule,
  maxPeriods: number | null,
): number {
  const end = durationS === null ? Infinity : durationS + shiftS;
  if (maxPeriods === null || periods.length < maxPeriods) return end;
  const last = Math.max(...periods.map((one) => one.startS)) + shiftS;
  return Math.min(end, computed.periods.find((one) => one.startS > last)?.startS ?? end);
}

/** No report agrees with no limit, and with nothing else. */
function notReported(ours: CompositeSchedule, { accepted }: ReportedSchedule, theirs: number): ScheduleDifference[] {
  const limited = ours.periods.find((one) => one.limit !== null);
  if (limited === undefined) return [];
  const why = accepted ? (theirs === 0 ? 'no periods' : 'nothing about this time') : 'a refusal';
  const text = `the charge point reported ${why}, where ${limited.limit} ${ours.unit} would be in force`;
  return [
    { kind: 'not-reported', fromS: limited.startS, toS: ours.durationS, computed: limited.limit, reported: null, text },
  ];
}

type Converted = { readonly limit: number | null; readonly tolerance: number };
type Convert = (theirs: CompositePeriod, ourPhases: number | null) => Converted;

function converter(to: RateUnit, from: RateUnit, voltage: number): Convert {
  return ({ limit, phases }, ourPhases) => {
    if (from === to) return { limit, tolerance: to === 'A' ? AMPS_TOLERANCE : WATTS_TOLERANCE };
    const wattsPerAmp = voltage * (phases ?? ourPhases ?? ASSUMED_PHASES);
    if (to === 'A') return { limit: limit === null ? null : limit / wattsPerAmp, tolerance: AMPS_TOLERANCE };
    return { limit: limit === null ? null : limit * wattsPerAmp, tolerance: AMPS_TOLERANCE * wattsPerAmp };
  };
}

type Stretch = { readonly fromS: number; readonly toS: number };

function differenceOf(
  stretch: Stretch,
  ours: CompositePeriod,
  theirs: CompositePeriod,
  unit: RateUnit,
  convert: Convert,
): ScheduleDifference | null {
  const { limit: reported, tolerance } = convert(theirs, ours.phases);
  const computed = ours.limit;
  if (computed === null) return null;
  const excess = (reported ?? Infinity) - computed;
  if (Math.abs(excess) > tolerance) {
    const said = reported === null ? 'no limit' : `${rounded(reported)} ${unit}`;
    const text = `the charge point reported ${said}, its profiles come to ${computed} ${unit}`;
    return { kind: excess > 0 ? 'higher' : 'lower', ...stretch, computed, reported, text };
  }
  if (ours.phases === null || theirs.phases === null || ours.phases === theirs.phases) return null;
  const text = `the charge point reported ${theirs.phases} phases, its profiles allow ${ours.phases}`;
  return { kind: 'phases', ...stretch, computed: ours.phases, reported: theirs.phases, text };
}

/** Looks up ascending periods at ascending moments; before the first there is no limit. */
function valuesOf(periods: readonly CompositePeriod[]): (atS: number) => CompositePeriod {
  let index = 0;
  return (atS) => {
    while ((periods[index]?.startS ?? Infinity) <= atS) index += 1;
    return periods[index - 1] ?? { startS: 0, limit: null, phases: null };
  };
}

/** Neighbours that say the same become one. */
function joined(found: readonly ScheduleDifference[]): ScheduleDifference[] {
  const result: ScheduleDifference[] = [];
  for (const one of found) {
    const last = result.at(-1);
    if (last?.toS === one.fromS && last.text === one.text) result[result.length - 1] = { ...last, toS: one.toS };
    else result.push(one);
  }
  return result;
}

/** Without the runs of differences that last no longer than the tolerance, however many there are in such a run. */
function lasting(found: readonly ScheduleDifference[], toleranceS: number): ScheduleDifference[] {
  const runs: ScheduleDifference[][] = [];
  for (const one of found) {
    const run = runs.at(-1);
    if (run?.at(-1)?.toS === one.fromS) run.push(one);
    else runs.push([one]);
  }
  return runs.filter((run) => (run.at(-1)?.toS ?? 0) - (run[0]?.fromS ?? 0) > toleranceS).flat();
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
