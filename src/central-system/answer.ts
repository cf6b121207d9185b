import type { Event } from '../domain/events.ts';
import type { Instant } from '../domain/units.ts';
import type { CentralSystemAction, RequestOf, ResponseOf } from '../ocpp/messages/actions.ts';
import type { Live, Policy } from './handler.ts';
import type { Records } from './records.ts';

/** What came back to a call of ours. */
export type Answer<A extends CentralSystemAction> =
  | { readonly kind: 'result'; readonly response: ResponseOf<A> }
  | { readonly kind: 'error'; readonly code: string; readonly description: string }
  /** An answer that breaks the schema: it shows that the charge point has answered, and nothing else. */
  | { readonly kind: 'malformed' }
  /** Sent, and no answer came. The charge point may have acted on it all the same. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'not-sent' };

export type AnswerContext = {
  readonly chargePointId: string;
  /** When the answer came, or when it was given up. */
  readonly at: Instant;
  readonly records: Records;
  readonly live: Live;
  readonly policy: Policy;
};

/** Decides what the answer to a call means for the record, whoever sent the call. It never writes, sends or waits. */
export type AnswerHandler<A extends CentralSystemAction> = (
  request: RequestOf<A>,
  answer: Answer<A>,
  context: AnswerContext,
) => readonly Event[];
