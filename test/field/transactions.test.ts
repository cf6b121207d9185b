/** Authorization and transactions as charge points really report them (Q27), and OCPP 1.6 §3.7, §4.1, §4.8. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows } from '../support/site-rows.ts';

let site: TestSite;
let charger: ChargePoint;
beforeEach(async () => {
  site = await startSite();
  charger = await bootedAs('CP1');
  await putToken(site, 'CARD');
});
afterEach(() => site.stop());

async function bootedAs(id: string): Promise<ChargePoint> {
  const made = await connect(site.url, id);
  await made.boot();
  return made;
}

const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1_000).toISOString();

const startOf = (more: Payload = {}): Payload => ({
  connectorId: 1,
  idTag: 'CARD',
  meterStart: 1_000,
  timestamp: at(30),
  ...more,
});

async function start(more: Payload = {}, by = charger): Promise<number> {
  const { transactionId } = await by.ask('StartTransaction', startOf(more));
  return Number(transactionId);
}

const stopOf = (transactionId: number, more: Payload = {}): Payload => ({
  transactionId,
  meterStop: 2_000,
  timestamp: at(1),
  ...more,
});

const stop = (transactionId: number, more: Payload = {}, by = charger): Promise<Payload> =>
  by.ask('StopTransaction', stopOf(transactionId, more));

const findings = (transactionId: number): unknown[] =>
  column(site, 'SELECT kind FROM findings WHERE transaction_id = ? ORDER BY kind', transactionId);

const state = (transactionId: number): unknown[] =>
  column(site, 'SELECT state FROM transactions WHERE id = ?', transactionId);

describe('authorize', () => {
  it('Accepted, Blocked, Expired and unknown are answered as what they are, with parent and expiry', async () => {
    const expiresAt = Date.UTC(2030, 0, 1);
    await putToken(site, 'GOOD', { parentIdTag: 'FLEET', expiresAt });
    await putToken(site, 'BLOCKED', { status: 'Blocked', parentIdTag: 'FLEET' });
    await putToken(site, 'EXPIRED', { status: 'Expired' });
    await putToken(site, 'LAPSED', { expiresAt: Date.UTC(2020, 0, 1) });
    const info = async (idTag: string) => (await charger.ask('Authorize', { idTag })).idTagInfo;
    expect(await info('GOOD')).toEqual({
      status: 'Accepted',
      parentIdTag: 'FLEET',
      expiryDate: '2030-01-01T00:00:00.000Z',
    });
    expect(await info('BLOCKED')).toEqual({ status: 'Blocked', parentIdTag: 'FLEET' });
    expect(await info('EXPIRED')).toEqual({ status: 'Expired' });
    expect(await info('LAPSED')).toEqual({ status: 'Expired', expiryDate: '2020-01-01T00:00:00.000Z' });
    expect(await info('NOBODY')).toEqual({ status: 'Invalid' });
  });

  it('an idTag is compared without regard to case', async () => {
    expect((await charger.ask('Authorize', { idTag: 'cArD' })).idTagInfo).toEqual({ status: 'Accepted' });
  });

  it('a null byte does not end an idTag: it is another card', async () => {
    expect((await charger.ask('Authorize', { idTag: 'CARD\u0000' })).idTagInfo).toEqual({ status: 'Invalid' });
    await putToken(site, 'CARD\u0000X', { status: 'Blocked' });
    expect((await charger.ask('Authorize', { idTag: 'CARD' })).idTagInfo).toEqual({ status: 'Accepted' });
  });

  it('a parentIdTag is a group and no card', async () => {
    await putToken(site, 'GOOD', { parentIdTag: 'FLEET' });
    expect((await charger.ask('Authorize', { idTag: 'FLEET' })).idTagInfo).toEqual({ status: 'Invalid' });
  });

  it('TC_053: never ConcurrentTx, also while a transaction with this card runs', async () => {
    await start();
    const other = await bootedAs('CP2');
    for (const asking of [charger, other]) {
      expect((await asking.ask('Authorize', { idTag: 'CARD' })).idTagInfo).toEqual({ status: 'Accepted' });
    }
  });

  it('Q27 an Authorize that no start follows leaves nothing', async () => {
    expect((await charger.ask('Authorize', { idTag: 'CARD' })).idTagInfo).toEqual({ status: 'Accepted' });
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([0]);
    expect(await start({ connectorId: 2 })).toBeGreaterThan(0);
  });
});

describe('start', () => {
  it.each(['Blocked', 'Expired', 'Invalid'] as const)(
    'a start with a card that is %s gets a transactionId, parent and expiry all the same',
    async (status) => {
      if (status !== 'Invalid') await putToken(site, 'OTHER', { status, parentIdTag: 'FLEET' });
      const answer = await charger.ask('StartTransaction', startOf({ idTag: 'OTHER' }));
      expect(answer).toEqual({
        transactionId: expect.any(Number),
        idTagInfo: { status, ...(status === 'Invalid' ? {} : { parentIdTag: 'FLEET' }) },
      });
      expect(column(site, 'SELECT verdict FROM transactions')).toEqual([status]);
    },
  );

  it('the same start with a new message id is the same transaction, with the same verdict, though the card has changed', async () => {
    await putToken(site, 'CARD', { parentIdTag: 'FLEET' });
    const request = startOf();
    const first = await charger.ask('StartTransaction', request, 'a');
    await putToken(site, 'CARD', { status: 'Blocked' });
    expect(await charger.ask('StartTransaction', request, 'b')).toEqual(first);
    expect(first.idTagInfo).toEqual({ status: 'Accepted', parentIdTag: 'FLEET' });
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([1]);
    expect(column(site, 'SELECT kind FROM evidence ORDER BY id')).toEqual(['start', 'start-repeated']);
  });

  it('the same start from another connection, after its stop, is still the same transaction', async () => {
    const request = startOf();
    const first = await charger.ask('StartTransaction', request);
    await stop(Number(first.transactionId));
    await charger.close();
    charger = await bootedAs('CP1');
    expect(await charger.ask('StartTransaction', request)).toEqual(first);
    expect(state(Number(first.transactionId))).toEqual(['stopped']);
  });

  it('never ConcurrentTx against itself', async () => {
    const request = startOf();
    for (let time = 0; time < 3; time += 1) {
      expect(await charger.ask('StartTransaction', request)).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    }
  });

  it('ConcurrentTx only where the card really charges elsewhere, and with a transactionId', async () => {
    const first = await start();
    const other = await bootedAs('CP2');
    const answer = await other.ask('StartTransaction', startOf({ timestamp: at(5) }));
    expect(answer).toEqual({ transactionId: expect.any(Number), idTagInfo: { status: 'ConcurrentTx' } });
    expect(answer.transactionId).not.toBe(first);
    await stop(first);
    expect(await other.ask('StartTransaction', startOf({ timestamp: at(1) }))).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
  });

  it('never ConcurrentTx in hindsight, for a start that happened offline', async () => {
    await start();
    const other = await bootedAs('CP2');
    expect(await other.ask('StartTransaction', startOf({ timestamp: at(3_600) }))).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
  });

  it('no ConcurrentTx because of a transaction whose stop was lost: its connector has since been used by another', async () => {
    await putToken(site, 'OTHER');
    await start({ timestamp: at(30) });
    const next = await start({ idTag: 'OTHER', timestamp: at(20) });
    const elsewhere = await bootedAs('CP2');
    const accepted = { idTagInfo: { status: 'Accepted' } };
    expect(await elsewhere.ask('StartTransaction', startOf({ timestamp: at(10) }))).toMatchObject(accepted);
    await stop(next);
    const third = await bootedAs('CP3');
    // Its own transaction at CP2 is still open, and counts.
    expect(await third.ask('StartTransaction', startOf({ timestamp: at(5) }))).toMatchObject({
      idTagInfo: { status: 'ConcurrentTx' },
    });
    expect(column(site, "SELECT count(*) FROM transactions WHERE state = 'running'")).toEqual([3]);
  });

  it('no ConcurrentTx because of a transaction whose stop was lost, also when the next one there has stopped', async () => {
    await putToken(site, 'OTHER');
    await start({ timestamp: at(30) });
    await stop(await start({ idTag: 'OTHER', timestamp: at(20) }), { timestamp: at(15) });
    const elsewhere = await bootedAs('CP2');
    expect(await elsewhere.ask('StartTransaction', startOf({ timestamp: at(10) }))).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
  });

  it('a start on a connector with an open transaction keeps both; the late stop still counts', async () => {
    await putToken(site, 'OTHER');
    const older = await start({ timestamp: at(60) });
    const newer = await start({ idTag: 'OTHER', meterStart: 1_500, timestamp: at(30) });
    expect([state(older), state(newer)]).toEqual([['running'], ['running']]);
    expect(findings(older)).toEqual(['missing-stop']);
    expect(findings(newer)).toEqual(['overlap']);
    await stop(older, { meterStop: 1_500, timestamp: at(40) });
    expect(state(older)).toEqual(['stopped']);
    expect(rows(site, "SELECT resolved_ms IS NULL AS open FROM findings WHERE kind = 'missing-stop'")).toEqual([
      { open: 0 },
    ]);
    await stop(newer);
    expect(state(newer)).toEqual(['stopped']);
  });

  it('transaction ids are unique over the site, rise, and are positive', async () => {
    const other = await bootedAs('CP2');
    await putToken(site, 'OTHER');
    const ids = [
      await start(),
      await start({ idTag: 'OTHER' }, other),
      await start({ connectorId: 2, timestamp: at(29) }),
      await start({ connectorId: 2, idTag: 'OTHER', timestamp: at(28) }, other),
    ];
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  it('two starts at once, of the same second, are two transactions', async () => {
    await putToken(site, 'OTHER');
    const timestamp = at(10);
    const [one, two] = await Promise.all([start({ timestamp }), start({ connectorId: 2, idTag: 'OTHER', timestamp })]);
    expect(one).not.toBe(two);
  });

  it('an unknown reservationId does not fail the start', async () => {
    const id = await start({ reservationId: 4711 });
    expect(rows(site, 'SELECT reservation_id FROM transactions WHERE id = ?', id)).toEqual([{ reservation_id: 4711 }]);
  });

  it('connector 0 and below can not start', async () => {
    for (const connectorId of [0, -1, 65]) {
      expect(await charger.refusal('StartTransaction', startOf({ connectorId }))).toBe('PropertyConstraintViolation');
    }
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([0]);
  });

  it('a gap and a step back of the register are findings and change nothing', async () => {
    await stop(await start({ meterStart: 0, timestamp: at(60) }), { meterStop: 1_000, timestamp: at(50) });
    const gap = await start({ meterStart: 1_500, timestamp: at(40) });
    await stop(gap, { meterStop: 2_000, timestamp: at(30) });
    const back = await start({ meterStart: 1_900, timestamp: at(20) });
    expect(findings(gap)).toEqual(['register-gap']);
    expect(findings(back)).toEqual(['register-regression']);
    expect(column(site, 'SELECT meter_start_wh FROM transactions ORDER BY id')).toEqual([0, 1_500, 1_900]);
  });
});
