import { type ConnectorBook, type Entry, rebased, voidBook } from '../../balancer/book.ts';
import type { Commitment } from '../../domain/balancing.ts';
import type { Monotonic } from '../../domain/units.ts';
import type { ConnectorState } from './state.ts';

/** The book as text and back. A text that can't be read is no book: the rating counts then. */

/** Whether its limits go to the highest level: what lies there outranks all that is sent lower. */
type IsOnTop = (state: ConnectorState) => boolean;

/** The rows that have to be on disk before anything that they commit us to may leave. */
export function unwrittenOf(states: readonly ConnectorState[], isOnTop: IsOnTop): Commitment[] {
  return states.filter(({ unwritten }) => unwritten).map((state) => commitmentOf(state, isOnTop(state)));
}

function commitmentOf({ model, book, evidence }: ConnectorState, onTop: boolean): Commitment {
  const { chargePointId, connectorId } = model;
  const { entries, nextSeq, floorProven, provenTransaction, distrusted, isolated, hasTwin } = book;
  return {
    chargePointId,
    connectorId,
    book: JSON.stringify({ entries, nextSeq, floorProven, provenTransaction, distrusted, isolated, hasTwin, onTop }),
    evidence,
  };
}

export const wasOnTop = ({ book }: Commitment): boolean => parsed(book)?.onTop === true;

/** The process has started: nobody knows for how long it was away, so that all that was sent counts as just sent. */
export function readBook(
  { book }: Commitment,
  ratedMA: number,
  now: Monotonic,
  skewMs: number,
  lagMs: number,
): ConnectorBook {
  const read = parsed(book);
  if (read === null) return voidBook(ratedMA);
  const { entries, nextSeq, floorProven, provenTransaction, distrusted, isolated, hasTwin } = read;
  const known: ConnectorBook = {
    ...voidBook(ratedMA),
    entries: entries.map((entry) => withAdrift(entry, ratedMA)),
    nextSeq,
    floorProven: floorProven === true,
    provenTransaction: typeof provenTransaction === 'number' ? provenTransaction : null,
    distrusted: distrusted === true,
    isolated: isolated === true,
    hasTwin: hasTwin === true,
  };
  return rebased(known, now, skewMs, lagMs);
}

/** Written before this was counted, or not to be read: what ends by itself may then allow anything. */
function withAdrift(entry: Entry, ratedMA: number): Entry {
  const { adriftMA } = entry;
  if (adriftMA === null || Number.isSafeInteger(adriftMA)) return entry;
  return { ...entry, adriftMA: entry.leaseMs === null ? null : ratedMA };
}

type Journalled = {
  entries: Entry[];
  nextSeq: number;
  floorProven: unknown;
  provenTransaction: unknown;
  distrusted: unknown;
  isolated: unknown;
  hasTwin: unknown;
  onTop: unknown;
};

function parsed(text: string): Journalled | null {
  try {
    const value = JSON.parse(text) as Partial<Journalled>;
    const { entries, nextSeq } = value;
    if (!Array.isArray(entries) || !Number.isSafeInteger(nextSeq) || !entries.every(isEntry)) return null;
    return value as Journalled;
  } catch {
    return null;
  }
}

function isEntry(value: unknown): boolean {
  const entry = value as Partial<Entry> | null;
  return (
    entry !== null &&
    Number.isSafeInteger(entry.seq) &&
    Number.isSafeInteger(entry.xMA) &&
    Number.isSafeInteger(entry.tailMA) &&
    (entry.leaseMs === null || Number.isFinite(entry.leaseMs)) &&
    (entry.kind === 'floor' || entry.kind === 'grant' || entry.kind === 'foreign')
  );
}
