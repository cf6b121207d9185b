import { createRequire } from 'node:module';
import { afterEach, expect, it } from 'vitest';
import { fastClock } from '../support/fast-clock.ts';
import { terms } from '../support/profile-room.ts';
import { startSite, type TestSite } from '../support/site.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

let site: TestSite;
afterEach(() => site.stop());

/** All that Busbar sends about charging profiles, held against the official schemas by a client that is not ours. */
it('installs, verifies and clears a profile on a client of ocpp-rpc in strict mode', async () => {
  site = await startSite({ clock: fastClock(20), policy: { chargingProfiles: 'keep' } });
  const client = new RPCClient({
    endpoint: site.url,
    identity: 'CP 1',
    protocols: ['ocpp1.6'],
    strictMode: true,
  } as RpcOptions);
  const objections: unknown[] = [];
  const heard: [string, unknown][] = [];
  client.on('strictValidationFailure', (failure: unknown) => objections.push(failure));
  client.on('badMessage', (failure: unknown) => objections.push(failure));
  let looked = (): void => undefined;
  const verified = new Promise<void>((resolve) => {
    looked = resolve;
  });
  client.handle(async ({ method = '', params }) => {
    heard.push([method, params]);
    if (method !== 'GetCompositeSchedule') return { status: 'Accepted' };
    looked();
    return {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: new Date(site.controller.live.now()).toISOString(),
      chargingSchedule: {
        duration: 86_400,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.5 }],
      },
    };
  });
  await client.connect();
  await client.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  const installed = await site.controller.execute({
    type: 'install-profile',
    chargePointId: 'CP 1',
    connectorId: 1,
    keep: null,
    transactionId: null,
    template: null,
    terms: terms(8.7),
  });
  expect(installed).toEqual({ kind: 'created', id: '10001' });
  await verified;
  const removed = await site.controller.execute({ type: 'remove-profile', chargePointId: 'CP 1', profileId: 10_001 });
  expect(removed.kind).toBe('answered');
  expect(heard).toEqual([
    [
      'SetChargingProfile',
      {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 10_001,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.5 }] },
        },
      },
    ],
    ['GetCompositeSchedule', { connectorId: 1, duration: 86_400, chargingRateUnit: 'A' }],
    ['ClearChargingProfile', { id: 10_001 }],
  ]);
  expect(objections).toEqual([]);
  await client.close();
});
