/** What the site needs of a broker. The real one is in mqtt-link.ts; the simulation brings its own. */

export type Message = {
  readonly topic: string;
  /** Empty: a retained topic is cleared. */
  readonly payload: Buffer;
  /** 0: lost with the connection. 1: told of when the broker has it. */
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** As `contentEncoding` among the user properties; left out: as it is. */
  readonly encoding?: 'deflate';
  /** MQTT 5 Correlation Data. */
  readonly correlation?: Buffer;
};

export type Inbound = {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retained: boolean;
  /** MQTT 5; null where the sender gave none. */
  readonly responseTopic: string | null;
  readonly correlation: Buffer | null;
  /** What is left of its life, s; null: it has no end. */
  readonly expiryS: number | null;
};

/** What becomes of a connection, one call at a time: `up`, anything that is received, then `down`; and again. */
export type LinkListener = {
  up(connection: Up): void;
  /** The message is acknowledged to the broker once this resolves. */
  received(message: Inbound): Promise<void>;
  /** What has been published and not acknowledged is forgotten; `why` in words for a person. */
  down(why: string): void;
};

export type Up = {
  /** Messages that the broker takes before it has acknowledged the first. */
  readonly receiveMaximum: number;
  /** Bytes of a packet that it takes. */
  readonly maximumPacketSize: number;
};

export type Link = {
  /** Only between `up` and `down`. `done` is called once, with false when the connection ended before the broker had it. */
  publish(message: Message, done?: (taken: boolean) => void): void;
  /** Ends this connection as if the network had; the next one comes by itself. */
  drop(why: string): void;
  /** Ends it for good; `last` is published before. */
  close(last?: Message): Promise<void>;
};

/** Connects, and connects again whenever the connection is lost, until it is closed. */
export type Broker = (options: { readonly will: Message; readonly listener: LinkListener }) => Link;
