/** What a driver or an operator wants of a session: until when, how much, how urgently. */
import { MAX_TIER_NAME, type SharingPolicy, tierNumber } from './sharing-policy.ts';
import { wallTime } from './site-time.ts';
import { idTagKey } from './token.ts';
import type { Instant, WattHours } from './units.ts';

/** What a wish is about: one session, one booking, every session of a card (or of a car that identifies itself), or of a group. */
export type WishSubject =
  | { readonly kind: 'transaction'; readonly id: number }
  | { readonly kind: 'reservation'; readonly id: number }
  | { readonly kind: 'token'; readonly idTag: string }
  | { readonly kind: 'group'; readonly parentIdTag: string };

/** Once at an instant, or every day at a minute of the site's wall clock, 0 to 1439. */
export type Departure =
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'daily'; readonly minute: number };

/** Null: it says nothing of this, and what is more general holds. */
export type WishTerms = {
  readonly departAt: Departure | null;
  /** What the session is to deliver. */
  readonly energyWh: WattHours | null;
  /** Before everybody else until then. */
  readonly boostUntil: Instant | null;
  /** Name of a tier of the policy. */
  readonly tier: string | null;
};

export type ChargingWish = WishTerms & { readonly subject: WishSubject; readonly setAt: Instant };

export type ChargingWishEvent =
  | { type: 'charging-wish-set'; wish: ChargingWish; at: Instant }
  | { type: 'charging-wish-dropped'; subject: WishSubject; at: Instant };

/** Wishes on record at most: every token of a large company, and as many sessions. */
export const MAX_WISHES = 50_000;
/** Nobody charges more in one session than this, Wh. */
export const MAX_ENERGY_WH = 1_000_000;
/** A boost ends by itself; so long at most, ms. */
const MAX_BOOST_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 1_440;

export const noTerms: WishTerms = { departAt: null, energyWh: null, boostUntil: null, tier: null };

/** One name for each subject: idTags are compared without regard to case. */
export function wishKey(subject: WishSubject): string {
  switch (subject.kind) {
    case 'transaction':
    case 'reservation':
      return `${subject.kind}:${subject.id}`;
    case 'token':
      return `token:${idTagKey(subject.idTag)}`;
    case 'group':
      return `group:${idTagKey(subject.parentIdTag)}`;
  }
}

/** Why such terms can not be, in words for a person; null where they can. */
export function wishProblem({ departAt, energyWh, boostUntil, tier }: WishTerms, now: Instant): string | null {
  if (departAt?.kind === 'at' && departAt.at <= now) return 'The departure is in the past; name a time to come.';
  if (departAt?.kind === 'daily' && (departAt.minute < 0 || departAt.minute >= MINUTES_A_DAY)) {
    return 'A daily departure is between 00:00 and 23:59.';
  }
  if (energyWh !== null && (energyWh <= 0 || energyWh > MAX_ENERGY_WH)) {
    return `The energy must be more than 0 and at most ${MAX_ENERGY_WH / 1_000} kWh.`;
  }
  if (boostUntil !== null && boostUntil <= now) return 'The boost would end in the past; name a time to come.';
  if (boostUntil !== null && boostUntil > now + MAX_BOOST_MS) return 'A boost lasts 24 hours at most.';
  if (tier !== null && tier.length > MAX_TIER_NAME) return `A tier's name has ${MAX_TIER_NAME} characters at most.`;
  return null;
}

/** What holds for one session, and where each of it comes from. */
export type SessionWish = {
  /** 1 is served first. */
  readonly tier: number;
  readonly departAt: Instant | null;
  readonly targetWh: WattHours | null;
  readonly isBoosted: boolean;
  /** When the boost ends; null without one. */
  readonly boostUntil: Instant | null;
};

/**
 * Field by field the most particular wish that says something: of the transaction, its reservation, its token, its group;
 * `wishes` in that order, null where there is none. What nobody says is the policy's.
 */
export function wishOfSession(
  wishes: readonly (WishTerms | null)[],
  session: { readonly startedAt: Instant; readonly now: Instant; readonly timeZone: string },
  policy: SharingPolicy,
): SessionWish {
  const { startedAt, now, timeZone } = session;
  const said = wishes.filter((wish) => wish !== null);
  const first = <K extends keyof WishTerms>(field: K): WishTerms[K] | null =>
    said.find((wish) => wish[field] !== null)?.[field] ?? null;
  const departure = first('departAt');
  const departAt = departure === null ? null : departureAfter(departure, startedAt, timeZone);
  const boostUntil = first('boostUntil');
  const isBoosted = boostUntil !== null && boostUntil > now;
  return {
    tier: tierNumber(policy, first('tier')),
    // Who has not left by then leaves at a time that nobody knows.
    departAt: departAt !== null && departAt > now ? departAt : null,
    targetWh: first('energyWh'),
    isBoosted,
    boostUntil: isBoosted ? boostUntil : null,
  };
}

/** The first departure after an instant; the next day's where the clock on the wall has passed it. */
export function departureAfter(departure: Departure, after: Instant, timeZone: string): Instant {
  if (departure.kind === 'at') return departure.at;
  const { minute } = departure;
  const ahead = (minute - wallTime(after, timeZone).minute + MINUTES_A_DAY) % MINUTES_A_DAY || MINUTES_A_DAY;
  const guess = (Math.floor(after / MINUTE_MS) + ahead) * MINUTE_MS;
  // Where the clock is changed in between, the guess is off by that change; a minute that is left out stays near it.
  const off = wallTime(guess as Instant, timeZone).minute - minute;
  const short = off > MINUTES_A_DAY / 2 ? off - MINUTES_A_DAY : off < -MINUTES_A_DAY / 2 ? off + MINUTES_A_DAY : off;
  return (guess - short * MINUTE_MS) as Instant;
}

/** `05:30` as minutes since midnight; null for anything else. */
export function minuteOfDay(text: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}

export const asClock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
