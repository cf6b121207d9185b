import type { SimClock } from './clock.ts';
import type { Flash, QueuedMessage } from './flash.ts';
import type { Payload } from './frames.ts';
import type { Outcome } from './rpc.ts';

/**
 * Messages about transactions go out one by one and in order, wait in flash while offline, and are repeated when the
 * Central System fails to process one (OCPP 1.6 §3.7).
 */

export type TransactionQueue = {
  push(message: Omit<QueuedMessage, 'attempts'>): void;
  /** Sends on if something waits: after a connection, a boot, a push. */
  wake(): void;
  /** The power is off: what waits stays, what was under way starts over. */
  rest(): void;
};

type TransactionQueueOptions = {
  readonly flash: Flash;
  readonly clock: SimClock;
  readonly call: (action: string, payload: Payload, done: (outcome: Outcome) => void) => void;
  readonly ready: () => boolean;
  readonly attempts: () => number;
  readonly retrySeconds: () => number;
  readonly answered: (message: QueuedMessage, payload: Payload) => void;
};

/** Messages kept while offline; beyond it the oldest meter values go, never a start or a stop. */
const mostQueued = 2_000;

export function createTransactionQueue(options: TransactionQueueOptions): TransactionQueue {
  const { flash, clock } = options;
  let busy = false;
  let timer = 0;

  const settle = (message: QueuedMessage, outcome: Outcome): void => {
    busy = false;
    if (outcome.kind === 'offline') return;
    if (outcome.kind === 'answer') {
      flash.queue.shift();
      options.answered(message, outcome.payload);
    } else {
      message.attempts += 1;
      if (message.attempts < Math.max(1, options.attempts())) {
        busy = true;
        timer = clock.setTimeout(
          () => {
            busy = false;
            wake();
          },
          options.retrySeconds() * 1000 * message.attempts,
        );
        return;
      }
      flash.queue.shift();
      giveUp(flash, message);
    }
    forget(flash, message);
    wake();
  };

  const wake = (): void => {
    const head = flash.queue[0];
    if (busy || head === undefined || !options.ready()) return;
    busy = true;
    options.call(head.action, withTransactionId(flash, head), (outcome) => settle(head, outcome));
  };

  return {
    push: (message) => {
      flash.queue.push({ ...message, attempts: 0 });
      if (flash.queue.length > mostQueued) dropOldestMeterValues(flash.queue);
      wake();
    },
    wake,
    rest: () => {
      busy = false;
      clock.clearTimeout(timer);
    },
  };
}

/** A stop of a transaction that never got its number carries -1 (errata 3.18); meter values then go without. */
function withTransactionId(flash: Flash, message: QueuedMessage): Payload {
  if (message.localId === null || message.action === 'StartTransaction') return message.payload;
  const transactionId = flash.transactionIds.get(message.localId) ?? -1;
  if (message.action === 'MeterValues' && transactionId === -1) return message.payload;
  return { ...message.payload, transactionId };
}

function giveUp(flash: Flash, message: QueuedMessage): void {
  if (message.action !== 'StartTransaction' || message.localId === null) return;
  for (const transaction of flash.transactions.values()) {
    if (transaction.localId === message.localId) transaction.transactionId = -1;
  }
}

function forget(flash: Flash, message: QueuedMessage): void {
  if (message.action === 'StopTransaction' && message.localId !== null) flash.transactionIds.delete(message.localId);
}

/** The first message may be under way, so it stays. */
function dropOldestMeterValues(queue: QueuedMessage[]): void {
  const index = queue.findIndex((message, position) => position > 0 && message.action === 'MeterValues');
  if (index > 0) queue.splice(index, 1);
}
