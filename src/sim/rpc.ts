import type { SimClock } from './clock.ts';
import { Refusal } from './fields.ts';
import { type Payload, readFrame, writeFrame } from './frames.ts';

/** The charge point's side of OCPP-J: one CALL outstanding, the rest waiting, each ended by exactly one outcome. */

export type Outcome =
  | { readonly kind: 'answer'; readonly payload: Payload }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'offline' };

/** What an operation answers, and what it does once the answer is on its way. */
export type Answer = { readonly payload: Payload; readonly after?: () => void };

type RpcOptions = {
  readonly clock: SimClock;
  readonly nextId: () => string;
  readonly timeoutSeconds: () => number;
  /** How long it leaves a request lying before it looks at it. */
  readonly answerDelaySeconds: number;
  /** Null: this call is left without an answer. Throws a Refusal for a CALLERROR. */
  readonly handle: (action: string, payload: Payload) => Answer | null;
};

type Rpc = {
  /** `done` may run before this returns, with `offline`. */
  call(action: string, payload: Payload, done: (outcome: Outcome) => void): void;
  receive(text: string): void;
  opened(send: (text: string) => void): void;
  /** All that waits ends as `offline`. */
  closed(): void;
  /** When something was last sent, in simulated milliseconds; 0: never. */
  lastSentAt(): number;
};

type Waiting = { readonly action: string; readonly payload: Payload; readonly done: (outcome: Outcome) => void };

/** Calls that may wait behind the outstanding one; the memory of a small controller. */
const mostWaiting = 100;

export function createRpc(options: RpcOptions): Rpc {
  const { clock } = options;
  let send: ((text: string) => void) | null = null;
  let pending: (Waiting & { readonly id: string; readonly timer: number }) | null = null;
  let waiting: Waiting[] = [];
  let lastSentAt = 0;

  const finish = (outcome: Outcome): void => {
    const finished = pending;
    if (finished === null) return;
    clock.clearTimeout(finished.timer);
    pending = null;
    finished.done(outcome);
    sendNext();
  };

  const sendNext = (): void => {
    if (send === null || pending !== null) return;
    const next = waiting.shift();
    if (next === undefined) return;
    const id = options.nextId();
    const timer = clock.setTimeout(() => finish({ kind: 'timeout' }), options.timeoutSeconds() * 1000);
    pending = { ...next, id, timer };
    lastSentAt = clock.now();
    send(writeFrame({ kind: 'call', id, action: next.action, payload: next.payload }));
  };

  const answer = (id: string, action: string, payload: Payload): void => {
    try {
      const reply = options.handle(action, payload);
      if (reply === null) return;
      send?.(writeFrame({ kind: 'result', id, payload: reply.payload }));
      reply.after?.();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send?.(writeFrame({ kind: 'error', id, code: error.code, description: error.message }));
    }
  };

  const answerInTime = (id: string, action: string, payload: Payload): void => {
    if (options.answerDelaySeconds === 0) {
      answer(id, action, payload);
      return;
    }
    const askedBy = send;
    clock.setTimeout(() => {
      // Never on another connection than the one it came by.
      if (send === askedBy) answer(id, action, payload);
    }, options.answerDelaySeconds * 1000);
  };

  return {
    call: (action, payload, done) => {
      if (send === null || waiting.length >= mostWaiting) {
        done({ kind: 'offline' });
        return;
      }
      waiting.push({ action, payload, done });
      sendNext();
    },
    receive: (text) => {
      const frame = readFrame(text);
      if (frame === null || send === null) return;
      if (frame.kind === 'call') answerInTime(frame.id, frame.action, frame.payload);
      else if (frame.id !== pending?.id) return;
      else if (frame.kind === 'result') finish({ kind: 'answer', payload: frame.payload });
      else finish({ kind: 'refused', code: frame.code });
    },
    opened: (sendText) => {
      send = sendText;
    },
    closed: () => {
      send = null;
      const lost = waiting;
      waiting = [];
      finish({ kind: 'offline' });
      for (const one of lost) one.done({ kind: 'offline' });
    },
    lastSentAt: () => lastSentAt,
  };
}
