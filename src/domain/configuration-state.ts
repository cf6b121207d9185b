import { type ConfigurationAttempt, type ConfigurationWish, type ReportedKey, sameValue } from './configuration.ts';
import { cutToLength, isMeasurandList, isPartOf, shorterList } from './measurand-lists.ts';
import type { Instant } from './units.ts';

/** Silences in a row after which a key is left alone for a while. */
const SILENCES_AT_ONCE = 3;
const AFTER_SILENCE_MS = 6 * 3_600_000;

/** What is on record about one key of a charge point. */
export type KeyOnRecord = {
  readonly reported: ReportedKey | null;
  /** The charge point was asked for it, and did not tell. */
  readonly untold: boolean;
  readonly wish: ConfigurationWish | null;
  readonly attempt: RecordedAttempt | null;
};

export type RecordedAttempt = ConfigurationAttempt & {
  /** The charge point has not booted since. */
  readonly sinceBoot: boolean;
};

export type KeyState =
  /** Nothing is wished. */
  | 'as-reported'
  | 'in-line'
  | 'pending'
  | 'refused'
  | 'not-supported'
  | 'reboot-required'
  | 'not-applied'
  /** The charge point does not tell what it is. */
  | 'unknown';

/** How a key stands, and why, in words for a person. */
export function stateOf(key: KeyOnRecord): { state: KeyState; reason: string | null } {
  const { reported, untold, wish } = key;
  const attempt = relevant(key);
  if (wish === null) {
    if (attempt?.sinceBoot && attempt.outcome === 'reboot-required') return of('reboot-required', attempt);
    if (attempt?.sinceBoot && attempt.outcome === 'not-applied') return of('not-applied', attempt);
    return { state: reported === null ? 'unknown' : 'as-reported', reason: untold ? UNTOLD : null };
  }
  if (isInLine(reported, wish, attempt)) return { state: 'in-line', reason: null };
  if (attempt === null || !attempt.sinceBoot) return { state: 'pending', reason: null };
  switch (attempt.outcome) {
    case 'taken':
      return { state: 'pending', reason: 'The charge point has accepted it; whether it holds is being read.' };
    case 'verified':
      return isShortened(reported, attempt)
        ? { state: 'not-applied', reason: `The charge point takes a shorter list only: ${attempt.sent}` }
        : { state: 'pending', reason: 'The charge point has changed it since.' };
    case 'not-applied':
      return of('not-applied', attempt);
    case 'unverifiable':
      return { state: 'unknown', reason: 'The charge point has accepted it, and does not tell whether it holds.' };
    case 'refused':
    case 'failed':
      return of('refused', attempt);
    case 'not-supported':
      return of('not-supported', attempt);
    case 'reboot-required':
      return of('reboot-required', attempt);
    case 'no-answer':
      return of('pending', attempt);
  }
}

/** What would bring a key closer to what is wished; null where nothing can be done now. */
export type NextStep =
  | { readonly kind: 'change'; readonly value: string }
  | { readonly kind: 'read' }
  | { readonly kind: 'wait'; readonly until: Instant };

/** `maxLength` is that of the list, where the charge point names one (OCPP 1.6 §5.3). */
export function nextStep(key: KeyOnRecord, maxLength: number | null, now: Instant): NextStep | null {
  const { reported, untold, wish } = key;
  const attempt = relevant(key);
  const { sinceBoot = false } = attempt ?? {};
  if (attempt?.outcome === 'taken' && sinceBoot) return { kind: 'read' };
  if (wish === null || isInLine(reported, wish, attempt)) return null;
  const first = isMeasurandList(wish.key) && maxLength !== null ? cutToLength(wish.value, maxLength) : wish.value;
  if (attempt === null || !sinceBoot) {
    // It may have the value already: a change is not for nothing where it writes to flash or restarts something.
    if (reported === null && !untold) return { kind: 'read' };
    return { kind: 'change', value: first };
  }
  switch (attempt.outcome) {
    case 'failed':
    case 'not-applied':
    case 'refused': {
      const shorter = attempt.outcome === 'refused' && isMeasurandList(wish.key) ? shorterList(attempt.sent) : null;
      const value = alternativeAfter(wish, attempt.sent) ?? shorter;
      return value === null ? null : { kind: 'change', value };
    }
    case 'verified':
      return isShortened(reported, attempt) ? null : { kind: 'change', value: first };
    case 'no-answer': {
      const until = (attempt.at + AFTER_SILENCE_MS) as Instant;
      if (attempt.silences >= SILENCES_AT_ONCE && until > now) return { kind: 'wait', until };
      return { kind: 'change', value: attempt.sent };
    }
    default:
      return null;
  }
}

/** Whether sending `value` is for the sake of the wish: the same value, an alternative, or what is left of a list. */
export function serves(wish: ConfigurationWish, value: string): boolean {
  if (sameValue(wish.key, wish.value, value) || isAlternative(wish, value)) return true;
  return isMeasurandList(wish.key) && isPartOf(value, wish.value);
}

const isAlternative = ({ key, alternatives = [] }: ConfigurationWish, value: string): boolean =>
  alternatives.some((one) => sameValue(key, one, value));

/** The next best after `sent`; null where there is none. */
function alternativeAfter({ key, value, alternatives = [] }: ConfigurationWish, sent: string): string | null {
  const all = [value, ...alternatives];
  const at = all.findIndex((one) => sameValue(key, one, sent));
  return at < 0 ? null : (all[at + 1] ?? null);
}

const UNTOLD = 'The charge point was asked for it, and does not tell.';

/** An attempt at something that is no longer wished says nothing about what is. */
function relevant({ wish, attempt }: KeyOnRecord): RecordedAttempt | null {
  if (attempt === null || wish === null || attempt.outcome === 'taken') return attempt;
  return sameValue(wish.key, wish.value, attempt.wanted) ? attempt : null;
}

function isInLine(reported: ReportedKey | null, wish: ConfigurationWish, attempt: RecordedAttempt | null): boolean {
  if (reported === null || reported.value === null) return false;
  if (attempt?.outcome === 'taken') return false;
  if (sameValue(wish.key, reported.value, wish.value)) return true;
  // An alternative counts once the better values were tried: also after a restart, which changes nothing about that.
  const settled = attempt?.outcome === 'verified' && isAlternative(wish, attempt.sent);
  return settled && sameValue(wish.key, reported.value, attempt.sent);
}

function isShortened(reported: ReportedKey | null, { key, sent, wanted }: RecordedAttempt): boolean {
  const holds = reported !== null && reported.value !== null && sameValue(key, reported.value, sent);
  return holds && !sameValue(key, sent, wanted);
}

const of = (state: KeyState, { reason }: RecordedAttempt): { state: KeyState; reason: string | null } => ({
  state,
  reason,
});
