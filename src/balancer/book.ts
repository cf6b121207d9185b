/**
 * The commitment book of one connector: every limit that its charge point may be obeying now. The optimiser proposes, the
 * book disposes: an entry is written before its bytes leave, and goes only when a later one is proven. Pure: every
 * function gives a new book. Currents are whole milliamps of one phase, on all phases that are wired.
 */
import type { Monotonic } from '../domain/units.ts';

export type EntryKind =
  /** A TxDefaultProfile that stays for whatever happens without us. */
  | 'floor'
  /** What a transaction was given, or in modes A and C the connector. */
  | 'grant'
  /** A limit that somebody else set: by hand, or before we came. */
  | 'foreign';

export type Entry = {
  /** In the order in which they were sent. */
  readonly seq: number;
  readonly kind: EntryKind;
  /** The most that the charge point may read out of it until `until`. */
  readonly xMA: number;
  /** With skew and lag; null: nothing ends it but a proof. */
  readonly until: Monotonic | null;
  /** How long it was given for, skew and lag apart; null where nothing ends it. For a restart. */
  readonly leaseMs: number | null;
  /** What holds after `until`. */
  readonly tailMA: number;
  /**
   * What it may allow, for as long as that lasts, once a power cut that nobody saw has taken the clock that it ends by, or has
   * begun it anew. Null: it ends all the same.
   */
  readonly adriftMA: number | null;
  /** Of a TxProfile: it ends with its transaction. Null for all others. */
  readonly transactionId: number | null;
  /** Its tail is the floor of the connector (mode C): once it is proven, so is the floor. */
  readonly holdsFloor: boolean;
  readonly state: 'sent' | 'accepted' | 'refused' | 'unanswered';
  /** When it was accepted by a call that nothing overlapped; an overlapped one releases nothing. */
  readonly acceptedAt: Monotonic | null;
};

export type ConnectorBook = {
  readonly ratedMA: number;
  readonly entries: readonly Entry[];
  readonly nextSeq: number;
  /** The floor in the charge point is proven; without it the connector counts with its rating. */
  readonly floorProven: boolean;
  /** The transaction whose TxProfile is proven: while it runs, the floor does not matter. */
  readonly provenTransaction: number | null;
  /** The newest entry whose acknowledgement has counted. */
  readonly acknowledged: number;
  /** What was sent before this one may be gone: a proof of it that was asked for earlier says nothing. */
  readonly provableFrom: number;
  /** It draws more than it may, or without a transaction: its rating counts until that is over. */
  readonly distrusted: boolean;
  /** A person has declared it switched off: 0 until its next connection. */
  readonly isolated: boolean;
  /** Two charge points go by its id: both may draw all that they can, whatever was proven of either. */
  readonly hasTwin: boolean;
  /** Out of sight since then: it may have lost its power, and its clock with it. Null while it is there. */
  readonly unseenSince: Monotonic | null;
};

/** Entries of one connector at most: those beyond it are folded into the largest, which only makes the book stricter. */
const MAX_ENTRIES = 12;

/** A book that knows nothing: no floor is proven, so the rating counts. */
export function voidBook(ratedMA: number): ConnectorBook {
  return {
    ratedMA,
    entries: [],
    nextSeq: 1,
    floorProven: false,
    provenTransaction: null,
    acknowledged: 0,
    provableFrom: 0,
    distrusted: false,
    isolated: false,
    hasTwin: false,
    unseenSince: null,
  };
}

/**
 * The most that may legally flow at this connector now, mA per wired phase, with `running` as its transaction. An absence of
 * less than `sparedMs` is not held against its clock.
 */
export function worst(book: ConnectorBook, now: Monotonic, running: number | null, sparedMs = 0): number {
  return most(book, now, running, book.unseenSince !== null && now - book.unseenSince >= sparedMs);
}

/** The same if it were in sight. */
export function worstInSight(book: ConnectorBook, now: Monotonic, running: number | null): number {
  return most(book, now, running, false);
}

/**
 * The most that may flow on one of its phases, where it is known on which the cars of its transactions charge: `isOn` says
 * whether what such a one was given counts there.
 */
export function worstOnPhase(
  book: ConnectorBook,
  now: Monotonic,
  running: number | null,
  isOn: (transactionId: number | null) => boolean,
): number {
  const entries = book.entries.filter(({ transactionId }) => isOn(transactionId));
  return worst(entries.length === book.entries.length ? book : { ...book, entries }, now, running);
}

function most(book: ConnectorBook, now: Monotonic, running: number | null, isAdrift: boolean): number {
  if (book.hasTwin) return 2 * book.ratedMA;
  if (book.isolated) return 0;
  if (book.distrusted) return book.ratedMA;
  const isProven = book.floorProven || (running !== null && book.provenTransaction === running);
  if (!isProven) return book.ratedMA;
  let amount = 0;
  for (const entry of book.entries) {
    amount = Math.max(amount, amountOf(entry, now), isAdrift ? (entry.adriftMA ?? 0) : 0);
  }
  return Math.min(book.ratedMA, amount);
}

/** What an entry counts for at an instant. */
export function amountOf({ xMA, until, tailMA }: Entry, now: Monotonic): number {
  return until === null || now < until ? xMA : tailMA;
}

/** Where everything settles when nobody talks to it any more: the tails, or the rating where no floor is proven. */
export function settled(book: ConnectorBook): number {
  if (book.hasTwin) return 2 * book.ratedMA;
  if (book.isolated) return 0;
  if (book.distrusted || !book.floorProven) return book.ratedMA;
  let most = 0;
  for (const { xMA, until, tailMA } of book.entries) most = Math.max(most, until === null ? xMA : tailMA);
  return Math.min(book.ratedMA, most);
}

/** Where it may settle if the power fails and comes back, and nobody talks to it any more. */
export function settledAfterCut(book: ConnectorBook): number {
  if (book.isolated) return 0;
  return book.entries.reduce(
    (most, { adriftMA }) => Math.max(most, Math.min(book.ratedMA, adriftMA ?? 0)),
    settled(book),
  );
}

export type Offer = Omit<Entry, 'seq' | 'state' | 'acceptedAt'>;

/** Books an offer, before it is sent. Its number is the book's `nextSeq` as it was. */
export function offered(book: ConnectorBook, offer: Offer): ConnectorBook {
  const entry: Entry = { ...offer, seq: book.nextSeq, state: 'sent', acceptedAt: null };
  return { ...book, nextSeq: book.nextSeq + 1, entries: bounded([...book.entries, entry]) };
}

/** It never left: the process could not record it, or something more urgent came before it. */
export function withdrawn(book: ConnectorBook, seq: number): ConnectorBook {
  return { ...book, entries: book.entries.filter((entry) => entry.seq !== seq || entry.state !== 'sent') };
}

/** Whether the book counts all that this offer allows already, for as long: a restart may forget it without harm. */
export function isCovered(book: ConnectorBook, offer: Offer): boolean {
  return book.entries.some(({ kind, xMA, tailMA, leaseMs, adriftMA, transactionId }) => {
    if (offer.adriftMA !== null && (adriftMA ?? (leaseMs === null ? xMA : 0)) < offer.adriftMA) return false;
    if (kind !== offer.kind || (transactionId !== null && transactionId !== offer.transactionId)) return false;
    if (xMA < offer.xMA || (leaseMs === null ? xMA : tailMA) < offer.tailMA) return false;
    return leaseMs === null || (offer.leaseMs !== null && leaseMs >= offer.leaseMs);
  });
}

/**
 * The charge point accepted it. `clean`: nothing else was outstanding on that socket, so that the order is known. An
 * acknowledgement older than the last one that counted says nothing.
 */
export function accepted(book: ConnectorBook, seq: number, now: Monotonic, clean: boolean): ConnectorBook {
  if (seq < book.acknowledged) return book;
  const entries = book.entries.map(
    (entry): Entry => (entry.seq === seq ? { ...entry, state: 'accepted', acceptedAt: clean ? now : null } : entry),
  );
  return { ...book, entries: folded(entries, seq), acknowledged: clean ? seq : book.acknowledged };
}

/** Refused, or without an answer: it may still be in force, so that nothing goes. */
export function failed(book: ConnectorBook, seq: number, state: 'refused' | 'unanswered'): ConnectorBook {
  return { ...book, entries: book.entries.map((entry) => (entry.seq === seq ? { ...entry, state } : entry)) };
}

/** Its word and its lag; or that its current or its schedule shows it now; or the schedule for as long as was asked. */
export type Proof = 'word' | 'seen' | 'whole';

/** The entry is what the charge point obeys: what was sent before it, of its kind, goes. */
export function proven(book: ConnectorBook, seq: number, by: Proof): ConnectorBook {
  const entry = book.entries.find((one) => one.seq === seq);
  if (entry === undefined || seq < book.provableFrom) return book;
  const entries = book.entries.flatMap((one) => (one.seq < seq ? leftOf(one, entry, by) : one));
  return {
    ...book,
    entries,
    floorProven: book.floorProven || entry.kind === 'floor' || entry.holdsFloor,
    provenTransaction: entry.transactionId ?? book.provenTransaction,
  };
}

/** What is left of an entry when a later one is proven. */
function leftOf(one: Entry, entry: Entry, by: Proof): Entry[] {
  // What holds for whoever charges is hidden by the profile of a transaction, and comes back after it.
  const isHidden = entry.transactionId !== null && one.transactionId === null;
  if (one.kind === 'foreign') {
    // That one at or below it is gone, no schedule can show: it might be seen again below a lower limit.
    return by === 'whole' && !isHidden && one.xMA > entry.xMA ? [] : [one];
  }
  if (one.kind !== entry.kind || isHidden) return [one];
  if (entry.transactionId !== null || one.transactionId === null) return [];
  // The profile of a transaction goes before those for whoever charges: where it is in force, it allows no more than is seen.
  if (by === 'word') return [one];
  return [{ ...one, xMA: Math.min(one.xMA, entry.xMA), tailMA: Math.min(one.tailMA, entry.xMA) }];
}

/** Out of sight another transaction may run by now, to which the proven profile says nothing. */
export function grantDoubted(book: ConnectorBook): ConnectorBook {
  return book.provenTransaction === null ? book : { ...book, provenTransaction: null };
}

/** Its connection is gone: from now on it may lose its power unseen. */
export function outOfSight(book: ConnectorBook, now: Monotonic): ConnectorBook {
  return book.unseenSince === null ? { ...book, unseenSince: now } : book;
}

/** It is there, its clock was told the time if it had lost it, and its current has had the time to follow. */
export function inSight(book: ConnectorBook): ConnectorBook {
  return book.unseenSince === null ? book : { ...book, unseenSince: null };
}

/** The transaction is over, and its current has gone: what was given to it has ended. */
export function transactionOver(book: ConnectorBook, transactionId: number): ConnectorBook {
  return {
    ...book,
    entries: book.entries.filter((entry) => entry.transactionId !== transactionId),
    provenTransaction: book.provenTransaction === transactionId ? null : book.provenTransaction,
  };
}

/** All foreign limits are known to be gone. */
export function foreignCleared(book: ConnectorBook): ConnectorBook {
  return { ...book, entries: book.entries.filter(({ kind }) => kind !== 'foreign') };
}

/** Every profile of it was removed, or may have been, or it is another device by now: nothing limits it. */
export function everythingCleared(book: ConnectorBook): ConnectorBook {
  const { floorProven, provenTransaction, provableFrom, nextSeq } = book;
  if (!floorProven && provenTransaction === null && provableFrom === nextSeq) return book;
  return { ...book, floorProven: false, provenTransaction: null, provableFrom: nextSeq };
}

/** After a reboot a schedule that counts from it begins anew: no grant of these transactions ends by itself any more. */
export function begunAnew(book: ConnectorBook): ConnectorBook {
  const mayBegin = ({ kind, transactionId, until }: Entry): boolean =>
    kind === 'grant' && transactionId !== null && until !== null;
  if (!book.entries.some(mayBegin)) return book;
  return {
    ...book,
    entries: book.entries.map((one) => (mayBegin(one) ? { ...one, until: null, leaseMs: null } : one)),
  };
}

export function distrusted(book: ConnectorBook, isDistrusted: boolean): ConnectorBook {
  return book.distrusted === isDistrusted ? book : { ...book, distrusted: isDistrusted };
}

/** Where it ends, nothing is proven of the one that is left. */
export function withTwin(book: ConnectorBook, hasTwin: boolean): ConnectorBook {
  if (book.hasTwin === hasTwin) return book;
  return hasTwin ? { ...book, hasTwin } : { ...everythingCleared(book), hasTwin, distrusted: false };
}

/** By a person, audited; ends with the next connection, which counts the rating until something is proven. */
export function isolated(book: ConnectorBook, isIsolated: boolean): ConnectorBook {
  if (book.isolated === isIsolated) return book;
  return isIsolated
    ? { ...book, isolated: true }
    : { ...book, isolated: false, floorProven: false, provenTransaction: null };
}

/** Our wall clock was set back by so much: what ends by it ends so much later, also after a restart. */
export function setBack(book: ConnectorBook, byMs: number): ConnectorBook {
  const entries = book.entries.map((entry) =>
    entry.until === null
      ? entry
      : {
          ...entry,
          until: (entry.until + byMs) as Monotonic,
          leaseMs: entry.leaseMs === null ? null : entry.leaseMs + byMs,
        },
  );
  return { ...book, entries };
}

/** After a restart of the process: nobody knows how long it was away, so every entry is taken as just sent. */
export function rebased(book: ConnectorBook, now: Monotonic, skewMs: number, lagMs: number): ConnectorBook {
  const entries = book.entries.map((entry): Entry => {
    const until = entry.leaseMs === null ? null : ((now + entry.leaseMs + 2 * skewMs + lagMs) as Monotonic);
    return { ...entry, until, acceptedAt: null, state: entry.state === 'accepted' ? 'unanswered' : entry.state };
  });
  return { ...book, entries };
}

/** Drops what can never count because the entry `seq`, which came later, is at least as large for at least as long. */
function folded(entries: readonly Entry[], seq: number): Entry[] {
  const later = entries.find((entry) => entry.seq === seq);
  return entries.filter((entry) => later === undefined || entry.seq >= seq || !covers(later, entry));
}

/** Keeps the number of entries bounded by merging the oldest two that are alike into one at least as strict as both. */
function bounded(entries: readonly Entry[]): Entry[] {
  let kept = [...entries];
  while (kept.length > MAX_ENTRIES) {
    const pair = twins(kept, (a, b) => a.transactionId === b.transactionId) ?? twins(kept, () => true);
    if (pair === null) break;
    const [first, second] = pair;
    kept = kept.filter((one) => one !== first).map((one) => (one === second ? merged(first, second) : one));
  }
  return kept;
}

/** The oldest two of a kind; never with the newest, which has just been offered and may be withdrawn. */
function twins(entries: readonly Entry[], alike: (a: Entry, b: Entry) => boolean): [Entry, Entry] | null {
  const older = entries.slice(0, -1);
  for (const [at, first] of older.entries()) {
    const second = older.slice(at + 1).find((one) => one.kind === first.kind && alike(one, first));
    if (second !== undefined) return [first, second];
  }
  return null;
}

function covers(later: Entry, earlier: Entry): boolean {
  if (later.kind !== earlier.kind || later.transactionId !== earlier.transactionId) return false;
  const asLong = later.until === null || (earlier.until !== null && earlier.until <= later.until);
  const tail = later.until === null ? later.xMA : later.tailMA;
  const earlierTail = earlier.until === null ? earlier.xMA : earlier.tailMA;
  const adrift = later.adriftMA ?? (later.until === null ? later.xMA : 0);
  if ((earlier.adriftMA ?? 0) > adrift) return false;
  return later.xMA >= Math.max(earlier.xMA, earlierTail) && asLong && tail >= earlierTail;
}

function merged(first: Entry, second: Entry): Entry {
  const endless = first.until === null || second.until === null;
  const until = endless ? null : (Math.max(first.until ?? 0, second.until ?? 0) as Monotonic);
  const tailMA = Math.max(first.tailMA, second.tailMA);
  return {
    ...second,
    transactionId: first.transactionId === second.transactionId ? second.transactionId : null,
    holdsFloor: false,
    // It may have left: the other one surely has.
    state: second.state === 'sent' ? 'unanswered' : second.state,
    xMA: Math.max(first.xMA, second.xMA, tailMA),
    tailMA,
    until,
    leaseMs: endless ? null : Math.max(first.leaseMs ?? 0, second.leaseMs ?? 0),
    adriftMA: Math.max(first.adriftMA ?? 0, second.adriftMA ?? 0) || null,
  };
}
