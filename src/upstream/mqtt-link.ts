import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { createBackOff } from '../runtime/back-off.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import type { Broker, Inbound, Link, LinkListener, Message } from './link.ts';

/** How the broker is reached, and who we are there. */
export type BrokerOptions = {
  readonly url: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  /** Topics that are listened to, at QoS 1. */
  readonly subscriptions: readonly string[];
  readonly keepaliveS: number;
  readonly tls: {
    readonly ca: Buffer | undefined;
    readonly cert: Buffer | undefined;
    readonly key: Buffer | undefined;
    readonly servername: string | undefined;
    readonly alpn: readonly string[];
  };
};

/** What the broker keeps of our session, s: commands have an end of their own, and configuration is retained. */
const SESSION_EXPIRY_S = 86_400;
/** Commands on their way to us at once, and bytes of a packet that we take. */
const RECEIVE_MAXIMUM = 16;
const MAX_PACKET_BYTES = 262_144;
/** The site is said to be lost after this, s, so that a blip does not flap. */
const WILL_DELAY_S = 60;
const CONNECT_WITHIN_MS = 15_000;
/** How long the last message may take to leave when we end, ms. */
const LAST_WORD_MS = 2_000;
/** Between attempts at most, ms. */
const MAX_PAUSE_MS = 60_000;
const DEFAULT_MAX_PACKET = 1_048_576;
/** What a packet needs beside topic and payload, bytes, at most. */
const PACKET_OVERHEAD = 512;

/**
 * The broker by mqtt.js, used as a dumb pipe: a client for each connection, thrown away with it. So nothing is ever
 * queued, kept or sent again by the library, whose ways of doing that lose or delay messages (docs/adr/0015).
 */
export function mqttBroker(options: BrokerOptions, world: { clock: Clock; log: Log; random: () => number }): Broker {
  return ({ will, listener }) => createLink(options, world, will, listener);
}

function createLink(
  options: BrokerOptions,
  { clock, log, random }: { clock: Clock; log: Log; random: () => number },
  will: Message,
  listener: LinkListener,
): Link {
  const backOff = createBackOff(MAX_PAUSE_MS, random);
  let current: { client: MqttClient; waiting: Set<(taken: boolean) => void>; up: boolean; most: number } | null = null;
  let timer = clock.after(0, open);
  let closed = false;
  let lastWhy = '';

  function open(): void {
    const waiting = new Set<(taken: boolean) => void>();
    const client = mqtt.connect(options.url, clientOptions(options, will, received));
    const mine = { client, waiting, up: false, most: DEFAULT_MAX_PACKET };
    current = mine;
    let why = 'the connection ended';
    client.on('error', (error) => {
      why = error.message;
    });
    client.on('connect', (packet) => {
      backOff.reset();
      lastWhy = '';
      mine.up = true;
      const properties = packet.properties ?? {};
      log.info({ url: options.url, sessionPresent: packet.sessionPresent }, 'connected to the upstream broker');
      mine.most = properties.maximumPacketSize ?? DEFAULT_MAX_PACKET;
      listener.up({ receiveMaximum: properties.receiveMaximum ?? 65_535, maximumPacketSize: mine.most });
      subscribe(client);
    });
    // Of QoS 0 only: the others have passed customHandleAcks.
    client.on('message', (topic, payload, packet) => {
      if (packet.qos === 0) void received(topic, payload, packet).catch(() => undefined);
    });
    client.on('disconnect', (packet) => {
      why = `the broker ended it (reason ${packet.reasonCode})`;
    });
    client.on('close', () => {
      if (current !== mine) return;
      current = null;
      for (const done of waiting) done(false);
      waiting.clear();
      client.end(true);
      if (closed) return;
      if (mine.up) {
        log.warn({ url: options.url, why }, 'the upstream broker is gone');
        listener.down(why);
      } else if (why !== lastWhy) {
        log.warn({ url: options.url, why }, 'the upstream broker can not be reached; trying again');
        listener.down(why);
      }
      lastWhy = why;
      timer = clock.after(backOff.next(), open);
    });
  }

  function subscribe(client: MqttClient): void {
    for (const topic of options.subscriptions) {
      client.subscribe(topic, { qos: 1 }, (error, granted) => {
        const refused = granted?.some(({ qos }) => qos >= 128) ?? false;
        if (refused || (error !== null && client.connected)) {
          log.error({ topic, err: error }, 'the upstream broker does not let us listen; look at its access list');
        }
      });
    }
  }

  function received(topic: string, payload: Buffer, packet: IPublishPacket): Promise<void> {
    const properties = packet.properties ?? {};
    const message: Inbound = {
      topic,
      payload,
      retained: packet.retain,
      responseTopic: properties.responseTopic ?? null,
      correlation: properties.correlationData ?? null,
      expiryS: properties.messageExpiryInterval ?? null,
    };
    return listener.received(message).catch((error: unknown) => {
      // The broker brings it again over the next connection, and not before.
      log.warn({ topic, err: error }, 'a message of the backend could not be taken');
      current?.client.stream.destroy();
      throw error;
    });
  }

  return {
    publish(message, done = () => undefined): void {
      const mine = current;
      if (mine === null || !mine.up) {
        done(false);
        return;
      }
      // The broker would end the connection over it, and over the next one again.
      if (message.topic.length + message.payload.length + PACKET_OVERHEAD > mine.most) {
        log.warn(
          { topic: message.topic, bytes: message.payload.length, most: mine.most },
          'a message is too large for the upstream broker, and left out',
        );
        done(false);
        return;
      }
      mine.waiting.add(done);
      mine.client.publish(message.topic, message.payload, publishOptions(message), (error) => {
        if (!mine.waiting.delete(done)) return;
        if (error) log.warn({ topic: message.topic, err: error }, 'the upstream broker did not take a message');
        done(error === null || error === undefined);
      });
    },
    drop(why): void {
      log.warn({ why }, 'ending the connection to the upstream broker');
      current?.client.stream.destroy();
    },
    async close(last): Promise<void> {
      closed = true;
      timer.cancel();
      const mine = current;
      if (mine === null) return;
      if (last !== undefined && mine.up) {
        await new Promise<void>((resolve) => {
          const patience = clock.after(LAST_WORD_MS, resolve);
          mine.client.publish(last.topic, last.payload, publishOptions(last), () => {
            patience.cancel();
            resolve();
          });
        });
      }
      // With a farewell the broker does not send the will.
      await new Promise<void>((resolve) => {
        const patience = clock.after(LAST_WORD_MS, resolve);
        mine.client.stream.once('close', () => {
          patience.cancel();
          resolve();
        });
        if (mine.up) mine.client.end(false);
        else mine.client.end(true);
      });
      mine.client.end(true);
    },
  };
}

function clientOptions(
  { clientId, username, password, keepaliveS, tls }: BrokerOptions,
  will: Message,
  received: (topic: string, payload: Buffer, packet: IPublishPacket) => Promise<void>,
): IClientOptions {
  const { ca, cert, key, servername, alpn } = tls;
  return {
    protocolVersion: 5,
    clean: false,
    clientId,
    keepalive: keepaliveS,
    connectTimeout: CONNECT_WITHIN_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    properties: {
      sessionExpiryInterval: SESSION_EXPIRY_S,
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: MAX_PACKET_BYTES,
    },
    will: {
      topic: will.topic,
      payload: will.payload,
      qos: will.qos,
      retain: will.retain,
      properties: { willDelayInterval: WILL_DELAY_S },
    },
    // The broker has its acknowledgement once what it brought is durable; without one it brings it again.
    customHandleAcks: (topic, payload, packet, done) => {
      const message = packet as IPublishPacket;
      received(topic, payload, message).then(
        () => done(null as unknown as number, 0),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
  };
}

function publishOptions({ qos, retain, encoding, correlation }: Message) {
  return {
    qos,
    retain,
    properties: {
      contentType: 'application/json',
      payloadFormatIndicator: encoding === undefined,
      ...(encoding === undefined ? {} : { userProperties: { contentEncoding: encoding } }),
      ...(correlation === undefined ? {} : { correlationData: correlation }),
    },
  };
}
