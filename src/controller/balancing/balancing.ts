import { setBack } from '../../balancer/book.ts';
import { connectorsBelow, indexSite } from '../../balancer/site-index.ts';
import type { Obedience } from '../../domain/balancing.ts';
import { defaultDialect } from '../../domain/dialect.ts';
import type { Event } from '../../domain/events.ts';
import { watchIdentity } from '../../domain/identity-watch.ts';
import type { MeterSample, MeterState } from '../../domain/meter.ts';
import { judgeMeter, newWatch, watchSample } from '../../domain/meter-watch.ts';
import { connectorKey } from '../../domain/site-model.ts';
import type { Instant, MilliAmps, Monotonic, PerPhase } from '../../domain/units.ts';
import type { Decision } from '../turn.ts';
import { createAlarms } from './alarms.ts';
import { blankNodes } from './allocation-nodes.ts';
import { attend, trust } from './asking.ts';
import { isAtRest } from './at-rest.ts';
import { isolate, judgeByHand } from './by-hand.ts';
import { changesOf } from './changes.ts';
import { blankLoad, drawnBy } from './connector-loads.ts';
import { disconnected, seenAgain, stillOnTop } from './contact.ts';
import { endedMeanwhile, releaseEnded } from './endings.ts';
import { writeHistory } from './history.ts';
import { readBook, unwrittenOf, wasOnTop } from './journal.ts';
import { createPlanner } from './kept-plan.ts';
import { refreshDialect } from './learn.ts';
import type { LimitCall } from './limit-calls.ts';
import { adopt, clockSet, keepTime, notice } from './noticing.ts';
import { createPace } from './pace.ts';
import { createPhaseCheck } from './phase-check.ts';
import type { Wish } from './planned.ts';
import { planSite, watchUnreleased } from './planning.ts';
import { createRisks, foreignAtStart } from './risks.ts';
import { judgeUnasked } from './samples.ts';
import { createShown } from './shown.ts';
import { type ConnectorState, createStates, LEAST_SKEW_MS, resume } from './state.ts';
import { createSteps } from './steps.ts';
import { lapsed, remembered } from './twins.ts';
import { type BalancingSite, chargePointOf, isReachable, lagOf, type World } from './world.ts';

/**
 * The control loop. Once a second, and whenever something has happened that matters, it looks at everything anew: what is
 * drawn, what is committed, what the building leaves, who shall have what. What follows is sent: decreases before the
 * commit, everything else after what it commits us to is on disk.
 */

export type Balancing = ReturnType<typeof createBalancing>;

const CYCLE_MS = 1_000;
/** The history is written in so many parts, one each second; alarms are looked for once in the round. */
const PARTS = 5;
/** By less than this a clock is corrected without anybody noticing, ms. */
const STEP_MS = 1_000;

export function createBalancing(site: BalancingSite) {
  const { model, clock, log, follow } = site;
  const index = indexSite(model);
  /** Connectors below each meter. */
  const below = new Map(
    model.meters.map(({ id, circuit }) => [id, connectorsBelow(index, index.circuitAt.get(circuit) ?? 0)]),
  );
  const started = clock.monotonic();
  const { connectors, chargePoints } = createStates(index, defaultDialect, started);
  const pace = createPace(clock, () => site.enqueue({ key: 'balancing', decide: cycle }), site.leastRestMs);
  const { wake } = pace;
  let wallAhead = clock.now() - started;
  const figures = { cycles: 0, lastMs: 0, slowestMs: 0 };
  /** Alerts of this life of the process. */
  const raised = new Set(model.meters.flatMap(({ id }) => [`meter:${id}`, `phases:${id}`]).filter(site.isAlertOpen));
  const phaseChecks = new Map<string, ReturnType<typeof createPhaseCheck>>();
  const world: World = {
    site,
    index,
    connectors,
    chargePoints,
    owners: connectors.flatMap(({ model: { chargePointId } }) => chargePoints.get(chargePointId) ?? []),
    byKey: new Map(connectors.map((state) => [state.key, state])),
    nodes: blankNodes(index),
    plan: createPlanner(),
    connectorLoads: connectors.map(blankLoad),
    resting: new Uint8Array(connectors.length),
    watches: new Map(model.meters.map(({ id }) => [id, newWatch(id)])),
    meters: new Map(),
    foreign: foreignAtStart({ index, site, day: site.dayOf(clock.now()) }),
    planned: null,
    wake,
    record,
    obey,
  };
  const risks = createRisks(world);
  const steps = createSteps(world, risks.leaseOf);
  const shown = createShown(world);
  const alarms = createAlarms(world);
  const sketched = { at: Number.NEGATIVE_INFINITY, part: -1 };

  for (const chargePoint of chargePoints.values()) refreshDialect(world, chargePoint);
  for (const commitment of site.commitments()) {
    const state = world.byKey.get(connectorKey(commitment.chargePointId, commitment.connectorId));
    if (state === undefined) continue;
    const chargePoint = chargePointOf(world, state);
    const lagMs = lagOf(chargePoint);
    state.book = readBook(commitment, state.model.ratedMA, started, Math.max(LEAST_SKEW_MS, site.callTimeoutMs), lagMs);
    state.evidence = commitment.evidence;
    if (wasOnTop(commitment)) stillOnTop(chargePoint, site.capabilities(chargePoint.id));
    if (!state.book.floorProven) continue;
    state.obedience = 'proven';
    const floor = state.book.entries.findLast(({ kind }) => kind === 'floor');
    if (floor !== undefined) Object.assign(state.floor, { seq: floor.seq, mA: floor.xMA, state: 'accepted' });
  }
  for (const chargePoint of chargePoints.values()) {
    chargePoint.identities = watchIdentity(site.nameplate(chargePoint.id), started);
    remembered(chargePoint, started);
    if (chargePoint.connectors.every(({ evidence }) => evidence !== null)) chargePoint.contact = 'known';
    // Its connection ended with the process before us.
    disconnected(chargePoint, started);
    for (const transaction of site.runningOn(chargePoint.id).toReversed()) adopt(world, transaction);
    for (const state of chargePoint.connectors) {
      resume(state, started);
      endedMeanwhile(state, (id) => site.hasStopped(chargePoint.id, id), started);
    }
    // What it was caught at it may still be doing: its rating counts until its currents say otherwise.
    for (const state of chargePoint.connectors) {
      if (state.book.distrusted) state.obedience = state.running === null ? 'drawing-unasked' : 'disobedient';
    }
  }

  let timer = clock.after(CYCLE_MS, beat);
  function beat(): void {
    timer = clock.after(CYCLE_MS, beat);
    wake();
  }

  return {
    world,
    shown,
    wake,
    stop(): void {
      timer.cancel();
      pace.stop();
    },
    figures: () => ({ ...figures }),
    isReachable: (state: ConnectorState): boolean => isReachable(world, chargePointOf(world, state)),

    /** A meter has said something: what follows from it leaves with the next turn. */
    meterSampled(sample: MeterSample): void {
      const watch = world.watches.get(sample.meterId);
      const meter = model.meters.find(({ id }) => id === sample.meterId);
      const circuit = index.circuits[index.circuitAt.get(meter?.circuit ?? '') ?? -1];
      if (watch === undefined || circuit === undefined) return;
      // What a consumer draws, and what the sun gives, has nothing to do with cars.
      const carsMA = meter?.side === 'grid' ? drawnBy(world, below.get(meter.id) ?? []) : null;
      world.watches.set(sample.meterId, watchSample(watch, sample, { limitMA: circuit.limitMA, carsMA }));
      if (carsMA !== null) comparePhases(sample, carsMA);
      wake();
    },

    judgeByHand: (chargePointId: string, action: string, payload: object) =>
      judgeByHand(world, chargePointId, action, payload),
    isolate: (chargePointId: string, connectorId: number, isIsolated: boolean) =>
      isolate(world, chargePointId, connectorId, isIsolated),

    /** Memory follows what has been committed. */
    noticed(event: Event): void {
      if (notice(world, event)) wake();
    },
  };

  function record(events: readonly Event[]): void {
    site.enqueue({
      key: 'balancing',
      decide: () => ({ events, effect: () => follow(events), failed: () => undefined }),
    });
  }

  function obey(state: ConnectorState, obedience: Obedience, why: string): void {
    if (state.obedience === obedience) return;
    const { chargePointId, connectorId } = state.model;
    const at = clock.now();
    const fields = { chargePointId, connectorId, obedience, was: state.obedience };
    if (obedience === 'disobedient' || obedience === 'drawing-unasked') log.warn(fields, why);
    else log.info(fields, why);
    state.obedience = obedience;
    if (obedience !== 'disobedient') state.ladder = null;
    const events: Event[] = [{ type: 'obedience-changed', chargePointId, connectorId, obedience, why, at }];
    const id = `limit-not-obeyed:${state.key}`;
    if (obedience === 'disobedient' || obedience === 'drawing-unasked') {
      const text = `Connector ${connectorId} of ${chargePointId} ${why}. It counts with all that it can draw.`;
      const fix =
        'Look whether limits from outside are switched on in its own settings, and whether something else sets limits there. ' +
        'Until it obeys, other cars on its circuits get less.';
      events.push({ type: 'alert-raised', alert: { id, kind: 'limit-not-obeyed', chargePointId, text, fix }, at });
      raised.add(id);
    } else if (raised.delete(id)) events.push({ type: 'alert-cleared', id, at });
    record(events);
  }

  function cycle(): Decision {
    pace.begun();
    const begunMs = site.stopwatch.readMs();
    const now = clock.monotonic();
    const at = clock.now();
    watchOurClock(now, at);
    judgeMeters(now, at);
    for (const chargePoint of chargePoints.values()) {
      keepTime(world, chargePoint);
      lapsed(world, chargePoint, now);
      seenAgain(chargePoint, now, lagOf(chargePoint));
    }
    const awake: ConnectorState[] = [];
    for (const state of connectors) {
      const rests = isAtRest(state);
      world.resting[state.at] = rests ? 1 : 0;
      if (!rests) awake.push(state);
    }
    for (const state of awake) {
      if (releaseEnded(state, now, lagOf(chargePointOf(world, state)))) state.unwritten = true;
      const judged = judgeUnasked(state, now);
      if (judged.obedience !== null) obey(state, judged.obedience, judged.why);
      trust(world, state, now);
      watchUnreleased(state, now);
    }
    const planned = planSite(world, { limits: site.limits(at), policy: site.policy(), wishOf: wishOf(at), now, at });
    world.planned = planned;
    world.foreign = planned.foreign;
    for (const fault of planned.faults) log.error({ fault }, 'a plan would have overloaded a circuit: it only lowers');
    risks.seen(site.dayOf(at));
    const calls = steps.callsOf(awake, planned, now, at);
    const late = calls.filter(({ leavesFirst }) => !leavesFirst);
    for (const call of calls) if (call.leavesFirst) launch(call);
    const written = awake.flatMap((state) => (state.unwritten ? [{ state, book: state.book }] : []));
    const commitments = unwrittenOf(awake, (state) => chargePointOf(world, state).onTop);
    const events: Event[] = changesOf(world, awake, at);
    sketch(now, at);
    if (commitments.length > 0) events.unshift({ type: 'commitments-written', commitments, at });
    figures.cycles += 1;
    figures.lastMs = site.stopwatch.readMs() - begunMs;
    pace.ended(site.stopwatch.tookMs(begunMs));
    figures.slowestMs = Math.max(figures.slowestMs, figures.lastMs);
    return {
      events,
      effect: () => {
        // What has changed since is still to be written.
        for (const { state, book } of written) if (state.book === book) state.unwritten = false;
        follow(events);
        for (const call of late) launch(call);
        for (const chargePoint of chargePoints.values()) attend(world, chargePoint, clock.monotonic());
      },
      failed: () => {
        for (const call of late) call.dropped();
      },
    };
  }

  /** What people look at: alarms, and the history. */
  function sketch(now: Monotonic, at: Instant): void {
    if (now - sketched.at < CYCLE_MS) return;
    sketched.at = now;
    sketched.part = (sketched.part + 1) % PARTS;
    if (sketched.part === 0) alarms(now, at);
    writeHistory(world, { part: sketched.part, parts: PARTS }, at);
  }

  function launch(call: LimitCall): void {
    const line = site.lines.get(call.chargePointId);
    if (line === null) {
      call.dropped();
      return;
    }
    site.call(line, {
      action: 'SetChargingProfile',
      payload: call.payload,
      class: call.class,
      messageId: call.messageId,
      timeoutMs: site.callTimeoutMs,
      waitMs: call.waitMs,
      ended: (outcome, _, overlapped) => call.ended(outcome, overlapped),
    });
  }

  function wishOf(at: Instant): (state: ConnectorState) => Wish {
    return ({ model: { chargePointId }, running }) =>
      running === null ? noWish : site.wishOf(chargePointId, running, at);
  }

  function judgeMeters(now: Monotonic, at: Instant): void {
    const before = world.meters;
    const states = new Map<string, MeterState>();
    for (const meter of model.meters) {
      const state = judgeMeter(world.watches.get(meter.id) ?? newWatch(meter.id), meter, now);
      states.set(meter.id, state);
      const was = before.get(meter.id)?.quality ?? 'fresh';
      const isFine = state.quality === 'fresh';
      const tells = isFine || (state.quality === 'never' && now - started < meter.lostAfterMs);
      const id = `meter:${meter.id}`;
      if (!tells && !raised.has(id)) {
        raised.add(id);
        log.warn({ meter: meter.id, quality: state.quality, was }, state.why ?? 'a meter does not tell');
        const text = `Meter ${meter.id} on ${meter.circuit} can't be relied on. ${state.why ?? ''}`;
        const fix =
          'Look at its address, its cable and its power. Until it tells again, nothing on its circuit is raised.';
        record([{ type: 'alert-raised', alert: { id, kind: 'meter', chargePointId: null, text, fix }, at }]);
      } else if (isFine && raised.delete(id)) record([{ type: 'alert-cleared', id, at }]);
    }
    world.meters = states;
  }

  function comparePhases({ meterId, currentMA, receivedAt }: MeterSample, carsMA: PerPhase<MilliAmps>): void {
    const check = phaseChecks.get(meterId) ?? createPhaseCheck();
    phaseChecks.set(meterId, check);
    const found = check.look(carsMA, currentMA, receivedAt);
    const id = `phases:${meterId}`;
    const at = clock.now();
    if (found === 'right' && raised.delete(id)) record([{ type: 'alert-cleared', id, at }]);
    if (found === null || found === 'right' || raised.has(id)) return;
    raised.add(id);
    const [expected, seen] = [`L${found.expected + 1}`, `L${found.seen + 1}`];
    const text = `Cars move on ${expected}, and meter ${meterId} sees it on ${seen}: these two seem to be swapped.`;
    const fix = `Look at how the meter is wired, and at the rotation of the charge points below it: one of them names ${expected} and ${seen} wrongly.`;
    record([{ type: 'alert-raised', alert: { id, kind: 'phases', chargePointId: null, text, fix }, at }]);
  }

  /** Entries end by the monotonic clock; charge points count by a clock that follows ours when it is set. */
  function watchOurClock(now: Monotonic, at: Instant): void {
    const stepMs = at - now - wallAhead;
    wallAhead = at - now;
    if (Math.abs(stepMs) < STEP_MS) return;
    log.warn({ stepMs }, 'our clock was set: what was granted counts for longer');
    for (const state of connectors) {
      state.book = setBack(state.book, Math.abs(stepMs));
      state.unwritten = true;
    }
    for (const chargePoint of chargePoints.values()) clockSet(world, chargePoint, stepMs);
  }
}

const noWish: Wish = { tier: 1, isBoosted: false, targetWh: null, departAt: null };
