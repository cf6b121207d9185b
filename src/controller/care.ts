import type { CallOutcome } from '../central-system/call-queue.ts';
import type { Chore, ChoreContext, ChoreStep } from '../central-system/chore.ts';
import type { Policy } from '../central-system/handler.ts';
import { operationRequested } from '../central-system/operations/tracking.ts';
import type { Records } from '../central-system/records.ts';
import type { Event } from '../domain/events.ts';
import type { Clock, Ids, Log, Timer } from '../runtime/ports.ts';
import type { WantedCall } from './calls.ts';
import type { Line, Lines } from './lines.ts';
import type { Decision } from './turn.ts';

/** After a boot or a connection a charge point is left alone this long, ms: some break off when they are called at once. */
const SETTLE_MS = 5_000;
/** How long a chore's call may wait in the queue, and may take, ms. */
const CALL_WITHIN_MS = 60_000;
/** Chores' calls to one charge point: at once, and then one in this many ms. What needs more is going round in circles. */
const ONE = { atOnce: 200, everyMs: 2_000 };
/** Chores' calls to the whole site: 1,000 charge points should not all have to answer at the same moment. */
const ALL = { atOnce: 20, everyMs: 20 };
/** Looks at charge points after something that concerns all: a look at long lists takes some ms, and a start must not wait for 500. */
const LOOKS = { atOnce: 20, everyMs: 5 };
/** Pause after a call without an answer, ms; it doubles from one to the next. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

type Care = {
  settledAt: number;
  /** A look is in the queue of the turn. */
  looking: boolean;
  /** The chore whose call is under way: one at a time for each charge point. */
  busy: boolean;
  readonly pace: Pace;
  /** When the call that it is waiting for may go out; null while it waits for none. */
  ticket: number | null;
  failures: number;
  pausedUntil: number;
  timer: Timer | null;
  readonly dirty: Set<Chore>;
  /** When each chore wants to look again, by the wall clock. */
  readonly again: Map<Chore, number>;
};

/**
 * Keeps charge points in line: looks after each of them whenever something has happened that a chore cares for, one call
 * at a time, slowly enough for the charge point and for the site, and with ever longer pauses where no answer comes.
 */
export function createCare(site: {
  chores: readonly Chore[];
  lines: Lines;
  records: Records;
  policy: Policy;
  clock: Clock;
  ids: Ids;
  log: Log;
  follow: (events: readonly Event[]) => void;
  later: (chargePointId: string, decide: () => Decision) => void;
  call: (line: Line, wanted: WantedCall) => boolean;
}) {
  const { chores, lines, records, policy, clock, ids, log, follow, later, call } = site;
  const cares = new Map<string, Care>();
  const everybody: Pace = { freeAt: 0 };
  /** Lines whose turn to be looked at after something that concerns all of them has yet to come. */
  const queued = new Set<Line>();
  let queueTimer: Timer | null = null;
  let stopped = false;

  return {
    /** Chores wake by what has just been committed. */
    noticed(event: Event): void {
      const chargePointId = 'chargePointId' in event ? event.chargePointId : null;
      if (event.type === 'charge-point-booted' && chargePointId !== null) {
        const line = lines.get(chargePointId);
        if (line !== null) settle(line);
      }
      for (const chore of chores) {
        if (!chore.wakes.has(event.type)) continue;
        if (chargePointId === null) wakeAll(chore);
        else {
          const line = lines.get(chargePointId);
          if (line !== null) wake(line, [chore]);
        }
      }
    },
    /** A connection is open, or the process has just started. */
    attend(line: Line): void {
      settle(line);
    },
    stop(): void {
      stopped = true;
      queueTimer?.cancel();
      for (const care of cares.values()) care.timer?.cancel();
    },
  };

  function careOf(line: Line): Care {
    let care = cares.get(line.chargePointId);
    if (care === undefined) {
      care = {
        settledAt: 0,
        looking: false,
        busy: false,
        pace: { freeAt: 0 },
        ticket: null,
        failures: 0,
        pausedUntil: 0,
        timer: null,
        dirty: new Set(),
        again: new Map(),
      };
      cares.set(line.chargePointId, care);
    }
    return care;
  }

  /** Begins anew after a boot or a connection: everything is looked at once it has settled. */
  function settle(line: Line): void {
    if (line.registration === null) return;
    const care = careOf(line);
    care.settledAt = clock.monotonic() + SETTLE_MS;
    care.failures = 0;
    care.pausedUntil = 0;
    // All of them then, and not now: when 1,000 charge points connect at once, everything else is more urgent.
    lookAfter(line, care, SETTLE_MS);
  }

  function wake(line: Line, which: readonly Chore[]): void {
    if (line.registration === null || stopped) return;
    const care = careOf(line);
    for (const chore of which) care.dirty.add(chore);
    look(line, care);
  }

  /** One after the other, and each once however often it happens meanwhile. */
  function wakeAll(chore: Chore): void {
    for (const line of lines.all()) {
      if (line.registration === null) continue;
      careOf(line).dirty.add(chore);
      queued.add(line);
    }
    if (queueTimer === null) lookAtQueued(LOOKS.atOnce);
  }

  function lookAtQueued(most: number): void {
    let left = most;
    for (const line of queued) {
      if (left === 0) break;
      left -= 1;
      queued.delete(line);
      look(line, careOf(line));
    }
    queueTimer = queued.size === 0 || stopped ? null : clock.after(LOOKS.everyMs, () => lookAtQueued(1));
  }

  function look(line: Line, care: Care): void {
    if (care.looking || stopped) return;
    care.looking = true;
    later(line.chargePointId, () => {
      care.looking = false;
      return decide(line, care);
    });
  }

  function lookAfter(line: Line, care: Care, ms: number): void {
    care.timer?.cancel();
    // A look that was in the queue at the end may want another one in an hour; the process would wait for it.
    if (stopped) return;
    care.timer = clock.after(Math.max(1, Math.min(ms, LONGEST_PAUSE_MS)), () => {
      for (const chore of chores) care.dirty.add(chore);
      look(line, care);
    });
  }

  /** Asks the chores in their order: all may record what time has brought, the first that wants to call may call. */
  function decide(line: Line, care: Care): Decision {
    const now = clock.now();
    const at = clock.monotonic() as number;
    const reachable = isReachable(line, care, at);
    const events: Event[] = [];
    let wanted: ChoreStep['call'];
    let waitMs = 0;
    let operationId: string | undefined;
    const { chargePointId, live } = line;
    for (const chore of chores) {
      if (!care.dirty.has(chore)) continue;
      const reachedAt = line.session?.connection.reachedAt ?? null;
      const step = lookOf(chore, {
        chargePointId,
        now,
        records,
        live,
        policy,
        reachable: reachable && !care.busy,
        reachedAt,
        connectedAt: line.session?.openedAt ?? null,
      });
      // What goes with a call is recorded when the call goes out, and not while it waits for its turn.
      const calls = step.call !== undefined && reachable && !care.busy;
      if (calls) waitMs = waitFor(care, at);
      if (step.events !== undefined && waitMs === 0) events.push(...step.events);
      if (step.again === undefined) care.again.delete(chore);
      else care.again.set(chore, step.again);
      if (calls && step.call !== undefined) {
        wanted = step.call;
        if (step.tracked === true && waitMs === 0) {
          operationId = ids.uuid();
          events.push(operationRequested(chargePointId, operationId, wanted.action, wanted.payload, now));
        }
        break;
      }
      care.dirty.delete(chore);
    }
    // Also of the chores that were not looked at now: there is one timer for all.
    const again = Math.min(...care.again.values()) - now;
    const restMs = Math.max(care.settledAt, care.pausedUntil) - at;
    return {
      events,
      effect: () => {
        follow(events);
        if (wanted !== undefined && waitMs === 0) send(line, care, wanted, operationId);
        else if (wanted !== undefined) lookAfter(line, care, waitMs);
        else if (restMs > 0) lookAfter(line, care, Math.min(again, restMs));
        else if (again < Number.POSITIVE_INFINITY) lookAfter(line, care, again);
      },
      failed: (_, error) => {
        log.error({ err: error, chargePointId }, 'what a chore decided could not be recorded');
        lookAfter(line, care, FIRST_PAUSE_MS);
      },
    };
  }

  /** One that fails, which is a fault in Busbar, keeps no other from its work, and looks again when something wakes it. */
  function lookOf(chore: Chore, context: ChoreContext): ChoreStep {
    try {
      return chore.look(context);
    } catch (error) {
      log.error({ err: error, chargePointId: context.chargePointId, chore: chore.name }, 'a chore failed');
      return {};
    }
  }

  function isReachable(line: Line, care: Care, at: number): boolean {
    const { session, registration } = line;
    return (
      session !== null &&
      !session.closed &&
      registration === 'accepted' &&
      at >= care.settledAt &&
      at >= care.pausedUntil
    );
  }

  /** 0 when a call may go out now, or how long it has to wait for its turn, ms. */
  function waitFor(care: Care, at: number): number {
    care.ticket ??= Math.max(ticketFrom(care.pace, at, ONE), ticketFrom(everybody, at, ALL));
    if (care.ticket > at) return care.ticket - at;
    care.ticket = null;
    return 0;
  }

  function send(
    line: Line,
    care: Care,
    { action, payload }: NonNullable<ChoreStep['call']>,
    operationId: string | undefined,
  ): void {
    care.busy = true;
    call(line, {
      action,
      payload,
      ...(operationId === undefined ? {} : { messageId: operationId, tracked: true }),
      class: 'housekeeping',
      timeoutMs: CALL_WITHIN_MS,
      waitMs: CALL_WITHIN_MS,
      ended: (outcome, recorded) => ended(line, care, outcome, recorded),
    });
  }

  function ended(line: Line, care: Care, outcome: CallOutcome, recorded: boolean): void {
    care.busy = false;
    const answered = outcome.kind === 'result' || outcome.kind === 'error';
    // An answer that is not on record would be asked for again at once, and again, while the disk is full.
    if (answered && recorded) {
      care.failures = 0;
      wake(line, chores);
      return;
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** care.failures);
    care.failures += 1;
    care.pausedUntil = clock.monotonic() + pauseMs;
    lookAfter(line, care, pauseMs);
  }
}

/** When the next call of an even pace would be due. */
type Pace = { freeAt: number };

/** Takes the next place in a pace of one call in `everyMs`, of which `atOnce` may come early. */
function ticketFrom(pace: Pace, at: number, { atOnce, everyMs }: { atOnce: number; everyMs: number }): number {
  const due = Math.max(pace.freeAt, at);
  pace.freeAt = due + everyMs;
  return Math.max(at, due - (atOnce - 1) * everyMs);
}
