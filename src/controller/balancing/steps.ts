import type { Lease } from '../../balancer/lease.ts';
import type { Dialect } from '../../domain/dialect.ts';
import type { Instant, Monotonic } from '../../domain/units.ts';
import { waitsForLook } from './asking.ts';
import { nextRung } from './ladder.ts';
import { dialectFor, tryAnotherWay, wayFound } from './learn.ts';
import { type LimitCall, limitCall } from './limit-calls.ts';
import type { Planned } from './planned.ts';
import { reconcile, type Step } from './reconcile.ts';
import type { ChargePointState, ConnectorState } from './state.ts';
import { chargePointOf, isReachable, lagOf, type World } from './world.ts';

/** Above whatever somebody else may have left there. */
function onTop(dialect: Dialect, { onTop: isOnTop, highestLevel }: ChargePointState): Dialect {
  if (!isOnTop || highestLevel === null) return dialect;
  return { ...dialect, grantLevel: highestLevel, floorLevel: Math.max(0, highestLevel - 1) };
}

/** From the plan of a cycle to the calls that leave with it. */
export function createSteps(world: World, leaseOf: (state: ConnectorState, grantMA: number) => Lease) {
  const { site, index, connectors } = world;
  const { ids, clock, lines, log, callTimeoutMs: timeoutMs } = site;

  return { callsOf };

  function callsOf(plan: Planned, now: Monotonic, at: Instant): LimitCall[] {
    const day = site.dayOf(at);
    const reconciling = { index, sums: plan.sums, room: plan.room, masks: plan.masks, now, at, day };
    for (const circuit of plan.held) close(plan, circuit);
    const calls: LimitCall[] = [];
    for (const state of connectors) {
      const chargePoint = chargePointOf(world, state);
      if (state.running === null && state.model.smartCharging) state.because = { kind: 'no-car' };
      if (!isReachable(world, chargePoint)) {
        if (state.running !== null) state.because = { kind: 'offline', until: endOf(state, now, at) };
        continue;
      }
      if (waitsForLook(state, chargePoint, now)) {
        state.because = { kind: 'unproven' };
        continue;
      }
      const share = plan.shares.get(state.key) ?? null;
      const capped = share === null ? null : { ...share, grantMA: capOf(state, share.grantMA) };
      const step = isUnruly(state) ? climb(state, chargePoint, now) : reconcile(reconciling, chargePoint, state, capped);
      if (state.obedience === 'drawing-unasked') state.because = { kind: 'drawing-unasked' };
      if (state.because.kind === 'waiting-for-release' && plan.held.has(state.because.circuit)) {
        state.because = { kind: 'meter-stale', circuit: state.because.circuit };
      }
      if (step !== null) calls.push(callFor(step, chargePoint, now, at, day));
    }
    return calls;
  }

  /** It takes more than it may; without a transaction it shows again only with the next one. */
  function isUnruly({ obedience, running, aboveSince }: ConnectorState): boolean {
    return obedience === 'disobedient' && running !== null && aboveSince !== null;
  }

  /** No more than a breaker carries should this charge point be out of reach when the building takes its most. */
  function capOf(state: ConnectorState, wantedMA: (typeof state.model)['maxMA']): typeof wantedMA {
    const isDoubted = state.obedience === 'disobedient';
    const grantMA = isDoubted && wantedMA > state.model.minMA ? state.model.minMA : wantedMA;
    if (grantMA <= state.model.floorMA) return grantMA;
    const { capMA } = leaseOf(state, grantMA);
    if (grantMA <= capMA) return grantMA;
    return (capMA < state.model.minMA ? 0 : Math.floor(capMA / 1_000) * 1_000) as typeof grantMA;
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
    // A raise that has not left must not come after this.
    if (state.pending !== null) lines.get(chargePoint.id)?.calls.withdraw(state.pending.messageId);
    return limitCall(step, chargePoint, {
      messageId: ids.uuid(),
      now,
      at,
      day,
      leaseS: step.kind === 'floor' ? 0 : leaseOf(state, step.grantMA).seconds,
      dialect: onTop(dialectFor(world, chargePoint, step.kind === 'floor' ? 'floor' : 'grant'), chargePoint),
      capabilities: site.capabilities(chargePoint.id),
      nominalMV: site.nominalMV,
      measuredMV: state.voltageMV,
      provenPhases: state.model.wiredPhases,
      clock: () => clock.monotonic(),
      changed: world.wake,
      taken: (what) => {
        chargePoint.refuses = false;
        wayFound(world, chargePoint, what);
      },
      refused: (what, how) => {
        const goesOn = tryAnotherWay(world, chargePoint, what, how);
        if (!goesOn && what === 'grant') chargePoint.refuses = true;
      },
    });
  }

  function climb(state: ConnectorState, chargePoint: ChargePointState, now: Monotonic): Step | null {
    if (state.pending !== null) return null;
    const { connectorId } = state.model;
    return nextRung(state, now, lagOf(chargePoint), {
      operate: (action, payload) => operate(chargePoint, action, payload),
      otherWay: () => tryAnotherWay(world, chargePoint, 'grant', 'refused'),
      climbed: (rung, text) => log.warn({ chargePointId: chargePoint.id, connectorId, rung }, text),
    });
  }

  function operate(chargePoint: ChargePointState, action: string, payload: object): void {
    const line = lines.get(chargePoint.id);
    if (line !== null) site.call(line, { action, payload, class: 'floor', timeoutMs, waitMs: timeoutMs });
  }

  /** When the last grant of a connector out of reach has ended for sure. */
  function endOf({ book }: ConnectorState, now: Monotonic, at: Instant): Instant | null {
    let last = 0;
    for (const { until, xMA, tailMA } of book.entries) {
      if (until === null) {
        if (xMA > tailMA) return null;
      } else if (until > now) last = Math.max(last, until - now);
    }
    return last === 0 ? null : ((at + last) as Instant);
  }
}
