import { inflateSync } from 'node:zlib';
import type { Clock } from '../../src/runtime/ports.ts';
import type { Broker, Inbound, LinkListener, Message } from '../../src/upstream/link.ts';
import { contractProblems } from './contract-check.ts';

/** What has reached the broker, unpacked. */
export type Arrived = { readonly topic: string; readonly json: unknown; readonly message: Message };

/**
 * A broker within the process: takes what one site publishes after `delayMs` of `clock`, keeps what is retained, and can be cut
 * off at any moment, with or without what is on its way. Whatever breaks the contract of the line is an error.
 */
export function createLoopbackBroker(
  clock: Clock,
  options: { delayMs?: number; receiveMaximum?: number; maximumPacketSize?: number } = {},
) {
  const { delayMs = 5, receiveMaximum = 100, maximumPacketSize = 1_048_576 } = options;
  const arrived: Arrived[] = [];
  const retained = new Map<string, unknown>();
  const hears: ((arrived: Arrived) => void)[] = [];
  let listener: LinkListener | null = null;
  let will: Message | null = null;
  let up = false;
  let life = 0;
  let most = 0;
  let silent = false;
  const waiting = new Set<(taken: boolean) => void>();

  function take(message: Message): void {
    const text = message.encoding === 'deflate' ? inflateSync(message.payload) : message.payload;
    const json = text.length === 0 ? null : JSON.parse(text.toString('utf8'));
    const problems = contractProblems(message.topic, json);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const one = { topic: message.topic, json, message };
    arrived.push(one);
    if (message.retain) {
      if (message.payload.length === 0) retained.delete(message.topic);
      else retained.set(message.topic, json);
    }
    for (const hear of hears) hear(one);
  }

  const broker: Broker = (made) => {
    listener = made.listener;
    will = made.will;
    return {
      publish(message, done = () => undefined): void {
        if (!up) {
          done(false);
          return;
        }
        const mine = life;
        if (message.qos === 1) {
          waiting.add(done);
          most = Math.max(most, waiting.size);
        }
        clock.after(delayMs, () => {
          if (mine !== life || silent) return;
          take(message);
          clock.after(delayMs, () => {
            if (mine === life && waiting.delete(done)) done(true);
          });
        });
      },
      drop: () => cut(),
      async close(last): Promise<void> {
        if (up && last !== undefined) take(last);
        listener = null;
        cut();
      },
    };
  };

  function cut(): void {
    if (!up) return;
    up = false;
    life += 1;
    for (const done of [...waiting]) done(false);
    waiting.clear();
    listener?.down('cut');
  }

  return {
    broker,
    arrived,
    retained,
    isUp: () => up,
    /** The most messages that were ever on their way at once. */
    most: () => most,
    will: () => will,
    connect(): void {
      if (up || listener === null) return;
      up = true;
      silent = false;
      listener.up({ receiveMaximum, maximumPacketSize });
    },
    /** What is on its way is lost, both ways. */
    cut,
    /** It takes nothing any more, and says nothing either. */
    hang(): void {
      silent = true;
    },
    hear(hear: (arrived: Arrived) => void): void {
      hears.push(hear);
    },
    /** Says something to the site; resolves when that has taken it. */
    async say(topic: string, content: unknown, more: Partial<Inbound> = {}): Promise<void> {
      if (!up) throw new Error('the site is not connected');
      const payload = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
      await listener?.received({
        topic,
        payload,
        retained: false,
        responseTopic: null,
        correlation: null,
        expiryS: null,
        ...more,
      });
    },
    /** What has arrived on a topic. */
    on: (topic: string): unknown[] => arrived.filter((one) => one.topic === topic).map(({ json }) => json),
  };
}
