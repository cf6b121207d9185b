import type { TSchema } from 'typebox';
import * as commands from './commands.ts';
import * as states from './states.ts';
import * as streams from './streams.ts';

/** One kind of topic below the root of a site. */
export type Channel = {
  /** Below the root; `{…}` is one level. */
  readonly address: string;
  /** As the site sees it. */
  readonly does: 'send' | 'receive';
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly summary: string;
  readonly payload: TSchema;
  /** An empty message: there is no such thing any more. */
  readonly clears?: true;
  /** Larger ones come as zlib, with the user property contentEncoding = deflate. */
  readonly deflates?: true;
};

const sends = { does: 'send', qos: 1, retain: false } as const;
const keeps = { does: 'send', qos: 1, retain: true } as const;
const receives = { does: 'receive', qos: 1, retain: false } as const;

/** Everything that goes over the line, by name. */
export const channels = {
  status: {
    ...keeps,
    address: 'status',
    summary: 'Whether the site is there; lost is its last will',
    payload: states.status,
  },
  info: { ...keeps, address: 'info', summary: 'What the site is made of', payload: states.info },
  site: { ...keeps, address: 'site', summary: 'The site at a glance', payload: states.site },
  state: {
    ...keeps,
    address: 'state/{chargePoint}',
    summary: 'A charge point as it is now',
    payload: states.chargePoint,
    clears: true,
  },
  alert: {
    ...keeps,
    address: 'alert/{alert}',
    summary: 'What a person should look at; an empty message when it is over',
    payload: states.alert,
    clears: true,
  },
  events: {
    ...sends,
    address: 'evt/t0',
    summary: 'What happens: numbered, in order, nothing left out',
    payload: streams.eventBatch,
    deflates: true,
  },
  readings: {
    ...sends,
    address: 'evt/t1',
    summary: 'What is measured: numbered, in order, thinned where it had to wait long',
    payload: streams.readingBatch,
    deflates: true,
  },
  live: {
    ...sends,
    qos: 0,
    address: 'live/{chargePoint}/{connector}',
    summary: 'Samples of a connector while somebody looks',
    payload: states.live,
  },
  ack: { ...receives, address: 'ack', summary: 'What the backend has stored', payload: streams.ack },
  command: { ...receives, address: 'cmd/{command}', summary: 'A command', payload: commands.command },
  answer: { ...sends, address: 'res/{command}', summary: 'What became of a command', payload: commands.answer },
  desired: {
    ...receives,
    retain: true,
    address: 'cfg/desired',
    summary: 'What the configuration shall be',
    payload: commands.desired,
  },
  reported: {
    ...keeps,
    address: 'cfg/reported',
    summary: 'What has become of the configuration that was wanted',
    payload: commands.reported,
  },
  question: {
    ...sends,
    address: 'ask/authorize',
    summary: 'A card that nobody here knows',
    payload: commands.question,
  },
  verdict: {
    ...receives,
    address: 'answer/authorize',
    summary: 'What the backend says of it',
    payload: commands.verdict,
  },
} as const satisfies Readonly<Record<string, Channel>>;

export type ChannelName = keyof typeof channels;
