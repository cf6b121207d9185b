import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { token } from '../support/things.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

/** Reservations with a client that is not ours, which checks every message both ways against the official schemas. */
describe('reservations of an ocpp-rpc client in strict mode', () => {
  let site: TestSite;
  afterEach(() => site.stop());

  it('are made, extended, used by the group and cancelled', async () => {
    site = await startSite();
    const { controller } = site;
    for (const idTag of ['GUEST', 'FRIEND']) {
      await controller.execute({ type: 'put-token', token: token({ idTag, parentIdTag: 'GROUP' }) });
    }
    const asked: [method: string, params: unknown][] = [];
    const client = new RPCClient({
      endpoint: site.url,
      identity: 'CP1',
      protocols: ['ocpp1.6'],
      strictMode: true,
    } as RpcOptions);
    client.handle(({ method = '', params }) => {
      asked.push([method, params]);
      return Promise.resolve({ status: 'Accepted' });
    });
    await client.connect();
    await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    const status = (status: 'Available' | 'Reserved' | 'Charging') =>
      client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
    await status('Available');

    const expiresAt = instant(Date.now() + 3_600_000);
    const until = instant(expiresAt + 3_600_000);
    const wish = { type: 'reserve', chargePointId: 'CP1', connectorId: 1, idTag: 'GUEST', expiresAt } as const;
    expect(await controller.execute(wish)).toEqual({ kind: 'created', id: '1', warnings: [] });
    await status('Reserved');
    const extend = { type: 'extend-reservation', chargePointId: 'CP1', id: 1, expiresAt: until } as const;
    expect(await controller.execute(extend)).toEqual({ kind: 'done' });
    const terms = { connectorId: 1, idTag: 'GUEST', parentIdTag: 'GROUP', reservationId: 1 };
    expect(asked).toEqual([
      ['ReserveNow', { ...terms, expiryDate: new Date(expiresAt).toISOString() }],
      ['ReserveNow', { ...terms, expiryDate: new Date(until).toISOString() }],
    ]);

    // TC_053: another card of the group, which may start without the number.
    expect(await client.call('Authorize', { idTag: 'FRIEND' })).toEqual({
      idTagInfo: { status: 'Accepted', parentIdTag: 'GROUP' },
    });
    const timestamp = new Date().toISOString();
    const start = { connectorId: 1, idTag: 'FRIEND', meterStart: 0, timestamp };
    const { transactionId } = (await client.call('StartTransaction', start)) as { transactionId: number };
    expect(controller.reader.reservation(1)).toMatchObject({ state: 'used', transactionId, expiresAt: until });
    await client.call('StopTransaction', { transactionId, idTag: 'GUEST', meterStop: 1, timestamp });
    await status('Available');

    expect(await controller.execute({ ...wish, connectorId: 0 })).toEqual({ kind: 'created', id: '2', warnings: [] });
    const cancel = { type: 'cancel-reservation', chargePointId: 'CP1', id: 2 } as const;
    expect(await controller.execute(cancel)).toEqual({ kind: 'done' });
    expect(asked.at(-1)).toEqual(['CancelReservation', { reservationId: 2 }]);
    expect(controller.reader.reservation(2)?.state).toBe('cancelled');
    await client.close();
    expect(site.database.prepare('SELECT kind FROM findings').all()).toEqual([]);
  });
});
