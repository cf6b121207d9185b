/** Cards as the field has them: unknown ones used offline, and one card under many numbers (D4.40, D7.52, D7.53). */
import { expect, it } from 'vitest';
import { noRules } from '../../src/domain/token-rules.ts';
import { wattHours } from '../../src/domain/units.ts';
import { at, charger, site, start, startOf, state, stop } from '../support/charging.ts';
import { column, putToken, rows } from '../support/site-rows.ts';
import { token } from '../support/things.ts';

const info = async (idTag: string) => (await charger.ask('Authorize', { idTag })).idTagInfo;

it('D4.40 an unknown card that charged offline is taken into the books, answered once, and known as unknown', async () => {
  const offline = { idTag: 'STRANGER', timestamp: at(7_200) };
  const answer = await charger.ask('StartTransaction', startOf(offline));
  expect(answer.idTagInfo).toEqual({ status: 'Invalid' });
  // It sends it again, as some do for ever: the same answer, and nothing new.
  expect(await charger.ask('StartTransaction', startOf(offline))).toEqual(answer);
  expect(await stop(Number(answer.transactionId))).toEqual({});
  expect(state(Number(answer.transactionId))).toEqual(['stopped']);
  expect(rows(site, 'SELECT id_tag, times, charge_point_id, connector_id FROM unknown_cards')).toEqual([
    { id_tag: 'STRANGER', times: 1, charge_point_id: 'CP1', connector_id: 1 },
  ]);
  expect(await info('STRANGER')).toEqual({ status: 'Invalid' });
});

it('D7.52 another spelling of a known number is suggested, enrolled in one step, and then the card', async () => {
  await putToken(site, '04A1B2C3');
  for (const spelling of ['C3B2A104', '04:A1:B2:C3', String(0x04a1b2c3), '04A1B2C3D4E5F6']) {
    expect(await info(spelling)).toEqual({ status: 'Invalid' });
    const { whole, cut } = site.controller.reader.tokensLike(spelling);
    expect([...whole, ...cut].map(({ idTag }) => idTag)).toEqual(['04A1B2C3']);
    const enrolled = await site.controller.execute({
      type: 'enrol-card',
      idTag: spelling,
      as: { kind: 'alias', of: '04a1b2c3' },
    });
    expect(enrolled).toEqual({ kind: 'done' });
    expect(await info(spelling.toLowerCase())).toEqual({ status: 'Accepted' });
  }
  expect(column(site, 'SELECT count(*) FROM unknown_cards')).toEqual([0]);
});

it('D7.52 the first four bytes of a longer number are suggested as it, and never taken for it', async () => {
  await putToken(site, '04A1B2C3D4E5F6');
  expect(await info('04A1B2C3')).toEqual({ status: 'Invalid' });
  const { whole, cut } = site.controller.reader.tokensLike('04A1B2C3');
  expect([whole.length, cut.map(({ idTag }) => idTag)]).toEqual([0, ['04A1B2C3D4E5F6']]);
});

it('D7.53 a group is held to its charge points and its energy of the month', async () => {
  await putToken(site, 'VAN1', { parentIdTag: 'VANS' });
  await putToken(site, 'VAN2', { parentIdTag: 'VANS' });
  const group = (rules: object) =>
    site.controller.execute({
      type: 'put-token-group',
      group: { parentIdTag: 'VANS', note: null, rules: { ...noRules, ...rules } },
    });
  await group({ chargePointIds: ['CP2'] });
  expect(await info('VAN1')).toEqual({ status: 'Blocked', parentIdTag: 'VANS' });
  await group({ energyPerMonthWh: wattHours(1_000) });
  expect(await info('VAN1')).toEqual({ status: 'Accepted', parentIdTag: 'VANS' });
  const now = { timestamp: at(0) };
  await stop(await start({ idTag: 'VAN1', ...now }), now);
  expect(await info('VAN2')).toEqual({ status: 'Blocked', parentIdTag: 'VANS' });
  const { transactionId, idTagInfo } = await charger.ask('StartTransaction', startOf({ idTag: 'VAN2', ...now }));
  expect(idTagInfo).toEqual({ status: 'Blocked', parentIdTag: 'VANS' });
  expect(
    rows(
      site,
      'SELECT detail FROM findings WHERE transaction_id = ? AND kind = ?',
      Number(transactionId),
      'rule-refused',
    ),
  ).toEqual([{ detail: 'Group VANS has used 1 of 1 kWh this month.' }]);
});

it('D7.53 a token that was removed is an unknown card again', async () => {
  await site.controller.execute({ type: 'put-token', token: token({ idTag: 'GONE', aliases: ['GONE-2'] }) });
  expect(await info('GONE-2')).toEqual({ status: 'Accepted' });
  await site.controller.execute({ type: 'remove-token', idTag: 'gone' });
  expect([await info('GONE'), await info('GONE-2')]).toEqual([{ status: 'Invalid' }, { status: 'Invalid' }]);
  await putToken(site, 'GONE-2');
  expect(await info('gone-2')).toEqual({ status: 'Accepted' });
});
