import {
  accepted,
  failed,
  isCovered,
  type Offer,
  offered,
  type Proof,
  proven,
  withdrawn,
} from '../../balancer/book.ts';
import type { CallClass, CallOutcome } from '../../central-system/call-queue.ts';
import { relativeStep } from '../../central-system/dialects/learning.ts';
import {
  floorProfile,
  grantProfile,
  type LimitTarget,
  transactionFloorProfile,
} from '../../central-system/limits/grant-profile.ts';
import { withoutClock } from '../../central-system/limits/without-clock.ts';
import type { ChargingCapabilities } from '../../domain/charging-capabilities.ts';
import { type Dialect, LEAST_LAG_MS } from '../../domain/dialect.ts';
import { type Instant, type MilliVolts, type Monotonic, milliAmps } from '../../domain/units.ts';
import { installedToWire } from '../../ocpp/charging-profile-wire.ts';
import type { Step } from './reconcile.ts';
import {
  type Before,
  type ChargePointState,
  type Commanded,
  type ConnectorState,
  commandedMA,
  type Pending,
} from './state.ts';

/** A step as a call: its text, its place in the book, and what its end means. */

export type LimitCall = {
  readonly chargePointId: string;
  readonly messageId: string;
  readonly payload: object;
  readonly class: CallClass;
  /** Before the commit: a restart that knows nothing of it counts no less. */
  readonly leavesFirst: boolean;
  /** A text that is older than this when it could leave is not sent: its times would be wrong, ms. */
  readonly waitMs: number;
  readonly ended: (outcome: CallOutcome, overlapped: boolean) => void;
  /** It could not be recorded, and was not sent. */
  readonly dropped: () => void;
};

const TEXT_MS = 2_000;

export function limitCall(
  step: Step,
  chargePoint: ChargePointState,
  site: {
    readonly messageId: string;
    readonly now: Monotonic;
    readonly at: Instant;
    readonly leaseS: number;
    /** As it is tried now. */
    readonly dialect: Dialect;
    /** The charge point took it, or not: `silence` proves neither. */
    readonly taken: (what: 'floor' | 'grant') => void;
    readonly refused: (what: 'floor' | 'grant', how: 'refused' | 'silence') => void;
    readonly capabilities: ChargingCapabilities;
    readonly nominalMV: MilliVolts;
    readonly measuredMV: MilliVolts | null;
    /** Phases that are wired for sure, or that the car was seen to use; null until then. */
    readonly provenPhases: 1 | 2 | 3 | null;
    readonly day: number;
    /** The monotonic clock when an answer comes. */
    readonly clock: () => Monotonic;
    readonly changed: () => void;
  },
): LimitCall {
  const { state } = step;
  const { messageId, now, at, leaseS, dialect, capabilities, nominalMV, measuredMV, provenPhases } = site;
  const { aheadMs, skewMs } = chargePoint;
  const { model } = state;
  const { connectorId, dc } = model;
  const target: LimitTarget = { dialect, capabilities, connectorId, provenPhases, nominalMV, measuredMV, dc };
  const text =
    step.kind === 'floor'
      ? floorProfile({ ...target, floorMA: milliAmps(step.floorMA) })
      : step.kind === 'under'
        ? transactionFloorProfile({ ...target, floorMA: model.floorMA, transactionId: step.transactionId })
        : grantProfile({
            ...target,
            mode: dialect.mode,
            transactionId: step.transactionId,
            grantMA: milliAmps(step.grantMA),
            floorMA: model.floorMA,
            leaseS,
            now: at,
            clockOffsetMs: aheadMs,
            elapsedS: state.running === null ? null : (at + (aheadMs ?? 0) - state.running.startedAt) / 1_000,
          });
  const before = state.book;
  const seq = before.nextSeq;
  const lagMs = Math.max(LEAST_LAG_MS, dialect.lagMs);
  const { valueMA, untilMs, tailMA } = text.booked;
  // A grant for all transactions that takes the floor's place carries it in its tail.
  const { purpose } = text.installed.profile;
  const holdsFloor = step.kind !== 'floor' && (purpose === 'ChargePointMaxProfile' || text.erasesFloor);
  const xMA = Math.max(valueMA, tailMA);
  const adrift = { ends: null, stays: xMA, unlimited: model.ratedMA }[withoutClock(text, dialect)];
  const offer: Offer = {
    kind: step.kind === 'floor' ? 'floor' : 'grant',
    xMA,
    until: untilMs === null ? null : ((now + untilMs + skewMs + lagMs) as Monotonic),
    leaseMs: untilMs,
    tailMA,
    adriftMA: adrift,
    transactionId: step.kind === 'floor' ? null : text.installed.profile.transactionId,
    holdsFloor,
  };
  // On disk stands what the book was, unless something of it is still to be written.
  const isDecrease = step.kind === 'decrease' || step.kind === 'rest';
  const leavesFirst = isDecrease && (!before.floorProven || (!state.unwritten && isCovered(before, offer)));
  state.book = offered(before, offer);
  state.unwritten = true;
  const grantMA = step.kind === 'floor' ? step.floorMA : step.grantMA;
  const pending: Pending = { messageId, seq, kind: step.kind, grantMA, since: now };
  const floorBefore = { ...state.floor };
  const grantBefore: Before = { commanded: state.commanded, raisedAt: state.raisedAt };
  state.pending = pending;
  const last = state.commanded;
  const isSame = last !== null && last.grantMA === grantMA && last.transactionId === state.running?.id;
  const same = isSame ? last : null;
  let own: Commanded | null = null;
  if (step.kind === 'floor') {
    Object.assign(state.floor, { seq, mA: step.floorMA, state: 'sent', at: now });
  } else {
    own = {
      seq,
      transactionId: step.transactionId,
      grantMA: step.grantMA,
      bookedMA: offer.xMA,
      at: now,
      // It may end earlier than the book has to count on.
      leaseMs: untilMs === null ? null : Math.min(untilMs, leaseS * 1_000),
      state: 'sent',
      acceptedAt: null,
      drawnBefore: state.draw?.most ?? 0,
      fromMA: same === null ? commandedMA(state) : same.fromMA,
      heldSince: same?.heldSince ?? null,
      aheadMs,
      stepToSee:
        untilMs === null || text.installed.profile.kind !== 'Relative' || valueMA <= tailMA
          ? null
          : relativeStep(dialect, untilMs, leaseS),
      isUnder: step.kind === 'under',
      isProven: false,
      before: grantBefore,
    };
    state.commanded = own;
    if (step.kind === 'increase') state.raisedAt = now;
    if (step.kind !== 'renewal' && step.kind !== 'under') {
      // Where nobody charges no current follows.
      if (step.kind !== 'rest') state.changedAt = now;
      state.changes = { day: site.day, count: state.changes.day === site.day ? state.changes.count + 1 : 1 };
    }
  }

  const takenBack = (): void => {
    state.book = withdrawn(state.book, seq);
    if (state.pending === pending) state.pending = null;
    if (state.floor.seq === seq) Object.assign(state.floor, floorBefore);
    if (state.commanded?.seq === seq) {
      state.commanded = grantBefore.commanded;
      state.raisedAt = grantBefore.raisedAt;
    } else if (state.commanded?.before?.commanded?.seq === seq) {
      // One that came before it in the queue rests on this: it shall not come back to what never left.
      Object.assign(state.commanded.before, grantBefore);
    }
    site.changed();
  };

  return {
    chargePointId: chargePoint.id,
    messageId,
    payload: installedToWire(text.installed),
    class: isDecrease ? 'decrease' : step.kind === 'floor' ? 'floor' : 'increase',
    leavesFirst,
    waitMs: isDecrease ? 60_000 : TEXT_MS,
    dropped: takenBack,
    ended: (outcome, overlapped) => {
      if (outcome.kind === 'expired') {
        takenBack();
        return;
      }
      if (state.pending === pending) state.pending = null;
      const isAccepted = outcome.kind === 'result' && statusOf(outcome.payload) === 'Accepted';
      const when = site.clock();
      const end = isAccepted ? (overlapped ? 'doubtful' : 'accepted') : 'failed';
      state.book = isAccepted
        ? accepted(state.book, seq, when, !overlapped)
        : failed(state.book, seq, outcome.kind === 'result' || outcome.kind === 'error' ? 'refused' : 'unanswered');
      const what = step.kind === 'floor' ? 'floor' : 'grant';
      const isAnswer = outcome.kind === 'result' || outcome.kind === 'error';
      if (isAccepted) site.taken(what);
      else if (outcome.kind !== 'disconnected') site.refused(what, isAnswer ? 'refused' : 'silence');
      if (state.floor.seq === seq) floorEnded(state, isAccepted, when);
      // Also where a later one stands above it: that one may never leave.
      if (own !== null) {
        Object.assign(own, { state: end, acceptedAt: end === 'accepted' ? when : null, before: null });
        if (isAccepted) own.heldSince ??= when;
      }
      site.changed();
    },
  };
}

function floorEnded({ floor }: ConnectorState, isAccepted: boolean, when: Monotonic): void {
  floor.state = isAccepted ? 'accepted' : 'failed';
  floor.at = when;
  floor.tries = isAccepted ? 0 : floor.tries + 1;
}

const statusOf = (payload: unknown): unknown => (payload as { status?: unknown } | null)?.status;

/** The newest accepted limit whose proof would release something, or would make a floor or a transaction count. */
export function toProve(
  state: ConnectorState,
  now: Monotonic,
  lagMs: number,
): { seq: number; what: 'floor' | 'grant' } | null {
  const { commanded, floor, running, book } = state;
  const older = (seq: number, kind: 'floor' | 'grant'): boolean =>
    book.entries.some((entry) => entry.seq < seq && (entry.kind === kind || entry.kind === 'foreign'));
  const isDue = (grant: Commanded): boolean =>
    grant.state === 'accepted' && grant.acceptedAt !== null && now - grant.acceptedAt >= lagMs && !grant.isProven;
  if (commanded !== null && commanded.transactionId === null) {
    const { seq } = commanded;
    if (isDue(commanded) && older(seq, 'grant')) return { seq, what: 'grant' };
  }
  if (running !== null && commanded !== null && commanded.transactionId === running.id) {
    const { seq } = commanded;
    const helps = older(seq, 'grant') || (!book.floorProven && book.provenTransaction !== running.id);
    if (isDue(commanded) && (helps || commanded.isUnder)) return { seq, what: 'grant' };
    return null;
  }
  const floorDue = floor.state === 'accepted' && floor.seq !== null && now - floor.at >= lagMs;
  if (floorDue && floor.seq !== null && (!book.floorProven || older(floor.seq, 'floor'))) {
    return { seq: floor.seq, what: 'floor' };
  }
  return null;
}

export function prove(state: ConnectorState, { seq, what }: { seq: number; what: 'floor' | 'grant' }, by: Proof): void {
  state.book = proven(state.book, seq, by);
  if (what === 'grant' && state.commanded?.seq === seq) {
    state.commanded.isProven = true;
    if (state.commanded.isUnder) state.under = state.commanded.transactionId;
  }
  state.unwritten = true;
}
