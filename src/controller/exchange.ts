import { watchClock } from '../central-system/clock-watch.ts';
import type { Policy } from '../central-system/handler.ts';
import { registrationOf } from '../central-system/handlers/boot-notification.ts';
import { operationsEnded } from '../central-system/operations/tracking.ts';
import type { Records } from '../central-system/records.ts';
import { routes } from '../central-system/routes.ts';
import { afterBoot } from '../domain/clock-offset.ts';
import type { Event } from '../domain/events.ts';
import type { RpcErrorCode } from '../ocpp/error-codes.ts';
import { encodeError, encodeResult, parseFrame } from '../ocpp/frames.ts';
import type { ChargePointAction, RequestOf } from '../ocpp/messages/actions.ts';
import { readRequest } from '../ocpp/tolerance.ts';
import { checkResponse } from '../ocpp/validate.ts';
import type { Clock, Ids, Log } from '../runtime/ports.ts';
import { createCalls } from './calls.ts';
import type { Line } from './lines.ts';
import type { MessageRing } from './message-ring.ts';
import type { Session } from './session.ts';
import type { Decision } from './turn.ts';

/** Characters of a frame from a charge point that is not accepted yet (threats A14). */
const MAX_FRAME_BEFORE_ACCEPTED = 65_536;
/** How long an invitation to boot may wait and may take, ms. */
const INVITATION_MS = 30_000;

/** What comes in over one connection: every frame of a charge point is answered here, or matched to a call of ours. */
export function createExchange(site: {
  records: Records;
  policy: Policy;
  clock: Clock;
  ids: Ids;
  log: Log;
  ring: MessageRing;
  /** Memory and live updates follow the events of a decision, after its commit. */
  follow: (events: readonly Event[]) => void;
  /** Puts a later decision into the queue of the turn. */
  later: (chargePointId: string, decide: () => Decision) => void;
}) {
  const { records, policy, clock, ids, log, ring, follow, later } = site;

  const calls = createCalls({ records, policy, clock, ids, follow, later, send });

  return { receive, fault, pump: calls.pump, call: calls.call, invite };

  function receive(line: Line, session: Session, text: string): Decision {
    if (session.closed) return nothing;
    const { counters } = line;
    counters.framesIn += 1;
    session.lastFrameAt = clock.now();
    if (text.length > MAX_FRAME_BEFORE_ACCEPTED && line.registration !== 'accepted') {
      ring.add(session.lastFrameAt, line.chargePointId, 'in', text, 'refused: too long before acceptance');
      return effect(() => session.connection.close(1009, 'frame too long before acceptance'));
    }
    const frame = parseFrame(text);
    const entry = ring.add(session.lastFrameAt, line.chargePointId, 'in', text, 'ok');
    switch (frame.kind) {
      case 'ignored':
        counters.ignored += 1;
        entry.outcome = `ignored: ${frame.reason}`;
        return nothing;
      case 'bad-call':
        counters.refused += 1;
        entry.outcome = frame.code;
        return effect(() =>
          send(line, session, encodeError(frame.messageId, frame.code, frame.description), frame.code),
        );
      case 'result':
      case 'error':
        return calls.settle(line, frame, entry);
      case 'call': {
        const known = session.replay.find(frame.messageId, text);
        if (known !== null) {
          counters.replayed += 1;
          entry.outcome = 'replayed';
          return effect(() => send(line, session, known, 'replayed'));
        }
        return answer(line, session, frame.messageId, frame.action, frame.payload, text, (outcome) => {
          entry.outcome = outcome;
        });
      }
    }
  }

  /** Answers a frame that could not be decided on: silence would hold up everything that the charge point has to say. */
  function fault(line: Line, session: Session, text: string): void {
    const frame = parseFrame(text);
    if (frame.kind === 'result' || frame.kind === 'error') {
      calls.fault(line, frame.messageId);
      return;
    }
    if (frame.kind !== 'call') return;
    line.counters.refused += 1;
    send(
      line,
      session,
      encodeError(frame.messageId, 'InternalError', 'the message could not be handled'),
      'InternalError',
    );
  }

  function answer(
    line: Line,
    session: Session,
    messageId: string,
    action: ChargePointAction,
    payload: unknown,
    text: string,
    ended: (outcome: string) => void,
  ): Decision {
    const refuse = (code: RpcErrorCode, description: string): void => {
      line.counters.refused += 1;
      ended(code);
      send(line, session, encodeError(messageId, code, description), code);
    };
    if (action !== 'BootNotification' && line.registration !== 'accepted' && !mayAnswerTrigger(line, session, action)) {
      return effect(() => {
        refuse('SecurityError', 'send BootNotification first, and wait until it is accepted');
        invite(line, session);
      });
    }
    const read = readRequest(action, payload);
    for (const kind of read.tolerated) line.counters.tolerated.set(kind, (line.counters.tolerated.get(kind) ?? 0) + 1);
    if (!read.ok) return effect(() => refuse(read.violation.code, read.violation.message));
    const outcome = handle(action, read.payload, {
      chargePointId: line.chargePointId,
      receivedAt: session.lastFrameAt,
      message: text,
      records,
      live: line.live,
      policy,
      bootedBefore: session.booted,
    });
    if ('refused' in outcome) return effect(() => refuse(outcome.refused, outcome.description));
    const wrong = checkResponse(action, outcome.response);
    if (wrong !== null) {
      log.error(
        { chargePointId: line.chargePointId, action, wrong },
        'our own answer breaks the schema: a fault in Busbar',
      );
      return effect(() => refuse('InternalError', 'the answer could not be made'));
    }
    const isBoot = action === 'BootNotification';
    if (isBoot) session.invitedToBoot = false;
    const encoded = encodeResult(messageId, outcome.response);
    const { chargePointId, openOperations } = line;
    const told = { action, request: read.payload, events: outcome.events };
    const operations =
      openOperations.size === 0
        ? []
        : operationsEnded(chargePointId, [...openOperations.values()], told, session.lastFrameAt);
    const clockSeen = watchClock(line.clock, action, read.payload, {
      chargePointId,
      receivedAt: session.lastFrameAt,
      records,
    });
    const events = [...outcome.events, ...operations, ...clockSeen.events];
    return {
      events,
      effect: () => {
        line.clock = isBoot && !session.booted ? afterBoot(clockSeen.watch) : clockSeen.watch;
        if (isBoot) session.booted = true;
        follow(events);
        session.replay.remember(messageId, text, encoded);
        send(line, session, encoded, 'ok');
      },
      failed: (what) => {
        // Without a word the charge point repeats, which is what a full disk needs; a fault of ours is said.
        if (what === 'input') refuse('InternalError', 'the message could not be recorded');
        else ended('not stored');
      },
    };
  }

  /** Asks a charge point that speaks without having booted to do so, once a connection (OCPP 1.6 §5.17). */
  function invite(line: Line, session: Session): void {
    if (session.invitedToBoot || line.registration === 'rejected') return;
    session.invitedToBoot = true;
    calls.call(line, {
      action: 'TriggerMessage',
      payload: { requestedMessage: 'BootNotification' } satisfies RequestOf<'TriggerMessage'>,
      class: 'housekeeping',
      timeoutMs: INVITATION_MS,
      waitMs: INVITATION_MS,
      ended: (outcome) => {
        const isComing = outcome.kind === 'result' && (outcome.payload as { status?: unknown }).status === 'Accepted';
        if (!isComing && line.session === session) later(line.chargePointId, () => takenUnbooted(line));
      },
    });
  }

  /**
   * It will not boot for being asked: it was accepted by the database before ours (OCPP 1.6 §5.17 lets it refuse), or
   * knows no TriggerMessage. Whoever would be let in after a boot is let in without, and is not locked out until its next one.
   */
  function takenUnbooted(line: Line): Decision {
    const { chargePointId } = line;
    const registration = line.registration === null ? registrationOf(null, { chargePointId, policy, records }) : null;
    if (registration === null) return nothing;
    log.warn({ chargePointId, registration }, 'charge point does not boot when asked; it is taken without');
    const events: Event[] = [{ type: 'charge-point-registered', chargePointId, registration, at: clock.now() }];
    return { events, effect: () => follow(events), failed: () => undefined };
  }

  function send(line: Line, session: Session, text: string, outcome: string): void {
    if (session.closed) return;
    line.counters.framesOut += 1;
    ring.add(clock.now(), line.chargePointId, 'out', text, outcome);
    session.connection.send(text);
  }
}

function mayAnswerTrigger({ registration }: Line, { triggered }: Session, action: ChargePointAction): boolean {
  const left = triggered.get(action) ?? 0;
  // Nothing can be kept of a charge point that has never booted.
  if (left === 0 || registration === null) return false;
  triggered.set(action, left - 1);
  return true;
}

/** The one place where the table's type is opened: each handler gets the request of its own action. */
function handle<A extends ChargePointAction>(
  action: A,
  request: RequestOf<A>,
  context: Parameters<(typeof routes)[A]>[1],
) {
  return routes[action](request, context);
}

const nothing: Decision = { events: [], effect: () => undefined, failed: () => undefined };

const effect = (run: () => void): Decision => ({ events: [], effect: run, failed: run });
