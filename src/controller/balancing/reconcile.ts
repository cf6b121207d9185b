import { amountOf, type Entry, worstInSight } from '../../balancer/book.ts';
import { type PhaseSums, type Room, raise } from '../../balancer/exposure.ts';
import type { SiteIndex } from '../../balancer/site-index.ts';
import type { Because, Share } from '../../domain/because.ts';
import type { Instant, Monotonic } from '../../domain/units.ts';
import { countedFrom } from './counted.ts';
import { type ChargePointState, type ConnectorState, commandedMA } from './state.ts';
import { lagOf, leastGrantMA } from './world.ts';

/**
 * The plan against the book: which limits are sent now. Decreases at once; an increase only when, booked on top of
 * everything that may still hold, every circuit above stays within what it carries (design: safety, rule 1).
 */

export type Step =
  | { readonly kind: 'floor'; readonly state: ConnectorState; readonly floorMA: number }
  | {
      /** `under`: the floor of a running transaction, below a grant that ends by its duration. */
      readonly kind: 'decrease' | 'increase' | 'renewal' | 'under';
      readonly state: ConnectorState;
      readonly grantMA: number;
      readonly transactionId: number;
    }
  | {
      /** What a transaction was given and that outlives it, brought down to the floor: nobody has a right to it any more. */
      readonly kind: 'rest';
      readonly state: ConnectorState;
      readonly grantMA: number;
      readonly transactionId: null;
    };

/** A connector is raised at most this often, ms. */
const RAISE_EVERY_MS = 15_000;
/** Changes of one connector in a day, renewals apart: what flash memory is good for over ten years. */
const MAX_CHANGES = 300;
/** What was refused, or stayed without an answer, is sent again after so long, ms; it doubles up to ten minutes. */
const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;
/** Without any current, a car waits so long for its whole share to fit before it is given less, ms. */
const PATIENCE_MS = 60_000;
/** While a way is searched that a make takes, the next one is tried so soon, ms: there are few, and a car waits. */
const SEARCH_MS = 2_000;
/** Where every way was refused, ms. */
const REFUSED_MS = 60_000;
/** After a boot an idle charge point is asked first what it still holds, for so long, ms. */
const RECHECK_MS = 3_000;
/** Ways of saying a floor. */
const MOST_WAYS = 12;

export type Reconciling = {
  readonly index: SiteIndex;
  readonly sums: PhaseSums;
  readonly room: Room;
  readonly masks: ArrayLike<number>;
  /** See `Planned`. */
  readonly counted: Float64Array | null;
  readonly now: Monotonic;
  readonly at: Instant;
  /** Days since 1970 by the site's clock. */
  readonly day: number;
  /** So many raises and renewals may go out yet; decreases never wait. */
  left: number;
};

/** What is to be sent to this connector, if anything; says in `because` why it gets less than its share. */
export function reconcile(
  site: Reconciling,
  chargePoint: ChargePointState,
  state: ConnectorState,
  share: Share | null,
): Step | null {
  const { now } = site;
  state.plannedMA = share?.grantMA ?? 0;
  if (share !== null) state.because = share.because;
  if (!state.model.smartCharging || chargePoint.contact !== 'known') return null;
  if (state.recheck === 'reboot' && now < chargePoint.settledAt + RECHECK_MS) return null;
  const { running, commanded, pending } = state;
  // Where one profile is both, the floor is in the tail of the grant, and would take its place.
  const isInGrant = chargePoint.dialect.mode === 'C' && commanded !== null && commanded.transactionId === running?.id;
  const floor = isInGrant ? null : floorStep(site, state, chargePoint.trials.floor !== null);
  if (floor !== null && pending === null) return floor;
  if (running === null || !running.authorized) return restStep(state, now);
  if (share === null) return null;
  const holds = worstInSight(state.book, now, running.id);
  const isOurs = commanded !== null && commanded.transactionId === running.id;
  // Without a limit of ours that of an earlier transaction may be in force.
  const current = isOurs ? commanded.grantMA : Math.max(commandedMA(state), holds);
  const wanted = share.grantMA;
  const transactionId = running.id;
  // Where the last limit has lapsed, a lower one is a raise all the same.
  if (wanted < current && wanted <= holds && isWithin(site, state, wanted, holds)) {
    if (pending !== null && pending.kind === 'decrease' && pending.grantMA <= wanted) return null;
    return { kind: 'decrease', state, grantMA: wanted, transactionId };
  }
  if (pending !== null) return null;
  const retryMs = chargePoint.refuses ? REFUSED_MS : chargePoint.trials.grant === null ? RETRY_MS : SEARCH_MS;
  const repeated = isOurs && Math.min(commanded.bookedMA, state.model.ratedMA) <= holds ? commanded : null;
  // A leftover of another transaction that happens to be as much is no limit of this one.
  const isThere = isOurs ? repeated !== null : wanted === commandedMA(state);
  if (wanted === current && isThere) return again(site, state, repeated, chargePoint, retryMs);
  if (site.left <= 0) return null;
  const refusal = raiseRefused(site, chargePoint, state, wanted, retryMs);
  const leastMA = leastGrantMA(state, chargePoint);
  // Its share may count on what others never prove to have let go: the least that it can charge with may fit all the same.
  const isLess =
    refusal?.kind === 'waiting-for-release' && leastMA < wanted && current < leastMA && waitsLong(site, state);
  const grantMA = refusal === null ? wanted : leastMA;
  if (refusal === null || (isLess && raiseRefused(site, chargePoint, state, leastMA, retryMs) === null)) {
    site.left -= 1;
    return { kind: 'increase', state, grantMA, transactionId };
  }
  state.because = refusal;
  return again(site, state, repeated, chargePoint, retryMs);
}

/** After a restart it counts from there. */
function waitsLong({ at, now }: Reconciling, { onSince, waitingSince, running }: ConnectorState): boolean {
  if (onSince !== null || running === null) return false;
  return (waitingSince === null ? now - running.since : at - waitingSince) >= PATIENCE_MS;
}

/** A floor that is due after a boot, that was not taken, or that shall be another one; raising it is an increase. */
function floorStep(site: Reconciling, state: ConnectorState, isSearching: boolean): Step | null {
  const { floor, model, book } = state;
  const isWanted = floor.state === 'due' || floor.mA !== model.floorMA;
  const failed =
    floor.state === 'failed' &&
    site.now - floor.at >= (isSearching && floor.tries <= MOST_WAYS ? SEARCH_MS : retryAfter(floor.tries - MOST_WAYS));
  if (!isWanted && !failed) return null;
  const before = worstInSight(book, site.now, state.running?.id ?? null);
  // The next car may take it on other phases.
  const mask = site.index.wired[state.at] ?? 7;
  if (model.floorMA > before && raiseTo(site, state, model.floorMA, mask) !== null) return null;
  return { kind: 'floor', state, floorMA: model.floorMA };
}

/**
 * In modes A and C a grant holds for whoever charges: what an ended transaction leaves behind would be kept for the next one, and
 * from all others, until its lease ends.
 */
function restStep(state: ConnectorState, now: Monotonic): Step | null {
  const { book, commanded, pending, model } = state;
  const outlives = (entry: Entry): boolean => entry.kind === 'grant' && entry.transactionId === null;
  if (pending !== null || !book.entries.some((one) => outlives(one) && amountOf(one, now) > model.floorMA)) return null;
  if (commanded !== null && commanded.transactionId === null) {
    if (commanded.state === 'sent' || commanded.state === 'accepted') return null;
    if (commanded.state === 'failed' && now - commanded.at < REFUSED_MS) return null;
  }
  return { kind: 'rest', state, grantMA: model.floorMA, transactionId: null };
}

/** Renewed at half its lease, spread by the connector's place; sent again where it may not be in force. */
function again(
  site: Reconciling,
  state: ConnectorState,
  commanded: ConnectorState['commanded'],
  chargePoint: ChargePointState,
  retryMs: number,
): Step | null {
  if (commanded === null || commanded.transactionId === null) return null;
  if (site.left <= 0 || !isAgainDue(state, commanded, chargePoint, site.now, retryMs)) return null;
  site.left -= 1;
  const { grantMA, transactionId } = commanded;
  return { kind: 'renewal', state, grantMA, transactionId };
}

function isAgainDue(
  { at: place }: ConnectorState,
  { state, at, leaseMs, aheadMs, isUnder }: NonNullable<ConnectorState['commanded']>,
  chargePoint: ChargePointState,
  now: Monotonic,
  retryMs: number,
): boolean {
  if (state === 'doubtful') return true;
  if (state === 'failed') return now - at >= retryMs;
  if (state !== 'accepted') return false;
  // Without its clock it could be told no end; now it can.
  if (leaseMs === null) return aheadMs === null && chargePoint.aheadMs !== null && !isUnder;
  const spread = (0.4 + ((place * 7) % 20) / 100) * leaseMs;
  return now - at >= spread;
}

/**
 * Not raised again before its current was seen after the last change: until then the meter's foreign load is a guess. A
 * connector that shows nothing is waited for so long only.
 */
function outOfSightUntil({ commanded, draw, changedAt, intervalMs }: ConnectorState, lagMs: number): Monotonic | null {
  if (commanded === null || (draw !== null && draw.at > changedAt + lagMs)) return null;
  return (changedAt + lagMs + 2 * intervalMs) as Monotonic;
}

function raiseRefused(
  site: Reconciling,
  chargePoint: ChargePointState,
  state: ConnectorState,
  toMA: number,
  retryMs: number,
): Because | null {
  const { now, day } = site;
  const lagMs = lagOf(chargePoint);
  if (state.raisedAt !== null && now - state.raisedAt < RAISE_EVERY_MS) {
    return { kind: 'settling', until: (site.at + state.raisedAt + RAISE_EVERY_MS - now) as Instant };
  }
  const seenAt = outOfSightUntil(state, lagMs);
  if (seenAt !== null && now < seenAt) return { kind: 'settling', until: (site.at + seenAt - now) as Instant };
  // Whether it obeys again shows with the least that a car can charge with.
  if (state.obedience === 'disobedient' && toMA > leastGrantMA(state, chargePoint))
    return { kind: 'disobedient', step: 'held' };
  const { commanded } = state;
  if (commanded?.state === 'failed' && now - commanded.at < retryMs) return { kind: 'unproven' };
  if (state.changes.day === day && state.changes.count >= MAX_CHANGES) return { kind: 'changes-spent' };
  const obstacle = raiseTo(site, state, toMA, site.masks[state.at] ?? 7);
  return obstacle === null ? null : { kind: 'waiting-for-release', circuit: obstacle };
}

/** What the book counts for it may have been given to another car, on other phases than those of the one that is there now. */
function isWithin({ masks, counted }: Reconciling, state: ConnectorState, toMA: number, holdsMA: number): boolean {
  const from = countedFrom(counted, state, holdsMA);
  const mask = masks[state.at] ?? 7;
  return typeof from === 'number' || from.every((mA, phase) => (mask & (1 << phase)) === 0 || toMA <= mA);
}

/** Books it in the sums of this cycle if it fits, so that the next one sees it; else the circuit where it does not. */
function raiseTo(site: Reconciling, state: ConnectorState, toMA: number, mask: number): string | null {
  const { index, sums, room, counted, now } = site;
  const mostMA = worstInSight(state.book, now, state.running?.id ?? null);
  if (toMA <= mostMA && isWithin(site, state, toMA, mostMA)) return null;
  const change = { connector: state.at, mask, fromMA: countedFrom(counted, state, mostMA), toMA };
  return raise(index, sums, room, change)?.circuit ?? null;
}

const retryAfter = (tries: number): number => Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.max(0, tries - 1));
