import type { Instant } from './units.ts';

/**
 * An operation that somebody asked for: one message to a charge point, and what became of it. "Accepted" only means that
 * the charge point will try (OCPP 1.6 §5.11, §5.12, §5.14, §5.18); what it does later closes the operation.
 */
export type OperationState =
  /** It waits for its answer. */
  | 'sent'
  /** The charge point agreed, and has yet to do it. */
  | 'accepted'
  /** It is done, as far as a message can tell. */
  | 'done'
  /** The charge point said no. */
  | 'refused'
  /** It could not be sent, the charge point answered with an error, or what it tried went wrong. */
  | 'failed'
  /** Sent, and no answer came: the charge point may have acted on it all the same, and what it does may yet show it. */
  | 'no-answer'
  /** The charge point agreed, and nothing has happened since. */
  | 'timed-out';

/** One that waits for its answer, or for what the charge point does later. */
export type OpenOperation = {
  /** The message id of the call. */
  readonly id: string;
  readonly action: string;
  readonly request: object;
  readonly requestedAt: Instant;
  readonly answer: 'awaited' | 'agreed' | 'missing';
  /** When it is given up; null while its answer is awaited, which has a time limit of its own. */
  readonly until: Instant | null;
  /** It was seen to end before its answer came: some do first and answer then. */
  readonly seen: OperationEnd | null;
};

export type OperationEnd = { readonly state: 'done' | 'failed'; readonly outcome: string };

/** What came back to a message of ours. */
export type OperationAnswer =
  /** `shown` is the payload as JSON, with secrets masked: what is kept. */
  | { readonly kind: 'result'; readonly shown: string }
  | { readonly kind: 'error'; readonly code: string; readonly description: string }
  /** None came, or the message never went out. */
  | { readonly kind: 'none' };

export type OperationEvent =
  | {
      type: 'operation-requested';
      chargePointId: string;
      id: string;
      action: string;
      /** As it goes on the wire. */
      request: object;
      /** The same as JSON, with secrets masked: what is kept. */
      shown: string;
      at: Instant;
    }
  | {
      type: 'operation-answered';
      chargePointId: string;
      id: string;
      answer: OperationAnswer;
      state: Exclude<OperationState, 'sent' | 'timed-out'>;
      /** In words for a person. */
      outcome: string;
      /** Of `accepted` and `no-answer`: until when what it does may close it; null where nothing can. */
      until: Instant | null;
      at: Instant;
    }
  | { type: 'operation-seen'; chargePointId: string; id: string; end: OperationEnd; at: Instant }
  | {
      type: 'operation-closed';
      chargePointId: string;
      id: string;
      state: 'done' | 'failed' | 'timed-out' | 'no-answer';
      outcome: string;
      at: Instant;
    };
