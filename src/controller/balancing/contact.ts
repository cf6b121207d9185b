import {
  begunAnew,
  everythingCleared,
  foreignCleared,
  grantDoubted,
  inSight,
  isolated,
  offered,
  outOfSight,
} from '../../balancer/book.ts';
import type { FloorEvidence } from '../../domain/balancing.ts';
import type { Nameplate } from '../../domain/charge-point.ts';
import type { ChargingCapabilities } from '../../domain/charging-capabilities.ts';
import { unseenClock } from '../../domain/clock-offset.ts';
import type { Monotonic } from '../../domain/units.ts';
import { NOTHING_MA } from './samples.ts';
import type { ChargePointState, ConnectorState } from './state.ts';

/**
 * What is made of a charge point when it connects or boots. One that we have never seen may hold a limit of somebody else
 * that outranks our floor: everything is cleared where nobody charges, and covered at the highest level where somebody does.
 */

/** It is there again: what was declared switched off is not. */
export function connected(chargePoint: ChargePointState, now: Monotonic): void {
  chargePoint.settledAt = Math.max(chargePoint.settledAt, now + chargePoint.dialect.settleMs) as Monotonic;
  chargePoint.timeAsked = false;
  chargePoint.nameAsked = false;
  chargePoint.seenAgainAt = now;
  for (const state of chargePoint.connectors) {
    // Its last connection may have been dead for a while, with nobody having noticed.
    state.book = outOfSight(state.book, now);
    if (state.book.isolated) touch(state, isolated(state.book, false));
    const { commanded } = state;
    // Whether what was on its way has arrived, nobody knows.
    if (commanded !== null && commanded.state === 'sent') commanded.state = 'doubtful';
    if (chargePoint.dialect.losesProfiles !== 'never') sendAgain(state);
    else if (state.book.floorProven) state.recheck = 'disconnect';
  }
}

/** What it held is gone. */
export function lost(state: ConnectorState): void {
  touch(state, everythingCleared(state.book));
  sendAgain(state);
}

export function sendAgain(state: ConnectorState): void {
  Object.assign(state.floor, { state: 'due', tries: 0 });
  if (state.commanded !== null) state.commanded.state = 'doubtful';
  if (state.under !== null) state.under = 'lost';
}

/** Out of sight it may lose its power unseen, and another transaction may begin. */
export function disconnected(chargePoint: ChargePointState, now: Monotonic): void {
  chargePoint.seenAgainAt = null;
  for (const state of chargePoint.connectors) {
    state.asking = null;
    touch(state, grantDoubted(state.book));
    // Not on record: after a restart everything is out of sight.
    state.book = outOfSight(state.book, now);
    if (state.commanded !== null) state.commanded.isProven = false;
    if (chargePoint.dialect.losesProfiles !== 'never') lost(state);
  }
}

/**
 * It has been there for long enough: had it booted it would have said so first (OCPP 1.6 §4.2) and was told the time, and its
 * current has followed.
 */
export function seenAgain({ connectors, seenAgainAt }: ChargePointState, now: Monotonic, lagMs: number): void {
  if (seenAgainAt === null || now - seenAgainAt < lagMs) return;
  for (const state of connectors) state.book = inSight(state.book);
}

/** Its power was gone. Another device, or other firmware, has to prove its floors anew; floors are sent after every boot. */
export function booted(chargePoint: ChargePointState, nameplate: Nameplate, now: Monotonic, isOnRecord: boolean): void {
  chargePoint.settledAt = (now + chargePoint.dialect.settleMs) as Monotonic;
  chargePoint.aheadMs = null;
  chargePoint.timeAsked = false;
  // Until it was told the time just now, its grants may have allowed anything.
  chargePoint.seenAgainAt = now;
  chargePoint.readingsClock = unseenClock;
  for (const state of chargePoint.connectors) {
    state.book = outOfSight(state.book, now);
    sendAgain(state);
    // A car that charges is limited first; else there is time to see whether its make keeps what it holds.
    const canTell = state.running === null && state.book.floorProven && chargePoint.dialect.showsIdleFloor === true;
    state.recheck = canTell && !isOnRecord ? 'reboot' : null;
    if (chargePoint.dialect.losesProfiles !== 'never') touch(state, everythingCleared(state.book));
    const { kind, relativeFrom } = chargePoint.dialect;
    if (kind === 'Relative' && relativeFrom !== 'transaction') touch(state, begunAnew(state.book));
    if (state.evidence === null || !isOf(state.evidence, nameplate)) {
      state.evidence = null;
      touch(state, everythingCleared(state.book));
      chargePoint.contact = 'unknown';
    }
  }
}

/** A device that names no serial number can't be told from another one. */
function isOf({ serialNumber, firmwareVersion }: FloorEvidence, nameplate: Nameplate): boolean {
  const serial = nameplate.serialNumber ?? nameplate.boxSerialNumber;
  return serial !== null && serial === serialNumber && nameplate.firmwareVersion === firmwareVersion;
}

/** Whether it has to be asked to remove everything first; else what it may hold is covered by the highest level. */
export function isFirstContact(chargePoint: ChargePointState, capabilities: ChargingCapabilities): boolean {
  chargePoint.highestLevel = capabilities.maxStackLevel;
  if (chargePoint.contact !== 'unknown') return false;
  if (chargePoint.connectors.some(({ model }) => model.smartCharging)) return true;
  chargePoint.contact = 'known';
  return false;
}

/** Somebody charges there: nothing may be removed, and our limits go above whatever may be there. */
export function covered(chargePoint: ChargePointState): void {
  chargePoint.onTop = (chargePoint.highestLevel ?? 0) > chargePoint.dialect.grantLevel;
  chargePoint.contact = 'known';
}

/** After a restart: a floor that the process before us has sent to the highest level would outrank all that is sent lower. */
export function stillOnTop(chargePoint: ChargePointState, { maxStackLevel }: ChargingCapabilities): void {
  Object.assign(chargePoint, { onTop: true, highestLevel: maxStackLevel });
}

/** Whether everything may be removed: nobody charges there, and nothing is drawn. */
export function mayClear({ connectors }: ChargePointState): boolean {
  return connectors.every(
    ({ running, ending, draw, status }) =>
      running === null && ending.size === 0 && status !== 'Charging' && (draw === null || draw.most < NOTHING_MA),
  );
}

/** ClearChargingProfile without criteria has been sent: from its sending on nothing limits. */
export function clearing(chargePoint: ChargePointState): void {
  for (const state of chargePoint.connectors) lost(state);
}

/** It was answered. What stays after a refusal is covered by the level. */
export function cleared(chargePoint: ChargePointState, done: boolean, isAll = true): void {
  chargePoint.contact = 'known';
  if (done && isAll) chargePoint.onTop = false;
  for (const state of chargePoint.connectors) {
    if (done && isAll) touch(state, foreignCleared(state.book));
    Object.assign(state.floor, { state: 'due', tries: 0 });
  }
}

/** A limit that somebody set by hand: it counts until it is proven gone. */
export function foreignLimit(state: ConnectorState, xMA: number, transactionId: number | null): void {
  const offer = {
    kind: 'foreign',
    xMA,
    until: null,
    leaseMs: null,
    tailMA: xMA,
    adriftMA: null,
    transactionId,
    holdsFloor: false,
  } as const;
  touch(state, offered(state.book, offer));
}

function touch(state: ConnectorState, book: ConnectorState['book']): void {
  if (book === state.book) return;
  state.book = book;
  state.unwritten = true;
}
