import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idTagKey, judge } from '../../src/domain/token.ts';
import { instant } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';
import { token } from '../support/things.ts';

const before = instant(NOON - 1);
const after = instant(NOON + 1);

describe('judge', () => {
  it.each([
    ['Accepted', null, 'Accepted'],
    ['Accepted', after, 'Accepted'],
    ['Accepted', NOON, 'Expired'],
    ['Accepted', before, 'Expired'],
    ['Blocked', before, 'Blocked'],
    ['Blocked', after, 'Blocked'],
    ['Expired', null, 'Expired'],
    ['Expired', after, 'Expired'],
  ] as const)('a token that is %s and expires at %s is %s at noon', (status, expiresAt, verdict) => {
    expect(judge(token({ status, expiresAt, parentIdTag: 'P' }), NOON, 'reject')).toEqual({
      status: verdict,
      expiresAt,
      parentIdTag: 'P',
    });
  });

  it('an unknown card as the site decides', () => {
    expect(judge(null, NOON, 'reject')).toEqual({ status: 'Invalid', expiresAt: null, parentIdTag: null });
    expect(judge(null, NOON, 'accept')).toEqual({ status: 'Accepted', expiresAt: null, parentIdTag: null });
  });
});

describe('idTagKey', () => {
  it('is the same for every spelling in upper and lower case', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aAbBzZ019-_:. '), maxLength: 20 }), (idTag) => {
        expect(idTagKey(idTag.toUpperCase())).toBe(idTagKey(idTag));
        expect(idTagKey(idTagKey(idTag))).toBe(idTagKey(idTag));
      }),
    );
  });
});
