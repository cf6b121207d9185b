/** Stops as charge points really report them (field observation Q24), and OCPP 1.6 §4.10. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { column, putToken, rows, telemetry } from '../support/site-rows.ts';

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

describe('stop', () => {
  it('Q24 without idTag no idTagInfo is answered, with one it is', async () => {
    expect(await stop(await start())).toEqual({});
    await putToken(site, 'CARD', { parentIdTag: 'FLEET' });
    const second = await start({ timestamp: at(20) });
    expect(await stop(second, { idTag: 'CARD', reason: 'Local' })).toEqual({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' },
    });
    expect(column(site, 'SELECT stop_reason FROM transactions ORDER BY id')).toEqual(['Local', 'Local']);
  });

  it('Q24 transactionData of many samples, in a frame of more than 9 KB and of 300 KB, is taken whole', async () => {
    const dataOf = (count: number, secondsAgo: number) =>
      Array.from({ length: count }, (_, index) => ({
        timestamp: at(secondsAgo - (index * secondsAgo) / count),
        sampledValue: [
          {
            value: String(1_000 + index),
            context: 'Sample.Periodic',
            measurand: 'Energy.Active.Import.Register',
            unit: 'Wh',
          },
          ...['L1', 'L2', 'L3'].map((phase) => ({
            value: '16.0',
            context: 'Sample.Periodic',
            measurand: 'Current.Import',
            phase,
            unit: 'A',
          })),
          ...['L1-N', 'L2-N', 'L3-N'].map((phase) => ({
            value: '230.1',
            context: 'Sample.Periodic',
            measurand: 'Voltage',
            phase,
            unit: 'V',
          })),
        ],
      }));
    const small = { meterStop: 1_012, transactionData: dataOf(12, 24) };
    expect(JSON.stringify(small).length).toBeGreaterThan(7_000);
    const first = await start({ timestamp: at(25) });
    await stop(first, { ...small, timestamp: at(0) });
    const large = { meterStop: 1_500, transactionData: dataOf(500, 24) };
    expect(JSON.stringify(large).length).toBeGreaterThan(300_000);
    const second = await start({ connectorId: 2, timestamp: at(24) });
    await stop(second, { ...large, timestamp: at(0) });
    const stored = await telemetry(site);
    expect(stored.filter((row) => row.transaction_id === first)).toHaveLength(12);
    expect(stored.filter((row) => row.transaction_id === second)).toHaveLength(500);
    expect([findings(first), findings(second)]).toEqual([[], []]);
  });

  it('Q24 transactionData that repeats earlier meter values is no finding', async () => {
    const id = await start({ timestamp: at(30) });
    const meterValue = [{ timestamp: at(20), sampledValue: [{ value: '1500' }] }];
    await charger.ask('MeterValues', { connectorId: 1, transactionId: id, meterValue });
    await stop(id, { transactionData: meterValue });
    expect(findings(id)).toEqual([]);
  });

  it('the idTag of a stop may be another one of the group, or one that nobody knows', async () => {
    const id = await start();
    expect(await stop(id, { idTag: 'NOBODY' })).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect(state(id)).toEqual(['stopped']);
  });

  it('a reason that nobody has defined does not cost the stop', async () => {
    const id = await start();
    await stop(id, { reason: 'BecauseICan' });
    expect(rows(site, 'SELECT state, stop_reason FROM transactions')).toEqual([
      { state: 'stopped', stop_reason: 'Local' },
    ]);
  });

  it('a stop for a transaction that nobody knows is answered and kept', async () => {
    expect(await stop(4_711, { idTag: 'CARD' })).toEqual({ idTagInfo: { status: 'Accepted' } });
    expect(rows(site, 'SELECT state, reported_transaction_id, meter_stop_wh FROM transactions')).toEqual([
      { state: 'orphan', reported_transaction_id: 4_711, meter_stop_wh: 2_000 },
    ]);
    expect(column(site, 'SELECT kind FROM findings')).toEqual(['missing-start']);
  });

  it('a stop with -1 is answered and kept, and never guessed onto the running session', async () => {
    const id = await start();
    expect(await stop(-1)).toEqual({});
    expect(state(id)).toEqual(['running']);
    expect(
      rows(
        site,
        "SELECT reported_transaction_id AS reported, proposed_transaction_id AS proposed FROM transactions WHERE state = 'orphan'",
      ),
    ).toEqual([{ reported: -1, proposed: id }]);
  });

  it('an orphan stop that is repeated is one orphan; two with -1 are two', async () => {
    const request = stopOf(-1);
    await charger.ask('StopTransaction', request, 'a');
    await charger.ask('StopTransaction', request, 'b');
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([1]);
    await charger.ask('StopTransaction', stopOf(-1, { meterStop: 2_500, timestamp: at(0) }));
    expect(column(site, 'SELECT count(*) FROM transactions')).toEqual([2]);
  });

  it('an orphan takes an id of ours, and no later start gets it', async () => {
    await stop(1);
    const [orphan] = column(site, 'SELECT id FROM transactions');
    expect(await start()).toBeGreaterThan(Number(orphan));
  });

  it('a stop that is repeated is answered, and the first one counts', async () => {
    const id = await start();
    const request = stopOf(id);
    expect(await charger.ask('StopTransaction', request, 'a')).toEqual({});
    expect(await charger.ask('StopTransaction', request, 'b')).toEqual({});
    expect(findings(id)).toEqual([]);
    expect(column(site, 'SELECT kind FROM evidence ORDER BY id')).toEqual(['start', 'stop', 'stop-repeated']);
  });

  it('a second stop with other content is answered, kept, and a finding; the first one counts', async () => {
    const id = await start();
    await stop(id, { meterStop: 2_000 });
    expect(await stop(id, { meterStop: 9_000 })).toEqual({});
    expect(column(site, 'SELECT meter_stop_wh FROM transactions')).toEqual([2_000]);
    expect(findings(id)).toEqual(['duplicate-differs']);
    expect(column(site, "SELECT message FROM evidence WHERE kind = 'stop-repeated'")).toEqual([
      expect.stringContaining('"meterStop":9000'),
    ]);
  });

  it("A7: another charge point's stop and readings do not touch a transaction", async () => {
    const id = await start();
    const thief = await bootedAs('CP2');
    expect(await stop(id, { meterStop: 999_999 }, thief)).toEqual({});
    await thief.ask('MeterValues', {
      connectorId: 1,
      transactionId: id,
      meterValue: [{ timestamp: at(5), sampledValue: [{ value: '999999' }] }],
    });
    expect(rows(site, 'SELECT state, meter_stop_wh FROM transactions WHERE id = ?', id)).toEqual([
      { state: 'running', meter_stop_wh: null },
    ]);
    expect(findings(id)).toEqual([]);
    expect(rows(site, "SELECT reported_transaction_id FROM transactions WHERE state = 'orphan'")).toEqual([
      { reported_transaction_id: id },
    ]);
    expect(await telemetry(site)).toMatchObject([{ transaction_id: null }]);
  });

  it('readings of a transaction that nobody knows are answered and belong to nobody', async () => {
    const answer = await charger.ask('MeterValues', {
      connectorId: 1,
      transactionId: 4_711,
      meterValue: [{ timestamp: at(5), sampledValue: [{ value: '10' }] }],
    });
    expect(answer).toEqual({});
    expect(await telemetry(site)).toMatchObject([{ transaction_id: null, energy_wh: 10 }]);
  });

  it('a stop below its start and before it is answered, kept as sent, and two findings', async () => {
    const id = await start({ timestamp: at(30) });
    await stop(id, { meterStop: 500, timestamp: at(40) });
    expect(rows(site, 'SELECT state, meter_stop_wh FROM transactions')).toEqual([
      { state: 'stopped', meter_stop_wh: 500 },
    ]);
    expect(findings(id)).toEqual(['register-regression', 'time-regression']);
  });

  it('start and stop are evidence, word for word as they came', async () => {
    const text = `[2, "7", "StartTransaction", ${JSON.stringify(startOf({ vendorField: 'x' }))} ]`;
    charger.send(text);
    await charger.answerTo('7');
    expect(column(site, 'SELECT message FROM evidence')).toEqual([text]);
  });
});
