import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { startSite, type TestSite } from '../support/site.ts';
import { token } from '../support/things.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

/** A whole session driven by a client that is not ours, which checks every message both ways against the official schemas. */
describe('a session driven by ocpp-rpc in strict mode', () => {
  let site: TestSite;
  afterEach(() => site.stop());

  it('boots, authorizes, charges, and stands in the ledger once', async () => {
    site = await startSite();
    const { controller } = site;
    await controller.execute({
      type: 'put-token',
      token: token({ idTag: 'CARD1', parentIdTag: 'FLEET' }),
    });
    const client = new RPCClient({
      endpoint: site.url,
      identity: 'CP 1',
      protocols: ['ocpp1.6'],
      strictMode: true,
    } as RpcOptions);
    await client.connect();
    const boot = await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    expect(boot).toMatchObject({ status: 'Accepted', interval: 300 });
    expect(await client.call('Authorize', { idTag: 'card1' })).toEqual({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' },
    });
    const start = {
      connectorId: 1,
      idTag: 'CARD1',
      meterStart: 1_000,
      timestamp: new Date(Date.now() - 10_000).toISOString(),
    };
    const started = await client.call('StartTransaction', start);
    expect(started).toMatchObject({ idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } });
    expect(await client.call('StartTransaction', start)).toEqual(started);
    const { transactionId } = started as { transactionId: number };
    const sampledValue = [{ value: '1005', measurand: 'Energy.Active.Import.Register' as const, unit: 'Wh' as const }];
    const meterValue = [{ timestamp: new Date(Date.now() - 5_000).toISOString(), sampledValue }];
    expect(await client.call('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({});
    const stop = { transactionId, meterStop: 1_010, timestamp: new Date().toISOString(), idTag: 'CARD1' };
    expect(await client.call('StopTransaction', stop)).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    await client.close();

    const rows = site.database
      .prepare('SELECT id, state, meter_start_wh, meter_stop_wh, verdict FROM transactions')
      .all();
    expect(rows).toEqual([
      { id: transactionId, state: 'stopped', meter_start_wh: 1_000, meter_stop_wh: 1_010, verdict: 'Accepted' },
    ]);
    expect(site.database.prepare('SELECT kind FROM evidence ORDER BY id').pluck().all()).toEqual([
      'start',
      'start-repeated',
      'stop',
    ]);
    expect(site.database.prepare('SELECT kind, detail FROM findings').all()).toEqual([]);
  });
});
