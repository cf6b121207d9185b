import { type Offer, offered, proven } from '../../../src/balancer/book.ts';
import { indexSite, type SiteIndex } from '../../../src/balancer/site-index.ts';
import type { Reconciling } from '../../../src/controller/balancing/reconcile.ts';
import {
  type ChargePointState,
  type Commanded,
  type ConnectorState,
  createStates,
  type Running,
} from '../../../src/controller/balancing/state.ts';
import { type Dialect, defaultDialect } from '../../../src/domain/dialect.ts';
import type { SiteModel } from '../../../src/domain/site-model.ts';
import { instant, monotonic } from '../../../src/domain/units.ts';
import { NOON } from '../../support/manual-clock.ts';
import { siteModel } from '../../support/site-model.ts';

/** One connector of a site of three, as the parts of the loop see it, at the moment 0. */
export type BalancedConnector = {
  readonly index: SiteIndex;
  readonly all: readonly ConnectorState[];
  readonly chargePoint: ChargePointState;
  readonly state: ConnectorState;
};

export const at = monotonic;

export function balancedConnector(dialect: Partial<Dialect> = {}, model: SiteModel = siteModel()): BalancedConnector {
  const index = indexSite(model);
  const { connectors: all, chargePoints } = createStates(index, { ...defaultDialect, ...dialect }, at(0));
  const chargePoint = chargePoints.get('CP1');
  const state = chargePoint?.connectors[0];
  if (chargePoint === undefined || state === undefined) throw new Error('the site of the tests has no CP1');
  chargePoint.contact = 'known';
  chargePoint.aheadMs = 0;
  return { index, all, chargePoint, state };
}

export const running = (id = 7, more: Partial<Running> = {}): Running => ({
  id,
  idTag: 'CARD',
  authorized: true,
  startedAt: instant(NOON),
  since: at(0),
  meterStartWh: 0,
  reservationId: null,
  ...more,
});

const endless = (kind: Offer['kind'], xMA: number): Offer => ({
  kind,
  xMA,
  until: null,
  leaseMs: null,
  tailMA: xMA,
  adriftMA: null,
  transactionId: null,
  holdsFloor: false,
});

/** Its floor was sent, accepted and proven. */
export function withFloor(state: ConnectorState, xMA = state.model.floorMA): void {
  const seq = state.book.nextSeq;
  state.book = proven(offered(state.book, endless('floor', xMA)), seq, 'whole');
  Object.assign(state.floor, { seq, mA: state.model.floorMA, state: 'accepted' });
}

export function withForeign(state: ConnectorState, xMA: number): void {
  state.book = offered(state.book, endless('foreign', xMA));
}

/** A grant for its transaction that was accepted at the moment 0. */
export function withGrant(state: ConnectorState, grantMA: number, more: Partial<Commanded> = {}): void {
  state.running ??= running();
  const transactionId = state.running.id;
  const seq = state.book.nextSeq;
  const ends = { until: at(976_000), leaseMs: 900_000, tailMA: state.model.floorMA, adriftMA: state.model.ratedMA };
  const offer: Offer = { kind: 'grant', xMA: grantMA, ...ends, transactionId, holdsFloor: false };
  state.book = offered(state.book, offer);
  state.commanded = {
    seq,
    transactionId,
    grantMA,
    bookedMA: grantMA,
    at: at(0),
    leaseMs: 900_000,
    state: 'accepted',
    acceptedAt: at(0),
    drawnBefore: 0,
    fromMA: 0,
    heldSince: null,
    aheadMs: 0,
    stepToSee: null,
    isUnder: false,
    isProven: false,
    before: null,
    ...more,
  };
}

export function reconciling(index: SiteIndex, now: number, sums: Float64Array, roomMA = 60_000): Reconciling {
  const room = {
    mA: new Float64Array(index.circuits.length * 3).fill(roomMA),
    watts: new Float64Array(index.circuits.length).fill(Number.NaN),
  };
  return {
    index,
    sums,
    room,
    masks: index.wired,
    counted: null,
    now: at(now),
    at: instant(NOON + now),
    day: 1,
    left: 100,
  };
}
