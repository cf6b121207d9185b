import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/central-system/handler.ts';
import type { Token } from '../../src/domain/token.ts';
import { noRules, type TokenRules } from '../../src/domain/token-rules.ts';
import { instant, wattHours } from '../../src/domain/units.ts';
import { createDesk, stamp } from '../support/desk.ts';
import { NOON } from '../support/manual-clock.ts';
import { started, stopped, token } from '../support/things.ts';

/** NOON is Thursday, 15 January 2026, 13:00 in Berlin. */
const HOUR_MS = 3_600_000;

function deskWith(tokens: Partial<Token>[], policy: Partial<Policy> = {}) {
  const desk = createDesk(policy);
  for (const over of tokens) desk.given({ type: 'token-put', token: token(over), at: NOON });
  return {
    ...desk,
    authorize: (idTag: string, over = {}) => desk.receive('Authorize', { idTag }, over).response.idTagInfo.status,
    start(over: Partial<{ idTag: string; timestamp: string; connectorId: number; chargePointId: string }> = {}) {
      const { chargePointId = 'CP1', ...request } = over;
      const full = { connectorId: 1, idTag: 'CARD1', meterStart: 0, timestamp: stamp(0), ...request };
      return desk.receive('StartTransaction', full, { chargePointId }).response;
    },
    group: (parentIdTag: string, rules: Partial<TokenRules>) =>
      desk.given({
        type: 'token-group-put',
        group: { parentIdTag, note: null, rules: { ...noRules, ...rules } },
        at: NOON,
      }),
  };
}

const evenings = { hours: [{ days: ['thu' as const], fromMinute: 1_080, toMinute: 1_320 }] };

describe('rules', () => {
  it('say Blocked where a known card may not charge, and which of them it was', () => {
    const desk = deskWith([{ rules: { ...noRules, chargePointIds: ['CP2'] }, parentIdTag: 'FLEET' }]);
    expect(desk.receive('Authorize', { idTag: 'CARD1' }).response.idTagInfo).toEqual({
      status: 'Blocked',
      parentIdTag: 'FLEET',
    });
    expect(desk.authorize('CARD1', { chargePointId: 'CP2' })).toBe('Accepted');
    const { transactionId, idTagInfo } = desk.start();
    expect(idTagInfo.status).toBe('Blocked');
    expect(desk.rows('SELECT transaction_id, kind, detail FROM findings')).toEqual([
      { transaction_id: transactionId, kind: 'rule-refused', detail: 'Token CARD1 may not charge at CP1.' },
    ]);
    expect(
      desk.rows('SELECT charge_point_id, connector_id, transaction_id, status, rule FROM refused_authorizations'),
    ).toEqual([
      { charge_point_id: 'CP1', connector_id: null, transaction_id: null, status: 'Blocked', rule: 'charge-points' },
      {
        charge_point_id: 'CP1',
        connector_id: 1,
        transaction_id: transactionId,
        status: 'Blocked',
        rule: 'charge-points',
      },
    ]);
  });

  it('of the token and of its group must both allow', () => {
    const desk = deskWith([{ parentIdTag: 'Fleet' }, { idTag: 'ALONE' }]);
    desk.group('FLEET', evenings);
    expect([desk.authorize('CARD1'), desk.authorize('ALONE')]).toEqual(['Blocked', 'Accepted']);
    expect(desk.values('SELECT why FROM refused_authorizations')).toEqual([
      'Group FLEET may not charge at this hour (thu 13:00).',
    ]);
    desk.given({ type: 'token-group-removed', parentIdTag: 'fleet', at: NOON });
    expect(desk.authorize('CARD1')).toBe('Accepted');
  });

  it('judge a start that happened offline at its own time, and one with a clock never set at ours', () => {
    const desk = deskWith([{ rules: { ...noRules, ...evenings } }]);
    const lastThursdayEvening = new Date(NOON - 7 * 24 * HOUR_MS + 6 * HOUR_MS).toISOString();
    expect(desk.start({ timestamp: lastThursdayEvening }).idTagInfo.status).toBe('Accepted');
    expect(desk.start({ timestamp: '1970-01-01T18:30:00Z' }).idTagInfo.status).toBe('Blocked');
  });

  it('let a card that was valid then charge in the books, and tell the charge point that it has expired since', () => {
    const desk = deskWith([{ expiresAt: instant(NOON - HOUR_MS) }]);
    const { transactionId, idTagInfo } = desk.start({ timestamp: new Date(NOON - 2 * HOUR_MS).toISOString() });
    expect(idTagInfo).toEqual({ status: 'Expired', expiryDate: new Date(NOON - HOUR_MS).toISOString() });
    expect(desk.reader.transaction('CP1', transactionId)?.verdict?.status).toBe('Accepted');
  });

  it('are not asked of who may be there to stop', () => {
    const desk = deskWith([
      {},
      { idTag: 'MATE', parentIdTag: 'FLEET', rules: { ...noRules, chargePointIds: ['CP2'] } },
    ]);
    desk.given(started(1));
    desk.given({ type: 'token-put', token: token({ rules: { ...noRules, ...evenings } }), at: NOON });
    expect([desk.authorize('CARD1'), desk.authorize('CARD1', { chargePointId: 'CP2' })]).toEqual([
      'Accepted',
      'Blocked',
    ]);
    expect(desk.authorize('MATE')).toBe('Blocked');
    const stop = desk.receive('StopTransaction', {
      transactionId: 1,
      idTag: 'CARD1',
      meterStop: 5_000,
      timestamp: stamp(0),
    });
    expect(stop.response.idTagInfo?.status).toBe('Accepted');
    expect(desk.authorize('CARD1')).toBe('Blocked');
  });
});

describe('energy of the month', () => {
  const at = (day: number) => instant(Date.UTC(2026, 0, day, 12));
  const session = (id: number, day: number, wh: number, idTag = 'CARD1') => [
    started(id, { idTag, at: at(day), meterWh: wattHours(0), connectorId: id }),
    stopped(id, { meterWh: wattHours(wh) }),
  ];

  it('is what its transactions drew since the first, under all its names, running ones so far', () => {
    const desk = deskWith([{ aliases: ['OTHER'], rules: { ...noRules, energyPerMonthWh: wattHours(10_000) } }]);
    desk.given(...session(1, -5, 90_000), ...session(2, 3, 4_000), ...session(3, 4, 3_000));
    expect(desk.authorize('CARD1')).toBe('Accepted');
    const { transactionId } = desk.start({ idTag: 'other', connectorId: 9 });
    expect(desk.authorize('CARD1', { chargePointId: 'CP2' })).toBe('Accepted');
    desk.database.prepare('INSERT INTO progress VALUES (?, 1, 1, 1, ?, ?, 3000)').run(transactionId, NOON, NOON);
    expect(desk.authorize('CARD1', { chargePointId: 'CP2' })).toBe('Blocked');
    expect(desk.values('SELECT why FROM refused_authorizations')).toEqual([
      'Token CARD1 has used 10 of 10 kWh this month.',
    ]);
    // In February it may again.
    expect(desk.authorize('CARD1', { chargePointId: 'CP2', at: instant(Date.UTC(2026, 0, 31, 23)) })).toBe('Accepted');
  });

  it('of a group is that of all who belonged to it when they charged', () => {
    const desk = deskWith([{ parentIdTag: 'FLEET' }, { idTag: 'B', parentIdTag: 'fleet' }]);
    desk.group('FLEET', { energyPerMonthWh: wattHours(5_000) });
    for (const [connectorId, idTag] of [
      [1, 'CARD1'],
      [2, 'B'],
    ] as const) {
      const { transactionId, idTagInfo } = desk.start({ connectorId, idTag });
      expect(idTagInfo.status).toBe('Accepted');
      desk.receive('StopTransaction', { transactionId, meterStop: 3_000, timestamp: stamp(1) });
    }
    expect(desk.authorize('B')).toBe('Blocked');
    expect(desk.values('SELECT why FROM refused_authorizations')).toEqual([
      'Group FLEET has used 6 of 5 kWh this month.',
    ]);
  });

  it('is found by an index, never by reading the ledger', () => {
    const desk = deskWith([]);
    const plan = (where: string) =>
      desk
        .rows(
          `EXPLAIN QUERY PLAN SELECT sum(t.meter_stop_wh) FROM transactions t LEFT JOIN progress p
           ON p.transaction_id = t.id AND t.state = 'running' WHERE ${where} = 'x' AND t.started_ms >= 1 AND t.started_ms < 2`,
        )
        .map((row) => (row as { detail: string }).detail)[0];
    expect(plan("t.state <> 'orphan' AND coalesce(t.token_key, t.id_tag_key)")).toContain(
      'INDEX transactions_by_token',
    );
    expect(plan('t.group_key')).toContain('INDEX transactions_by_group');
  });
});

describe('names of a card', () => {
  it('an alias is the token: its status, its group, and one transaction at a time', () => {
    const desk = deskWith([{ aliases: ['04:A1:B2:C3'], parentIdTag: 'FLEET' }]);
    expect(desk.receive('Authorize', { idTag: '04:a1:b2:c3' }).response.idTagInfo).toEqual({
      status: 'Accepted',
      parentIdTag: 'FLEET',
    });
    expect(desk.start().idTagInfo.status).toBe('Accepted');
    expect(desk.start({ idTag: '04:A1:B2:C3', chargePointId: 'CP2' }).idTagInfo.status).toBe('ConcurrentTx');
    expect(desk.values('SELECT why FROM refused_authorizations')).toEqual([
      'Card 04:A1:B2:C3 is charging already: transaction 1 at CP1.',
    ]);
  });

  it('another spelling is the card only where the site says so, and only where one token fits', () => {
    const cards = [{ idTag: '04A1B2C3' }, { idTag: '12345678' }, { idTag: '00bc614e' }];
    const strict = deskWith(cards);
    expect(strict.authorize('C3:B2:A1:04')).toBe('Invalid');
    const lenient = deskWith(cards, { matchCardForms: true });
    expect(lenient.authorize('C3:B2:A1:04')).toBe('Accepted');
    expect(lenient.authorize('04A1B2C3D4E5F6')).toBe('Invalid');
    expect(lenient.authorize('78563412')).toBe('Accepted');
    // 12345678 as a decimal number is 00BC614E: two tokens fit, so neither does.
    expect(lenient.authorize('0012345678')).toBe('Invalid');
    const two = deskWith([{ idTag: '04A1B2C3' }, { idTag: 'C3B2A104' }], { matchCardForms: true });
    expect(two.authorize('04:A1:B2:C3')).toBe('Invalid');
    expect(two.authorize('c3b2a104')).toBe('Accepted');
  });
});

describe('unknown cards', () => {
  it('are remembered with where and how often, the newest 200 of them', () => {
    const desk = deskWith([]);
    desk.authorize('Nobody');
    desk.receive(
      'StartTransaction',
      { connectorId: 2, idTag: 'NOBODY', meterStart: 0, timestamp: stamp(60) },
      { at: instant(NOON + 60_000), chargePointId: 'CP2' },
    );
    expect(desk.rows('SELECT * FROM unknown_cards')).toEqual([
      {
        id_tag_key: 'nobody',
        id_tag: 'NOBODY',
        first_ms: NOON,
        last_ms: NOON + 60_000,
        times: 2,
        charge_point_id: 'CP2',
        connector_id: 2,
      },
    ]);
    for (let card = 0; card < 205; card += 1) desk.authorize(`S${card}`, { at: instant(NOON + 120_000 + card) });
    expect(desk.values('SELECT count(*) FROM unknown_cards')).toEqual([200]);
    expect(desk.reader.unknownCard('nobody')).toBeNull();
    expect(desk.reader.unknownCard('s204')).toBe('S204');
  });

  it('that are accepted once are let stop, and are refused from then on', () => {
    const desk = deskWith([], { unknownCards: 'accept-once' });
    expect(desk.authorize('NEW')).toBe('Accepted');
    const { transactionId, idTagInfo } = desk.start({ idTag: 'NEW' });
    expect(idTagInfo.status).toBe('Accepted');
    expect([desk.authorize('new'), desk.authorize('NEW', { chargePointId: 'CP2' })]).toEqual(['Accepted', 'Invalid']);
    desk.receive('StopTransaction', { transactionId, meterStop: 9, timestamp: stamp(9) });
    expect([desk.authorize('NEW'), desk.start({ idTag: 'NEW', connectorId: 2 }).idTagInfo.status]).toEqual([
      'Invalid',
      'Invalid',
    ]);
    desk.given({ type: 'token-put', token: token({ idTag: 'NEW' }), at: NOON });
    expect(desk.authorize('NEW')).toBe('Accepted');
  });
});
