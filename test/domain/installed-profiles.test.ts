import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstalledProfile } from '../../src/domain/charging-profile.ts';
import {
  beginTransaction,
  type ClearCriteria,
  clear,
  endTransaction,
  install,
  replacedBy,
} from '../../src/domain/installed-profiles.ts';
import { anyInstalled, at, profile } from '../support/charging-profiles.ts';

const none: ClearCriteria = { id: null, connectorId: null, purpose: null, stackLevel: null };
const ids = (list: readonly InstalledProfile[]) => list.map((one) => one.profile.id);

describe('installing', () => {
  const held = [
    at(0, profile('0:50', { id: 1, purpose: 'ChargePointMaxProfile' })),
    at(0, profile('0:8', { id: 2 })),
    at(1, profile('0:9', { id: 3 })),
    at(1, profile('0:10', { id: 4, stackLevel: 1 })),
    at(1, profile('0:11', { id: 5, purpose: 'TxProfile' })),
  ];

  it.each([
    ['the same id, wherever it was', 2, profile('0:1', { id: 1, stackLevel: 5 }), [1]],
    ['the same purpose and stack level at the same connector', 1, profile('0:1', { id: 9 }), [3]],
    ['nothing of another stack level', 1, profile('0:1', { id: 9, stackLevel: 2 }), []],
    ['nothing of another connector', 2, profile('0:1', { id: 9 }), []],
    ['on connector 0 only what is there', 0, profile('0:1', { id: 9 }), [2]],
    [
      'a profile of a remote start by its successor',
      1,
      profile('0:1', { id: 9, purpose: 'TxProfile', transactionId: 7 }),
      [5],
    ],
    ['both what has its id and what has its place', 1, profile('0:1', { id: 2 }), [2, 3]],
  ])('replaces %s (§5.16.3, §3.13.1)', (_, connectorId, sent, replaced) => {
    const after = install(held, connectorId, sent);
    expect(ids(replacedBy(held, connectorId, sent))).toEqual(replaced);
    expect(ids(after)).toEqual([...ids(held).filter((id) => !replaced.includes(id)), sent.id]);
    expect(after.at(-1)).toEqual({ connectorId, profile: sent });
  });

  it('never leaves two with one id, or two of one purpose and stack level at one connector, and changes no list', () => {
    fc.assert(
      fc.property(anyInstalled(1000), anyInstalled(1000), (first, second) => {
        const before = structuredClone(first);
        const held = second.reduce((list, one) => install(list, one.connectorId, one.profile), first);
        const places = held.map((one) => `${one.connectorId} ${one.profile.purpose} ${one.profile.stackLevel}`);
        expect(new Set(ids(held)).size).toBe(held.length);
        expect(new Set(places).size).toBe(held.length);
        expect(first).toEqual(before);
      }),
    );
  });
});

describe('clearing', () => {
  const held = [
    at(0, profile('0:50', { id: 1, purpose: 'ChargePointMaxProfile' })),
    at(1, profile('0:8', { id: 2 })),
    at(2, profile('0:9', { id: 3 })),
    at(1, profile('0:10', { id: 4, stackLevel: 1 })),
  ];

  const requests: readonly (readonly [string, Partial<ClearCriteria>, readonly number[]])[] = [
    ['all when nothing is given', {}, [1, 2, 3, 4]],
    ['by id alone, whatever else is given', { id: 2, connectorId: 2, stackLevel: 9 }, [2]],
    ['by connector', { connectorId: 1 }, [2, 4]],
    ['by connector 0', { connectorId: 0 }, [1]],
    ['by purpose and stack level together', { purpose: 'TxDefaultProfile', stackLevel: 0 }, [2, 3]],
    ['nothing when one of two does not fit', { purpose: 'TxProfile', connectorId: 1 }, []],
    ['nothing by an unknown id', { id: 77 }, []],
  ];

  it.each(requests)('takes %s (§6.13, errata 3.25, 3.26)', (_, criteria, expected) => {
    const { remaining, removed } = clear(held, { ...none, ...criteria });
    expect(ids(removed)).toEqual(expected);
    expect(ids(remaining)).toEqual(ids(held).filter((id) => !expected.includes(id)));
  });
});

describe('a transaction', () => {
  const tx = (id: number, transactionId: number | null) => profile('0:10', { id, purpose: 'TxProfile', transactionId });
  const held = [
    at(1, tx(1, null)),
    at(2, tx(2, null)),
    at(1, { ...tx(3, 8), stackLevel: 1 }),
    at(1, profile('0:6', { id: 4 })),
  ];

  it('makes the profile of its remote start its own (errata 3.42)', () => {
    const begun = beginTransaction(held, { id: 7, connectorId: 1 });
    expect(begun.map((one) => one.profile.transactionId)).toEqual([7, null, 8, null]);
    expect(ids(begun)).toEqual(ids(held));
  });

  it('takes its profiles with it when it ends, and no others (§3.13.1)', () => {
    expect(ids(endTransaction(held, { id: 8, connectorId: 1 }))).toEqual([2, 4]);
    expect(ids(endTransaction(held, { id: 5, connectorId: 2 }))).toEqual([1, 3, 4]);
    expect(ids(endTransaction(held, { id: 5, connectorId: 3 }))).toEqual([1, 2, 3, 4]);
  });
});
