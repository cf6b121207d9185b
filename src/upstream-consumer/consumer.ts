import mqtt, { type IClientOptions, type IPublishPacket } from 'mqtt';
import { createIntake, type Word } from './intake.ts';
import type { Keep } from './keep.ts';

/** Between two acknowledgements of one stream, ms; the first goes at once. */
const GATHER_MS = 100;
/** How often it is looked whether something is still missing, ms. */
const LOOK_MS = 1_000;
/** How long the end may take, ms: a broker that says nothing does not hold it up. */
const STOP_MS = 2_000;
/** What the broker keeps for us while we are away, s. */
const SESSION_EXPIRY_S = 86_400;
const RECONNECT_MS = 1_000;

export type ConsumerOptions = {
  readonly url: string;
  /** Of the sites, such as `busbar/v1/+/+`. */
  readonly root: string;
  readonly clientId: string;
  /** Reads along without acknowledging: another consumer does. */
  readonly silent: boolean;
  readonly login: Pick<IClientOptions, 'username' | 'password' | 'ca' | 'cert' | 'key'>;
};

export type Consumer = ReturnType<typeof startConsumer>;

/**
 * The other side of docs/upstream.md, to start from: takes what sites tell into a store, each number once, and acknowledges
 * what is stored.
 */
export function startConsumer(keep: Keep, { url, root, clientId, silent, login }: ConsumerOptions) {
  const intake = createIntake(keep, Date.now);
  const levels = root.split('/').length;
  const words = new Map<string, Word>();
  let gathering: NodeJS.Timeout | null = null;
  let saidAt = 0;
  let lastAt = Date.now();
  let why: string | null = 'not connected yet';

  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clean: false,
    clientId,
    reconnectPeriod: RECONNECT_MS,
    // Without it one refusal ends reconnecting for ever.
    reconnectOnConnackError: true,
    resubscribe: false,
    properties: { sessionExpiryInterval: SESSION_EXPIRY_S },
    // The broker may forget a message once it is in the store, and not before.
    customHandleAcks: (topic, payload, packet, done) => {
      try {
        received(topic, payload, packet as IPublishPacket);
        done(null as unknown as number, 0);
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
        client.stream.destroy();
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    ...login,
  });
  client.on('error', (error) => {
    why = error.message;
  });
  client.on('close', () => {
    why ??= 'the connection ended';
  });
  client.on('connect', () => {
    why = null;
    say();
    for (const below of ['status', 'info', 'site', 'state/+', 'alert/+', 'evt/+']) {
      client.subscribe(`${root}/${below}`, { qos: 1 }, () => undefined);
    }
  });

  function received(topic: string, payload: Buffer, packet: IPublishPacket): void {
    lastAt = Date.now();
    const parts = topic.split('/');
    const site = parts.slice(0, levels).join('/');
    const encoding = packet.properties?.userProperties?.contentEncoding;
    const below = parts.slice(levels).join('/');
    gather(intake.take(site, below, payload, typeof encoding === 'string' ? encoding : undefined));
  }

  function gather(said: readonly Word[]): void {
    if (silent || said.length === 0) return;
    for (const word of said) {
      const key = `${word.site} ${word.ack.epoch} ${word.ack.stream}`;
      const want = word.ack.want ?? words.get(key)?.ack.want;
      words.set(key, want === undefined ? word : { ...word, ack: { ...word.ack, want } });
    }
    gathering ??= setTimeout(say, Math.max(0, saidAt + GATHER_MS - Date.now()));
  }

  function say(): void {
    gathering = null;
    // What is said to nobody is lost, so it waits.
    if (!client.connected) return;
    saidAt = Date.now();
    for (const { site, ack } of words.values()) {
      client.publish(
        `${site}/ack`,
        JSON.stringify({ ...ack, serverTime: new Date().toISOString() }),
        { qos: 1 },
        () => undefined,
      );
    }
    words.clear();
  }

  const looking = setInterval(() => gather(client.connected ? intake.again() : []), LOOK_MS);

  return {
    figures: () => ({ ...intake.figures(), open: intake.open(), connected: client.connected, notConnected: why }),
    /** When the last message came, ms since 1970. */
    lastAt: () => lastAt,
    async stop(): Promise<void> {
      if (gathering !== null) clearTimeout(gathering);
      clearInterval(looking);
      say();
      const ended = client.endAsync(!client.connected);
      let tired: NodeJS.Timeout | undefined;
      const waited = new Promise<'tired'>((resolve) => {
        tired = setTimeout(resolve, STOP_MS, 'tired');
      });
      if ((await Promise.race([ended, waited])) === 'tired') await client.endAsync(true);
      clearTimeout(tired);
    },
  };
}
