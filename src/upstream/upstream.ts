import type { Controller } from '../controller/controller.ts';
import type { UpstreamEvent } from '../domain/upstream.ts';
import type { Clock, Log, UpgradeRequest } from '../runtime/ports.ts';
import type { OutboxReads, outboxWrites } from '../store/outbox.ts';
import { utc } from '../store/view-values.ts';
import type { Views } from '../store/views.ts';
import { ackIn } from './acks.ts';
import type { Broker, Inbound, Message, Up } from './link.ts';
import { createLive, LIVE_S } from './live.ts';
import { createPump } from './pump.ts';
import { createStates } from './states.ts';
import type { Topics } from './topics.ts';
import { createWatch } from './watch.ts';

/** A cursor that has moved is written down so often at most, ms: what is lost of it is sent again, and recognised. */
const CURSOR_EVERY_MS = 1_000;

/** What a command that is carried out here is answered, as HTTP would. */
export type Answered = { readonly status: number; readonly body: string };
/** Commands of the connection itself, by name. */
export type OwnCommands = ReadonlyMap<string, (request: Readonly<Record<string, unknown>>) => Answered>;

/** Takes what comes for the site; resolves once it is durable. */
export type Desk = {
  received(message: Inbound): Promise<void>;
  start(): void;
  stop(): void;
  /** Stands before the controller, for whatever the backend is asked first. */
  door?: (request: UpgradeRequest) => UpgradeRequest;
};

/** How it stands, for the API. */
export type UpstreamState = {
  readonly connected: boolean;
  readonly since: string | null;
  /** Why it is not connected, in words; null while it is. */
  readonly why: string | null;
  readonly ackMode: 'app' | 'puback';
  readonly epoch: string;
  readonly streams: Readonly<
    Record<
      't0' | 't1',
      { readonly head: number; readonly sent: number; readonly acked: number; readonly waiting: number }
    >
  >;
  /** When the oldest event happened that the backend has not acknowledged; null where it has all. */
  readonly waitingSince: string | null;
  /** When the backend last acknowledged something. */
  readonly ackedAt: string | null;
  /** What events take in the store, bytes, and how much they may before somebody is told. */
  readonly bytes: number;
  readonly budgetBytes: number;
  /** Since the start of the process. */
  readonly sent: {
    readonly messages: number;
    readonly bytes: number;
    readonly events: number;
    readonly readings: number;
  };
};

export type Upstream = ReturnType<typeof startUpstream>;

/**
 * The site's side of its backend: tells it what happens, and takes what it has to say. Whatever becomes of the connection,
 * the site goes on as it is.
 */
export function startUpstream(site: {
  controller: Controller;
  views: Views;
  reads: OutboxReads;
  writes: ReturnType<typeof outboxWrites>;
  broker: Broker;
  topics: Topics;
  ackMode: 'app' | 'puback';
  compress: boolean;
  /** Of events, as CloudEvents names it. */
  source: string;
  epoch: string;
  /** This life of the process. */
  boot: string;
  software: string;
  /** What the site is, without what can be asked of the store. */
  description: () => object;
  /** Bytes of events in the store above which somebody is told. */
  budgetBytes: number;
  clock: Clock;
  log: Log;
  /** Commands, configuration and the rest of what the backend may say; made with the commands of the connection. */
  desk: (parts: { publish: (message: Message) => void; own: OwnCommands; isUp: () => boolean }) => Desk;
}) {
  const { controller, views, reads, writes, topics, ackMode, clock, log, epoch, boot } = site;
  const startedAt = clock.now();
  let connection: 'up' | 'down' = 'down';
  let since: number | null = null;
  let why: string | null = 'it has not connected yet';
  const moved = new Map<'t0' | 't1', number>();
  let writing: { cancel(): void } | null = null;
  let badAcks = 0;
  let stopped = false;

  const json = (topic: string, content: object): Message => ({
    topic,
    payload: Buffer.from(JSON.stringify(content), 'utf8'),
    qos: 1,
    retain: true,
  });
  const states = createStates({
    views,
    topics,
    clock,
    info: site.description,
    due: () => pump.run(),
  });
  const link = site.broker({
    will: json(topics.status, { state: 'lost', boot }),
    listener: { up, received, down },
  });
  const pump = createPump({
    clock,
    reads,
    topics,
    ackMode,
    compress: site.compress,
    source: site.source,
    publish: (message, done) => link.publish(message, done),
    drop: (reason) => link.drop(reason),
    nextState: states.next,
    note: (event) => void note(event),
    acknowledged(stream, upTo): void {
      moved.set(stream, upTo);
      writing ??= clock.after(CURSOR_EVERY_MS, writeCursors);
    },
  });
  const live = createLive({ views, topics, clock, publish: (message) => link.publish(message) });
  const desk = site.desk({
    publish: pump.send,
    isUp: () => connection === 'up',
    own: new Map([
      ['live.start', startLive],
      ['live.stop', stopLive],
    ]),
  });
  const watch = createWatch({ controller, clock, bytes: reads.bytes, budgetBytes: site.budgetBytes });
  const listening = controller.feed.listen(({ event }) => {
    // Without a line nothing is to be told now: the outbox keeps the events, and states are made anew with the next one.
    if (connection === 'down') return;
    pump.happened();
    states.happened(event);
    live.happened(event);
  });
  desk.start();

  function up(parameters: Up): void {
    connection = 'up';
    since = clock.now();
    why = null;
    watch.up();
    const { t0, t1 } = reads.heads();
    const first = reads.epochs().at(-1)?.first;
    states.up();
    pump.up(
      parameters,
      json(topics.status, {
        state: 'online',
        boot,
        epoch,
        since: utc(startedAt),
        software: site.software,
        proto: 1,
        ackMode,
        heads: { t0, t1 },
        first,
      }),
    );
  }

  function down(reason: string): void {
    if (stopped) return;
    if (connection === 'up') since = clock.now();
    connection = 'down';
    why = reason;
    pump.down();
    states.down();
    live.down();
    watch.down(reason);
  }

  async function received(message: Inbound): Promise<void> {
    if (message.topic !== topics.ack) return desk.received(message);
    const ack = ackIn(message.payload);
    const stream = ack === null ? null : pump.streams[ack.stream];
    if (ack === null || stream === null || !stream.acknowledged(ack.epoch, ack.upTo)) {
      // Said once in a while: a broken backend may send thousands.
      badAcks += 1;
      if (badAcks % 1_000 === 1)
        log.warn({ badAcks }, 'the backend has acknowledged what is not ours, or in no form that we know');
      return;
    }
    if (ack.want !== null) stream.wanted(ack.want.from, ack.want.to);
    pump.run();
  }

  async function note(event: UpstreamEvent): Promise<void> {
    await controller.execute({ type: 'note-upstream', event });
  }

  function writeCursors(): void {
    writing = null;
    const cursors = [...moved];
    moved.clear();
    const at = clock.now();
    const write = (): number => cursors.reduce((sum, [stream, upTo]) => sum + writes.acknowledge(stream, upTo, at), 0);
    controller.housekeep(write).catch((error: unknown) => {
      log.warn({ err: error }, 'how far the backend is could not be written down; some of it will be sent again');
    });
  }

  function startLive({ params, query }: Readonly<Record<string, unknown>>): Answered {
    const id = fieldOf(params, 'id');
    const seconds = Number(fieldOf(query, 'seconds') ?? LIVE_S);
    if (typeof id !== 'string' || views.chargePoint(id) === null)
      return problem(404, `There is no charge point ${String(id).slice(0, 48)}.`);
    if (!(seconds > 0)) return problem(400, 'query.seconds must be a number above 0.');
    return live.start(id, seconds)
      ? { status: 200, body: '{}' }
      : problem(429, 'Too many live leases; end some first.');
  }

  function stopLive({ params }: Readonly<Record<string, unknown>>): Answered {
    const id = fieldOf(params, 'id');
    if (typeof id === 'string') live.stop(id);
    return { status: 200, body: '{}' };
  }

  return {
    door: (request: UpgradeRequest): UpgradeRequest => desk.door?.(request) ?? request,
    state(): UpstreamState {
      const heads = reads.heads();
      const streamState = (name: 't0' | 't1') => ({
        head: heads[name],
        sent: pump.streams[name].sent(),
        acked: pump.streams[name].acked(),
        waiting: heads[name] - pump.streams[name].acked(),
      });
      const ackedAt = [reads.ackedAtMs('t0'), reads.ackedAtMs('t1')].filter((at) => at !== null);
      return {
        connected: connection === 'up',
        since: utc(since),
        why,
        ackMode,
        epoch,
        streams: { t0: streamState('t0'), t1: streamState('t1') },
        waitingSince: utc(reads.waitingSinceMs()),
        ackedAt: ackedAt.length === 0 ? null : utc(Math.max(...ackedAt)),
        bytes: reads.bytes(),
        budgetBytes: site.budgetBytes,
        sent: pump.figures(),
      };
    },
    /** Says farewell, so that the site counts as offline and not as lost. */
    async stop(): Promise<void> {
      stopped = true;
      listening();
      watch.stop();
      desk.stop();
      pump.stop();
      states.stop();
      writing?.cancel();
      if (moved.size > 0) writeCursors();
      await link.close(json(topics.status, { state: 'offline', boot, at: utc(clock.now()) }));
    },
  };
}

function fieldOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? (of as Record<string, unknown>)[name]
    : undefined;
}

const problem = (status: number, detail: string): Answered => ({ status, body: JSON.stringify({ status, detail }) });
