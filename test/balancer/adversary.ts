import * as books from '../../src/balancer/book.ts';
import { monotonic } from '../../src/domain/units.ts';
import { adriftOf, type Habits, type Place, type Profile, RATED_MA, type Text, type Turn } from './adversary-texts.ts';

/**
 * A charge point that does the worst it may: it takes texts or refuses them, says so or does not, overtakes itself where
 * calls overlap, steps down as late as its clock lets it, and its current follows as late as the lag lets it. Beside it the
 * book, used as the control loop uses it, by a process that may die at any moment and knows then what is on disk.
 */

const SKEW_MS = 60_000;
const LAG_MS = 15_000;

export function createAdversary(habits: Habits) {
  const { clockOffMs, isRelative, losesTime, hasOneSlot } = habits;
  let t = 0;
  /** Our wall clock, which the charge point's follows, has been set back by so much. */
  let shiftMs = 0;
  let places = new Map<Place, Profile>();
  let running: number | null = null;
  let transactions = 0;
  let inbox: Text[] = [];
  let answers: { readonly text: Text; readonly isAccepted: boolean }[] = [];
  /** What it might take until a moment that is less than the lag ago. */
  let before: { readonly until: number; readonly mA: number }[] = [];

  let clock: 'right' | 'behind' | 'gone' = 'right';
  let wasCut = false;
  /** There again: since when. */
  let backAt: number | null = 0;

  let book = books.voidBook(RATED_MA);
  let disk = book;
  let outstanding: Text[] = [];
  let known: number | null = null;
  let isConnected = true;
  /** Ended, and not yet released: since when. */
  const ending = new Map<number, number>();
  let newestGrant = 0;
  let newestFloor = 0;

  const wall = (): number => t - shiftMs;
  const now = () => monotonic(t);

  const often = (times: number, turn: (a: number, b: number) => void) => Array.from({ length: times }, () => turn);
  const turns: readonly ((a: number, b: number) => void)[] = [
    ...often(2, (a) => passes(a % 20_000)),
    (a) => passes(a % 2_000_000),
    ...often(3, handle),
    ...often(3, answered),
    ...often(2, (a, b) => prove(b % 2 === 0 ? newestGrant : newestFloor, a % 2 === 0)),
    ...often(2, transaction),
    (a, b) => {
      if (isConnected && outstanding.length < 2 && !isRelative) grant('default', a, b);
    },
    (_, b) => floor(b),
    plugged,
    cable,
    cutUnseen,
    died,
    outside,
    rare,
    ...often(2, allGoesWell),
    ...often(2, (a, b) => {
      floor(b);
      allGoesWell(a, 1);
    }),
    ...often(2, (a, b) => {
      transaction(a, b);
      allGoesWell(a, 0);
    }),
  ];

  return { turn, mayDraw, counted: () => books.worst(book, now(), known), book: () => book };

  /** The most that may flow now, mA. */
  function mayDraw(): number {
    return Math.max(limitNow(), ...before.filter(({ until }) => until > t - LAG_MS).map(({ mA }) => mA));
  }

  function limitNow(): number {
    const own = running === null ? undefined : places.get(running);
    // What says nothing yet keeps the floor out all the same, but not what lies below it for whoever charges.
    if (own !== undefined) return readNow(own) ?? RATED_MA;
    for (const place of ['foreign', 'default', 'floor'] as const) {
      const profile = places.get(place);
      const mA = profile === undefined ? null : readNow(profile);
      if (mA !== null) return mA;
    }
    return RATED_MA;
  }

  /** Null: it says nothing. */
  function readNow({ xMA, endsAt, tailMA }: Profile): number | null {
    if (endsAt !== null && clock === 'behind') return xMA;
    if (endsAt !== null && clock === 'gone') return null;
    const time = isRelative ? t : wall() + clockOffMs;
    return endsAt === null || time < endsAt ? xMA : tailMA;
  }

  /** Something that changes what it obeys: what held until then may flow for the lag. */
  function happens(change: () => void): void {
    const mA = limitNow();
    change();
    before = before.filter(({ until }) => until >= t - LAG_MS);
    if (limitNow() !== mA) before.push({ until: t, mA });
  }

  function passes(ms: number): void {
    const until = t + ms;
    const steps = [...places.values()].flatMap(({ endsAt }) =>
      endsAt === null ? [] : [isRelative ? endsAt : endsAt - clockOffMs + shiftMs],
    );
    for (const at of [...steps.filter((step) => step > t && step < until).sort((x, y) => x - y), until]) {
      happens(() => {
        t = at;
      });
    }
    if (backAt !== null && t - backAt >= LAG_MS) book = books.inSight(book);
    for (const [id, since] of ending) {
      if (t - since < 2 * LAG_MS) continue;
      ending.delete(id);
      book = books.transactionOver(book, id);
    }
    for (const text of outstanding.filter(({ writtenAt }) => wall() - writtenAt >= 30_000)) {
      end(text);
      book = books.failed(book, text.seq, 'unanswered');
    }
  }

  function end(text: Text): void {
    text.outcome = 'ended';
    outstanding = outstanding.filter((one) => one !== text);
  }

  function offer(
    kind: books.EntryKind,
    place: Place,
    xMA: number,
    leaseMs: number | null,
    tailMA: number,
  ): books.Offer {
    return {
      kind,
      xMA: Math.max(xMA, tailMA),
      until: leaseMs === null ? null : monotonic(t + leaseMs + Math.abs(clockOffMs) + SKEW_MS + LAG_MS),
      leaseMs,
      tailMA,
      adriftMA: adriftOf(habits, place, Math.max(xMA, tailMA), leaseMs),
      transactionId: typeof place === 'number' ? place : null,
      holdsFloor: hasOneSlot && place === 'default',
    };
  }

  /** `first`: before the commit, which then may never come. */
  function send(
    kind: books.EntryKind,
    place: Place,
    xMA: number,
    leaseMs: number | null,
    tailMA: number,
    first: boolean,
  ) {
    const what = offer(kind, place, xMA, leaseMs, tailMA);
    const mayGoFirst = first && books.isCovered(disk, what);
    const seq = book.nextSeq;
    book = books.offered(book, what);
    if (!mayGoFirst) disk = book;
    post({ seq, place, xMA, leaseMs, tailMA });
    if (kind === 'grant') newestGrant = seq;
    if (kind === 'floor') newestFloor = seq;
  }

  function post(text: Pick<Text, 'seq' | 'place' | 'xMA' | 'leaseMs' | 'tailMA'>): void {
    const beside = outstanding.map(({ seq }) => seq);
    for (const other of outstanding) other.overlapped = true;
    const sent: Text = { ...text, writtenAt: wall(), beside, overlapped: beside.length > 0, outcome: 'out' };
    outstanding.push(sent);
    inbox.push(sent);
  }

  /** It handles one of its texts: the first, or one that may overtake all before it. */
  function handle(a: number, b: number): void {
    const able = inbox.filter((text, at) => inbox.slice(0, at).every(({ seq }) => text.beside.includes(seq)));
    const text = able[a % Math.max(1, able.length)];
    if (text === undefined) return;
    inbox = inbox.filter((one) => one !== text);
    const fate = b % 8;
    if (fate === 0) return;
    // Refused, and in force all the same.
    if (fate !== 1) happens(() => install(text));
    if (fate !== 2) answers.push({ text, isAccepted: fate > 3 });
  }

  function install({ place, xMA, leaseMs, tailMA, writtenAt }: Text): void {
    if (place === 'clear') {
      places = new Map();
      return;
    }
    // What counts from receipt counts on being read within the skew: later it is refused.
    if (isRelative && wall() - writtenAt > SKEW_MS) return;
    const forMs = leaseMs ?? 0;
    const endsAt = leaseMs === null ? null : (isRelative ? t : writtenAt) + forMs;
    places.set(hasOneSlot && place === 'default' ? 'floor' : place, { xMA, endsAt, tailMA, forMs });
  }

  function answered(a: number): void {
    const found = answers[a % Math.max(1, answers.length)];
    if (found === undefined) return;
    answers = answers.filter((one) => one !== found);
    const { text, isAccepted } = found;
    if (text.outcome === 'ended') return;
    end(text);
    if (text.place === 'clear') {
      if (isAccepted && !text.overlapped) book = books.foreignCleared(book);
    } else if (isAccepted) book = books.accepted(book, text.seq, now(), !text.overlapped);
    else book = books.failed(book, text.seq, 'refused');
  }

  /** By its composite schedule, or by its word where `trusted`. */
  function prove(seq: number, trusted: boolean): void {
    const entry = book.entries.find((one) => one.seq === seq);
    if (entry === undefined || entry.acceptedAt === null || t - entry.acceptedAt < LAG_MS) return;
    if (!isConnected || outstanding.length > 0 || inbox.length > 0) return;
    if (!trusted && Math.max(limitNow(), tailNow()) > entry.xMA) return;
    // A floor shows only where no profile of a transaction is above it.
    if (!trusted && entry.kind === 'floor' && running !== null && places.has(running)) return;
    if (entry.transactionId !== null && entry.transactionId !== known) return;
    book = books.proven(book, seq, trusted ? 'word' : 'whole');
  }

  function tailNow(): number {
    const own = running === null ? undefined : places.get(running);
    return (own ?? places.get('foreign') ?? places.get('default') ?? places.get('floor'))?.tailMA ?? RATED_MA;
  }

  function learned(): void {
    if (known !== null && known !== running) ending.set(known, t);
    known = running;
  }

  function lost(): void {
    isConnected = false;
    backAt = null;
    book = books.outOfSight(book, now());
    for (const text of inbox.slice()) if (text.seq % 2 === 0) happens(() => install(text));
    inbox = [];
    answers = [];
    for (const text of outstanding.slice()) {
      end(text);
      book = books.failed(book, text.seq, 'unanswered');
    }
    book = books.grantDoubted(book);
  }

  function died(): void {
    lost();
    book = disk;
    passes(Math.max(0, ((t * 7) % 400_000) - 200_000));
    book = books.grantDoubted(
      books.rebased(
        { ...book, acknowledged: 0, provableFrom: 0 },
        now(),
        Math.max(SKEW_MS, Math.abs(clockOffMs)),
        LAG_MS,
      ),
    );
    book = books.outOfSight({ ...book, unseenSince: null }, now());
    newestGrant = 0;
    newestFloor = 0;
  }

  function turn([what, a, b]: Turn): void {
    turns[what % turns.length]?.(a, b);
  }

  function grant(place: number | 'default', a: number, b: number): void {
    const xMA = ([0, 6, 8, 10, 16, 20, 32][a % 7] ?? 0) * 1_000;
    const leaseMs = a % 5 === 0 && place !== 'default' ? null : ([120_000, 900_000, 3_600_000][b % 3] ?? 0);
    send('grant', place, xMA, leaseMs, b % 3 === 0 ? 6_000 : 0, a % 3 === 0);
  }

  function floor(b: number): void {
    const floorMA = b % 3 === 0 ? 6_000 : 0;
    if (isConnected && outstanding.length < 2) send('floor', 'floor', floorMA, null, floorMA, false);
  }

  function transaction(a: number, b: number): void {
    if (isConnected && known !== null && outstanding.length < 2) grant(known, a, b);
  }

  function plugged(): void {
    happens(() => {
      transactions += 1;
      running = running === null ? transactions : null;
    });
    if (isConnected) learned();
  }

  function cable(): void {
    if (isConnected) {
      lost();
      return;
    }
    back();
    learned();
  }

  /** Had it lost the time, it is told it first. */
  function back(): void {
    isConnected = true;
    backAt = t;
    happens(() => {
      clock = 'right';
    });
    if (wasCut && isRelative) book = books.begunAnew(book);
    wasCut = false;
  }

  /** The power is off and on again while nobody looks. */
  function cutUnseen(a: number): void {
    if (isConnected) return;
    wasCut = true;
    happens(() => {
      if (isRelative) places = begun();
      else if (losesTime) clock = a % 2 === 0 ? 'behind' : 'gone';
    });
  }

  /** After a loss of power what counts from it begins again. */
  function begun(): Map<Place, Profile> {
    const kept = [...places].map(([place, one]): [Place, Profile] => [
      place,
      isRelative && one.endsAt !== null ? { ...one, endsAt: t + one.forMs } : one,
    ]);
    return new Map(kept);
  }

  /** What is on its way is handled and accepted, and the newest of it proven after its lag. */
  function allGoesWell(a: number, b: number): void {
    while (inbox.length > 0) handle(0, 7);
    while (answers.length > 0) answered(0);
    passes(LAG_MS + (a % 1_000));
    prove(b % 2 === 0 ? newestGrant : newestFloor, a % 2 === 0);
    if (a % 4 === 1) disk = book;
  }

  /** Our clock is set back, or the charge point loses its power: the same one, or another in its place. */
  function rare(a: number, b: number): void {
    if (b % 3 === 0) {
      if (isRelative) return;
      const byMs = a % 4_000_000;
      happens(() => (shiftMs += byMs));
      book = books.setBack(book, byMs);
    } else {
      lost();
      const isSame = b % 3 === 1;
      happens(() => {
        places = isSame ? begun() : new Map();
      });
      back();
      learned();
      if (!isSame) book = books.everythingCleared(book);
      else if (isRelative) book = books.begunAnew(book);
    }
    disk = book;
  }

  /** Somebody sets a limit by hand, or everything is cleared. */
  function outside(a: number, b: number): void {
    if (!isConnected || outstanding.length > 0 || inbox.length > 0) return;
    if (b % 2 === 0) {
      send('foreign', 'foreign', (a % 33) * 1_000, null, (a % 33) * 1_000, false);
      return;
    }
    if (known !== null || running !== null) return;
    book = books.everythingCleared(book);
    disk = book;
    post({ seq: book.nextSeq, place: 'clear', xMA: 0, leaseMs: null, tailMA: 0 });
    book = { ...book, nextSeq: book.nextSeq + 1 };
  }
}
