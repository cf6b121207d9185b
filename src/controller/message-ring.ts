import type { Instant } from '../domain/units.ts';

/** Frames remembered at most, and characters in all: what a technician scrolls back through, within a Pi's memory. */
const MAX_FRAMES = 5_000;
const MAX_CHARACTERS = 8_000_000;
/** Of one frame, the first this many characters are kept. */
const MAX_FRAME_CHARACTERS = 8_192;

export type RingEntry = {
  readonly seq: number;
  readonly at: Instant;
  readonly chargePointId: string;
  readonly direction: 'in' | 'out';
  /** As on the wire, perhaps cut: mask secrets before showing it. */
  readonly text: string;
  readonly cut: boolean;
  /** What became of it: 'ok', an error code, 'replayed', 'ignored: ...', 'late'. */
  outcome: string;
};

export type MessageRing = ReturnType<typeof createMessageRing>;

/** The last frames of all charge points, in memory only: no card is worn by them. */
export function createMessageRing() {
  const slots: (RingEntry | undefined)[] = new Array(MAX_FRAMES);
  let oldest = 1;
  let newest = 0;
  let characters = 0;

  const drop = (): void => {
    const slot = oldest % MAX_FRAMES;
    characters -= slots[slot]?.text.length ?? 0;
    slots[slot] = undefined;
    oldest += 1;
  };

  return {
    add(at: Instant, chargePointId: string, direction: 'in' | 'out', text: string, outcome: string): RingEntry {
      const cut = text.length > MAX_FRAME_CHARACTERS;
      // Through a buffer, since a slice would keep the whole long frame alive.
      const kept = cut ? Buffer.from(text.slice(0, MAX_FRAME_CHARACTERS)).toString() : text;
      if (newest - oldest + 1 >= MAX_FRAMES) drop();
      newest += 1;
      const entry: RingEntry = { seq: newest, at, chargePointId, direction, text: kept, cut, outcome };
      slots[newest % MAX_FRAMES] = entry;
      characters += kept.length;
      while (characters > MAX_CHARACTERS) drop();
      return entry;
    },
    /** Newest first. */
    *newest(): Generator<RingEntry> {
      for (let seq = newest; seq >= oldest; seq--) {
        const entry = slots[seq % MAX_FRAMES];
        if (entry !== undefined) yield entry;
      }
    },
  };
}
