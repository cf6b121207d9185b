import { withTwin } from '../../balancer/book.ts';
import type { Nameplate } from '../../domain/charge-point.ts';
import { noteIdentity, onlyOne, TWIN_WINDOW_MS } from '../../domain/identity-watch.ts';
import type { Monotonic } from '../../domain/units.ts';
import type { ChargePointState } from './state.ts';
import type { World } from './world.ts';

/**
 * Two charge points under one id replace each other's connections, and what one of them holds says nothing of the other:
 * while there are two, the id counts with twice the rating (design: safety, rule 7).
 */

const NONE: ReadonlySet<string> = new Set();
const PREFIX = 'two-under-one-id:';
export const twinAlert = (chargePointId: string): string => `${PREFIX}${chargePointId}`;
/** The charge point of such an alert; null for all others. */
export const twinOf = (alertId: string): string | null =>
  alertId.startsWith(PREFIX) ? alertId.slice(PREFIX.length) : null;

export const hasTwin = ({ identities }: ChargePointState): boolean => identities.twoAt !== null;

/** Ids that two go by. */
export function twinsOf({ chargePoints }: Pick<World, 'chargePoints'>): ReadonlySet<string> {
  let found: Set<string> | null = null;
  for (const chargePoint of chargePoints.values()) {
    if (!hasTwin(chargePoint)) continue;
    found ??= new Set();
    found.add(chargePoint.id);
  }
  return found ?? NONE;
}

/** It has said who it is. */
export function introduced(chargePoint: ChargePointState, nameplate: Nameplate, now: Monotonic): void {
  chargePoint.identities = noteIdentity(chargePoint.identities, nameplate, now);
  if (hasTwin(chargePoint)) counted(chargePoint, true);
}

/** Somebody was refused because the one that is here is alive: the other one is still there. */
export function knockedAt(chargePoint: ChargePointState, now: Monotonic): void {
  if (hasTwin(chargePoint)) chargePoint.identities = { ...chargePoint.identities, twoAt: now };
}

/** After a restart: as it was on record, and with all the time that it takes to be over. */
export function remembered(chargePoint: ChargePointState, now: Monotonic): void {
  if (!chargePoint.connectors.some(({ book }) => book.hasTwin)) return;
  chargePoint.identities = { ...chargePoint.identities, twoAt: now };
  counted(chargePoint, true);
}

/** No sign of the other one for a day. */
export function lapsed(world: World, chargePoint: ChargePointState, now: Monotonic): void {
  const { twoAt } = chargePoint.identities;
  if (twoAt !== null && now - twoAt >= TWIN_WINDOW_MS) alone(world, chargePoint);
}

/** There is one again, and nobody knows which of them proved what: everything is proven anew. */
export function alone({ obey }: World, chargePoint: ChargePointState): void {
  chargePoint.identities = onlyOne(chargePoint.identities);
  if (!counted(chargePoint, false)) return;
  chargePoint.contact = 'unknown';
  for (const state of chargePoint.connectors) {
    state.evidence = null;
    if (state.model.smartCharging) obey(state, 'unproven', 'is the only one of its id again');
    Object.assign(state.floor, { state: 'due', tries: 0 });
    if (state.commanded !== null) state.commanded.state = 'doubtful';
  }
}

function counted(chargePoint: ChargePointState, isTwice: boolean): boolean {
  let changed = false;
  for (const state of chargePoint.connectors) {
    const book = withTwin(state.book, isTwice);
    if (book === state.book) continue;
    state.book = book;
    state.unwritten = true;
    changed = true;
  }
  return changed;
}
