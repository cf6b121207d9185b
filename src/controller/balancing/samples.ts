import { distrusted, proven } from '../../balancer/book.ts';
import type { Obedience } from '../../domain/balancing.ts';
import type { Reading } from '../../domain/metering.ts';
import type { Instant, Monotonic } from '../../domain/units.ts';
import { type ChargePointState, type ConnectorState, type Draw, SAMPLE_MS } from './state.ts';

/** What the currents that charge points report say of their limits: that one is obeyed, or that it is not. */

/** Measured above a limit by less than this is noise, mA, and as a share of the limit. */
const TOLERANCE_MA = 1_000;
const TOLERANCE = 0.05;
/** A car that follows its limit takes so much of it at least. */
const FOLLOWS = 0.7;
/** Less than this is no charging, mA. */
export const NOTHING_MA = 1_000;
/** Above its limit in two samples that are so far apart, it does not obey, ms. */
const SURE_MS = 5_000;
/** Charging without a transaction is believed after so long, ms: a start may be on its way, or the last one's current going down. */
const UNASKED_AFTER_MS = 60_000;

export const isAbove = (drawnMA: number, limitMA: number): boolean =>
  drawnMA > limitMA + Math.max(TOLERANCE_MA, limitMA * TOLERANCE);

/**
 * The draw that a reading shows; null where it shows none. It was measured when the charge point says so, by its clock as
 * we know it, and at the latest when it came; where its clock is unknown it may be older by `skewMs`.
 */
export function drawOf(
  reading: Reading,
  received: { readonly at: Instant; readonly monotonic: Monotonic },
  { aheadMs, skewMs, readingsClock }: Pick<ChargePointState, 'aheadMs' | 'skewMs' | 'readingsClock'>,
): Draw | null {
  if (reading.currentMA.every((each) => each === null)) return null;
  const mA: [number, number, number] = [
    reading.currentMA[0] ?? 0,
    reading.currentMA[1] ?? 0,
    reading.currentMA[2] ?? 0,
  ];
  // A clock that nothing but its readings shows is behind by what they may be stamped early, their interval.
  const shownMs = aheadMs ?? readingsClock.offsetMs;
  const unknownMs = aheadMs !== null ? 0 : readingsClock.offsetMs !== null ? SAMPLE_MS : skewMs;
  const agoMs = Math.max(0, received.at - (reading.at - (shownMs ?? 0))) + unknownMs;
  return { at: (received.monotonic - agoMs) as Monotonic, mA, most: Math.max(...mA) };
}

export type Judgement = {
  readonly proof: 'current' | null;
  readonly obedience: Obedience | null;
  readonly why: string;
};

const nothing: Judgement = { proof: null, obedience: null, why: '' };

/**
 * A new sample: proves the last grant where a draw that was above it has come down to it (a low draw alone proves nothing:
 * the car may be full), and shows disobedience where it stays above for longer than the charge point needs to react.
 */
export function judgeDraw(state: ConnectorState, draw: Draw, lagMs: number, refuses: boolean): Judgement {
  const known = state.draw;
  if (known !== null && draw.at <= known.at) return nothing;
  state.draw = draw;
  // Of which of the two it is, nobody knows.
  if (state.book.hasTwin) return nothing;
  const { commanded, running } = state;
  const isOurs = commanded !== null && running !== null && commanded.transactionId === running.id;
  if (isOurs && commanded.state === 'accepted' && commanded.acceptedAt !== null) {
    const settledAt = commanded.acceptedAt + lagMs;
    if (draw.at < settledAt) return nothing;
    // One decrease is one proof, however often it is seen.
    const before = commanded.isProven ? 0 : commanded.drawnBefore;
    return compared(state, draw, commanded.grantMA, { before, last: known });
  }
  // It takes no limit in any way: what it was to have says whether it matters.
  if (isOurs && commanded.state === 'failed' && refuses) {
    const judged = compared(state, draw, commanded.grantMA, { before: 0, last: known });
    return judged.obedience === 'disobedient' ? { ...judged, why: `${judged.why}, and refuses every limit` } : nothing;
  }
  // Without a grant its floor holds, once it has had the time to.
  const sinceMs = running === null ? Number.POSITIVE_INFINITY : draw.at - running.since;
  const floorHolds = commanded === null && state.book.floorProven && running !== null && sinceMs > lagMs;
  return floorHolds ? compared(state, draw, state.model.floorMA, { before: 0, last: known }) : nothing;
}

/** `before`: what was drawn when the limit was told; `last`: the sample before this one. */
function compared(
  state: ConnectorState,
  draw: Draw,
  limitMA: number,
  { before, last }: { readonly before: number; readonly last: Draw | null },
): Judgement {
  if (isAbove(draw.most, limitMA)) {
    state.aboveSince ??= draw.at;
    const tooLong = draw.at - state.aboveSince >= SURE_MS;
    if (!tooLong || state.obedience === 'disobedient') return nothing;
    distrust(state, true);
    const why = `draws ${amps(draw.most)} A, and may draw ${amps(limitMA)} A`;
    return { proof: null, obedience: 'disobedient', why };
  }
  // It has come down only where it was above this limit; a limit that was raised above the draw has not been followed.
  const fell = state.aboveSince !== null && last !== null && isAbove(last.most, limitMA);
  const wasAbove = fell || isAbove(before, limitMA) || state.obedience === 'disobedient';
  state.aboveSince = null;
  // One that did not obey, and now charges within what it may, does again.
  const isBack = state.obedience === 'disobedient' && limitMA >= state.model.minMA && draw.most >= NOTHING_MA;
  if (!isBack && !(wasAbove && hasComeDownTo(state, draw.most, limitMA))) return nothing;
  if (state.obedience === 'disobedient') {
    distrust(state, false);
    const obedience = state.book.floorProven ? 'proven' : 'unproven';
    return { proof: 'current', obedience, why: 'it obeys again' };
  }
  return { proof: 'current', obedience: null, why: '' };
}

/** A car that stops by itself has not followed its limit: it may go on whenever it likes. */
const hasComeDownTo = ({ model }: ConnectorState, drawnMA: number, limitMA: number): boolean =>
  limitMA < model.minMA ? drawnMA < NOTHING_MA : drawnMA >= limitMA * FOLLOWS;

/** What a proof by its current means for the book. */
export function proveCommanded(state: ConnectorState): void {
  const { commanded } = state;
  if (commanded === null) return;
  commanded.isProven = true;
  if (commanded.isUnder) state.under = commanded.transactionId;
  state.book = proven(state.book, commanded.seq, 'seen');
}

/**
 * Drawing without a transaction: a free start, a refused one, or one that we do not know of. It may draw all that the
 * hardware gives.
 */
export function judgeUnasked(state: ConnectorState, now: Monotonic): Judgement {
  if (state.obedience === 'disobedient') return nothing;
  const draws = drawsUnasked(state);
  const isEnding = state.ending.size > 0;
  if (state.running !== null || !(draws || state.status === 'Charging')) {
    state.unaskedSince = null;
    // After a restart nobody has said yet that it is over.
    const isUnknown = state.running === null && state.status === null && state.draw === null;
    if (state.obedience !== 'drawing-unasked' || isUnknown) return nothing;
    distrust(state, false);
    return { proof: null, obedience: state.book.floorProven ? 'proven' : 'unproven', why: 'it is over' };
  }
  state.unaskedSince ??= now;
  const isSure = (draws && !isEnding) || now - state.unaskedSince >= UNASKED_AFTER_MS;
  if (!isSure || state.obedience === 'drawing-unasked') return nothing;
  distrust(state, true);
  const shown = draws ? `draws ${amps(state.draw?.most ?? 0)} A` : 'shows Charging';
  return { proof: null, obedience: 'drawing-unasked', why: `${shown} without a transaction` };
}

/**
 * Shown since the last transaction's current had to be gone, and not overtaken by a status that says that nothing flows:
 * many send no samples without a transaction, and the last one of it stays the newest for ever.
 */
function drawsUnasked({ draw, currentEndsAt, status, statusAt }: ConnectorState): boolean {
  if (draw === null || draw.most < NOTHING_MA || draw.at <= currentEndsAt) return false;
  const isOver = status !== null && status !== 'Charging' && statusAt > draw.at;
  return !isOver;
}

/** On record, so that a restart does not forget it. */
function distrust(state: ConnectorState, isDistrusted: boolean): void {
  const book = distrusted(state.book, isDistrusted);
  if (book === state.book) return;
  state.book = book;
  state.unwritten = true;
}

const amps = (mA: number): string => (mA / 1_000).toFixed(1);
