import type { Answer, AnswerContext } from '../central-system/answer.ts';
import { answers } from '../central-system/answers.ts';
import type { Call, CallClass, CallOutcome } from '../central-system/call-queue.ts';
import { MAX_CONNECTOR_ID, type Policy } from '../central-system/handler.ts';
import { operationAnswered, operationSettled } from '../central-system/operations/tracking.ts';
import type { Records } from '../central-system/records.ts';
import type { Event } from '../domain/events.ts';
import type { OperationEnd } from '../domain/operation.ts';
import type { Instant, Monotonic } from '../domain/units.ts';
import { encodeCall, type Frame } from '../ocpp/frames.ts';
import {
  type Action,
  type CentralSystemAction,
  isAction,
  isCentralSystemAction,
  type RequestOf,
  type ResponseOf,
} from '../ocpp/messages/actions.ts';
import { readResponse } from '../ocpp/tolerance.ts';
import type { Clock, Ids } from '../runtime/ports.ts';
import type { Line } from './lines.ts';
import type { Session } from './session.ts';
import type { Decision } from './turn.ts';

/** A call that somebody wants to be made. */
export type WantedCall = {
  readonly action: string;
  readonly payload: object;
  readonly class: CallClass;
  readonly messageId?: string;
  /** Keeps its outcome on record as an operation; the operation must have been recorded. */
  readonly tracked?: boolean;
  /** How long the answer may take once it is sent, ms. */
  readonly timeoutMs: number;
  /** How long it may wait to be sent, ms. */
  readonly waitMs: number;
  /**
   * Called once, when its end is on record; `recorded` is false where the store did not take what an answer means, and
   * `overlapped` true where another call was outstanding beside it, so that nobody knows which came first.
   */
  readonly ended?: (outcome: CallOutcome, recorded: boolean, overlapped: boolean) => void;
};

/** Says in the message log what became of a frame. */
type RingEntry = { outcome: string };

type AnswerFrame = Extract<Frame, { kind: 'result' | 'error' }>;

/**
 * Our calls to charge points: each waits in its queue, goes out when it may, and comes to an end, which is recorded
 * before anybody hears of it.
 */
export function createCalls(site: {
  records: Records;
  policy: Policy;
  clock: Clock;
  ids: Ids;
  follow: (events: readonly Event[]) => void;
  later: (chargePointId: string, decide: () => Decision) => void;
  send: (line: Line, session: Session, text: string, outcome: string) => void;
}) {
  const { records, policy, clock, ids, follow, later, send } = site;

  return { call, settle, fault, pump };

  /**
   * Puts a call into the charge point's queue; its end is recorded before `ended` hears of it. False where there was no
   * room: `ended` is then called at once, and nothing was sent.
   */
  function call(line: Line, wanted: WantedCall): boolean {
    const { messageId = ids.uuid(), tracked = false, timeoutMs, waitMs, ended } = wanted;
    const made: Call = {
      messageId,
      action: wanted.action,
      payload: wanted.payload,
      tracked,
      class: wanted.class,
      timeoutMs,
      sendBefore: (clock.monotonic() + waitMs) as Monotonic,
      ended: (outcome, overlapped, recorded) => {
        // An answer has been recorded with the frame that brought it; what no frame brings is recorded now.
        if (outcome.kind === 'result' || outcome.kind === 'error') ended?.(outcome, recorded, overlapped);
        else later(line.chargePointId, () => recordEnd(line, made, outcome));
      },
    };
    const taken = line.calls.add(made);
    if (!taken) later(line.chargePointId, () => recordEnd(line, made, { kind: 'expired' }));
    pump(line);
    return taken;

    function recordEnd(to: Line, given: Call, outcome: CallOutcome): Decision {
      const events = consequences(to, given, outcome, clock.now());
      return {
        events,
        effect: () => {
          follow(events);
          ended?.(outcome, true, true);
        },
        failed: () => ended?.(outcome, false, true),
      };
    }
  }

  /** Matches an answer to our call, and decides what it means. */
  function settle(line: Line, frame: AnswerFrame, entry: RingEntry): Decision {
    const call = line.calls.awaiting(frame.messageId);
    if (call === null) return effect(() => missed(line, frame.messageId, entry));
    const outcome = outcomeOf(line, call, frame, entry);
    const events = consequences(line, call, outcome, clock.now());
    const end = (recorded: boolean): void => {
      const found = line.calls.answered(frame.messageId);
      if (typeof found === 'object') call.ended(outcome, found.overlapped, recorded);
      pump(line);
    };
    return {
      events,
      effect: () => {
        follow(events);
        end(true);
      },
      failed: () => end(false),
    };
  }

  function missed(line: Line, messageId: string, entry: RingEntry): void {
    const found = line.calls.answered(messageId);
    if (found === 'late') line.counters.lateAnswers += 1;
    else line.counters.unknownAnswers += 1;
    entry.outcome = found === 'late' ? 'ignored: answer came after its time-out' : 'ignored: answer to nothing';
  }

  function outcomeOf(line: Line, { action }: Call, frame: AnswerFrame, entry: RingEntry): CallOutcome {
    if (frame.kind === 'error') {
      entry.outcome = frame.rawCode;
      return { kind: 'error', code: frame.rawCode, description: frame.description, details: frame.details };
    }
    if (!isAction(action)) return { kind: 'result', payload: frame.payload, keepsSchema: false };
    const read = readResponse(action, frame.payload);
    for (const kind of read.tolerated) line.counters.tolerated.set(kind, (line.counters.tolerated.get(kind) ?? 0) + 1);
    // What breaks the schema is shown as it came: a person asked for it and can judge.
    entry.outcome = read.ok ? 'ok' : `malformed: ${read.violation.message}`;
    return { kind: 'result', payload: read.ok ? read.payload : frame.payload, keepsSchema: read.ok };
  }

  /** What the end of a call changes on the record: by its action, and for the operation that it was. */
  function consequences(
    { chargePointId, live, openOperations }: Line,
    call: Call,
    outcome: CallOutcome,
    at: Instant,
  ): readonly Event[] {
    const { action, payload, messageId, tracked } = call;
    if (!isCentralSystemAction(action)) return [];
    const operation = tracked ? { id: messageId, seen: openOperations.get(messageId)?.seen ?? null } : null;
    return whatFollows(action, payload, outcome, operation, {
      chargePointId,
      at,
      records,
      live,
      policy,
    });
  }

  /** Ends the call of an answer that could not be decided on: whoever waits is told, and the queue goes on. */
  function fault(line: Line, messageId: string): void {
    const found = line.calls.answered(messageId);
    if (typeof found === 'object') found.call.ended({ kind: 'disconnected' }, found.overlapped, false);
    pump(line);
  }

  /** Sends what may be sent now, and wakes again when something times out. */
  function pump(line: Line): void {
    const { session, calls } = line;
    const now = clock.monotonic();
    calls.expire(now);
    if (session !== null && !session.closed) {
      for (let call = calls.take(now); call !== null; call = calls.take(now)) {
        noteTriggered(session, call.action, call.payload);
        send(line, session, encodeCall(call.messageId, call.action as Action, call.payload), 'sent');
      }
    }
    line.wake?.cancel();
    const at = calls.wakeAt(now);
    line.wake =
      at === null
        ? null
        : clock.after(Math.max(1, at - now), () => later(line.chargePointId, () => effect(() => pump(line))));
  }
}

/** The one place where the table of answers is opened: each gets the request and the response of its own action. */
function whatFollows<A extends CentralSystemAction>(
  action: A,
  payload: object,
  outcome: CallOutcome,
  operation: { readonly id: string; readonly seen: OperationEnd | null } | null,
  context: AnswerContext,
): readonly Event[] {
  const request = payload as RequestOf<A>;
  const answer = answerOf<A>(outcome);
  const events = answers[action](request, answer, context);
  if (operation === null) return events;
  const answered = operationAnswered(operation.id, action, request, answer, context);
  return [...events, ...operationSettled(answered, operation.seen)];
}

function answerOf<A extends CentralSystemAction>(outcome: CallOutcome): Answer<A> {
  switch (outcome.kind) {
    case 'result':
      return outcome.keepsSchema
        ? { kind: 'result', response: outcome.payload as ResponseOf<A> }
        : { kind: 'malformed' };
    case 'error':
      return { kind: 'error', code: outcome.code, description: outcome.description };
    case 'timeout':
    case 'disconnected':
      return { kind: 'silence' };
    case 'expired':
      return { kind: 'not-sent' };
  }
}

/** While it is not accepted, a charge point may send what we triggered (OCPP 1.6 §4.2, errata 3.10). */
function noteTriggered(session: Session, action: string, payload: object): void {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return;
  const { requestedMessage, connectorId } = payload as Partial<RequestOf<'TriggerMessage' | 'ExtendedTriggerMessage'>>;
  if (requestedMessage === undefined) return;
  // Without a connector it is asked for all of them (§5.17), and sends one message each.
  const each = requestedMessage === 'StatusNotification' || requestedMessage === 'MeterValues';
  const times = each && connectorId === undefined ? MAX_CONNECTOR_ID + 1 : 1;
  for (const sent of triggeredActions.get(requestedMessage) ?? [requestedMessage]) session.triggered.set(sent, times);
}

/** Where the message that comes is not called like the one that was asked for (security whitepaper A02, L01). */
const triggeredActions: ReadonlyMap<string, readonly string[]> = new Map([
  ['SignChargePointCertificate', ['SignCertificate']],
  ['FirmwareStatusNotification', ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification']],
]);

const effect = (run: () => void): Decision => ({ events: [], effect: run, failed: run });
