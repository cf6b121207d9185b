import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { type Busbar, startBusbar } from '../../src/main.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createPki, type Pki } from '../support/certificates.ts';

const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');
type RpcOptions = ConstructorParameters<typeof RPCClient>[0];

/**
 * The way from a password in clear to a certificate of its own, driven by a client that is not ours, with keys and requests
 * made by openssl: security profiles 1, 2 and 3 one after the other, and no way back.
 */

let folder: string;
let pki: Pki;
let busbar: Busbar;
beforeAll(async () => {
  pki = createPki();
  folder = mkdtempSync(join(tmpdir(), 'busbar-secure-'));
  writeFileSync(join(folder, 'cp1'), 'a-good-password-1', { mode: 0o600 });
  const settings = {
    ocpp: { host: '127.0.0.1', port: 0, tls: { port: 0 }, readConfiguration: false },
    http: { port: 0 },
    certificates: { organization: 'Acme', names: ['localhost'] },
    store: { path: join(folder, 'busbar.db') },
    log: { level: 'silent' },
    chargePoints: [{ id: 'CP1', securityProfile: 1, password: { file: 'cp1' } }],
  };
  writeFileSync(join(folder, 'site.yaml'), stringify(settings));
  const loaded = loadConfig({ file: join(folder, 'site.yaml'), env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  busbar = await startBusbar(loaded.config, createLog('silent', {}));
});
afterAll(async () => {
  await busbar.stop();
  pki.remove();
  rmSync(folder, { recursive: true });
});

type Line = { readonly password?: string; readonly cert?: string; readonly key?: string };

function client(secured: boolean, { password, cert, key }: Line) {
  return new RPCClient({
    endpoint: secured ? `wss://localhost:${busbar.ocppTlsPort}/ocpp` : `ws://127.0.0.1:${busbar.ocppPort}/ocpp`,
    identity: 'CP1',
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: false,
    ...(password === undefined ? {} : { password }),
    ...(secured
      ? {
          wsOpts: {
            ca: readFileSync(join(folder, 'certificates', 'roots.pem')),
            ...(cert === undefined ? {} : { cert, key }),
          },
        }
      : {}),
  } as unknown as RpcOptions);
}

const boot = { chargePointVendor: 'V', chargePointModel: 'M', chargePointSerialNumber: 'SN-1' };

async function api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${busbar.httpPort}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

it('goes from profile 1 to 2 to 3, and never back', async () => {
  const password = 'a-good-password-1';
  const asked: string[] = [];
  const open = client(false, { password });
  open.handle('ChangeConfiguration', async ({ params }) => {
    asked.push(JSON.stringify(params));
    return { status: 'Accepted' };
  });
  const reset = new Promise<void>((resolve) => {
    open.handle('Reset', async () => {
      resolve();
      return { status: 'Accepted' };
    });
  });
  await open.connect();
  await open.call('BootNotification', boot);
  expect(await api('POST', '/charge-points/CP1/security-profile/raise', { profile: 2 })).toEqual({
    status: 'Accepted',
    restarted: true,
  });
  expect(asked).toEqual(['{"key":"SecurityProfile","value":"2"}']);
  await reset;
  expect(await api('GET', '/charge-points/CP1')).toMatchObject({ securityProfile: 1, agreedSecurityProfile: 2 });
  await open.close();

  const secured = client(true, { password });
  secured.handle('ExtendedTriggerMessage', async () => ({ status: 'Accepted' }));
  const signed = new Promise<string>((resolve) => {
    secured.handle('CertificateSigned', async ({ params }) => {
      resolve(String((params as { certificateChain: string }).certificateChain));
      return { status: 'Accepted' };
    });
  });
  await secured.connect();
  await secured.call('BootNotification', boot);
  await expect(client(false, { password }).connect()).rejects.toThrow('Forbidden');
  expect(await api('POST', '/charge-points/CP1/certificates/renew', {})).toEqual({ status: 'Accepted' });
  expect(await secured.call('SignCertificate', { csr: pki.request('cp1', '/O=Acme/CN=SN-1', 'rsa') })).toEqual({
    status: 'Accepted',
  });
  const own = { cert: await signed, key: pki.read('cp1.key') };
  await secured.close();

  const certified = client(true, own);
  await certified.connect();
  await certified.call('BootNotification', boot);
  expect(await api('GET', '/charge-points/CP1')).toMatchObject({
    securityProfile: 3,
    leastSecurityProfile: 3,
    agreedSecurityProfile: null,
  });
  const { own: held } = (await api('GET', '/charge-points/CP1/certificates')) as {
    own: { state: string; fingerprint: string }[];
  };
  expect(held.map(({ state }) => state)).toEqual(['used']);
  await expect(client(true, { password }).connect()).rejects.toThrow('Forbidden');

  const gone = new Promise<void>((resolve) => void certified.once('close', () => resolve()));
  await api('POST', `/certificates/${held[0]?.fingerprint}/revoke`, {});
  await gone;
  await expect(client(true, own).connect()).rejects.toThrow('Forbidden');
});
