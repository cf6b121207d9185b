/** What a charge point's own composite schedule proves about the limit that it obeys (OCPP 1.6 §5.7). */
import { knownPhases } from '../../domain/charging-profile.ts';
import type { CompositePeriod } from '../../domain/composite-schedule.ts';
import type { ReportedSchedule } from '../../domain/schedule-agreement.ts';
import { type Instant, type MilliAmps, type MilliVolts, milliAmps } from '../../domain/units.ts';

export type ProofQuestion = {
  /** At most so much per phase is expected to show. */
  readonly limitMA: MilliAmps;
  readonly nominalMV: MilliVolts;
  /** Phases that the limit was written for: so many are meant by watts beside which none are told. */
  readonly writtenPhases?: number;
  /** Of a DC charge point: watts in its limits of watts from its three phases; null for AC. */
  readonly dcShare: number | null;
  /** When the answer came, by our clock. */
  readonly at: Instant;
  /** ChargingScheduleMaxPeriods, where it is known: a report this long may lack its end. */
  readonly maxPeriods: number | null;
};

export type CompositeProof =
  /** It shows no more than that now, and for so long, s; null: for as long as it says anything. */
  | { readonly verdict: 'proven'; readonly shownMA: MilliAmps; readonly forS: number | null }
  /** It shows more; null is no limit at all. */
  | { readonly verdict: 'refuted'; readonly shownMA: MilliAmps | null }
  | { readonly verdict: 'silent'; readonly why: string };

/** One step of the one decimal, with room for the floats that some answer (8.100000381 for 8.1), mA. */
const TOLERANCE_MA = 101;
/** More than any connector offers, mA: watts under the name of amps. */
const MOST_MA = 1_000_000;
/** Less than a car charges with, and more than nothing, W: amps under the name of watts. */
const LEAST_W = 500;
/** A clock that is off by more has periods that count from when it was asked, ms. */
const CLOCK_TOLERANCE_MS = 300_000;

export function compositeProof(reported: ReportedSchedule, question: ProofQuestion): CompositeProof {
  if (!reported.accepted) return silent('It refused to tell.');
  if (reported.periods.length === 0) return silent('It told no periods.');
  if (reported.unit === null) return silent('It named no unit.');
  const sinceStartS = elapsedS(reported.startAt, question.at);
  const periods = reported.periods.toSorted((a, b) => a.startS - b.startS);
  const index = periods.findLastIndex(({ startS }) => startS <= sinceStartS);
  const now = periods[index];
  if (now === undefined || (reported.durationS !== null && sinceStartS >= reported.durationS)) {
    return silent('It told nothing about now.');
  }
  const shown = ampsOf(now, reported.unit, question);
  if (shown === 'none') return { verdict: 'refuted', shownMA: null };
  if (shown === 'unlikely') return silent(`${now.limit} ${reported.unit} can't be what it says.`);
  const most = question.limitMA + TOLERANCE_MA;
  if (shown.leastMA > most) return { verdict: 'refuted', shownMA: milliAmps(shown.leastMA) };
  if (shown.mostMA > most) return silent(`${now.limit} W fit, or don't, depending on a number of phases not told.`);
  const higher = periods.slice(index + 1).find((each) => {
    const later = ampsOf(each, reported.unit ?? 'A', question);
    return typeof later === 'string' || later.mostMA > most;
  });
  const isCut = question.maxPeriods !== null && periods.length >= question.maxPeriods;
  const endS = higher?.startS ?? (isCut ? (periods.at(-1)?.startS ?? 0) : reported.durationS);
  const forS = endS === null ? null : Math.max(0, Math.floor(endS - sinceStartS));
  return { verdict: 'proven', shownMA: milliAmps(shown.mostMA), forS };
}

/** In how many seconds it shows a fall from more than `tailMA` to no more than that; null where it shows none. */
export function fallShownIn(reported: ReportedSchedule, question: ProofQuestion, tailMA: MilliAmps): number | null {
  const { unit } = reported;
  if (!reported.accepted || unit === null) return null;
  const sinceStartS = elapsedS(reported.startAt, question.at);
  const periods = reported.periods.toSorted((a, b) => a.startS - b.startS);
  const isLow = (each: CompositePeriod): boolean => {
    const shown = ampsOf(each, unit, question);
    return typeof shown !== 'string' && shown.mostMA <= tailMA + TOLERANCE_MA;
  };
  const now = periods.findLast(({ startS }) => startS <= sinceStartS);
  const fall = periods.find((each) => each.startS > sinceStartS && isLow(each));
  return now === undefined || isLow(now) || fall === undefined ? null : fall.startS - sinceStartS;
}

const silent = (why: string): CompositeProof => ({ verdict: 'silent', why });

function elapsedS(startAt: Instant | null, at: Instant): number {
  const sinceMs = startAt === null ? 0 : at - startAt;
  return Math.abs(sinceMs) > CLOCK_TOLERANCE_MS ? 0 : Math.max(0, sinceMs / 1_000);
}

type Shown = { readonly leastMA: number; readonly mostMA: number } | 'none' | 'unlikely';

/** Per phase. Watts without a number of phases, told or written, may be those of one or of three. */
function ampsOf(
  { limit, phases }: CompositePeriod,
  unit: 'A' | 'W',
  { nominalMV, limitMA, writtenPhases, dcShare }: ProofQuestion,
): Shown {
  // MicroOcpp says -1 for no limit; the wire reader makes null of it, and other negative numbers mean no less.
  if (limit === null || limit < 0) return 'none';
  if (unit === 'A') {
    const mA = limit * 1_000;
    return mA > MOST_MA ? 'unlikely' : { leastMA: mA, mostMA: mA };
  }
  if (limit > 0 && limit < LEAST_W && limit * 1_000_000 < limitMA * nominalMV) return 'unlikely';
  const onOne = (limit * 1_000_000) / nominalMV;
  // Whatever number of phases it tells: its rectifier takes all of them.
  if (dcShare !== null) return { leastMA: onOne / (3 * dcShare), mostMA: onOne / (3 * dcShare) };
  const known = knownPhases(phases) ?? knownPhases(writtenPhases ?? null);
  return { leastMA: onOne / (known ?? 3), mostMA: onOne / (known ?? 1) };
}
