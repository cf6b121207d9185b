import { amountOf, distrusted, type Proof, worstInSight } from '../../balancer/book.ts';
import { raise } from '../../balancer/exposure.ts';
import type { CallOutcome } from '../../central-system/call-queue.ts';
import { learnedFromComposite, learnedFromStep } from '../../central-system/dialects/learning.ts';
import { compositeProof, fallShownIn, type ProofQuestion } from '../../central-system/limits/composite-proof.ts';
import { dcShare, unitOf } from '../../central-system/limits/grant-profile.ts';
import { balancingProfileId } from '../../domain/balancing-profiles.ts';
import { type Dialect, TRUSTED_AFTER } from '../../domain/dialect.ts';
import { isSuspicious } from '../../domain/identity-watch.ts';
import { type Monotonic, milliAmps } from '../../domain/units.ts';
import { reportedScheduleFromWire } from '../../ocpp/charging-profile-wire.ts';
import type { Line } from '../lines.ts';
import { isAtRest } from './at-rest.ts';
import { cleared, clearing, covered, isFirstContact, lost, mayClear } from './contact.ts';
import { countedFrom } from './counted.ts';
import { learn } from './learn.ts';
import { prove, toProve } from './limit-calls.ts';
import type { ChargePointState, Commanded, ConnectorState } from './state.ts';
import { chargePointOf, isReachable, lagOf, type World } from './world.ts';

/** What charge points are asked, so that a limit is known to hold: first contact, and their own composite schedules. */

type Due = { readonly seq: number; readonly what: 'floor' | 'grant' };

/** Asked again after so long where it said nothing, ms. */
const ASK_AGAIN_MS = 60_000;
/** What it shows may end so much earlier than was asked, s: it counts from when it read the question. */
const SHOWN_SHORT_S = 40;
/** A new transaction is left to its floor until the charge point has shown it, for so long at most, ms. */
const LOOK_MS = 10_000;

/** One question at a time, and only where nothing more urgent is on its way. */
export function attend(world: World, chargePoint: ChargePointState, now: Monotonic): void {
  const { site } = world;
  if (hasNoQuestion(world, chargePoint)) return;
  const line = site.lines.get(chargePoint.id);
  if (line == null || !isReachable(world, chargePoint)) return;
  if (line.calls.outstanding() > 0 || line.calls.waiting() > 0) return;
  if (isFirstContact(chargePoint, site.capabilities(chargePoint.id))) {
    makeContact(world, chargePoint, line);
    return;
  }
  if (chargePoint.turnsTo !== null && turn(world, chargePoint, line, chargePoint.turnsTo)) return;
  if (
    askName(world, chargePoint, line, now) ||
    askTime(world, chargePoint, line) ||
    recheck(world, chargePoint, line, now)
  )
    return;
  for (const state of chargePoint.connectors) {
    if (state.asking !== null || state.pending !== null || now < state.askAfter) continue;
    const due = dueOf(state, chargePoint, now);
    if (due === null || chargePoint.dialect.showsComposite === false) continue;
    if (state.running === null && chargePoint.dialect.showsIdleFloor === false) continue;
    ask(world, state, chargePoint, line, due);
    return;
  }
}

/** It is known, and nothing is under way at any of its connectors: so it is with most, at most times. */
function hasNoQuestion({ site }: World, chargePoint: ChargePointState): boolean {
  const { contact, turnsTo, identities, highestLevel, connectors } = chargePoint;
  if (contact !== 'known' || turnsTo !== null || identities.seen.length > 1) return false;
  return connectors.every(isAtRest) && site.capabilities(chargePoint.id).maxStackLevel === highestLevel;
}

/** Without something freshly stamped no grant can be told its end, and many send nothing when they are back from a short absence. */
function askTime({ site, wake }: World, chargePoint: ChargePointState, line: Line): boolean {
  const state = chargePoint.connectors.find(({ running }) => running !== null);
  if (state === undefined || chargePoint.timeAsked || chargePoint.aheadMs !== null) return false;
  chargePoint.timeAsked = true;
  const payload = { requestedMessage: 'StatusNotification', connectorId: state.model.connectorId };
  const { callTimeoutMs: timeoutMs } = site;
  site.call(line, { action: 'TriggerMessage', payload, class: 'increase', timeoutMs, waitMs: 5_000, ended: wake });
  return true;
}

/** Two of them may go by this id, and a mere reconnection does not say which of them it is. */
function askName({ site, wake }: World, chargePoint: ChargePointState, line: Line, now: Monotonic): boolean {
  if (chargePoint.nameAsked || line.session?.booted !== false || !isSuspicious(chargePoint.identities, now))
    return false;
  chargePoint.nameAsked = true;
  const { callTimeoutMs: timeoutMs } = site;
  const payload = { requestedMessage: 'BootNotification' };
  site.call(line, { action: 'TriggerMessage', payload, class: 'increase', timeoutMs, waitMs: 5_000, ended: wake });
  return true;
}

/** After it was away: what it says it holds now. */
function recheck(world: World, chargePoint: ChargePointState, line: Line, now: Monotonic): boolean {
  for (const state of chargePoint.connectors) {
    if (state.recheck === null || state.asking !== null) continue;
    const { commanded, running, floor } = state;
    const { showsComposite, showsIdleFloor } = chargePoint.dialect;
    const ours = running !== null && commanded?.transactionId === running.id ? commanded.seq : floor.seq;
    // What it never said that it took is not lost when it is not there.
    const wasTaken = running !== null ? commanded?.acceptedAt != null : floor.state !== 'failed';
    const isSent = state.pending !== null || !wasTaken || (running === null && floor.state === 'sent');
    const canShow = running === null ? showsIdleFloor === true && !isOutranked(state, now) : showsComposite !== false;
    if (ours === null || isSent || !canShow) {
      // A floor that can't be seen at rest may be gone: it is said again.
      if (running === null && !canShow && floor.state === 'accepted') floor.state = 'due';
      state.recheck = null;
      continue;
    }
    ask(world, state, chargePoint, line, { seq: ours, what: running === null ? 'floor' : 'grant' });
    return true;
  }
  return false;
}

/** What whoever charges next has may lie above the floor: a schedule that shows more than the floor shows only that. */
function isOutranked({ book, floor }: ConnectorState, now: Monotonic): boolean {
  return book.entries.some(
    (entry) => entry.kind !== 'floor' && entry.transactionId === null && amountOf(entry, now) > (floor.mA ?? 0),
  );
}

function dueOf(state: ConnectorState, chargePoint: ChargePointState, now: Monotonic): Due | null {
  const lagMs = lagOf(chargePoint);
  return (
    toProve(state, now, lagMs) ??
    byHand(state) ??
    looksDropped(state, now, lagMs) ??
    lookAtFloor(state, chargePoint) ??
    lookForStep(state, chargePoint, now)
  );
}

/** A limit of this transaction that somebody set by hand may be gone by now: only a whole schedule can say so. */
function byHand({ commanded, running, book }: ConnectorState): Due | null {
  if (commanded?.isProven !== true || commanded.state !== 'accepted' || commanded.transactionId !== running?.id)
    return null;
  const isThere = book.entries.some(
    ({ kind, transactionId, xMA, seq }) =>
      kind === 'foreign' && transactionId === running.id && seq < commanded.seq && xMA > commanded.bookedMA,
  );
  return isThere ? { seq: commanded.seq, what: 'grant' } : null;
}

/** Whether its Relative schedules count from the transaction or from their receipt shows by where their step lies. */
function lookForStep(
  { commanded, running }: ConnectorState,
  { dialect }: ChargePointState,
  now: Monotonic,
): Due | null {
  if (commanded === null || commanded.stepToSee === null || commanded.transactionId !== running?.id) return null;
  const isHeld = commanded.state === 'accepted' && commanded.acceptedAt !== null && now > commanded.acceptedAt;
  return isHeld && dialect.relativeFrom === null ? { seq: commanded.seq, what: 'grant' } : null;
}

/** Once it is known, the next renewal tells the end of a grant, and counts it, by that. */
function stepSeen(world: World, chargePoint: ChargePointState, commanded: Commanded, inS: number | null): void {
  if (commanded.stepToSee === null) return;
  const sinceS = (world.site.clock.monotonic() - commanded.at) / 1_000;
  const learned = learnedFromStep(commanded.stepToSee, inS === null ? null : inS + sinceS);
  commanded.stepToSee = null;
  if (learned.relativeFrom === undefined || chargePoint.dialect.relativeFrom !== null) return;
  learn(world, chargePoint, learned);
}

/** What an idle connector does not show, a transaction does, until it has a grant of its own. */
function lookAtFloor(state: ConnectorState, { dialect }: ChargePointState): Due | null {
  const { floor, running, book, commanded, lookedIn } = state;
  // A limit set by hand shows only where no grant of a transaction hides it.
  const isClear = book.floorProven && !book.entries.some(({ kind }) => kind === 'foreign');
  if (dialect.showsComposite === false || isClear || running === null || lookedIn === running.id) return null;
  return floor.state === 'accepted' && floor.seq !== null && commanded === null
    ? { seq: floor.seq, what: 'floor' }
    : null;
}

export function waitsForLook(state: ConnectorState, chargePoint: ChargePointState, now: Monotonic): boolean {
  const { running } = state;
  if (running === null || now - running.since > LOOK_MS) return false;
  return lookAtFloor(state, chargePoint) !== null || (state.asking !== null && state.commanded === null);
}

/** Where nobody charges everything is cleared; else what is there is covered by floors and grants at the highest level. */
function makeContact(world: World, chargePoint: ChargePointState, line: Line): void {
  const { site, wake } = world;
  // What somebody wants to be kept there is not ours to remove.
  const { leftover } = chargePoint;
  const isKept = !mayClear(chargePoint) || site.keepsProfiles(chargePoint.id) || !mayDrawAll(world, chargePoint);
  if (leftover === null && isKept) {
    covered(chargePoint);
    wake();
    return;
  }
  // First on disk: from its sending on nothing limits, whoever counts it then.
  clearing(chargePoint);
  if (chargePoint.connectors.some(({ unwritten }) => unwritten)) {
    wake();
    return;
  }
  chargePoint.contact = 'clearing';
  chargePoint.leftover = null;
  const ended = (outcome: CallOutcome): void => {
    const status = outcome.kind === 'result' ? (outcome.payload as { status?: unknown }).status : null;
    cleared(chargePoint, status === 'Accepted' || status === 'Unknown', leftover === null);
    wake();
  };
  const payload = leftover === null ? {} : { id: leftover };
  const { callTimeoutMs: timeoutMs } = site;
  site.call(line, { action: 'ClearChargingProfile', payload, class: 'floor', timeoutMs, waitMs: timeoutMs, ended });
}

/** Another mode, once what the last one has left there can be removed; false where that has to wait. */
function turn(world: World, chargePoint: ChargePointState, line: Line, dialect: Dialect): boolean {
  const [state] = chargePoint.connectors;
  if (state === undefined || !mayClear(chargePoint) || !mayDrawAll(world, chargePoint)) return false;
  const leftover = balancingProfileId(state.model.connectorId, dialect.mode === 'C' ? 'floor' : 'grant');
  Object.assign(chargePoint, { dialect, turnsTo: null, contact: 'unknown', leftover });
  makeContact(world, chargePoint, line);
  return true;
}

/** Without any limit each of its connectors may draw all that the hardware gives: an increase like any other. */
function mayDrawAll({ site, index, planned }: World, { connectors }: ChargePointState): boolean {
  if (planned === null) return false;
  const sums = planned.sums.slice();
  return connectors.every((state) => {
    const { at, book, model, running } = state;
    const fromMA = worstInSight(book, site.clock.monotonic(), running?.id ?? null);
    const change = {
      connector: at,
      mask: index.wired[at] ?? 7,
      fromMA: countedFrom(planned.counted, state, fromMA),
      toMA: model.ratedMA,
    };
    const isCounted = planned.counted === null && model.ratedMA <= fromMA;
    return isCounted || raise(index, sums, planned.room, change) === null;
  });
}

function ask(world: World, state: ConnectorState, chargePoint: ChargePointState, line: Line, due: Due): void {
  const { site, wake } = world;
  const { clock, callTimeoutMs: timeoutMs } = site;
  state.asking = clock.monotonic();
  const connector = state.running === null ? 'idle' : 'charging';
  if (due.what === 'floor' && state.running !== null) state.lookedIn = state.running.id;
  const entry = state.book.entries.find(({ seq }) => seq === due.seq);
  const limitMA = milliAmps(entry?.xMA ?? 0);
  const duration = Math.ceil((entry?.leaseMs ?? 0) / 1_000) + 300;
  const { recheck: after, model } = state;
  state.recheck = null;
  const ended = (outcome: CallOutcome): void => {
    state.asking = null;
    state.askAfter = (clock.monotonic() + ASK_AGAIN_MS) as Monotonic;
    if (outcome.kind === 'result' && outcome.keepsSchema) {
      const reported = reportedScheduleFromWire(outcome.payload as Parameters<typeof reportedScheduleFromWire>[0]);
      const { maxPeriods } = site.capabilities(chargePoint.id);
      const question: ProofQuestion = {
        limitMA,
        nominalMV: site.nominalMV,
        writtenPhases: model.wiredPhases,
        dcShare: dcShare(chargePoint.dialect, model.dc),
        at: clock.now(),
        maxPeriods,
      };
      const proof = compositeProof(reported, question);
      if (after !== null) {
        const kept = proof.verdict === 'refuted' ? after : 'never';
        if (proof.verdict !== 'silent' && (after === 'reboot' || kept !== 'never'))
          learn(world, chargePoint, { losesProfiles: kept });
        if (proof.verdict === 'refuted') lost(state);
        wake();
        return;
      }
      const isShort = proof.verdict === 'proven' && proof.shownMA < state.model.minMA && limitMA >= state.model.minMA;
      if (isShort && due.what === 'grant' && state.commanded?.seq === due.seq && isPaused(state)) {
        // Its step may have come early, by a clock that was set; then it is only sent again.
        const { leaseMs, acceptedAt } = state.commanded;
        const isOver = leaseMs !== null && clock.monotonic() - (acceptedAt ?? 0) + chargePoint.skewMs >= leaseMs;
        // Nor does once say much: an end of the transaction may be on its way. Sent again it has to be lost again.
        const isFirst = state.shortIn !== state.commanded.transactionId;
        state.shortIn = state.commanded.transactionId;
        if (isOver || isFirst) state.commanded.state = 'doubtful';
        else dropped(world, state, chargePoint);
        wake();
        return;
      }
      if (state.commanded?.seq === due.seq && entry !== undefined) {
        const fallIn = fallShownIn(reported, question, milliAmps(entry.tailMA));
        // One that keeps no limit shows its hardware, which is no proof of a limit that is as high.
        if (proof.verdict === 'proven' && fallIn === null && limitMA >= model.ratedMA) return;
        stepSeen(world, chargePoint, state.commanded, fallIn);
      }
      const stillThere = state.book.entries.some(({ seq }) => seq === due.seq);
      if (proof.verdict === 'proven' && stillThere) {
        const isWhole = proof.forS === null || proof.forS >= duration - SHOWN_SHORT_S;
        shown(world, state, due, isWhole ? 'whole' : 'seen');
        // A floor that lies there says nothing about how a limit is heeded.
        if (due.what === 'grant' && state.running !== null) learn(world, chargePoint, 'proven');
        else if (due.what === 'floor' && state.running !== null && chargePoint.dialect.keepsFloor === null)
          learn(world, chargePoint, { keepsFloor: true });
      } else if (proof.verdict === 'refuted' && due.what === 'grant' && state.commanded?.seq === due.seq) {
        state.commanded.state = 'doubtful';
      }
      const idleSilence = proof.verdict === 'refuted' && connector === 'idle' && !isOutranked(state, clock.monotonic());
      const taught = idleSilence ? 'silent' : proof.verdict === 'refuted' ? null : proof.verdict;
      const known = connector === 'idle' ? chargePoint.dialect.showsIdleFloor : chargePoint.dialect.showsComposite;
      if (taught !== null && known !== (taught === 'proven')) {
        learn(world, chargePoint, learnedFromComposite(connector, taught));
      }
    } else if (outcome.kind === 'error') {
      learn(world, chargePoint, { showsComposite: false });
    }
    wake();
  };
  // In the unit that limits are written in: in the other one some tell that there is none.
  const unit = unitOf(chargePoint.dialect, site.capabilities(chargePoint.id), state.model.dc !== null);
  const payload = { connectorId: state.model.connectorId, duration, chargingRateUnit: unit };
  site.call(line, { action: 'GetCompositeSchedule', payload, class: 'increase', timeoutMs, waitMs: 5_000, ended });
}

const isPaused = ({ status }: ConnectorState): boolean => status?.startsWith('Suspended') === true;

/**
 * Accepted while it was suspended, and gone: it is sent as a default, which is kept, and what is granted from now on is so too.
 */
function dropped(world: World, state: ConnectorState, chargePoint: ChargePointState): void {
  const { dialect } = chargePoint;
  const mode = dialect.mode === 'A' || dialect.refusedModes.includes('A') ? dialect.mode : 'A';
  learn(world, chargePoint, { dropsWhileSuspended: true, mode });
  if (state.commanded !== null) state.commanded.state = 'doubtful';
}

/** It may go on, and still offers nothing: whether its limit has got lost shows by its schedule. */
function looksDropped(state: ConnectorState, now: Monotonic, lagMs: number): Due | null {
  const { commanded, running, status, model } = state;
  if (status !== 'SuspendedEVSE' || commanded?.acceptedAt == null || commanded.transactionId !== running?.id)
    return null;
  const isLate = commanded.state === 'accepted' && now - commanded.acceptedAt >= lagMs;
  return isLate && commanded.grantMA >= model.minMA ? { seq: commanded.seq, what: 'grant' } : null;
}

/** Makes that have proven themselves are believed on their word, once it has had its time. */
export function trust(world: World, state: ConnectorState, now: Monotonic): void {
  const chargePoint = chargePointOf(world, state);
  const { proofs, keepsFloor, showsIdleFloor } = chargePoint.dialect;
  // At rest it shows none, and without this the first car of a site might wait for one at every other place.
  const isAtRest = state.running === null && showsIdleFloor === false && keepsFloor === true;
  if (state.obedience === 'disobedient' || (proofs < TRUSTED_AFTER && !isAtRest)) return;
  // Only what it shows of itself can say that the limit of somebody else is gone.
  const isForeign = state.book.entries.some(({ kind }) => kind === 'foreign');
  if (isForeign && chargePoint.dialect.showsComposite !== false) return;
  const due = toProve(state, now, lagOf(chargePoint));
  if (due !== null && (proofs >= TRUSTED_AFTER || due.what === 'floor')) shown(world, state, due, 'word');
}

function shown({ site, obey }: World, state: ConnectorState, due: Due, proof: Proof): void {
  prove(state, due, proof);
  const nameplate = site.nameplate(state.model.chargePointId);
  if (state.book.floorProven && state.evidence === null && nameplate !== null) {
    const by = proof === 'word' ? 'trusted' : 'composite';
    const serialNumber = nameplate.serialNumber ?? nameplate.boxSerialNumber;
    state.evidence = { serialNumber, firmwareVersion: nameplate.firmwareVersion, provenAt: site.clock.now(), by };
  }
  if (!state.book.floorProven) return;
  if (state.obedience === 'unproven') obey(state, 'proven', 'its floor is proven');
  else if (state.obedience === 'disobedient' && state.ladder?.byRefusal === true) {
    state.book = distrusted(state.book, false);
    obey(state, 'proven', 'takes limits now');
  }
}
