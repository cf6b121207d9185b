import { rowsOf } from './columns.ts';
import type { Gap, Keep, KeptEvent, StreamName } from './keep.ts';
import { type Batch, batchIn, eventsOf, isNumber, isObject, Malformed, objectIn, textOf } from './messages.ts';

/** How often a missing range is asked for before it counts as lost, and ms between two times. */
const ASKED_AT_MOST = 3;
const ASK_EVERY_MS = 5_000;
/** Messages that wait for what is missing before them, of one stream; more will come again. */
const MAX_AHEAD = 256;
const MAX_AHEAD_CHARS = 1_048_576;
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

type Line = { readonly site: string; readonly epoch: string; readonly stream: StreamName };
type Asked = { readonly line: Line; readonly from: number; readonly times: number; readonly at: number };

/**
 * Takes one message after another into the store: each number of a stream once and in its order. What comes too early waits
 * until what is missing has come, or is known to be lost. Everything is written when `take` returns.
 */
export function createIntake(keep: Keep, now: () => number) {
  const asked = new Map<string, Asked>();
  const figures = { messages: 0, malformed: 0, why: null as string | null };

  /** `site` and what stands below its root. Returns what is to be said; throws nothing but what the disk throws. */
  function take(site: string, below: string, payload: Buffer, encoding: string | undefined): Word[] {
    figures.messages += 1;
    try {
      const text = textOf(payload, encoding);
      // All of it or nothing: a message that turns out to be none leaves no trace.
      return keep.transaction(() => {
        keep.seen(site, now());
        return takeText(site, below, text);
      });
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      figures.malformed += 1;
      figures.why = `${site}/${below}: ${error.message}`;
      return [];
    }
  }

  function takeText(site: string, below: string, text: string): Word[] {
    if (below === 'evt/t0') return takeBatch(site, batchIn(text, 't0'), text);
    if (below === 'evt/t1') return takeBatch(site, batchIn(text, 't1'), text);
    if (below === 'status') {
      const status = { ...keep.statusOf(site), ...objectIn(text) };
      keep.status(site, status);
      return status.state === 'online' ? greeting(site, status.epoch) : [];
    }
    if (text !== '') objectIn(text);
    keep.retain(site, below, text);
    return [];
  }

  /** Whoever comes online hears at once what is here: our last word may have been lost. */
  function greeting(site: string, epoch: unknown): Word[] {
    if (typeof epoch !== 'string') return [];
    return (['t0', 't1'] as const).flatMap((stream) => {
      const upTo = keep.upTo(site, epoch, stream);
      return upTo === null ? [] : [{ site, ack: { epoch, stream, upTo } }];
    });
  }

  function takeBatch(site: string, batch: Batch, text: string): Word[] {
    const { epoch, stream, from, to } = batch;
    const line = { site, epoch, stream };
    const upTo = keep.upTo(site, epoch, stream) ?? begin(line, from);
    const explained: StreamName[] = [];
    if (from <= upTo + 1) explained.push(...takeNew(batch, line, upTo));
    else {
      // Looked through now, so that what waits is known to be sound.
      if (stream === 't0') eventsOf(batch);
      else readingsOf(batch);
      if (text.length <= MAX_AHEAD_CHARS && keep.putAhead(line, batch, text, MAX_AHEAD) === 'twice')
        keep.countTwice(site, to - from + 1);
    }
    const words = [goOn(line)];
    for (const other of explained) {
      const begun = other !== stream && keep.upTo(site, epoch, other) !== null;
      if (begun) words.push(goOn({ ...line, stream: other }));
    }
    return words;
  }

  /** Stores what of a batch is not here yet. Returns the streams of which it explains a gap. */
  function takeNew(batch: Batch, line: Line, upTo: number): StreamName[] {
    const { from, to } = batch;
    if (from <= upTo) keep.countTwice(line.site, Math.min(to, upTo) - from + 1);
    const explained =
      batch.stream === 't0' ? takeEvents(eventsOf(batch), line, upTo) : takeReadings(readingsOf(batch), line, upTo);
    if (to > upTo) keep.move(line, to);
    return explained;
  }

  function takeEvents(events: readonly KeptEvent[], line: Line, upTo: number): StreamName[] {
    const explained: StreamName[] = [];
    for (const event of events.filter(({ seq }) => seq > upTo)) {
      keep.event(line.site, line.epoch, event);
      if (SESSIONS.has(event.type)) keep.session(line.site, event.data);
      if (event.type !== 'busbar.upstream-gap') continue;
      const { stream, from, to, reason } = event.data;
      const told = (stream === 't0' || stream === 't1') && isNumber(from) && isNumber(to) && from <= to;
      // What was thinned still comes: only what was dropped leaves numbers out.
      if (!told || reason !== 'retention') continue;
      keep.drop({ ...line, stream }, { from, to });
      explained.push(stream);
    }
    return explained;
  }

  function takeReadings({ everyS, rows }: ReturnType<typeof readingsOf>, line: Line, upTo: number): StreamName[] {
    for (const row of rows) if (row.seq > upTo) keep.reading(line.site, line.epoch, everyS, row);
    return [];
  }

  /** Goes on with what waits as far as nothing is missing, and says how far that is. */
  function goOn(line: Line): Word {
    const { site, epoch, stream } = line;
    for (;;) {
      const upTo = keep.upTo(site, epoch, stream) ?? 0;
      const next = keep.nextAhead(line);
      if (next === null) {
        asked.delete(keyOf(line));
        return { site, ack: { epoch, stream, upTo } };
      }
      if (next.from <= upTo + 1) {
        takeNew(batchIn(next.text, stream), line, upTo);
        keep.dropAhead(line, next.from);
        continue;
      }
      const gap = { from: upTo + 1, to: next.from - 1 };
      const why = keep.isDropped(line, gap) ? 'explained' : isLost(line, gap) ? 'lost' : null;
      if (why === null) return { site, ack: { epoch, stream, upTo, ...wanted(line, gap) } };
      keep.gap(line, gap, why);
      keep.move(line, gap.to);
    }
  }

  /** It was asked for often enough, and the site goes on without it. */
  function isLost(line: Line, gap: Gap): boolean {
    const last = asked.get(keyOf(line));
    return last?.from === gap.from && last.times >= ASKED_AT_MOST && now() - last.at >= ASK_EVERY_MS;
  }

  function wanted(line: Line, want: Gap): { want?: Gap } {
    const last = asked.get(keyOf(line));
    const times = last?.from === want.from ? last.times : 0;
    if (last !== undefined && times > 0 && (times >= ASKED_AT_MOST || now() - last.at < ASK_EVERY_MS)) return {};
    asked.set(keyOf(line), { line, from: want.from, times: times + 1, at: now() });
    return { want };
  }

  /** The first number of an epoch, as the site says; where it does not, what comes first is the first. */
  function begin(line: Line, from: number): number {
    const { epoch, first } = keep.statusOf(line.site);
    const number = epoch === line.epoch && isObject(first) ? first[line.stream] : undefined;
    const upTo = (isNumber(number) && number > 0 && number <= from ? number : from) - 1;
    keep.move(line, upTo);
    return upTo;
  }

  return {
    take,
    /** What is still missing of sites that are there, to be asked for again; call it now and then. Only a site that speaks can lose. */
    again(): Word[] {
      const due = [...asked.values()].filter(
        ({ line, at, times }) =>
          times < ASKED_AT_MOST && now() - at >= ASK_EVERY_MS && keep.statusOf(line.site).state === 'online',
      );
      return due.length === 0 ? [] : keep.transaction(() => due.map(({ line }) => goOn(line)));
    },
    /** Ranges that are missing now. */
    open: () => asked.size,
    figures: () => ({ ...figures }),
  };
}

function readingsOf({ series, from, to, everyS }: Batch) {
  if (!Array.isArray(series)) throw new Malformed('a batch without series');
  const rows = series.flatMap((one: unknown) => {
    if (!isObject(one)) throw new Malformed('a series that is no object');
    return rowsOf(one);
  });
  if (rows.some(({ seq }) => seq < from || seq > to)) throw new Malformed('a reading outside of its batch');
  return { everyS: isNumber(everyS) ? everyS : null, rows };
}

const keyOf = ({ site, epoch, stream }: Line): string => `${site} ${epoch} ${stream}`;
