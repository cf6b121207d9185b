import type { OpenOperation, OperationEnd, OperationEvent } from '../../domain/operation.ts';
import type { Instant } from '../../domain/units.ts';
import type { CentralSystemAction } from '../../ocpp/messages/actions.ts';
import { isCentralSystemAction } from '../../ocpp/messages/actions.ts';
import { maskSecrets } from '../../ocpp/secrets.ts';
import type { Answer, AnswerContext } from '../answer.ts';
import type { Chore } from '../chore.ts';
import { expectations, type Told } from './expectations.ts';

/** Follows what was asked of a charge point to its end: the answer, what it does later, or the time that runs out. */

/** How long what a charge point does may make up for the answer that it did not give, ms. */
const EVIDENCE_WITHIN_MS = 600_000;
/** Characters of a message that are kept with an operation. */
const MAX_SHOWN = 65_536;

export function operationRequested(
  chargePointId: string,
  id: string,
  action: string,
  request: object,
  at: Instant,
): OperationEvent {
  return { type: 'operation-requested', chargePointId, id, action, request, shown: shownOf(request), at };
}

/** The end of an operation that was seen before its answer: if the charge point agrees to it now, it has done it. */
export function operationSettled(answered: OperationEvent, seen: OperationEnd | null): OperationEvent[] {
  if (answered.type !== 'operation-answered' || seen === null || answered.until === null) return [answered];
  const { chargePointId, id, at } = answered;
  return [answered, { type: 'operation-closed', chargePointId, id, at, ...seen }];
}

/** What the answer to an operation means for it. */
export function operationAnswered<A extends CentralSystemAction>(
  id: string,
  action: A,
  request: Parameters<(typeof expectations)[A]['onAnswer']>[1],
  answer: Answer<A>,
  context: AnswerContext,
): OperationEvent {
  const { chargePointId, at } = context;
  const common = { type: 'operation-answered', chargePointId, id, at } as const;
  switch (answer.kind) {
    case 'result': {
      const judged = expectations[action].onAnswer(answer.response, request, context);
      return {
        ...common,
        answer: { kind: 'result', shown: shownOf(answer.response) },
        state: judged.state,
        outcome: judged.outcome,
        until: judged.state === 'accepted' ? ((at + judged.withinS * 1_000) as Instant) : null,
      };
    }
    case 'error': {
      const { code, description } = answer;
      const outcome = `The charge point answered with the error ${code}.`;
      return { ...common, answer: { kind: 'error', code, description }, state: 'failed', outcome, until: null };
    }
    case 'malformed': {
      const outcome = 'The charge point answered, but not as OCPP has it; the message log shows what it said.';
      return { ...common, answer: { kind: 'none' }, state: 'failed', outcome, until: null };
    }
    case 'silence': {
      const outcome = 'No answer came: the charge point may have acted on it all the same.';
      // Some reboot, or break off, without a word: what they do then still tells.
      const until = expectations[action].onTold === undefined ? null : ((at + EVIDENCE_WITHIN_MS) as Instant);
      return { ...common, answer: { kind: 'none' }, state: 'no-answer', outcome, until };
    }
    case 'not-sent': {
      const outcome = 'It was not sent: too much was waiting before it.';
      return { ...common, answer: { kind: 'none' }, state: 'failed', outcome, until: null };
    }
  }
}

/** The operations that come to their end by what the charge point has just told. */
export function operationsEnded(
  chargePointId: string,
  open: readonly OpenOperation[],
  told: Told,
  at: Instant,
): OperationEvent[] {
  return open.flatMap((operation): OperationEvent[] => {
    if (!isCentralSystemAction(operation.action)) return [];
    const end = toldOf(operation.action, told, operation);
    if (end === null) return [];
    const { id } = operation;
    return operation.answer === 'awaited'
      ? [{ type: 'operation-seen', chargePointId, id, end, at }]
      : [{ type: 'operation-closed', chargePointId, id, at, ...end }];
  });
}

/** Its answer can't come any more: the process that waited for it has ended. */
export function operationLost(chargePointId: string, id: string, at: Instant): OperationEvent {
  const outcome = 'Busbar was restarted before an answer came: the charge point may have acted on it all the same.';
  const answer = { kind: 'none' } as const;
  return { type: 'operation-answered', chargePointId, id, at, answer, state: 'no-answer', outcome, until: null };
}

/** Gives up operations whose time is over. */
export const overdueOperations: Chore = {
  name: 'overdue operations',
  wakes: new Set(['operation-answered']),
  look({ chargePointId, now, records }) {
    const agreed = records.openOperations(chargePointId).filter(({ until }) => until !== null);
    const overdue = agreed.filter(({ until }) => until !== null && until <= now);
    const next = Math.min(...agreed.flatMap(({ until }) => (until !== null && until > now ? [until] : [])));
    return {
      events: overdue.map(({ id, answer }) => ({
        type: 'operation-closed',
        chargePointId,
        id,
        state: answer === 'missing' ? 'no-answer' : 'timed-out',
        outcome:
          answer === 'missing'
            ? 'No answer came, and nothing was seen to come of it.'
            : 'The charge point agreed, and then nothing came of it.',
        at: now,
      })),
      ...(Number.isFinite(next) ? { again: next as Instant } : {}),
    };
  },
};

/** The one place where the table's type is opened: each expectation gets the request of its own action. */
function toldOf<A extends CentralSystemAction>(action: A, told: Told, operation: OpenOperation) {
  const expectation = expectations[action];
  return expectation.onTold?.(told, operation.request as Parameters<typeof expectation.onAnswer>[1], operation) ?? null;
}

function shownOf(payload: unknown): string {
  const text = maskSecrets(JSON.stringify(payload ?? null));
  return text.length <= MAX_SHOWN ? text : JSON.stringify({ cut: `${text.slice(0, MAX_SHOWN / 2)}...` });
}
