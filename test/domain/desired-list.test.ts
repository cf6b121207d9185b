import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, desiredList, listChanges, type TokenUse } from '../../src/domain/desired-list.ts';
import type { ListEntry } from '../../src/domain/local-list.ts';
import { idTagKey } from '../../src/domain/token.ts';
import { noRules } from '../../src/domain/token-rules.ts';
import { instant, wattHours } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';
import { token } from '../support/things.ts';

const DAY = 86_400_000;
const never: TokenUse = { here: 0, anywhere: 0 };

const candidate = (over: Parameters<typeof token>[0], ageDays = 100): Candidate => {
  const made = token(over);
  return { idTag: made.idTag, token: made, groupRules: noRules, createdAt: instant(NOON - ageDays * DAY) };
};

function desired(
  candidates: readonly Candidate[],
  room: number,
  uses: Readonly<Record<string, TokenUse>> = {},
  held: readonly string[] = [],
) {
  const heldMap = new Map(
    held.map((idTag): [string, ListEntry] => [
      idTagKey(idTag),
      { idTag, status: 'Accepted', expiresAt: null, parentIdTag: null },
    ]),
  );
  const useOf = (_: string, key: string) => (Object.hasOwn(uses, key) ? (uses[key] ?? never) : never);
  return desiredList(candidates, 'CP1', { now: NOON, room, held: heldMap, useOf });
}

const evenings = { days: ['mon' as const], fromMinute: 1_080, toMinute: 1_440 };

const tagsOf = (list: ReturnType<typeof desired>) => list.entries.map(({ idTag }) => idTag);

describe('the desired list', () => {
  it('leaves out whoever may not charge here, and whose rules no list can say', () => {
    const list = desired(
      [
        candidate({ idTag: 'HERE', rules: { ...noRules, chargePointIds: ['CP1', 'CP2'] } }),
        candidate({ idTag: 'ELSEWHERE', rules: { ...noRules, chargePointIds: ['CP2'] } }),
        candidate({ idTag: 'EVENINGS', rules: { ...noRules, hours: [evenings] } }),
        candidate({ idTag: 'LITTLE', rules: { ...noRules, energyPerMonthWh: wattHours(1_000) } }),
        { ...candidate({ idTag: 'GROUPED', parentIdTag: 'G' }), groupRules: { ...noRules, hours: [evenings] } },
      ],
      10,
    );
    expect(tagsOf(list)).toEqual(['HERE']);
  });

  it('holds a token under each of its names, with the status of the token', () => {
    const van = candidate({ idTag: 'VAN', aliases: ['04A1B2C3'], status: 'Blocked' });
    expect(desired([van, { ...van, idTag: '04A1B2C3' }], 10).entries).toMatchObject([
      { idTag: 'VAN', status: 'Blocked' },
      { idTag: '04A1B2C3', status: 'Blocked' },
    ]);
  });

  it('holds every token with what it is worth now', () => {
    const list = desired(
      [
        candidate({ idTag: 'A', expiresAt: instant(NOON + 1), parentIdTag: 'G' }),
        candidate({ idTag: 'B', expiresAt: instant(NOON) }),
        candidate({ idTag: 'C', status: 'Blocked', expiresAt: instant(NOON - 1) }),
      ],
      10,
    );
    expect(list).toEqual({
      missing: 0,
      entries: [
        { idTag: 'A', status: 'Accepted', expiresAt: NOON + 1, parentIdTag: 'G' },
        { idTag: 'B', status: 'Expired', expiresAt: NOON, parentIdTag: null },
        { idTag: 'C', status: 'Blocked', expiresAt: NOON - 1, parentIdTag: null },
      ],
    });
  });

  it('leaves out what no message can carry, and names no idTag twice', () => {
    const tokens = [
      candidate({ idTag: 'a'.repeat(21) }),
      candidate({ idTag: '' }),
      candidate({ idTag: 'x' }),
      candidate({ idTag: 'X' }),
    ];
    expect(tagsOf(desired(tokens, 10))).toEqual(['X']);
  });

  it('prefers sessions here, then sessions anywhere, then new tokens', () => {
    const tokens = [
      candidate({ idTag: 'IDLE' }),
      candidate({ idTag: 'NEW' }, 1),
      candidate({ idTag: 'ELSEWHERE' }),
      candidate({ idTag: 'HERE' }),
    ];
    const uses = { elsewhere: { here: 0, anywhere: 3 }, here: { here: 2, anywhere: 2 } };
    expect(tagsOf(desired(tokens, 3, uses))).toEqual(['HERE', 'ELSEWHERE', 'NEW']);
    expect(desired(tokens, 3, uses).missing).toBe(1);
    expect(tagsOf(desired(tokens, 1, uses))).toEqual(['HERE']);
  });

  it('gives room to blocked ones last', () => {
    const tokens = [
      candidate({ idTag: 'BAD', status: 'Blocked' }),
      candidate({ idTag: 'GOOD' }),
      candidate({ idTag: 'OK' }),
    ];
    const uses = { bad: { here: 50, anywhere: 50 } };
    expect(tagsOf(desired(tokens, 2, uses)).sort()).toEqual(['GOOD', 'OK']);
    expect(desired(tokens, 2, uses).missing).toBe(0);
  });

  it('keeps who stands on it unless somebody is clearly better', () => {
    const tokens = [candidate({ idTag: 'OLD' }), candidate({ idTag: 'RIVAL' })];
    const slightly = { old: { here: 2, anywhere: 2 }, rival: { here: 3, anywhere: 3 } };
    expect(tagsOf(desired(tokens, 1, slightly))).toEqual(['RIVAL']);
    expect(tagsOf(desired(tokens, 1, slightly, ['old']))).toEqual(['OLD']);
    const clearly = { old: { here: 2, anywhere: 2 }, rival: { here: 6, anywhere: 6 } };
    expect(tagsOf(desired(tokens, 1, clearly, ['old']))).toEqual(['RIVAL']);
  });

  it('is the same once it stands on the charge point', () => {
    const tokens = fc.uniqueArray(fc.nat(60), { maxLength: 40 });
    fc.assert(
      fc.property(tokens, fc.nat(30), fc.func(fc.nat(9)), fc.uniqueArray(fc.nat(60)), (ids, room, score, before) => {
        const candidates = ids.map((id) => candidate({ idTag: `T${id}` }, id % 30));
        const uses = Object.fromEntries(ids.map((id) => [`t${id}`, { here: score(id), anywhere: score(id) }]));
        const first = tagsOf(
          desired(
            candidates,
            room,
            uses,
            before.map((id) => `T${id}`),
          ),
        );
        expect(first.length).toBe(Math.min(room, ids.length));
        expect(tagsOf(desired(candidates, room, uses, first)).sort()).toEqual(first.sort());
      }),
    );
  });
});

describe('the changes of a list', () => {
  const entry = fc.record({
    idTag: fc.constantFrom('a', 'B', 'c', 'D', 'e', 'F', 'g'),
    status: fc.constantFrom('Accepted', 'Blocked', 'Expired'),
    expiresAt: fc.constantFrom(null, NOON),
    parentIdTag: fc.constantFrom(null, 'G'),
  });
  const list = fc.uniqueArray(entry, { selector: ({ idTag }) => idTagKey(idTag), maxLength: 7 });

  it('lead from what is held to what is desired, rights taken away first, and never beyond either in size', () => {
    fc.assert(
      fc.property(list, list, (from, to) => {
        const held = new Map(from.map((one) => [idTagKey(one.idTag), one as ListEntry]));
        const { changes, revoking } = listChanges(held, to);
        const largest = Math.max(from.length, to.length);
        const now = new Map(held);
        for (const [index, change] of changes.entries()) {
          const key = idTagKey(change.kind === 'put' ? change.entry.idTag : change.idTag);
          const takes =
            now.get(key)?.status === 'Accepted' && (change.kind === 'remove' || change.entry.status !== 'Accepted');
          expect(takes).toBe(index < revoking);
          if (change.kind === 'put') now.set(key, change.entry);
          else now.delete(key);
          expect(now.size).toBeLessThanOrEqual(largest);
        }
        expect([...now.keys()].sort()).toEqual(to.map(({ idTag }) => idTagKey(idTag)).sort());
        expect(listChanges(now, to).changes).toEqual([]);
      }),
    );
  });
});
