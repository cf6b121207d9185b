import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { wishedOfAll } from '../support/configured-charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

/** Configuration and passwords with a client that is not ours, which checks every message both ways by the official schemas. */
describe('configuration of a charge point driven by ocpp-rpc in strict mode', () => {
  let site: TestSite;
  afterEach(() => site.stop());

  const create = (identity: string, password?: string) =>
    new RPCClient({
      endpoint: site.url,
      identity,
      protocols: ['ocpp1.6'],
      strictMode: true,
      reconnect: false,
      ...(password === undefined ? {} : { password }),
    } as RpcOptions);

  it('TC_073 a new password counts on reconnect, and the old one is refused', async () => {
    const [oldKey, newKey] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba98765432100badcafe'];
    site = await startSite({ passwords: new Map([['CP1', Buffer.from(oldKey)]]) });
    const client = create('CP1', oldKey);
    const received: unknown[] = [];
    client.handle('ChangeConfiguration', async ({ params }) => {
      received.push(params);
      return { status: 'Accepted' as const };
    });
    await client.connect();
    await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    const payload = { key: 'AuthorizationKey', value: newKey };
    const result = await site.controller.execute({
      type: 'operate',
      chargePointId: 'CP1',
      action: 'ChangeConfiguration',
      payload,
    });
    expect(result).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
    expect(received).toEqual([payload]);
    await client.close();

    await expect(create('CP1', oldKey).connect()).rejects.toMatchObject({ code: 401 });
    const again = create('CP1', newKey);
    await again.connect();
    expect(await again.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' })).toMatchObject({
      status: 'Accepted',
    });
    await again.close();
    expect(site.database.prepare('SELECT state FROM credentials').pluck().all()).toEqual(['used']);
  });

  it('is read after the boot, changed where it differs, and read again', async () => {
    const wishedConfiguration = wishedOfAll({ HeartbeatInterval: '60', LocalPreAuthorize: 'true' });
    site = await startSite({ policy: { chargePointConfiguration: 'keep', wishedConfiguration } });
    const settings = new Map([
      ['HeartbeatInterval', '300'],
      ['LocalPreAuthorize', 'TRUE'],
    ]);
    const inLine = new Promise<void>((resolve) => {
      site.controller.feed.listen(({ event }) => {
        if (event.type === 'configuration-checked' && event.outcome === 'verified') resolve();
      });
    });
    const client = create('CP1');
    client.handle('GetConfiguration', async ({ params = {} }) => {
      const { key } = params as { key?: string[] };
      const keys = key ?? [...settings.keys()];
      return {
        configurationKey: keys.map((key) => ({ key, readonly: false, value: settings.get(key) ?? '' })),
        unknownKey: [],
      };
    });
    client.handle('ChangeConfiguration', async ({ params = {} }) => {
      const { key, value } = params as { key: string; value: string };
      settings.set(key, value);
      return { status: 'Accepted' as const };
    });
    await client.connect();
    await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    await inLine;
    expect([...settings]).toEqual([
      ['HeartbeatInterval', '60'],
      ['LocalPreAuthorize', 'TRUE'],
    ]);
    expect(site.controller.reader.reportedConfiguration('CP1', 'HeartbeatInterval')).toBe('60');
    await client.close();
  }, 20_000);
});
