import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIntake } from '../../src/upstream-consumer/intake.ts';
import { type Keep, openKeep } from '../../src/upstream-consumer/keep.ts';
import { birth, event, events, gap, readings, SITE } from './messages.ts';

describe('what a backend takes in', () => {
  let keep: Keep;
  let intake: ReturnType<typeof createIntake>;
  let now = 0;

  beforeEach(() => {
    now = 1_000_000;
    keep = openKeep(':memory:');
    intake = createIntake(keep, () => now);
    say('status', birth());
  });
  afterEach(() => keep.close());

  function say(below: string, content: unknown, encoding?: string) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const payload = encoding === 'deflate' ? deflateSync(text) : Buffer.from(text);
    return intake.take(SITE, below, payload, encoding).map(({ ack }) => ack);
  }
  const told = (from: number, to: number, more = {}) => say('evt/t0', events(from, to, more));
  const stored = (epoch = 'e1'): number[] =>
    keep.database.prepare('SELECT seq FROM events WHERE epoch = ? ORDER BY rowid').pluck().all(epoch) as number[];
  const read = () => keep.database.prepare('SELECT seq FROM readings ORDER BY seq').pluck().all();
  const gaps = () => keep.database.prepare('SELECT stream, from_seq, to_seq, why FROM gaps').raw().all();
  const upTo = (number: number, want?: object, stream = 't0', epoch = 'e1') => ({
    epoch,
    stream,
    upTo: number,
    ...(want === undefined ? {} : { want }),
  });

  it('is there once, whatever comes twice or overlaps', () => {
    expect(told(1, 3)).toEqual([upTo(3)]);
    expect(told(1, 3)).toEqual([upTo(3)]);
    expect(told(2, 5)).toEqual([upTo(5)]);
    expect(stored()).toEqual([1, 2, 3, 4, 5]);
    expect(keep.sites()[0]).toMatchObject({ events: 5, duplicates: 5, lost: 0 });
  });

  it('waits for what is missing, asks for exactly that, and goes on in order when it has come', () => {
    told(1, 2);
    expect(told(6, 7)).toEqual([upTo(2, { from: 3, to: 5 })]);
    expect(told(8, 9)).toEqual([upTo(2)]);
    expect(stored()).toEqual([1, 2]);
    expect(told(3, 4)).toEqual([upTo(4, { from: 5, to: 5 })]);
    expect(told(5, 5)).toEqual([upTo(9)]);
    expect(stored()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(gaps()).toEqual([]);
    expect(intake.open()).toBe(0);
  });

  it('is asked for three times, five seconds apart, and then lost; what came meanwhile is not', () => {
    told(1, 1);
    expect(told(4, 4)[0]?.want).toEqual({ from: 2, to: 3 });
    now += 4_999;
    expect(intake.again()).toEqual([]);
    for (const _ of ['second', 'third']) {
      now += 5_000;
      expect(intake.again().map(({ ack }) => ack)).toEqual([upTo(1, { from: 2, to: 3 })]);
      expect(intake.again()).toEqual([]);
    }
    now += 4_999;
    expect(told(5, 5)).toEqual([upTo(1)]);
    now += 1;
    expect(told(6, 6)).toEqual([upTo(6)]);
    expect(stored()).toEqual([1, 4, 5, 6]);
    expect(gaps()).toEqual([['t0', 2, 3, 'lost']]);
  });

  it('is never lost because a site that is away does not answer', () => {
    told(1, 1);
    told(4, 4);
    say('status', { state: 'lost' });
    for (let hour = 0; hour < 100; hour += 1) {
      now += 3_600_000;
      expect(intake.again()).toEqual([]);
    }
    expect(gaps()).toEqual([]);
    say('status', birth());
    expect(told(2, 3)).toEqual([upTo(4)]);
  });

  it('begins where the site says that its history begins, and goes on with the old one beside the new', () => {
    expect(told(5, 6)).toEqual([upTo(0, { from: 1, to: 4 })]);
    say('status', birth('e2', { t0: 40, t1: 1 }));
    expect(told(40, 41, { epoch: 'e2' })).toEqual([upTo(41, undefined, 't0', 'e2')]);
    expect(stored('e2')).toEqual([40, 41]);
    expect(told(1, 4)).toEqual([upTo(6)]);
  });

  it('keeps what is numbered alike apart by its history', () => {
    told(1, 3);
    say('status', birth('e2', { t0: 2, t1: 1 }));
    told(2, 3, { epoch: 'e2' });
    expect(stored('e1')).toEqual([1, 2, 3]);
    expect(stored('e2')).toEqual([2, 3]);
    expect(keep.sites()[0]?.duplicates).toBe(0);
  });

  it('waits no more once the site says that it has dropped readings', () => {
    say('evt/t1', readings(1, 10));
    expect(say('evt/t1', readings(21, 25))).toEqual([upTo(10, { from: 11, to: 20 }, 't1')]);
    expect(told(1, 1, gap(9, 15))).toEqual([upTo(1), upTo(10, undefined, 't1')]);
    expect(told(2, 2, gap(16, 20))).toEqual([upTo(2), upTo(25, undefined, 't1')]);
    expect(read()).toHaveLength(15);
    expect(gaps()).toEqual([['t1', 11, 20, 'explained']]);
  });

  it('takes no gap of thinning for dropped: those readings still come', () => {
    say('evt/t1', readings(1, 1));
    told(1, 1, gap(2, 5, 'thinned'));
    expect(say('evt/t1', readings(6, 6))[0]?.want).toEqual({ from: 2, to: 5 });
  });

  it('takes an explanation that comes after all asking', () => {
    say('evt/t1', readings(1, 1));
    say('evt/t1', readings(4, 4));
    for (let times = 0; times < 3; times += 1) {
      now += 5_000;
      intake.again();
    }
    now += 5_000;
    say('evt/t1', readings(5, 5));
    expect(gaps()).toEqual([['t1', 2, 3, 'lost']]);
    told(1, 1, gap(1, 3));
    expect(gaps()).toEqual([['t1', 2, 3, 'explained']]);
  });

  it('writes one row for a session, from its start and its stop, and another where a restored site counts again', () => {
    const start = { transactionId: 7, chargePointId: 'CP1', state: 'running', startedAt: '2026-11-27T12:00:00.000Z' };
    told(1, 1, { type: 'busbar.transaction-started', data: start });
    told(2, 2, { type: 'busbar.transaction-stopped', data: { ...start, state: 'stopped', energyWh: 9_000 } });
    told(3, 3, { type: 'busbar.transaction-started', data: { ...start, startedAt: '2026-11-27T13:00:00.000Z' } });
    // The ledger of a new history tells of what has ended once more.
    told(1, 1, { epoch: 'e2', type: 'busbar.transaction-started', data: start });
    told(4, 4, { type: 'busbar.orphan-stopped', data: { transactionId: 8, state: 'orphan', startedAt: null } });
    told(5, 5, { type: 'busbar.transaction-started', data: { transactionId: 9 } });
    const sessions = keep.database
      .prepare('SELECT transaction_id, state, energy_wh FROM sessions ORDER BY rowid')
      .raw()
      .all();
    expect(sessions).toEqual([
      [7, 'stopped', 9_000],
      [7, 'running', null],
      [8, 'orphan', null],
      [9, '', null],
    ]);
  });

  it('reads what is deflated, and keeps the last of what the broker keeps', () => {
    expect(say('evt/t0', events(1, 2), 'deflate')).toEqual([upTo(2)]);
    say('alert/a1', { id: 'a1' });
    say('state/CP1', { at: 'then' });
    say('state/CP1', { at: 'now' });
    say('alert/a1', '');
    const kept = keep.database.prepare('SELECT topic, content FROM retained').raw().all();
    expect(kept).toEqual([['state/CP1', '{"at":"now"}']]);
  });

  it('says again what it has to whoever comes online', () => {
    told(1, 3);
    say('evt/t1', readings(1, 9));
    expect(say('status', birth())).toEqual([upTo(3), upTo(9, undefined, 't1')]);
    expect(say('status', { state: 'lost' })).toEqual([]);
  });

  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  it.each<[string, string, string | object]>([
    ['no JSON', 'evt/t0', 'null{'],
    ['no object', 'evt/t0', '[]'],
    ['too deep', 'evt/t0', `{"epoch":"e1","stream":"t0","from":2,"to":2,"events":${deep}}`],
    ['fewer events than numbers', 'evt/t0', { ...events(2, 3), events: [event(2)] }],
    ['other numbers', 'evt/t0', { ...events(2, 2), events: [event(3)] }],
    ['a number that is none', 'evt/t0', { ...events(2, 2), events: [event(2, { sequence: 'two' })] }],
    ['sound, and then not', 'evt/t0', { ...events(2, 3), events: [event(2), event(3, { data: 7 })] }],
    ['without an epoch', 'evt/t0', { ...events(2, 2), epoch: 7 }],
    ['of the other stream', 'evt/t0', readings(2, 2)],
    ['a range that runs back', 'evt/t0', { ...events(2, 2), to: 1 }],
    ['a range beyond counting', 'evt/t0', { ...events(2, 2), to: 2e300 }],
    ['ahead, and none', 'evt/t0', { ...events(8, 9), events: [event(8)] }],
    ['too large', 'evt/t0', { ...events(2, 2), more: 'x'.repeat(1_048_576) }],
    ['a reading outside of its range', 'evt/t1', { ...readings(1, 2), to: 1 }],
    ['a status that is none', 'status', deep],
    ['a state that is none', 'state/CP1', 'charging'],
    ['a status that is too deep to be written', 'status', `{"state":${deep}}`],
    ['an event that is', 'evt/t0', JSON.stringify(events(2, 2)).replace('{"number":2}', `{"number":${deep}}`)],
  ])('is not what is no message: %s', (_, below, content) => {
    told(1, 1);
    expect(say(below, content)).toEqual([]);
    expect(intake.figures().malformed).toBe(1);
    expect(stored()).toEqual([1]);
    expect(read()).toEqual([]);
    expect(keep.statusOf(SITE)).toEqual(birth());
    expect(told(2, 2)).toEqual([upTo(2)]);
  });

  it('is not what does not inflate, or to more than anybody sends', () => {
    expect(intake.take(SITE, 'evt/t0', Buffer.from('plain'), 'deflate')).toEqual([]);
    expect(intake.take(SITE, 'evt/t0', deflateSync(Buffer.alloc(17_000_000, ' ')), 'deflate')).toEqual([]);
    expect(intake.figures().malformed).toBe(2);
  });

  it('lets no more than so many messages wait', () => {
    for (let seq = 3; seq < 1_003; seq += 1) told(seq, seq);
    expect(keep.database.prepare('SELECT count(*) FROM ahead').pluck().get()).toBe(256);
    expect(told(1, 2)).toEqual([upTo(258)]);
    expect(told(259, 1_002)).toEqual([upTo(1_002)]);
  });
});
