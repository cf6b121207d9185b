import { describe, expect, it } from 'vitest';
import { createMessageRing } from '../../src/controller/message-ring.ts';
import { NOON } from '../support/manual-clock.ts';

describe('the message ring', () => {
  const add = (ring: ReturnType<typeof createMessageRing>, text: string) => ring.add(NOON, 'CP1', 'in', text, 'ok');
  const texts = (ring: ReturnType<typeof createMessageRing>) => [...ring.newest()].map(({ text }) => text);

  it('shows the newest first, with an outcome that may become known later', () => {
    const ring = createMessageRing();
    add(ring, 'a').outcome = 'replayed';
    ring.add(NOON, 'CP2', 'out', 'b', 'sent');
    expect([...ring.newest()]).toEqual([
      { seq: 2, at: NOON, chargePointId: 'CP2', direction: 'out', text: 'b', cut: false, outcome: 'sent' },
      { seq: 1, at: NOON, chargePointId: 'CP1', direction: 'in', text: 'a', cut: false, outcome: 'replayed' },
    ]);
  });

  it('holds 5,000 frames', () => {
    const ring = createMessageRing();
    for (let at = 1; at <= 12_345; at++) add(ring, `${at}`);
    expect(texts(ring)).toEqual(Array.from({ length: 5_000 }, (_, at) => `${12_345 - at}`));
  });

  it('holds 8,000,000 characters, and of one frame 8,192', () => {
    const ring = createMessageRing();
    for (let at = 0; at < 2_000; at++) add(ring, 'x'.repeat(100_000));
    const kept = [...ring.newest()];
    expect(kept).toHaveLength(Math.floor(8_000_000 / 8_192));
    expect(kept.every(({ text, cut }) => text.length === 8_192 && cut)).toBe(true);
    // The count of characters must come down again with what is dropped.
    for (let at = 0; at < 5_000; at++) add(ring, 'y');
    expect(texts(ring)).toEqual(Array.from({ length: 5_000 }, () => 'y'));
  });

  it('may go on while it is read', () => {
    const ring = createMessageRing();
    for (let at = 1; at <= 5_000; at++) add(ring, `${at}`);
    const read: string[] = [];
    for (const { text } of ring.newest()) {
      read.push(text);
      add(ring, 'new');
    }
    expect(read).toEqual(Array.from({ length: 2_500 }, (_, at) => `${5_000 - at}`));
  });
});
