import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/domain/units.ts';
import { createDesk } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';
import { started, token } from '../../support/things.ts';

describe('Authorize', () => {
  const desk = createDesk();
  const put = (over: Parameters<typeof token>[0]) => desk.given({ type: 'token-put', token: token(over), at: NOON });
  put({ idTag: 'Good', parentIdTag: 'FLEET', expiresAt: instant(NOON + 1_000) });
  put({ idTag: 'Lapsed', expiresAt: NOON });
  put({ idTag: 'Blocked', status: 'Blocked', expiresAt: instant(NOON - 1), parentIdTag: 'FLEET' });
  put({ idTag: 'Expired', status: 'Expired' });

  it.each([
    ['good', { status: 'Accepted', parentIdTag: 'FLEET', expiryDate: '2026-01-15T12:00:01.000Z' }],
    ['LAPSED', { status: 'Expired', expiryDate: '2026-01-15T12:00:00.000Z' }],
    ['blocked', { status: 'Blocked', parentIdTag: 'FLEET', expiryDate: '2026-01-15T11:59:59.999Z' }],
    ['expired', { status: 'Expired' }],
    ['nobody', { status: 'Invalid' }],
    // A group key opens nothing by itself (OCPP 1.6 §3.10).
    ['FLEET', { status: 'Invalid' }],
    ['__proto__', { status: 'Invalid' }],
  ])('judges %s without regard to case', (idTag, idTagInfo) => {
    expect(desk.receive('Authorize', { idTag }).response).toEqual({ idTagInfo });
  });

  it('never says ConcurrentTx: the card may be there to stop', () => {
    desk.given(started(1, { idTag: 'Good' }, 'CP2'));
    expect(desk.receive('Authorize', { idTag: 'Good' }).response.idTagInfo.status).toBe('Accepted');
  });

  it('accepts unknown cards where the site does, but not blocked ones', () => {
    const open = createDesk({ unknownCards: 'accept' });
    open.given({ type: 'token-put', token: token({ idTag: 'Bad', status: 'Blocked' }), at: NOON });
    expect(open.receive('Authorize', { idTag: 'nobody' }).response.idTagInfo).toEqual({ status: 'Accepted' });
    expect(open.receive('Authorize', { idTag: 'bad' }).response.idTagInfo).toEqual({ status: 'Blocked' });
  });
});
