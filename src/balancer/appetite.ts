/**
 * How much a car really takes. What it leaves lying is taken off its limit, and only then given to others: "permitted but
 * not drawn" is never free. Where it takes all of it, it is offered a little more from time to time.
 */
import type { MilliAmps, Monotonic } from '../domain/units.ts';

export type Appetite = {
  /** The most that the car is believed to use, mA; never below its minimum. */
  readonly maxMA: MilliAmps;
  /** Since when it has left a part of its limit lying; null where it does not. */
  readonly sparingSince: Monotonic | null;
  /** Since when it has drawn nothing though it may; null where it draws, or may not. */
  readonly idleSince: Monotonic | null;
  /** Drew nothing for so long that its minimum may go to others: full, or waiting for its own timer. */
  readonly isResting: boolean;
  /** It rested, its minimum went to others, and it is asked whether it wants some by now. */
  readonly isAsked: boolean;
  /** When it was last offered more, or its appetite was measured. */
  readonly offeredAt: Monotonic | null;
};

export type AppetiteSample = {
  readonly at: Monotonic;
  /** What the charge point holds, mA. */
  readonly limitMA: MilliAmps;
  /** The highest phase, mA; null where nothing is measured. */
  readonly drawnMA: MilliAmps | null;
  /** The limit had settled when it was taken: newer than the last change and its lag. */
  readonly hasSettled: boolean;
};

export type AppetiteBounds = {
  /** The least that the car charges with, mA. */
  readonly minMA: MilliAmps;
  /** The most that charge point and cable allow, mA. */
  readonly ceilingMA: MilliAmps;
};

/** What may lie unused without anybody minding: 1 A or 8 % of the limit, for 30 s. */
const SPARE_MA = 1_000;
const SPARE_SHARE = 0.08;
const SPARING_MS = 30_000;
/** Within so much of its appetite a car takes all that it is offered, mA; it is then offered so much more, once a minute. */
const AT_ITS_LIMIT_MA = 700;
const OFFER_MA = 2_000;
const OFFER_EVERY_MS = 60_000;
/** Below it a car draws nothing but what keeps its electronics awake, mA. */
const IDLE_MA = 500;
/** So long an idle car keeps its claim to the minimum: batteries balance, doors are opened, ms. */
const RESTS_AFTER_MS = 10 * 60_000;
/** So long one whose minimum was given away waits until it is asked again, and so long it has to begin then, ms. */
const ASKED_AGAIN_MS = 30 * 60_000;
const ASKED_FOR_MS = 5 * 60_000;

/** Of a car that nobody has measured yet. */
export function unmeasured({ ceilingMA }: AppetiteBounds): Appetite {
  return { maxMA: ceilingMA, sparingSince: null, idleSince: null, isResting: false, isAsked: false, offeredAt: null };
}

/** After one more sample. Pauses nobody: a resting car only makes room for others that want more. */
export function afterSample(before: Appetite, sample: AppetiteSample, bounds: AppetiteBounds): Appetite {
  const { at, limitMA, drawnMA } = sample;
  const known = { ...before, maxMA: within(before.maxMA, bounds) };
  if (limitMA < bounds.minMA) return whilePaused(known, at, bounds);
  if (drawnMA === null) return { ...known, sparingSince: null, idleSince: null };
  if (drawnMA < IDLE_MA) return whileIdle(known, sample, bounds);
  // It woke up: what it took before it slept says nothing about now.
  if (known.isResting || known.isAsked || known.idleSince !== null) return unmeasured(bounds);
  if (!sample.hasSettled) return { ...known, sparingSince: null };
  if (limitMA - drawnMA > Math.max(SPARE_MA, limitMA * SPARE_SHARE)) {
    const since = known.sparingSince ?? at;
    if (at - since < SPARING_MS) return { ...known, sparingSince: since };
    return { ...known, maxMA: measured(drawnMA, bounds), sparingSince: null, offeredAt: at };
  }
  return offered({ ...known, sparingSince: null }, drawnMA, at, bounds);
}

function offered(known: Appetite, drawnMA: MilliAmps, at: Monotonic, bounds: AppetiteBounds): Appetite {
  const wantsMore = drawnMA >= known.maxMA - AT_ITS_LIMIT_MA && known.maxMA < bounds.ceilingMA;
  if (!wantsMore || (known.offeredAt !== null && at - known.offeredAt < OFFER_EVERY_MS)) return known;
  return { ...known, maxMA: within(known.maxMA + OFFER_MA, bounds), offeredAt: at };
}

function whileIdle(known: Appetite, { at }: AppetiteSample, bounds: AppetiteBounds): Appetite {
  const idleSince = known.idleSince ?? at;
  const idleMs = at - idleSince;
  return {
    ...known,
    maxMA: idleMs >= SPARING_MS ? bounds.minMA : known.maxMA,
    sparingSince: null,
    idleSince,
    isResting: known.isResting || idleMs >= (known.isAsked ? ASKED_FOR_MS : RESTS_AFTER_MS),
  };
}

/** Without a limit nothing is learned. What it was too idle to take, it is asked for again after a while. */
function whilePaused(known: Appetite, at: Monotonic, bounds: AppetiteBounds): Appetite {
  const { isResting, idleSince } = known;
  if (isResting && idleSince !== null && at - idleSince < RESTS_AFTER_MS + ASKED_AGAIN_MS) {
    return { ...known, sparingSince: null };
  }
  const waits = { ...known, sparingSince: null, idleSince: null };
  // Its minimum is enough to show that it wants some.
  return isResting ? { ...waits, maxMA: bounds.minMA, isResting: false, isAsked: true } : waits;
}

/** Whole amps above what it draws, and one to show that it wants more. */
const measured = (drawnMA: MilliAmps, bounds: AppetiteBounds): MilliAmps =>
  within(Math.ceil(drawnMA / 1_000) * 1_000 + 1_000, bounds);

const within = (mA: number, { minMA, ceilingMA }: AppetiteBounds): MilliAmps =>
  Math.min(ceilingMA, Math.max(minMA, mA)) as MilliAmps;
