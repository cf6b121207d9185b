import { afterSample } from '../../balancer/appetite.ts';
import { learnPhases } from '../../balancer/learned-phases.ts';
import { learnedFromEnd, learnedFromReaction } from '../../central-system/dialects/learning.ts';
import { noteStamp, unseenClock } from '../../domain/clock-offset.ts';
import { type DialectValues, defaultDialect } from '../../domain/dialect.ts';
import type { Event } from '../../domain/events.ts';
import { connectorKey } from '../../domain/site-model.ts';
import type { Transaction } from '../../domain/transaction.ts';
import {
  type Instant,
  type MilliAmps,
  type MilliVolts,
  type Monotonic,
  milliAmps,
  type WattHours,
} from '../../domain/units.ts';
import { booted, connected, disconnected } from './contact.ts';
import { transactionStopped } from './endings.ts';
import { REFUSED_ALREADY } from './ladder.ts';
import { learn, refreshDialect } from './learn.ts';
import { bootSeen, endSeen, readingSeen } from './power-cuts.ts';
import { drawOf, judgeDraw, proveCommanded } from './samples.ts';
import {
  boundsOf,
  type ChargePointState,
  type ConnectorState,
  commandedMA,
  LEAST_SKEW_MS,
  lowFloorAlert,
  newCar,
  noStep,
} from './state.ts';
import { noteStatus } from './taken-out.ts';
import { alone, hasTwin, introduced, knockedAt, twinOf } from './twins.ts';
import { lagOf, type World } from './world.ts';

/** What has been committed changes what the loop knows. True where that may change a limit. */
export function notice(world: World, event: Event): boolean {
  if (event.type === 'dialect-set' || event.type === 'dialect-reset') {
    // What a person says of a make holds at once, and not from its next connection on.
    for (const chargePoint of world.chargePoints.values()) refreshDialect(world, chargePoint);
    return true;
  }
  if (SITE_WIDE.has(event.type)) return true;
  if (event.type === 'alert-raised' || event.type === 'alert-cleared') return alertNoticed(world, event);
  // A start that is told twice may have lost what came in between: the current limit is sent again.
  if (event.type === 'evidence-added' && event.evidence.kind === 'start-repeated') {
    const state = world.connectors.find(({ running }) => running?.id === event.transactionId);
    if (state?.commanded != null) state.commanded.state = 'doubtful';
    return state !== undefined;
  }
  if (!('chargePointId' in event) || typeof event.chargePointId !== 'string') return false;
  const chargePoint = world.chargePoints.get(event.chargePointId);
  if (chargePoint === undefined) return false;
  const now = world.site.clock.monotonic();
  switch (event.type) {
    case 'connection-opened':
      refreshDialect(world, chargePoint);
      connected(chargePoint, now);
      for (const state of chargePoint.connectors) {
        if (state.obedience === 'isolated') world.obey(state, 'unproven', 'it is there again: it is not switched off');
      }
      return true;
    case 'connection-closed':
      disconnected(chargePoint, now);
      return true;
    case 'charge-point-booted':
      if (event.repeated) return false;
      refreshDialect(world, chargePoint);
      introduced(chargePoint, event.nameplate, now);
      bootSeen(chargePoint, event.at);
      booted(chargePoint, event.nameplate, now, world.site.learned(chargePoint.id).losesProfiles !== undefined);
      return true;
    case 'status-reported': {
      const state = world.byKey.get(connectorKey(chargePoint.id, event.report.connectorId));
      if (state === undefined) return false;
      const resumes = state.status?.startsWith('Suspended') === true && event.report.status === 'Charging';
      state.status = event.report.status;
      state.statusAt = now;
      noteStatus(state);
      // Some drop what came while they were suspended (Delta); the current grant is sent once more.
      if (resumes && state.commanded !== null && chargePoint.dialect.dropsWhileSuspended) {
        state.commanded.state = 'doubtful';
      }
      return true;
    }
    case 'transaction-started': {
      const { transactionId, start, verdict } = event;
      begin(world, chargePoint.id, transactionId, start, verdict.status === 'Accepted');
      return true;
    }
    case 'transaction-stopped': {
      endSeen(world, chargePoint, event.transactionId, event.stop.reason);
      for (const state of chargePoint.connectors) {
        const ended = state.running?.id === event.transactionId ? pausedSince(state) : null;
        // What a person ended, or we did, says nothing about pauses.
        const byItself = event.stop.reason === 'Other' && state.obedience !== 'disobedient';
        if (byItself) learn(world, chargePoint, learnedFromEnd(chargePoint.dialect, ended, event.stop.receivedAt));
        // One that has charged is held from now on; one that never has ends again.
        if (byItself && ended !== null && state.offSince === null) warnOfFloor(world, chargePoint, state);
        transactionStopped(state, event.transactionId, now);
      }
      return true;
    }
    case 'configuration-reported':
      refreshDialect(world, chargePoint);
      return true;
    case 'orphan-stopped':
      for (const state of chargePoint.connectors) transactionStopped(state, event.reportedTransactionId, now);
      return true;
    case 'readings-taken':
      takeUp(world, chargePoint, event);
      return readingsTaken(world, chargePoint, event, now);
    default:
      return false;
  }
}

/** A voltage that is a smaller part of the nominal one is none to compute with. */
const LOWEST_VOLTAGE = 0.7;

const SITE_WIDE: ReadonlySet<Event['type']> = new Set([
  'policy-changed',
  'site-limit-set',
  'site-limit-ended',
  'site-limit-suspended',
  'charging-wish-set',
  'charging-wish-dropped',
]);

/** A newcomer that was refused may be the other one of two; and that there is one again, a person says by clearing the alert. */
function alertNoticed(world: World, event: Extract<Event, { type: 'alert-raised' | 'alert-cleared' }>): boolean {
  const isContest = event.type === 'alert-raised' && event.alert.kind === 'identity-contested';
  const id = isContest ? event.alert.chargePointId : event.type === 'alert-cleared' ? twinOf(event.id) : null;
  const chargePoint = world.chargePoints.get(id ?? '');
  if (chargePoint === undefined || !hasTwin(chargePoint)) return false;
  if (isContest) knockedAt(chargePoint, world.site.clock.monotonic());
  else alone(world, chargePoint);
  return !isContest;
}

/** A transaction that was running when the process started. */
export function adopt(world: World, { id, start, verdict, chargePointId }: Transaction): void {
  if (start !== null) begin(world, chargePointId, id, start, verdict?.status === 'Accepted');
}

function begin(
  { site, byKey }: World,
  chargePointId: string,
  id: number,
  start: NonNullable<Transaction['start']>,
  authorized: boolean,
): void {
  const state = byKey.get(connectorKey(chargePointId, start.connectorId));
  if (state === undefined) return;
  const now = site.clock.monotonic();
  if (state.running !== null && state.running.id !== id) transactionStopped(state, state.running.id, now);
  const { idTag, at: startedAt, meterWh: meterStartWh, reservationId } = start;
  state.running = { id, idTag, authorized, startedAt, since: now, meterStartWh, reservationId };
  state.commanded = null;
  state.under = null;
  state.energyWh = meterStartWh;
  newCar(state);
  state.waitingSince = site.clock.now();
}

/**
 * A transaction that did not begin with us: our database was lost, or it began under another Central System. It is limited
 * like any other as soon as it is heard of; without that it would count with all that it can draw for as long as it lasts.
 */
function takeUp(world: World, chargePoint: ChargePointState, event: Extract<Event, { type: 'readings-taken' }>): void {
  const { foreignTransactionId: id, readings, receivedAt } = event;
  const state = world.byKey.get(connectorKey(chargePoint.id, event.connectorId));
  if (id === undefined || state === undefined || state.running !== null || state.ending.has(id)) return;
  const last = readings.at(-1);
  const start = {
    connectorId: event.connectorId,
    idTag: '',
    at: receivedAt,
    receivedAt,
    meterWh: last?.energyWh ?? (0 as WattHours),
    reservationId: null,
  };
  begin(world, chargePoint.id, id, start, true);
}

function readingsTaken(
  world: World,
  chargePoint: ChargePointState,
  event: Extract<Event, { type: 'readings-taken' }>,
  now: Monotonic,
): boolean {
  const state = world.byKey.get(connectorKey(chargePoint.id, event.connectorId));
  const reading = event.readings.at(-1);
  if (state === undefined || reading === undefined) return false;
  keepTime(world, chargePoint);
  if (event.transactionId === state.running?.id) readingSeen(world, chargePoint, state, reading);
  chargePoint.readingsClock = noteStamp(chargePoint.readingsClock, reading.at, event.receivedAt);
  if (reading.energyWh !== null) state.energyWh = Math.max(state.energyWh ?? 0, reading.energyWh);
  // Some report 0 V while nothing flows: watts that are computed with it would be none, or no number at all.
  const lowestMV = LOWEST_VOLTAGE * world.site.nominalMV;
  const volts = reading.voltageMV.filter((each): each is MilliVolts => each !== null && each >= lowestMV);
  if (volts.length > 0) state.voltageMV = Math.min(...volts) as MilliVolts;
  const draw = drawOf(reading, { at: event.receivedAt, monotonic: now }, chargePoint);
  if (draw === null) return false;
  const before = state.draw;
  const lagMs = lagOf(chargePoint);
  const wasAbove = state.aboveSince !== null;
  const judged = judgeDraw(state, draw, lagMs, chargePoint.refuses);
  if (state.draw !== draw) return false;
  if (before !== null) state.intervalMs = Math.min(120_000, Math.max(5_000, draw.at - before.at));
  state.learning = learnPhases(state.learning, reading.currentMA);
  if (state.running !== null && isOffered(state, now, chargePoint.dialect.resumeMs)) {
    state.appetite = afterSample(
      state.appetite,
      {
        at: draw.at,
        limitMA: leastOfLimit(state),
        drawnMA: milliAmps(Math.round(draw.most)),
        // What was measured in an absence tells of the limit that held then, and that may have lapsed since.
        hasSettled: draw.at > Math.max(state.changedAt, state.commanded?.acceptedAt ?? 0) + lagMs,
      },
      boundsOf(state.model),
    );
  }
  if (judged.proof !== null) {
    learn(world, chargePoint, reactionOf(state, draw.at, wasAbove, chargePoint));
    proveCommanded(state);
    state.unwritten = true;
    learn(world, chargePoint, 'proven');
  }
  if (judged.obedience === 'disobedient') {
    learn(world, chargePoint, 'disobeyed');
    if (chargePoint.refuses) state.ladder = { step: REFUSED_ALREADY, at: 0 as Monotonic, byRefusal: true };
  }
  if (judged.obedience !== null) world.obey(state, judged.obedience, judged.why);
  return true;
}

/** Its transactions end as they begin, for want of the least that a car charges with. */
function warnOfFloor(
  world: World,
  { id: chargePointId, dialect }: ChargePointState,
  { key, model }: ConnectorState,
): void {
  if (dialect.pause !== 'never' || model.floorMA >= model.minMA) return;
  const { connectorId, minMA } = model;
  const text = `${chargePointId} ends a transaction that may draw nothing, and connector ${connectorId} begins with nothing.`;
  const fix = `Give connector ${connectorId} of ${chargePointId} a floor of ${minMA / 1_000} A in the site's configuration.`;
  const alert = { id: lowFloorAlert({ key }), kind: 'floor-below-minimum', chargePointId, text, fix };
  world.record([{ type: 'alert-raised', alert, at: world.site.clock.now() }]);
}

/** Where a limit may be of what goes in or of what comes out, a car that takes the lesser of both leaves nothing lying. */
function leastOfLimit(state: ConnectorState): MilliAmps {
  const { dc, minMA } = state.model;
  const limitMA = commandedMA(state);
  return milliAmps(dc === null || limitMA < minMA ? limitMA : Math.max(minMA, Math.floor(limitMA * dc.efficiency)));
}

/** What it was offered: where its limit was not taken, or may have lapsed, or it has not let the car go on yet, the car's draw says nothing. */
function isOffered({ commanded, status }: ConnectorState, now: Monotonic, resumeMs: number): boolean {
  if (commanded === null) return true;
  if (commanded.state === 'failed' || commanded.state === 'doubtful') return false;
  const since = commanded.heldSince ?? now;
  return status !== 'SuspendedEVSE' || now - since > Math.max(RESUMES_MS, resumeMs);
}

/** Longer than this no charge point takes to go on after a pause, unless it is known of its make, ms. */
const RESUMES_MS = 300_000;

/** Since when a transaction had no current, by our limits; from its start where it never had. */
const pausedSince = ({ offSince, onSince, running }: ConnectorState): Instant | null =>
  onSince !== null ? null : (offSince ?? running?.startedAt ?? null);

/**
 * A current that was above its limit and has come down. Sent once more it was heeded: what comes during a pause is lost on it.
 * Else it has only been slow.
 */
function reactionOf(
  { commanded, ladder, model }: ConnectorState,
  at: Monotonic,
  wasAbove: boolean,
  { dialect }: ChargePointState,
): DialectValues {
  if (!wasAbove || commanded === null || commanded.heldSince === null) return {};
  const resent = ladder !== null && ladder.step === 0 && commanded.acceptedAt !== null;
  if (resent && commanded.fromMA < model.minMA) return dialect.dropsWhileSuspended ? {} : { dropsWhileSuspended: true };
  return learnedFromReaction(
    dialect,
    dialect.lagMs === defaultDialect.lagMs ? 'default' : 'learned',
    at - commanded.heldSince,
  );
}

/** How far its clock and ours are apart, as what it has stamped lately shows. */
export function keepTime({ site }: World, chargePoint: ChargePointState): void {
  const clock = site.lines.get(chargePoint.id)?.clock ?? null;
  const offsetMs = clock?.offsetMs ?? null;
  const { stepped } = chargePoint;
  // Measured anew: the newest stamp, which came after our clock was set, agrees with what is known.
  const newest = clock?.samples.at(-1);
  const isNew = clock !== stepped.clock && newest !== undefined && offsetMs !== null;
  if (isNew && Math.abs(newest.aheadMs - offsetMs) <= SAME_MS) chargePoint.stepped = noStep;
  // What was measured before has moved by as much, until it is told the time.
  chargePoint.aheadMs = offsetMs === null ? null : offsetMs - chargePoint.stepped.byMs;
  chargePoint.skewMs = Math.max(LEAST_SKEW_MS, site.callTimeoutMs, -(offsetMs ?? 0)) + chargePoint.stepped.ms;
}

/** Our clock was set: until it is told the time anew, a charge point goes by what it was. */
export function clockSet({ site }: World, chargePoint: ChargePointState, stepMs: number): void {
  const { ms, byMs } = chargePoint.stepped;
  const clock = site.lines.get(chargePoint.id)?.clock ?? null;
  chargePoint.stepped = { ms: ms + Math.abs(stepMs), byMs: byMs + stepMs, clock };
  chargePoint.readingsClock = unseenClock;
  // By a clock that follows ours, what was granted may end at once.
  if (Math.abs(stepMs) < SAME_MS) return;
  for (const { commanded } of chargePoint.connectors) if (commanded?.state === 'accepted') commanded.state = 'doubtful';
}

/** Two stamps that differ by less show the same clock, ms. */
const SAME_MS = 10_000;
