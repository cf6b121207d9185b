import type { Lease } from '../../balancer/lease.ts';
import { needsTransactionFloor } from '../../central-system/limits/grant-profile.ts';
import type { Share } from '../../domain/because.ts';
import type { Dialect } from '../../domain/dialect.ts';
import { type Instant, type Monotonic, milliAmps } from '../../domain/units.ts';
import { waitsForLook } from './asking.ts';
import { nextRung } from './ladder.ts';
import { dialectFor, refusalTeaches, tryAnotherWay, wayFound } from './learn.ts';
import { type LimitCall, limitCall } from './limit-calls.ts';
import type { Planned } from './planned.ts';
import { reconcile, type Step } from './reconcile.ts';
import { isAbove } from './samples.ts';
import type { ChargePointState, ConnectorState } from './state.ts';
import { takenOut } from './taken-out.ts';
import { chargePointOf, isReachable, lagOf, leastGrantMA, mayPause, type World } from './world.ts';

/** Above whatever somebody else may have left there. */
function onTop(dialect: Dialect, { onTop: isOnTop, highestLevel }: ChargePointState): Dialect {
  if (!isOnTop || highestLevel === null) return dialect;
  return { ...dialect, grantLevel: highestLevel, floorLevel: Math.max(0, highestLevel - 1) };
}

/** Raises and renewals in one look at most: hundreds at once would keep everything else waiting. Decreases are not counted. */
const MOST_AT_ONCE = 200;
/** By so much, mA: more than what passes for noise. */
const PROBE_MA = 3_000;
/** A floor of a transaction that was not taken, or not shown, is sent again after so long, ms. */
const UNDER_AGAIN_MS = 10_000;

/** From the plan of a cycle to the calls that leave with it. */
export function createSteps(world: World, leaseOf: (state: ConnectorState, grantMA: number) => Lease) {
  const { site, index } = world;
  const { ids, clock, lines, log, callTimeoutMs: timeoutMs } = site;

  return { callsOf };

  function callsOf(connectors: readonly ConnectorState[], plan: Planned, now: Monotonic, at: Instant): LimitCall[] {
    const day = site.dayOf(at);
    const { sums, room, masks, counted } = plan;
    const reconciling = { index, sums, room, masks, counted, now, at, day, left: MOST_AT_ONCE };
    for (const circuit of plan.held) close(plan, circuit);
    const calls: LimitCall[] = [];
    for (const state of connectors) {
      try {
        const call = callOf(state);
        if (call !== null) calls.push(call);
      } catch (err) {
        // One that can't be told anything must not keep the others from being told.
        log.error({ err, connector: state.key }, 'a limit could not be written');
      }
    }
    // The others with the next look, which comes soon.
    if (reconciling.left <= 0) world.wake();
    return calls;

    function callOf(state: ConnectorState): LimitCall | null {
      const chargePoint = chargePointOf(world, state);
      if (state.running === null && state.model.smartCharging) state.because = { kind: 'no-car' };
      if (!isReachable(world, chargePoint)) {
        if (state.running !== null) state.because = { kind: 'offline', until: endOf(state, now, at) };
        return null;
      }
      if (waitsForLook(state, chargePoint, now)) {
        state.because = { kind: 'unproven' };
        return null;
      }
      const share = plan.shares.get(state.key) ?? leastShare(state, chargePoint);
      const most = probeCap(state, chargePoint, now);
      const capped =
        share === null ? null : { ...share, grantMA: capOf(state, milliAmps(Math.min(share.grantMA, most))) };
      const wanted = isUnruly(state)
        ? climb(state, chargePoint, now)
        : reconcile(reconciling, chargePoint, state, capped);
      const step = wanted === null ? null : underFirst(wanted, chargePoint, now);
      if (state.obedience === 'drawing-unasked') state.because = { kind: 'drawing-unasked' };
      if (state.because.kind === 'waiting-for-release' && plan.held.has(state.because.circuit)) {
        state.because = { kind: 'meter-stale', circuit: state.because.circuit };
      }
      return step === null ? null : callFor(step, chargePoint, now, at, day);
    }
  }

  /** A grant that ends by a duration needs something proven to fall back to: the floor of its transaction goes first. */
  function underFirst(step: Step, chargePoint: ChargePointState, now: Monotonic): Step | null {
    const { state } = step;
    if (
      step.kind === 'floor' ||
      step.kind === 'rest' ||
      state.under === step.transactionId ||
      !wantsUnder(state, chargePoint)
    )
      return step;
    const { commanded } = state;
    const isOnItsWay = commanded?.isUnder === true && commanded.transactionId === step.transactionId;
    if (isOnItsWay && (commanded.state === 'sent' || commanded.state === 'accepted')) {
      state.because = { kind: 'unproven' };
      return null;
    }
    if (isOnItsWay && now - commanded.at < UNDER_AGAIN_MS) return null;
    return { kind: 'under', state, grantMA: state.model.floorMA, transactionId: step.transactionId };
  }

  /** Where it can't be shown to lie there, or may have gone, grants are constant: those need nothing below. */
  function wantsUnder(state: ConnectorState, chargePoint: ChargePointState): boolean {
    if (!needsTransactionFloor(dialectFor(world, chargePoint, 'grant'), site.capabilities(chargePoint.id)))
      return false;
    return chargePoint.dialect.showsComposite !== false && state.under !== 'lost';
  }

  /** What has not obeyed, and one of two, is tried with the least that a car charges with: more than that is booked for it already. */
  function leastShare(state: ConnectorState, chargePoint: ChargePointState): Share | null {
    const { obedience, running, book } = state;
    if (running === null || !running.authorized) return null;
    const grantMA = milliAmps(leastGrantMA(state, chargePoint));
    if (book.hasTwin) return { grantMA, because: { kind: 'two-under-one-id' } };
    return obedience === 'disobedient' ? { grantMA, because: { kind: 'disobedient', step: 'the least' } } : null;
  }

  /** It takes more than it may; without a transaction it shows again only with the next one. */
  function isUnruly({ obedience, running, aboveSince, book }: ConnectorState): boolean {
    // What one of two was told, the other has not heard.
    return !book.hasTwin && obedience === 'disobedient' && running !== null && aboveSince !== null;
  }

  /**
   * One whose schedules nobody can see is lowered a little for once, so that its current shows that it obeys: until then it
   * counts with all that it can draw.
   */
  function probeCap(state: ConnectorState, chargePoint: ChargePointState, now: Monotonic): number {
    const { commanded, running, draw, book, model } = state;
    const isKnown = book.floorProven || running === null || book.provenTransaction === running.id;
    if (isKnown || chargePoint.dialect.showsComposite !== false || state.obedience !== 'unproven') return model.maxMA;
    if (commanded?.acceptedAt == null || commanded.transactionId !== running.id || commanded.isProven)
      return model.maxMA;
    if (isAbove(commanded.drawnBefore, commanded.grantMA)) return commanded.grantMA;
    const hasSettled = now - commanded.acceptedAt > lagOf(chargePoint) + 2 * state.intervalMs;
    if (!hasSettled || draw === null || draw.most < model.minMA + PROBE_MA) return model.maxMA;
    return Math.max(leastGrantMA(state, chargePoint), Math.floor((draw.most - PROBE_MA) / 1_000) * 1_000);
  }

  /** No more than a breaker carries should this charge point be out of reach when the building takes its most. */
  function capOf(state: ConnectorState, grantMA: (typeof state.model)['maxMA']): typeof grantMA {
    if (grantMA <= state.model.floorMA) return grantMA;
    const { capMA } = leaseOf(state, grantMA);
    if (grantMA <= capMA) return grantMA;
    // What its floor gives flows in any case: to tell it less would only stop the car.
    const chargePoint = chargePointOf(world, state);
    const leastMA = leastGrantMA(state, chargePoint);
    const wholeMA = Math.floor(capMA / 1_000) * 1_000;
    // Nor would it help to end a session that does not go on after a pause.
    const isHeld = state.onSince !== null && !mayPause(state, chargePoint);
    const mostMA = wholeMA >= leastMA ? wholeMA : isHeld ? leastMA : 0;
    return milliAmps(Math.min(grantMA, Math.max(state.model.floorMA, mostMA)));
  }

  /** Nothing is raised on a circuit whose meter does not tell. */
  function close(plan: Planned, circuit: string): void {
    const node = index.circuitAt.get(circuit) ?? 0;
    for (let own = node * 3; own < node * 3 + 3; own += 1) {
      plan.room.mA[own] = Math.min(plan.room.mA[own] ?? 0, plan.sums[own] ?? 0);
    }
  }

  function callFor(step: Step, chargePoint: ChargePointState, now: Monotonic, at: Instant, day: number): LimitCall {
    const { state } = step;
    const what = step.kind === 'floor' ? 'floor' : 'grant';
    const rung = chargePoint.trials[what]?.rung ?? 0;
    // Another one may have been refused meanwhile, and the search gone on.
    const isThatTry = (each: 'floor' | 'grant'): boolean => (chargePoint.trials[each]?.rung ?? 0) === rung;
    // A raise that has not left must not come after this.
    if (state.pending !== null) lines.get(chargePoint.id)?.calls.withdraw(state.pending.messageId);
    return limitCall(step, chargePoint, {
      messageId: ids.uuid(),
      now,
      at,
      day,
      leaseS: leaseS(step),
      dialect: onTop(dialectOf(step, what, chargePoint), chargePoint),
      capabilities: site.capabilities(chargePoint.id),
      nominalMV: site.nominalMV,
      measuredMV: state.voltageMV,
      provenPhases: state.model.wiredPhases,
      clock: () => clock.monotonic(),
      changed: world.wake,
      taken: (what) => {
        chargePoint.refuses = false;
        // Accepted is not obeyed, and what any charge point takes shows nothing.
        if (state.obedience !== 'disobedient' && step.kind !== 'under' && isThatTry(what)) {
          wayFound(world, chargePoint, what);
        }
      },
      refused: (what, how) => {
        if (!isThatTry(what) || (what === 'grant' && !mayTeach(state, chargePoint))) return;
        const goesOn = tryAnotherWay(world, chargePoint, what, how);
        if (!goesOn && what === 'grant') chargePoint.refuses = true;
      },
    });
  }

  /** What is no grant has no end. */
  function leaseS(step: Step): number {
    if (step.kind === 'floor' || step.kind === 'under' || step.kind === 'rest') return 0;
    return leaseOf(step.state, step.grantMA).seconds;
  }

  function dialectOf(step: Step, what: 'floor' | 'grant', chargePoint: ChargePointState): Dialect {
    const dialect = dialectFor(world, chargePoint, what);
    if (step.kind === 'floor' || step.kind === 'under' || step.state.under === step.transactionId) return dialect;
    const isWithout = needsTransactionFloor(dialect, site.capabilities(chargePoint.id));
    return isWithout ? { ...dialect, mode: 'D' } : dialect;
  }

  /** One that has sent samples and sends none may have ended the transaction, with the end still in its queue. */
  function mayTeach(state: ConnectorState, chargePoint: ChargePointState): boolean {
    const isSilent = state.draw !== null && clock.monotonic() - state.draw.at > 3 * state.intervalMs;
    // One of two refuses what is meant for the other.
    return !isSilent && !state.book.hasTwin && refusalTeaches(state, chargePoint);
  }

  function climb(state: ConnectorState, chargePoint: ChargePointState, now: Monotonic): Step | null {
    if (state.pending !== null) return null;
    const { connectorId } = state.model;
    return nextRung(state, now, lagOf(chargePoint), {
      operate: (action, payload) => operate(chargePoint, action, payload),
      otherWay: () => tryAnotherWay(world, chargePoint, 'grant', 'refused'),
      climbed: (rung, text) => {
        if (rung === 'inoperative') takenOut(state);
        log.warn({ chargePointId: chargePoint.id, connectorId, rung }, text);
      },
    });
  }

  function operate(chargePoint: ChargePointState, action: string, payload: object): void {
    const line = lines.get(chargePoint.id);
    if (line !== null) site.call(line, { action, payload, class: 'floor', timeoutMs, waitMs: timeoutMs });
  }

  /** When the last grant of a connector out of reach has ended for sure. */
  function endOf({ book }: ConnectorState, now: Monotonic, at: Instant): Instant | null {
    let last = 0;
    for (const { until, xMA, tailMA, adriftMA } of book.entries) {
      if ((adriftMA ?? 0) > tailMA) return null;
      if (until === null) {
        if (xMA > tailMA) return null;
      } else if (until > now) last = Math.max(last, until - now);
    }
    return last === 0 ? null : ((at + last) as Instant);
  }
}
