import { describe, expect, it } from 'vitest';
import { createFeed } from '../../src/controller/feed.ts';
import { unknownList } from '../../src/domain/local-list.ts';
import { NOON } from '../support/manual-clock.ts';

describe('the feed', () => {
  const publish = (feed: ReturnType<typeof createFeed>, times: number) => {
    for (let at = 0; at < times; at++) feed.publish({ type: 'alert-cleared', id: `${feed.last() + 1}`, at: NOON });
  };
  const seqs = (feed: ReturnType<typeof createFeed>, after: number) => feed.since(after)?.map(({ seq }) => seq) ?? null;

  it('tells who listens, until they stop', () => {
    const feed = createFeed();
    const heard: number[] = [];
    const stop = feed.listen(({ seq }) => heard.push(seq));
    publish(feed, 2);
    stop();
    publish(feed, 1);
    expect(heard).toEqual([1, 2]);
    expect(feed.last()).toBe(3);
  });

  it('resumes after what was seen last', () => {
    const feed = createFeed();
    expect(seqs(feed, 0)).toEqual([]);
    publish(feed, 5);
    expect(seqs(feed, 0)).toEqual([1, 2, 3, 4, 5]);
    expect(seqs(feed, 3)).toEqual([4, 5]);
    expect(seqs(feed, 5)).toEqual([]);
  });

  it('does not keep in memory what a list or a message carried', () => {
    const feed = createFeed();
    const entry = { idTag: 'CARD1', status: 'Accepted', expiresAt: null, parentIdTag: null } as const;
    const content = { full: true, version: 7, put: [entry], removed: [] };
    const list = { ...unknownList, state: 'updating', sentVersion: 7, pending: content } as const;
    feed.publish({ type: 'local-list-changed', chargePointId: 'CP1', list, content, at: NOON });
    const request = { data: 'long' };
    const shown = JSON.stringify(request);
    const action = 'DataTransfer';
    feed.publish({ type: 'operation-requested', chargePointId: 'CP1', id: 'op', action, request, shown, at: NOON });
    const kept = feed.since(0)?.map(({ event }) => event);
    expect(kept).toMatchObject([
      { content: { full: true, version: 7, put: [], removed: [] }, list: { pending: null, sentVersion: 7 } },
      { id: 'op', action },
    ]);
    expect(JSON.stringify(kept)).not.toMatch(/CARD1|long/);
  });

  it('says so when it no longer knows, or never knew, what came after', () => {
    const feed = createFeed();
    publish(feed, 4_001);
    expect(seqs(feed, 2_001)).toHaveLength(2_000);
    expect(seqs(feed, 2_000)).toBeNull();
    // A number from before a restart.
    expect(seqs(feed, 9_999)).toBeNull();
    expect(seqs(feed, -1)).toBeNull();
  });

  it('remembers at least 2,000 changes and at most twice that', () => {
    const feed = createFeed();
    publish(feed, 2_000);
    for (let at = 2_000; at < 9_000; at += 7) {
      publish(feed, 7);
      expect(feed.since(feed.last() - 2_000)).toHaveLength(2_000);
      expect(feed.since(Math.max(-1, feed.last() - 4_001))).toBeNull();
    }
  });
});
