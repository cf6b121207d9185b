import { inflateSync } from 'node:zlib';
import { rowsOf } from './columns.ts';
import type { Gap, Keep, KeptEvent, StreamName } from './keep.ts';

/** Bytes of a message that is looked at, and of what it may inflate to. */
const MAX_BYTES = 1_048_576;
const MAX_INFLATED = 16_777_216;
/** How often a missing range is asked for before it counts as lost, and ms between two times. */
const ASKED_AT_MOST = 5;
const ASK_EVERY_MS = 2_000;
const SESSIONS: ReadonlySet<string> = new Set([
  'busbar.transaction-started',
  'busbar.transaction-stopped',
  'busbar.orphan-stopped',
]);

/** What is to be said to a site: how far it has been taken, and what is missing. */
export type Word = {
  readonly site: string;
  readonly ack: { readonly epoch: string; readonly stream: StreamName; readonly upTo: number; readonly want?: Gap };
};

type Batch = {
  readonly epoch: string;
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
} & Readonly<Record<string, unknown>>;

/**
 * Takes one message after another into the store: each number of a stream once and in its order. What comes out of order is
 * left, and asked for from where the order broke. Everything is written when `take` returns.
 */
export function createIntake(keep: Keep, now: () => number) {
  const asked = new Map<string, { from: number; times: number; at: number }>();
  const figures = { messages: 0, malformed: 0, duplicates: 0, gaps: 0 };

  /** `site` and what stands below its root. Returns what is to be answered; throws nothing but what the disk throws. */
  function take(site: string, below: string, payload: Buffer, encoding: string | undefined): Word | null {
    figures.messages += 1;
    const text = textOf(payload, encoding);
    if (text === null) return malformed();
    return keep.transaction(() => {
      keep.seen(site, now());
      if (below === 'evt/t0' || below === 'evt/t1') {
        const batch = batchOf(text, below === 'evt/t0' ? 't0' : 't1');
        return batch === null ? malformed() : takeBatch(site, batch);
      }
      if (below === 'status') {
        const status = objectOf(text);
        if (status === null) return malformed();
        keep.status(site, { ...keep.statusOf(site), ...status });
      } else keep.retain(site, below, text);
      return null;
    });
  }

  function malformed(): null {
    figures.malformed += 1;
    return null;
  }

  function takeBatch(site: string, batch: Batch): Word | null {
    const { epoch, stream, from, to } = batch;
    const before = keep.upTo(site, epoch, stream) ?? firstOf(site, epoch, stream, from) - 1;
    if (to <= before) {
      twice(site, to - from + 1);
      return { site, ack: { epoch, stream, upTo: before } };
    }
    if (from > before + 1) {
      const gap = { from: before + 1, to: from - 1 };
      const word = missing(site, batch, gap);
      if (word !== null) return word;
    }
    if (from <= before) twice(site, before - from + 1);
    try {
      if (stream === 't0') for (const event of eventsOf(batch)) if (event.seq > before) takeEvent(site, epoch, event);
      if (stream === 't1') takeReadings(site, batch, before);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return malformed();
    }
    keep.move(site, epoch, stream, to);
    asked.delete(`${site} ${epoch} ${stream}`);
    return { site, ack: { epoch, stream, upTo: to } };
  }

  /** Something is missing before this message. Returns what to say, or null to go on without it. */
  function missing(site: string, { epoch, stream, to }: Batch, gap: Gap): Word | null {
    const upTo = gap.from - 1;
    if (stream === 't1' && keep.isExplained(site, gap)) {
      keep.gap(site, epoch, stream, gap, 'explained');
      return null;
    }
    const key = `${site} ${epoch} ${stream}`;
    const last = asked.get(key);
    const times = last?.from === gap.from ? last.times : 0;
    const at = now();
    if (times >= ASKED_AT_MOST) {
      figures.gaps += 1;
      keep.gap(site, epoch, stream, gap, 'lost');
      return null;
    }
    if (last !== undefined && times > 0 && at - last.at < ASK_EVERY_MS) return { site, ack: { epoch, stream, upTo } };
    asked.set(key, { from: gap.from, times: times + 1, at });
    return { site, ack: { epoch, stream, upTo, want: { from: gap.from, to } } };
  }

  function takeEvent(site: string, epoch: string, event: KeptEvent): void {
    keep.event(site, epoch, event);
    if (SESSIONS.has(event.type) && isObject(event.data)) keep.session(site, event.data);
  }

  function takeReadings(site: string, batch: Batch, before: number): void {
    const { epoch, everyS, series } = batch;
    if (!Array.isArray(series)) throw new TypeError('no series');
    for (const one of series) {
      if (!isObject(one)) throw new TypeError('no series');
      for (const row of rowsOf(one)) {
        if (row.seq > before) keep.reading(site, epoch, typeof everyS === 'number' ? everyS : null, row);
      }
    }
  }

  /** The first number of an epoch, as the site says; where it does not, what comes first is the first. */
  function firstOf(site: string, epoch: string, stream: StreamName, from: number): number {
    const { epoch: known, first } = keep.statusOf(site);
    const number = known === epoch && isObject(first) ? first[stream] : undefined;
    return typeof number === 'number' && number <= from ? number : from;
  }

  function twice(site: string, count: number): void {
    figures.duplicates += count;
    keep.countTwice(site, count);
  }

  return { take, figures: () => ({ ...figures }) };
}

function textOf(payload: Buffer, encoding: string | undefined): string | null {
  if (payload.length > MAX_BYTES) return null;
  if (encoding !== 'deflate') return payload.toString('utf8');
  try {
    return inflateSync(payload, { maxOutputLength: MAX_INFLATED }).toString('utf8');
  } catch {
    return null;
  }
}

function batchOf(text: string, stream: StreamName): Batch | null {
  const read = objectOf(text);
  if (read === null) return null;
  const { epoch, from, to } = read;
  const sound =
    typeof epoch === 'string' &&
    epoch.length <= 64 &&
    read.stream === stream &&
    isNumber(from) &&
    isNumber(to) &&
    from <= to;
  return sound ? (read as Batch) : null;
}

function eventsOf({ events }: Batch): KeptEvent[] {
  if (!Array.isArray(events)) throw new TypeError('no events');
  return events.map((event: unknown) => {
    if (!isObject(event)) throw new TypeError('no event');
    const { sequence, type, time, subject, data } = event;
    if (typeof sequence !== 'string' || typeof type !== 'string' || typeof time !== 'string')
      throw new TypeError('no event');
    return { seq: Number(sequence), type, time, subject: typeof subject === 'string' ? subject : null, data };
  });
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) ? read : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
