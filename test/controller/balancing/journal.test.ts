import { expect, it } from 'vitest';
import { settled, settledAfterCut, voidBook, worst } from '../../../src/balancer/book.ts';
import { readBook, unwrittenOf, wasOnTop } from '../../../src/controller/balancing/journal.ts';
import { at, balancedConnector, withFloor, withGrant } from './room.ts';

const read = (book: string) =>
  readBook({ chargePointId: 'CP1', connectorId: 1, book, evidence: null }, 32_000, at(50), 90_000, 20_000);

it('a book comes back as it was written, each lease begun anew with twice the skew', () => {
  const { state } = balancedConnector();
  withFloor(state);
  withGrant(state, 20_000);
  expect(unwrittenOf([state], () => false)).toEqual([]);
  state.unwritten = true;
  const back = read(unwrittenOf([state], () => false)[0]?.book ?? '');
  expect(back.nextSeq).toBe(state.book.nextSeq);
  expect(worst(back, at(50 + 900_000 + 180_000 + 20_000 - 1), null)).toBe(20_000);
  expect(worst(back, at(50 + 900_000 + 180_000 + 20_000), null)).toBe(6_000);
  expect(settled(back)).toBe(settled(state.book));
});

it('that its limits lie at the highest level is not forgotten: what is sent lower would do nothing', () => {
  const { state } = balancedConnector();
  state.unwritten = true;
  for (const isOnTop of [true, false]) {
    const [row] = unwrittenOf([state], () => isOnTop);
    expect(row === undefined ? null : wasOnTop(row)).toBe(isOnTop);
  }
  expect(wasOnTop({ chargePointId: 'CP1', connectorId: 1, book: '{"entries":[],"nextSeq":1}', evidence: null })).toBe(
    false,
  );
});

it('of what was written before lost clocks were counted, anything is expected of what ends by itself', () => {
  const entry = { seq: 1, kind: 'grant', xMA: 10_000, tailMA: 6_000, leaseMs: 900_000 };
  const counted = (more: object): number =>
    settledAfterCut(read(JSON.stringify({ entries: [{ ...entry, ...more }], nextSeq: 2, floorProven: true })));
  expect(counted({})).toBe(32_000);
  expect(counted({ adriftMA: 'x' })).toBe(32_000);
  expect(counted({ adriftMA: 10_000 })).toBe(10_000);
  expect(counted({ adriftMA: null })).toBe(6_000);
  expect(counted({ leaseMs: null })).toBe(10_000);
});

it('what can not be read is a book that knows nothing', () => {
  const entry = { seq: 1, kind: 'floor', xMA: 6_000, tailMA: 6_000, leaseMs: null };
  const good = { entries: [entry], nextSeq: 2, floorProven: true };
  expect(worst(read(JSON.stringify(good)), at(0), null)).toBe(6_000);
  for (const broken of ['', '{', 'null', '{"entries":[]}', '{"entries":[null],"nextSeq":1,"floorProven":true}']) {
    expect(read(broken)).toEqual(voidBook(32_000));
  }
  for (const wrong of [{ xMA: 1.5 }, { xMA: '6000' }, { kind: 'other' }, { leaseMs: 'x' }, { seq: null }]) {
    expect(read(JSON.stringify({ ...good, entries: [{ ...entry, ...wrong }] }))).toEqual(voidBook(32_000));
  }
});
