import type { ServerResponse } from 'node:http';
import type { Change, Feed } from '../controller/feed.ts';
import type { Clock } from '../runtime/ports.ts';
import { eventView } from '../store/event-view.ts';

/** Streams at once: people and programs on this machine who watch one site. */
const MAX_STREAMS = 50;
/** A comment this often, ms, keeps what is in between from taking silence for an end. */
const HEARTBEAT_MS = 15_000;
/** Changes that a returning client gets afterwards at most; beyond them loading anew is cheaper. */
const MAX_MISSED = 1_000;
/** A client that leaves this many bytes unread is dropped; it comes back and resumes. */
const MAX_UNREAD_BYTES = 1_048_576;
/** How soon a client should come back, ms. */
const RETRY_MS = 2_000;

export type EventStreams = ReturnType<typeof createEventStreams>;

/**
 * Server-sent events of everything that happens. Each has an id that is good for resuming in this process's life;
 * `reset` says that something was missed, and that the client has to load what it shows anew.
 */
export function createEventStreams({ feed, clock, bootId }: { feed: Feed; clock: Clock; bootId: string }) {
  /** Each with whether it may still be told something. */
  const open = new Map<ServerResponse, () => boolean>();
  const deaf = feed.listen((change) => {
    if (open.size === 0 || !isTold(change)) return;
    const text = encoded(change);
    for (const stream of open.keys()) send(stream, text);
  });
  let beat = clock.after(HEARTBEAT_MS, heartbeat);

  return {
    full: (): boolean => open.size >= MAX_STREAMS,

    /** Takes over a response whose head is not written yet. */
    attach(
      stream: ServerResponse,
      headers: Readonly<Record<string, string>>,
      lastEventId: string | null,
      mayGoOn: () => boolean,
    ): void {
      stream.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      open.set(stream, mayGoOn);
      stream.on('close', () => open.delete(stream));
      stream.on('error', () => open.delete(stream));
      const missed = lastEventId === null ? [] : missedSince(lastEventId);
      const greeting = missed === null ? 'reset' : 'ready';
      send(stream, `retry: ${RETRY_MS}\n\n`);
      for (const change of missed ?? []) send(stream, encoded(change));
      send(stream, `id: ${idOf(feed.last())}\nevent: ${greeting}\ndata: {}\n\n`);
    },

    /** Ends every stream, and takes no notice of the feed any more. */
    close(): void {
      beat.cancel();
      deaf();
      for (const stream of open.keys()) stream.end();
      open.clear();
    },
  };

  function heartbeat(): void {
    beat = clock.after(HEARTBEAT_MS, heartbeat);
    for (const stream of open.keys()) send(stream, ': still here\n\n');
  }

  function missedSince(lastEventId: string): readonly Change[] | null {
    const [boot, seq = ''] = lastEventId.split('.', 2);
    if (boot !== bootId || !/^\d{1,15}$/.test(seq)) return null;
    const changes = feed.since(Number(seq));
    return changes === null || changes.length > MAX_MISSED ? null : changes.filter(isTold);
  }

  function idOf(seq: number): string {
    return `${bootId}.${seq}`;
  }

  /** JSON has no line breaks of its own, so that one line of data holds it whatever a charge point sent. */
  function encoded({ seq, event }: Change): string {
    return `id: ${idOf(seq)}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;
  }

  function send(stream: ServerResponse, text: string): void {
    if (open.get(stream)?.() === false) {
      open.delete(stream);
      stream.end();
      return;
    }
    stream.write(text);
    if (stream.writableLength <= MAX_UNREAD_BYTES) return;
    open.delete(stream);
    stream.destroy();
  }
}

/** Who did what is not for every viewer. */
const isTold = ({ event }: Change): boolean => event.type !== 'request-audited';
