import { deflateSync } from 'node:zlib';
import type { UpstreamEvent, UpstreamStream } from '../domain/upstream.ts';
import type { Clock } from '../runtime/ports.ts';
import type { OutboxReads } from '../store/outbox.ts';
import { eventBatch, MAX_EVENTS } from './event-batch.ts';
import type { Message, Up } from './link.ts';
import { readingBatch } from './reading-batch.ts';
import { createStream } from './stream.ts';
import type { Topics } from './topics.ts';
import { createWindow } from './window.ts';

/** Events wait for each other so long, ms: those of one moment travel together. */
const GATHER_MS = 250;
/** How often it is looked whether telemetry has been written, ms. */
const LOOK_MS = 5_000;
/** Readings of one message, and how many times as many where they are thinned for it. */
const MAX_READINGS = 1_000;
const THINNED_TIMES = 10;
/** Characters of one reading at most, in columns. */
const READING_CHARS = 120;
/** Messages of telemetry a second at most, so that a backlog leaves room for what happens now. */
const TELEMETRY_PER_S = 20;
/** Answers that wait at most: commands are taken a few at a time. */
const MAX_URGENT = 2_000;
/** Payloads above this are deflated, bytes. */
const DEFLATE_FROM = 512;
/** What a packet needs beside its payload, bytes. */
const PACKET_OVERHEAD = 1_024;
const DAY_MS = 86_400_000;
/** Telemetry older than `afterMs` when it is sent goes as one row for every so many seconds; the oldest first. */
const thinning = [
  { afterMs: 7 * DAY_MS, everyS: 900 },
  { afterMs: DAY_MS, everyS: 60 },
] as const;

/**
 * Sends what the outbox holds: events first, then states, then telemetry, each in order, and each again until the backend
 * has acknowledged it. It keeps nothing but how far it has got.
 */
export function createPump(world: {
  clock: Clock;
  reads: OutboxReads;
  topics: Topics;
  ackMode: 'app' | 'puback';
  compress: boolean;
  /** Of the events, as CloudEvents names it. */
  source: string;
  publish: (message: Message, done: (taken: boolean) => void) => void;
  /** Ends a connection that takes nothing any more. */
  drop: (why: string) => void;
  /** The next state that is to be told, of whatever; null where none is. */
  nextState: () => Message | null;
  note: (event: UpstreamEvent) => void;
  /** The backend has everything of a stream up to here. */
  acknowledged: (stream: UpstreamStream, upTo: number) => void;
}) {
  const { clock, reads, topics, ackMode, source } = world;
  const epochs = reads.epochs();
  const createOne = (name: UpstreamStream) =>
    createStream(name, {
      clock,
      ackMode,
      epochs,
      head: () => heads[name],
      acked: reads.acked(name),
      firstKept: () => reads.firstKept(name),
      moved: (upTo) => world.acknowledged(name, upTo),
      again: () => run(),
    });
  let heads = reads.heads();
  const streams = { t0: createOne('t0'), t1: createOne('t1') };
  const window = createWindow({
    clock,
    publish: world.publish,
    room: () => run(),
    congested: () => world.drop('the upstream broker acknowledges nothing'),
  });
  const sent = { messages: 0, bytes: 0, events: 0, readings: 0 };
  let maxChars = Number.POSITIVE_INFINITY;
  let up = false;
  let gathering: { cancel(): void } | null = null;
  let looking = clock.after(LOOK_MS, look);
  let allowance = TELEMETRY_PER_S;
  let allowedAt = clock.monotonic();
  /** Answers, and who we are: before all else, and gone with the connection. */
  let urgent: Message[] = [];
  let pausing: { cancel(): void } | null = null;
  /** Up to where it has been said that telemetry is thinned. */
  let thinnedTo = 0;

  function look(): void {
    looking = clock.after(LOOK_MS, look);
    run();
  }

  function run(): void {
    if (!up) return;
    heads = reads.heads();
    while (up && window.hasRoom()) {
      const message = nextUrgent() ?? nextEvents() ?? nextState() ?? nextReadings();
      if (message === null) return;
      window.send(message.message, message.done);
    }
  }

  function nextUrgent() {
    return sendable(urgent.shift() ?? null);
  }

  function nextState() {
    return sendable(world.nextState());
  }

  function sendable(message: Message | null) {
    return message === null ? null : { message, done: () => undefined };
  }

  function nextEvents() {
    const next = streams.t0.next();
    if (next === null) return null;
    const rows = reads
      .eventsAfter(next.after, Math.min(MAX_EVENTS, next.to - next.after))
      .filter(({ seq }) => seq <= next.to);
    const batch = eventBatch(rows, { epoch: next.epoch, source, maxChars });
    if (batch === null) {
      // What was to be sent again has been dropped meanwhile. What was never acknowledged never is.
      if (next.replayed) streams.t0.sending(next.to, true);
      return null;
    }
    sent.events += rows.length;
    return packed('t0', batch.json, streams.t0.sending(batch.to, next.replayed));
  }

  function nextReadings() {
    dropWhatIsGone();
    const next = streams.t1.next();
    if (next === null || !mayTelemetry()) return null;
    const { after, everyS, to } = next.replayed ? { ...next, everyS: null } : tierOf(next.after, next.to);
    const most = Math.max(1, Math.min(MAX_READINGS, Math.floor(maxChars / READING_CHARS)));
    const limit = Math.min(to - after, everyS === null ? most : most * THINNED_TIMES);
    const rows = reads.readingsAfter(after, limit).filter(({ seq }) => seq <= to);
    const last = rows.at(-1)?.seq ?? to;
    const batch = readingBatch(rows, { epoch: next.epoch, from: after + 1, to: last, everyS });
    sent.readings += rows.length;
    allowance -= 1;
    return packed('t1', JSON.stringify(batch), streams.t1.sending(last, next.replayed));
  }

  /** Telemetry that is too old to be kept was dropped before it could be sent. */
  function dropWhatIsGone(): void {
    const first = reads.firstKept('t1') ?? heads.t1 + 1;
    const from = streams.t1.acked() + 1;
    if (from >= first) return;
    world.note({
      type: 'upstream-gap',
      stream: 't1',
      from,
      to: first - 1,
      reason: 'retention',
      keptEveryS: null,
      at: clock.now(),
    });
    streams.t1.passOver(first - 1);
  }

  /** How fine what comes next goes, and up to where. What is thinned is said once, before it goes. */
  function tierOf(after: number, to: number): { after: number; to: number; everyS: number | null } {
    for (const { afterMs, everyS } of thinning) {
      const end = Math.min(to, reads.lastReadingBefore(after, clock.now() - afterMs));
      if (end <= after) continue;
      if (thinnedTo < end) {
        const from = after + 1;
        world.note({
          type: 'upstream-gap',
          stream: 't1',
          from,
          to: end,
          reason: 'thinned',
          keptEveryS: everyS,
          at: clock.now(),
        });
        thinnedTo = end;
      }
      return { after, to: end, everyS };
    }
    return { after, to, everyS: null };
  }

  function mayTelemetry(): boolean {
    const now = clock.monotonic();
    allowance = Math.min(TELEMETRY_PER_S, allowance + ((now - allowedAt) * TELEMETRY_PER_S) / 1_000);
    allowedAt = now;
    if (allowance >= 1) return true;
    pausing ??= clock.after(1_000 / TELEMETRY_PER_S, () => {
      pausing = null;
      run();
    });
    return false;
  }

  function packed(stream: UpstreamStream, json: string, done: (taken: boolean) => void) {
    const plain = Buffer.from(json, 'utf8');
    const small = !world.compress || plain.length < DEFLATE_FROM;
    const payload = small ? plain : deflateSync(plain);
    sent.messages += 1;
    sent.bytes += payload.length;
    const message: Message = {
      topic: topics.events(stream),
      payload,
      qos: 1,
      retain: false,
      ...(small ? {} : { encoding: 'deflate' }),
    };
    return { message, done };
  }

  return {
    /** `first` goes before all else. */
    up({ receiveMaximum, maximumPacketSize }: Up, first: Message): void {
      up = true;
      urgent = [first];
      maxChars = Math.max(1_024, maximumPacketSize - PACKET_OVERHEAD) / 4;
      window.up(receiveMaximum);
      thinnedTo = 0;
      run();
    },
    down(): void {
      up = false;
      urgent = [];
      window.down();
      streams.t0.down();
      streams.t1.down();
    },
    /** Before all else; nothing becomes of it while there is no connection. */
    send(message: Message): void {
      if (!up || urgent.length >= MAX_URGENT) return;
      urgent.push(message);
      run();
    },
    /** Something has happened that may be told. */
    happened(): void {
      if (!up) return;
      gathering ??= clock.after(GATHER_MS, () => {
        gathering = null;
        run();
      });
    },
    run,
    streams,
    figures: () => ({ ...sent }),
    stop(): void {
      up = false;
      window.down();
      streams.t0.stop();
      streams.t1.stop();
      gathering?.cancel();
      pausing?.cancel();
      looking.cancel();
    },
  };
}
