import { everythingCleared, isolated as withIsolation, worstInSight } from '../../balancer/book.ts';
import { raise } from '../../balancer/exposure.ts';
import { isBalancingProfile } from '../../domain/balancing-profiles.ts';
import type { ChargingProfile, InstalledProfile } from '../../domain/charging-profile.ts';
import { connectorKey } from '../../domain/site-model.ts';
import { clearCriteriaFromWire, installedFromWire, profileFromWire } from '../../ocpp/charging-profile-wire.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { foreignLimit } from './contact.ts';
import { countedFrom } from './counted.ts';
import type { ConnectorState } from './state.ts';
import { chargePointOf, type World } from './world.ts';

/**
 * Limits that somebody sets by hand, over whatever door: they are booked before they are sent, and refused where what they
 * allow does not fit beside everything else (design: safety, rule 9). Our own limits are sent again after them.
 */

export type Judged =
  /** It can't raise anything. */
  | { readonly kind: 'free' }
  /** It fits; `book` before it is sent. */
  | { readonly kind: 'fits'; readonly book: () => void }
  | { readonly kind: 'refused'; readonly why: string; readonly override: () => void };

const free: Judged = { kind: 'free' };

export function judgeByHand(world: World, chargePointId: string, action: string, payload: object): Judged {
  const chargePoint = world.chargePoints.get(chargePointId);
  if (chargePoint === undefined) return free;
  const mayBecome = new Map<ConnectorState, number | 'anything'>();
  let endsWith: TransactionOf = () => null;
  if (action === 'SetChargingProfile') {
    const installed = installedFromWire(payload as RequestOf<'SetChargingProfile'>);
    endsWith = transactionOf(installed);
    for (const state of concerned(chargePoint.connectors, installed.connectorId)) {
      const most = mostOf(world, state, installed);
      if (most !== null) mayBecome.set(state, most);
    }
  } else if (action === 'RemoteStartTransaction') {
    const { chargingProfile, connectorId = 0 } = payload as RequestOf<'RemoteStartTransaction'>;
    if (chargingProfile === undefined) return free;
    const profile = profileFromWire(chargingProfile);
    for (const state of concerned(chargePoint.connectors, connectorId)) {
      const most = mostOf(world, state, { connectorId, profile });
      if (most !== null) mayBecome.set(state, most);
    }
  } else if (action === 'ClearChargingProfile') {
    const { id, connectorId } = clearCriteriaFromWire(payload as RequestOf<'ClearChargingProfile'>);
    if (id !== null && !isBalancingProfile(id)) return free;
    for (const state of concerned(chargePoint.connectors, connectorId ?? 0)) mayBecome.set(state, 'anything');
  }
  if (mayBecome.size === 0) return free;
  return judged(world, mayBecome, endsWith);
}

type TransactionOf = (state: ConnectorState) => number | null;

/** A TxProfile ends with its transaction: the one that it names, or the one that runs (OCPP 1.6 §3.13.1, §5.16). */
function transactionOf({ profile }: InstalledProfile): TransactionOf {
  return ({ running }) => (profile.purpose === 'TxProfile' ? (profile.transactionId ?? running?.id ?? null) : null);
}

function judged(
  world: World,
  mayBecome: ReadonlyMap<ConnectorState, number | 'anything'>,
  endsWith: TransactionOf,
): Judged {
  const { planned, index } = world;
  const now = world.site.clock.monotonic();
  const book = (anything: boolean): void => {
    for (const [state, most] of mayBecome) {
      if (anything || most === 'anything') state.book = everythingCleared(state.book);
      else foreignLimit(state, most, endsWith(state));
      state.unwritten = true;
      Object.assign(state.floor, { state: 'due', tries: 0 });
      if (state.commanded !== null) state.commanded.state = 'doubtful';
    }
    world.wake();
  };
  if (planned === null) return { kind: 'fits', book: () => book(false) };
  const sums = planned.sums.slice();
  for (const [state, most] of mayBecome) {
    const fromMA = worstInSight(state.book, now, state.running?.id ?? null);
    const toMA = Math.max(fromMA, most === 'anything' ? state.model.ratedMA : Math.min(most, state.model.ratedMA));
    const from = countedFrom(planned.counted, state, fromMA);
    const change = { connector: state.at, mask: index.wired[state.at] ?? 7, fromMA: from, toMA };
    const obstacle = raise(index, sums, planned.room, change);
    if (obstacle === null) continue;
    const where = obstacle.phase === null ? obstacle.circuit : `${obstacle.circuit} on L${obstacle.phase + 1}`;
    const amps = (toMA / 1_000).toFixed(1);
    const why =
      `Connector ${state.model.connectorId} of ${state.model.chargePointId} might then draw ${amps} A, and ${where} has no room ` +
      'for that. Nothing was sent. Lower the limit, or wait until other cars have left.';
    return { kind: 'refused', why, override: () => book(true) };
  }
  return { kind: 'fits', book: () => book(false) };
}

function concerned(connectors: readonly ConnectorState[], connectorId: number): readonly ConnectorState[] {
  return connectorId === 0 ? connectors : connectors.filter(({ model }) => model.connectorId === connectorId);
}

/** The most that may flow because of it, mA; `anything` where it takes the place of a limit of ours; null where it only lowers. */
function mostOf(world: World, state: ConnectorState, { profile }: InstalledProfile): number | 'anything' | null {
  const { dialect } = chargePointOf(world, state);
  if (isBalancingProfile(profile.id)) return 'anything';
  if (profile.purpose === 'ChargePointMaxProfile') return dialect.mode === 'C' ? 'anything' : null;
  const isOurPlace =
    (profile.purpose === 'TxDefaultProfile' && profile.stackLevel === dialect.floorLevel) ||
    profile.stackLevel === dialect.grantLevel;
  return isOurPlace ? 'anything' : highestOf(profile, world.site.nominalMV);
}

function highestOf({ schedule }: ChargingProfile, nominalMV: number): number {
  const most = Math.max(
    ...schedule.periods.map(({ limit, phases }) => (schedule.unit === 'A' ? limit : limit / (phases ?? 1))),
  );
  return Math.ceil(schedule.unit === 'A' ? most * 1_000 : (most * 1_000_000) / nominalMV);
}

/** Declares a connector switched off, or takes that back. Why it can't be, or null. */
export function isolate(world: World, chargePointId: string, connectorId: number, isIsolated: boolean): string | null {
  const state = world.byKey.get(connectorKey(chargePointId, connectorId));
  if (state === undefined) return `The site's configuration names no connector ${connectorId} of ${chargePointId}.`;
  const isConnected = world.site.lines.get(chargePointId)?.session != null;
  if (isIsolated && isConnected) return `${chargePointId} is connected: it is not switched off.`;
  state.book = withIsolation(state.book, isIsolated);
  state.unwritten = true;
  world.obey(
    state,
    isIsolated ? 'isolated' : 'unproven',
    isIsolated ? 'a person says that it is switched off' : 'it counts again',
  );
  world.wake();
  return null;
}
