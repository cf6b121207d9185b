/** What an outcome teaches about the dialect of a make: the next way to say a limit, and what was seen of how it is heeded. */
import type { ChargingCapabilities } from '../../domain/charging-capabilities.ts';
import {
  type Dialect,
  type DialectSource,
  type DialectValues,
  LEAST_LAG_MS,
  TRUSTED_AFTER,
} from '../../domain/dialect.ts';
import { type Instant, type MilliAmps, milliAmps } from '../../domain/units.ts';

/** A search for a text that the charge point takes. The caller keeps it while it lasts; what was found is then learned. */
export type Trial = {
  readonly what: 'floor' | 'grant';
  /** The dialect as it was when the search began. */
  readonly from: Dialect;
  /** Which rung is being tried; 0 is the dialect as it is. */
  readonly rung: number;
  /** Times in a row that this rung came to nothing. */
  readonly failures: number;
};

/** Anything but Accepted (OCPP 1.6 errata 3.38, 3.39); `silence` proves nothing and is given another chance. */
export type TrialOutcome = 'refused' | 'silence';

/** Silences on one rung before the next is tried. */
const SILENCES = 2;
/** Refusals in a row before a dialect that has proven itself is doubted: a brand once broke with an update of its peer. */
const REFUSALS_OF_PROVEN = 3;
/** A reaction that takes longer is none, ms. */
const MOST_LAG_MS = 120_000;
/** A transaction that ends so soon after a pause was ended by it, ms. */
const ENDED_BY_PAUSE_MS = 60_000;

export const newTrial = (what: Trial['what'], from: Dialect): Trial => ({ what, from, rung: 0, failures: 0 });

/** The dialect to write the next text in. */
export function triedDialect(trial: Trial, capabilities: ChargingCapabilities | null): Dialect {
  return { ...trial.from, ...(rungsOf(trial, capabilities)[trial.rung] ?? {}) };
}

/** After a text came to nothing; null once every way has been tried. */
export function nextTrial(
  trial: Trial,
  outcome: TrialOutcome,
  capabilities: ChargingCapabilities | null,
): Trial | null {
  const failures = trial.failures + 1;
  const proven = trial.rung === 0 && trial.from.proofs > 0;
  // A line that carries nothing says nothing of a way that has been understood before.
  if (outcome === 'silence' && proven) return trial;
  const enough = outcome === 'silence' || proven ? (proven ? REFUSALS_OF_PROVEN : SILENCES) : 1;
  if (failures < enough) return { ...trial, failures };
  const rung = trial.rung + 1;
  return rung < rungsOf(trial, capabilities).length ? { ...trial, rung, failures: 0 } : null;
}

/** Accepted: how the dialect differs from the one that the search began with. Empty where nothing is new. */
export const trialLearned = (trial: Trial, capabilities: ChargingCapabilities | null): DialectValues =>
  rungsOf(trial, capabilities)[trial.rung] ?? {};

/** One change at a time first, then two; what takes away safety (another purpose, no end) comes last. */
function rungsOf({ what, from }: Trial, capabilities: ChargingCapabilities | null): DialectValues[] {
  const otherUnit = from.unit === 'A' ? 'W' : 'A';
  const units = capabilities?.units ?? null;
  const unit: DialectValues | null = units === null || units.includes(otherUnit) ? { unit: otherUnit } : null;
  const both = (...parts: readonly (DialectValues | null)[]): DialectValues | null =>
    parts.includes(null) ? null : Object.assign({}, ...parts);
  const rungs: (DialectValues | null)[] =
    what === 'floor' ? floorRungs(from, unit, both) : grantRungs(from, unit, both, capabilities);
  const seen = new Set<string>();
  return rungs.filter((rung): rung is DialectValues => {
    if (rung?.mode !== undefined && from.refusedModes.includes(rung.mode)) return false;
    const text = JSON.stringify(rung === null ? null : { ...from, ...rung });
    return rung !== null && !seen.has(text) && seen.add(text) !== undefined;
  });
}

type Both = (...parts: readonly (DialectValues | null)[]) => DialectValues | null;

function floorRungs(from: Dialect, unit: DialectValues | null, both: Both): (DialectValues | null)[] {
  const kind: DialectValues = { floorKind: from.floorKind === 'Relative' ? 'Absolute' : 'Relative' };
  const level: DialectValues | null = from.floorLevel > 0 ? { floorLevel: 0 } : null;
  // Its only limit is that of the whole charge point: the floor lives in the tail of that.
  const whole: DialectValues | null = from.mode === 'C' ? null : { mode: 'C' };
  const single = [{}, level, unit, kind, both(unit, kind), both(level, unit), both(level, kind)];
  return [...single, both(level, unit, kind), whole, both(whole, unit)];
}

function grantRungs(
  from: Dialect,
  unit: DialectValues | null,
  both: Both,
  capabilities: ChargingCapabilities | null,
): (DialectValues | null)[] {
  const level: DialectValues | null = from.grantLevel > 0 ? { grantLevel: 0 } : null;
  const kind: DialectValues | null = from.mode === 'A' || from.mode === 'C' ? null : relative(from);
  const highest = capabilities?.maxStackLevel ?? null;
  const onePeriod: DialectValues | null = highest === 0 ? null : { mode: 'E', maxPeriods: 1 };
  const mode = (to: Dialect['mode']): DialectValues | null => (from.mode === to ? null : { mode: to });
  return [
    {},
    level,
    unit,
    both(level, unit),
    ...coarser(from),
    kind,
    both(level, kind),
    both(unit, kind),
    onePeriod,
    both(unit, onePeriod),
    both(mode('A')),
    both(mode('A'), level),
    both(mode('A'), unit),
    both(mode('C')),
    both(mode('C'), level),
    both(mode('C'), unit),
    mode('D'),
    both(mode('D'), level),
    both(mode('D'), unit),
    both(mode('D'), level, unit),
  ];
}

/** Whole amps, then only those that a switch with few positions has. */
function coarser({ step }: Dialect): DialectValues[] {
  if (typeof step !== 'number') return [];
  const listed: DialectValues = { step: LISTED_A.map((amps) => milliAmps(amps * 1_000)) };
  return step < 1_000 ? [{ step: milliAmps(1_000) }, listed] : [listed];
}

/** Seen in public on charge points that take no others, A. */
const LISTED_A = [6, 8, 10, 13, 16];

const relative = ({ kind }: Dialect): DialectValues => ({ kind: kind === 'Absolute' ? 'Relative' : 'Absolute' });

/** A decrease was proven, or was not heeded: trust grows slowly and goes at once. */
export const learnedFromProof = ({ proofs, keepsFloor }: Dialect, outcome: 'proven' | 'disobeyed'): DialectValues =>
  outcome === 'proven'
    ? { proofs: Math.min(TRUSTED_AFTER, proofs + 1) }
    : { proofs: 0, ...(keepsFloor === null ? {} : { keepsFloor: null }) };

/** The current came down so long after an acknowledgement: the largest ever seen counts, once one was. */
export function learnedFromReaction(
  { lagMs }: Dialect,
  source: DialectSource | undefined,
  seenMs: number,
): DialectValues {
  const seen = Math.min(MOST_LAG_MS, Math.max(LEAST_LAG_MS, Math.ceil(seenMs)));
  const next = source === 'learned' ? Math.max(lagMs, seen) : seen;
  return next === lagMs && source === 'learned' ? {} : { lagMs: next };
}

/** What was sent, and what its composite schedule or its offered current then showed: whole amps, where it knows no others. */
export function learnedFromShown({ step }: Dialect, sentMA: MilliAmps, shownMA: MilliAmps): DialectValues {
  const knowsHalves = typeof step === 'number' && step < 1_000;
  const isRounded = sentMA % 1_000 !== 0 && shownMA % 1_000 === 0 && Math.abs(sentMA - shownMA) < 1_000;
  return knowsHalves && isRounded && shownMA > 0 ? { step: milliAmps(1_000) } : {};
}

/** A transaction ended after its limit had become 0: it is not paused again. */
export function learnedFromEnd({ pause }: Dialect, pausedAt: Instant | null, endedAt: Instant): DialectValues {
  const soon = pausedAt !== null && endedAt >= pausedAt && endedAt - pausedAt <= ENDED_BY_PAUSE_MS;
  return soon && pause !== 'never' ? { pause: 'never' } : {};
}

/** What the step of a Relative grant lies at, s after it was sent: by the one reference point and by the other. */
export type RelativeStep = { readonly fromTransactionS: number; readonly fromReceiptS: number };

/** A transaction so many leases old has the two far enough apart. */
const OLD_ENOUGH_LEASES = 3;
/** Of a step that was looked for, s: clocks, and the way. */
const NEAR_S = 60;

/** What a Relative grant can show of its reference point, when its step is looked for; null where that is too early. */
export function relativeStep({ relativeFrom }: Dialect, untilMs: number, leaseS: number): RelativeStep | null {
  const [lease, atS] = [Math.floor(leaseS), untilMs / 1_000];
  const isOld = atS - lease > OLD_ENOUGH_LEASES * lease;
  return relativeFrom === null && isOld ? { fromTransactionS: lease, fromReceiptS: atS } : null;
}

/** Where its composite schedule shows the step, s after the grant was sent; null where it shows none. */
export function learnedFromStep(
  { fromTransactionS, fromReceiptS }: RelativeStep,
  seenAtS: number | null,
): DialectValues {
  if (seenAtS === null) return {};
  const isNear = (expectedS: number): boolean => Math.abs(seenAtS - expectedS) <= NEAR_S;
  if (isNear(fromTransactionS)) return { relativeFrom: 'transaction' };
  return isNear(fromReceiptS) ? { relativeFrom: 'receipt' } : {};
}

/** Whether what it reports can be used as a proof, of a connector at rest or with a transaction. */
export function learnedFromComposite(connector: 'idle' | 'charging', verdict: 'proven' | 'silent'): DialectValues {
  const shows = verdict === 'proven';
  return connector === 'idle'
    ? { showsIdleFloor: shows, ...(shows ? { showsComposite: true } : {}) }
    : { showsComposite: shows };
}
