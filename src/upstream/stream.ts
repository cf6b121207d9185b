import type { UpstreamStream } from '../domain/upstream.ts';
import type { Clock } from '../runtime/ports.ts';
import type { OutboxEpoch } from '../store/outbox.ts';

/** Numbers sent beyond what the backend has acknowledged: then it is waited for. */
const MAX_AHEAD: Readonly<Record<UpstreamStream, number>> = { t0: 5_000, t1: 100_000 };
/** Without an acknowledgement for so long, ms, it is all sent again; doubled each time, for a backend may be away for weeks. */
const RESEND_MS = 60_000;
const RESEND_AT_MOST_MS = 3_600_000;
/** A range is sent again at the backend's wish not more often than this, ms. */
const REPLAY_EVERY_MS = 1_000;

/** A range of numbers to send next: after `after`, up to `to`, of one epoch. */
export type Next = { readonly after: number; readonly to: number; readonly epoch: string; readonly replayed: boolean };

/**
 * How far one stream has got. Sent runs ahead of acknowledged and falls back to it with the connection, so whatever is not
 * acknowledged goes out again, in order: the backend may get a number twice, and never misses one.
 */
export function createStream(
  name: UpstreamStream,
  world: {
    clock: Clock;
    ackMode: 'app' | 'puback';
    epochs: readonly OutboxEpoch[];
    head: () => number;
    acked: number;
    /** The first number that is still kept; null where nothing is. */
    firstKept: () => number | null;
    /** The cursor has moved. */
    moved: (upTo: number) => void;
    /** Something is to be sent again. */
    again: () => void;
  },
) {
  const { clock, ackMode, epochs, head, moved, again } = world;
  let acked = world.acked;
  let sent = acked;
  let highest = acked;
  let replay: { next: number; to: number } | null = null;
  let replayedAt = Number.NEGATIVE_INFINITY;
  /** Ranges on their way, in order; those that the broker has and those before it does not have yet. */
  let underWay: { readonly to: number; taken: boolean }[] = [];
  let resendMs = RESEND_MS;
  let patience: { cancel(): void } | null = null;

  const epochIndex = (seq: number): number => epochs.findLastIndex(({ first }) => first[name] <= seq);

  /** The last number of the epoch in which `seq` stands. */
  function epochEnd(seq: number): number {
    const following = epochs[epochIndex(seq) + 1];
    return following === undefined ? head() : Math.min(head(), following.first[name] - 1);
  }

  function acknowledge(upTo: number): void {
    if (upTo <= acked) return;
    acked = upTo;
    if (sent < acked) sent = acked;
    resendMs = RESEND_MS;
    watch();
    moved(acked);
  }

  /** Waits for the backend's word as long as something is sent and not acknowledged. */
  function watch(): void {
    patience?.cancel();
    patience = null;
    if (ackMode === 'puback' || sent <= acked) return;
    patience = clock.after(resendMs, () => {
      patience = null;
      resendMs = Math.min(RESEND_AT_MOST_MS, resendMs * 2);
      sent = acked;
      again();
    });
  }

  return {
    acked: () => acked,
    sent: () => sent,
    /** What is to go out next; null where nothing is, or the backend is too far behind. */
    next(): Next | null {
      if (replay !== null) {
        const after = replay.next - 1;
        const to = Math.min(replay.to, epochEnd(replay.next));
        const epoch = epochs[epochIndex(replay.next)]?.epoch;
        if (epoch !== undefined && after < to) return { after, to, epoch, replayed: true };
        replay = null;
      }
      if (sent >= head() || sent - acked >= MAX_AHEAD[name]) return null;
      const epoch = epochs[epochIndex(sent + 1)]?.epoch;
      return epoch === undefined ? null : { after: sent, to: epochEnd(sent + 1), epoch, replayed: false };
    },
    /** A message up to `to` is on its way; returns what is to be said when the broker has it, or has not. */
    sending(to: number, replayed: boolean): (taken: boolean) => void {
      if (replayed) {
        if (replay !== null) replay = to >= replay.to ? null : { ...replay, next: to + 1 };
        return () => undefined;
      }
      sent = to;
      highest = Math.max(highest, sent);
      const range = { to, taken: false };
      underWay.push(range);
      if (patience === null) watch();
      return (taken) => {
        if (!taken || !underWay.includes(range)) return;
        range.taken = true;
        while (underWay[0]?.taken === true) {
          const done = underWay.shift();
          if (ackMode === 'puback' && done !== undefined) acknowledge(done.to);
        }
      };
    },
    /** Numbers up to `to` are nothing that will ever be sent. */
    passOver(to: number): void {
      sent = Math.max(sent, to);
      highest = Math.max(highest, to);
      acknowledge(to);
    },
    /** The connection is lost: what was on its way may not have arrived. */
    down(): void {
      underWay = [];
      sent = acked;
      replay = null;
      patience?.cancel();
      patience = null;
    },
    /** The backend has everything of `epoch` up to `upTo`. What it can't have, having never been sent it, does not count. */
    acknowledged(epoch: string, upTo: number): boolean {
      const index = epochs.findIndex((one) => one.epoch === epoch);
      const first = epochs[index]?.first[name];
      if (first === undefined) return false;
      const end = epochs[index + 1]?.first[name];
      const most = Math.min(highest, end === undefined ? highest : end - 1);
      if (upTo >= first) acknowledge(Math.min(upTo, most));
      return true;
    },
    /** The backend wants a range again. Returns what of it can be had, and null where none can, or it asks too often. */
    wanted(from: number, to: number): { from: number; to: number } | null {
      const now = clock.monotonic();
      const first = world.firstKept();
      if (first === null || now - replayedAt < REPLAY_EVERY_MS) return null;
      const range = { from: Math.max(from, first), to: Math.min(to, highest) };
      if (range.from > range.to) return null;
      replayedAt = now;
      replay = { next: range.from, to: range.to };
      return range;
    },
    stop(): void {
      patience?.cancel();
      patience = null;
    },
  };
}
