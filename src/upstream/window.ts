import type { Clock } from '../runtime/ports.ts';
import type { Message } from './link.ts';

/** Messages on their way at once, and their bytes: enough for a long line, and little to send again when it breaks. */
const MAX_MESSAGES = 32;
const MAX_BYTES = 524_288;
/** Without a word from the broker for so long, the connection is dead, ms. */
const CONGESTED_MS = 30_000;

/**
 * What is on its way to the broker and not acknowledged. mqtt.js does not heed the broker's own Receive Maximum, so it is
 * done here.
 */
export function createWindow(world: {
  clock: Clock;
  publish: (message: Message, done: (taken: boolean) => void) => void;
  /** There is room again. */
  room: () => void;
  congested: () => void;
}) {
  const { clock, publish, room, congested } = world;
  let most = MAX_MESSAGES;
  let messages = 0;
  let bytes = 0;
  let patience: { cancel(): void } | null = null;
  /** Counts connections: answers of the last one say nothing of this one. */
  let life = 0;

  function wait(): void {
    patience?.cancel();
    patience = messages === 0 ? null : clock.after(CONGESTED_MS, congested);
  }

  return {
    up(receiveMaximum: number): void {
      most = Math.max(1, Math.min(MAX_MESSAGES, receiveMaximum));
    },
    down(): void {
      life += 1;
      messages = 0;
      bytes = 0;
      wait();
    },
    hasRoom: (): boolean => messages < most && bytes < MAX_BYTES,
    send(message: Message, done: (taken: boolean) => void = () => undefined): void {
      const mine = life;
      messages += 1;
      bytes += message.payload.length;
      if (patience === null) wait();
      publish(message, (taken) => {
        if (mine === life) {
          messages -= 1;
          bytes -= message.payload.length;
          wait();
        }
        done(taken);
        if (mine === life) room();
      });
    },
  };
}
