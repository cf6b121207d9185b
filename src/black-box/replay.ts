import type { Event } from '../domain/events.ts';
import type { Log } from '../runtime/ports.ts';
import type { Step } from './items.ts';
import { type Life, type Segment, spanOf, stepsIn, storeOf } from './lives.ts';
import { createPlayer, type DoorRecord, NotReplayable, type Player } from './player.ts';
import type { Difference } from './script.ts';

/** Plays one life of the process, from the best beginning that the box has left of it. */

/** Where a later segment has to do, one that began so long before: by then readings have come in, ms. */
const SETTLE_MS = 120_000;

export type Replayed = {
  readonly player: Player;
  /** It did what is on record, to the letter, from the beginning of the process. */
  readonly exact: boolean;
  /** ms since 1970. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly entries: number;
  /** Frames that were sent then, and how many of them the replay sent as well while it followed to the letter. */
  readonly frames: number;
  readonly sameFrames: number;
  readonly difference: Difference | null;
};

/**
 * Plays up to that time, ms since 1970, or to the end. The player that comes back is still open. Throws NotReplayable
 * where no segment has a copy of the store.
 */
export function replayLife(
  life: Life,
  options: { untilMs: number | null; log: Log; heard?: (event: Event) => void },
): Replayed {
  const { untilMs } = options;
  const begin = beginningOf(life, untilMs);
  const { segments, store, fromStart } = begin;
  const { head } = begin.first;
  const player = createPlayer({
    head,
    store,
    fromStart,
    letIn: () => letIn(segments),
    log: options.log,
    ...(options.heard === undefined ? {} : { heard: options.heard }),
  });
  const beganMs = head.monotonicMs + head.aheadMs;
  if (!fromStart) player.beginFreely(head.connections);
  let entries = 0;
  let frames = 0;
  let endedMs = beganMs;
  for (const step of stepsIn(segments)) {
    if (untilMs !== null && step.atMs > untilMs) break;
    player.play(step);
    entries += 1;
    frames += sentIn(step);
    endedMs = step.atMs;
  }
  if (untilMs !== null && untilMs > endedMs) player.goOnTo(untilMs);
  return {
    player,
    exact: !player.isFree(),
    beganMs,
    endedMs,
    entries,
    frames,
    sameFrames: player.sameFrames(),
    difference: player.difference(),
  };
}

const sentIn = ({ inner }: Step): number => inner.filter(({ kind }) => kind === 'sent').length;

type Beginning = { first: Segment; segments: readonly Segment[]; store: Buffer; fromStart: boolean };

/** The beginning of the life where the box still has it; else the latest segment that will do. */
function beginningOf(life: Life, untilMs: number | null): Beginning {
  const [oldest] = life.segments;
  if (oldest?.head.part === 0) {
    const store = storeOf(oldest);
    if (store !== null) return { first: oldest, segments: life.segments, store, fromStart: true };
  }
  let best: Beginning | null = null;
  for (const [at, segment] of life.segments.entries()) {
    const { head } = segment;
    const readyMs = head.monotonicMs + head.aheadMs + SETTLE_MS;
    if (best !== null && (untilMs === null || readyMs > untilMs)) break;
    const store = head.part === 0 ? null : storeOf(segment);
    if (store !== null) best = { first: segment, segments: life.segments.slice(at), store, fromStart: false };
  }
  if (best === null) throw new NotReplayable('the process ended before a copy of its store was written');
  return best;
}

/** Connections that were let in, by their number in the life. */
function letIn(segments: readonly Segment[]): Map<number, DoorRecord> {
  const found = new Map<number, DoorRecord>();
  for (const { inner } of stepsIn(segments)) {
    for (const item of inner) if (item.kind === 'opened') found.set(item.conn, item);
  }
  return found;
}

/** The life that was going on then, or had ended last; null where the box holds nothing of that time. */
export function lifeAt(lives: readonly Life[], atMs: number): Life | null {
  let found: Life | null = null;
  for (const life of lives) {
    const span = spanOf(life);
    if (span !== null && span.fromMs <= atMs) found = life;
  }
  return found;
}
