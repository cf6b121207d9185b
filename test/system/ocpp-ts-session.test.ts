import { once } from 'node:events';
import { OcppClient } from 'ocpp-ts';
import { afterEach, describe, expect, it } from 'vitest';
import { startSite, type TestSite } from '../support/site.ts';
import { token } from '../support/things.ts';

/** The second client that is not ours: its own frames and schemas, and it answers what the site sends. */
describe('a session driven by ocpp-ts', () => {
  let site: TestSite;
  afterEach(() => site.stop());

  it('boots, is started from afar, charges, is stopped from afar, and stands in the ledger once', async () => {
    site = await startSite();
    const { controller } = site;
    await controller.execute({ type: 'put-token', token: token({ idTag: 'REMOTE' }) });
    const client = new OcppClient('TS-1');
    client.on('RemoteStartTransaction', (_request, answer) => answer({ status: 'Accepted' }));
    client.on('RemoteStopTransaction', ({ transactionId }, answer) =>
      answer({ status: transactionId === started.transactionId ? 'Accepted' : 'Rejected' }),
    );
    client.on('GetConfiguration', (_request, answer) =>
      answer({
        configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }],
        unknownKey: ['Other'],
      }),
    );
    client.connect(`${site.url}/`);
    await once(client, 'connect');

    const boot = await client.callRequest('BootNotification', { chargePointVendor: 'TS', chargePointModel: 'Client' });
    expect(boot.status).toBe('Accepted');
    await client.callRequest('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
    const operate = (action: string, payload: object) =>
      controller.execute({ type: 'operate', chargePointId: 'TS-1', action, payload });
    expect(await operate('GetConfiguration', {})).toMatchObject({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { configurationKey: [{ key: 'HeartbeatInterval' }], unknownKey: ['Other'] },
    });
    expect(await operate('RemoteStartTransaction', { connectorId: 1, idTag: 'REMOTE' })).toEqual({
      kind: 'answered',
      operationId: expect.any(String),
      payload: { status: 'Accepted' },
    });
    const begun = new Date(Date.now() - 20_000).toISOString();
    const started = await client.callRequest('StartTransaction', {
      connectorId: 1,
      idTag: 'REMOTE',
      meterStart: 5_000,
      timestamp: begun,
    });
    expect(started.idTagInfo.status).toBe('Accepted');
    const { transactionId } = started;
    await client.callRequest('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: new Date(Date.now() - 10_000).toISOString(),
          sampledValue: [
            { value: '5.01', unit: 'kWh', measurand: 'Energy.Active.Import.Register' },
            { value: '16.1', unit: 'A', measurand: 'Current.Import', phase: 'L1' },
          ],
        },
      ],
    });
    expect(await operate('RemoteStopTransaction', { transactionId })).toMatchObject({
      payload: { status: 'Accepted' },
    });
    await client.callRequest('StopTransaction', {
      transactionId,
      meterStop: 5_020,
      timestamp: new Date().toISOString(),
      reason: 'Remote',
    });

    const ledger = site.database
      .prepare('SELECT id, state, meter_start_wh, meter_stop_wh, stop_reason FROM transactions')
      .all();
    expect(ledger).toEqual([
      { id: transactionId, state: 'stopped', meter_start_wh: 5_000, meter_stop_wh: 5_020, stop_reason: 'Remote' },
    ]);
    expect(site.database.prepare('SELECT count(*) FROM findings').pluck().get()).toBe(0);
    const telemetry = site.database.prepare('SELECT transaction_id, energy_wh, l1_ma FROM telemetry').all();
    expect(telemetry).toEqual([{ transaction_id: transactionId, energy_wh: 5_010, l1_ma: 16_100 }]);
  });
});
