import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Transport } from '../../src/domain/security-profile.ts';
import { type OcppServer, startOcppServer } from '../../src/runtime/ocpp-server.ts';
import { type WatchedTlsFiles, watchTlsFiles } from '../../src/runtime/tls-files.ts';
import { createPki, type Pki } from '../support/certificates.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { createManualClock } from '../support/manual-clock.ts';

let pki: Pki;
let server: OcppServer | null = null;
let tls: WatchedTlsFiles | null = null;

beforeAll(() => {
  pki = createPki();
  pki.authority('root');
  pki.authority('foreign');
  pki.certificate('ec', { subject: '/O=Depot/CN=localhost' });
  pki.certificate('rsa', { subject: '/O=Depot/CN=localhost', key: 'rsa' });
  pki.certificate('charger', { subject: '/O=Acme/CN=SN-1', for: 'client' });
  pki.certificate('stranger', { subject: '/O=Acme/CN=SN-1', for: 'client', by: 'foreign' });
});
afterAll(() => pki.remove());
afterEach(async () => {
  tls?.close();
  await server?.close();
});

async function start(options: { roots?: boolean } = {}) {
  const clock = createManualClock();
  const log = createKeptLog();
  const troubles: (string | null)[] = [];
  const seen: Transport[] = [];
  const failures: string[] = [];
  const pair = (name: string) => ({ certFile: pki.path(`${name}.pem`), keyFile: pki.path(`${name}.key`) });
  tls = watchTlsFiles({
    pairs: [pair('ec'), pair('rsa')],
    ...(options.roots === false ? {} : { rootsFile: pki.path('root.pem') }),
    clock,
    log,
    trouble: (why) => troubles.push(why),
  });
  server = await startOcppServer({
    host: '127.0.0.1',
    port: 0,
    pingIntervalMs: 30_000,
    mayOmitSubprotocol: new Set(),
    clock,
    log,
    tls,
    tlsFailed: (_address, why) => failures.push(why),
    upgradeRequested: (request) => {
      seen.push(request.transport);
      request.refuse(418, 'seen');
    },
  });
  return { port: server.port, clock, troubles, seen, failures };
}

/** What openssl has to say of a handshake: the suite, or null where there was none. */
function suiteOf(port: number, ...args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], (_error, stdout) => {
      const found = /^New, [^,]+, Cipher is (\S+)$/m.exec(stdout)?.[1] ?? '(NONE)';
      resolve(found === '(NONE)' ? null : found);
    });
    child.stdin?.end();
  });
}

/** Knocks as a charge point and resolves once it was seen. */
async function knock(port: number, certificate?: string): Promise<void> {
  const own =
    certificate === undefined ? {} : { cert: pki.read(`${certificate}.pem`), key: pki.read(`${certificate}.key`) };
  const socket = new WebSocket(`wss://localhost:${port}/ocpp/CP1`, ['ocpp1.6'], { ca: pki.read('root.pem'), ...own });
  socket.on('error', () => undefined);
  await once(socket, 'unexpected-response');
  socket.terminate();
}

describe('what is offered', () => {
  // Security whitepaper A00.FR.317.
  it.each(['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'AES128-GCM-SHA256', 'AES256-GCM-SHA384'])(
    'TLS 1.2 with %s',
    async (suite) => {
      const { port } = await start();
      expect(await suiteOf(port, '-tls1_2', '-cipher', suite)).toBe(suite);
    },
  );

  it('TLS 1.3, and what has forward secrecy before what has not', async () => {
    const { port } = await start();
    expect(await suiteOf(port, '-tls1_3')).toMatch(/^TLS_AES_/);
    expect(await suiteOf(port, '-tls1_2', '-cipher', 'AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256')).toMatch(
      /^ECDHE/,
    );
  });

  // A00.FR.313, FR.314, FR.324.
  it.each([
    ['TLS 1.1', ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0']],
    ['TLS 1.0', ['-tls1', '-cipher', 'DEFAULT@SECLEVEL=0']],
    ['suites with CBC', ['-tls1_2', '-cipher', 'AES128-SHA:AES256-SHA:ECDHE-RSA-AES128-SHA']],
  ])('not %s', async (_name, args) => {
    const { port, seen } = await start();
    expect(await suiteOf(port, ...args)).toBeNull();
    expect(seen).toEqual([]);
  });

  it('no session to go on with: each connection proves itself anew', async () => {
    const { port } = await start();
    const resumed = (session?: Buffer): Promise<{ reused: boolean; session: Buffer | undefined }> =>
      new Promise((resolve, reject) => {
        const options = {
          port,
          host: '127.0.0.1',
          servername: 'localhost',
          ca: pki.read('root.pem'),
          maxVersion: 'TLSv1.2',
        } as const;
        const socket = connect({ ...options, ...(session === undefined ? {} : { session }) }, () => {
          resolve({ reused: socket.isSessionReused(), session: socket.getSession() });
          socket.destroy();
        });
        socket.on('error', reject);
      });
    const { session } = await resumed();
    expect((await resumed(session)).reused).toBe(false);
  });
});

it('says in words why a handshake came to nothing', async () => {
  const { port, failures } = await start();
  await suiteOf(port, '-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0');
  await suiteOf(port, '-tls1_2', '-cipher', 'AES128-SHA');
  await suiteOf(port, '-tls1_2', '-CAfile', pki.path('foreign.pem'), '-verify_return_error');
  expect(failures).toEqual([
    'it offers nothing newer than TLS 1.1',
    'it can do none of the suites that are offered',
    'it does not trust the certificate of this site',
  ]);
});

describe('what a connection proves', () => {
  it('tells a good certificate, a foreign one and none apart', async () => {
    const { port, seen } = await start();
    await knock(port);
    await knock(port, 'charger');
    await knock(port, 'stranger');
    expect(seen).toEqual([
      { encrypted: true, certificate: null },
      {
        encrypted: true,
        certificate: {
          fault: null,
          organization: 'Acme',
          commonName: 'SN-1',
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
      {
        encrypted: true,
        certificate: expect.objectContaining({ fault: 'is signed by an authority that is not trusted here' }),
      },
    ]);
  });

  it('asks nobody for a certificate without roots to check it by', async () => {
    const { port, seen } = await start({ roots: false });
    await knock(port, 'charger');
    expect(seen).toEqual([{ encrypted: true, certificate: null }]);
  });

  it('shows a client who speaks no TLS the door', async () => {
    const { port, seen } = await start();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/CP1`, ['ocpp1.6']);
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/hang up|ECONNRESET/);
    expect(seen).toEqual([]);
  });
});

describe('files that change', () => {
  const serialShown = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki.read('root.pem') }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on('error', reject);
    });

  it('are in use within seconds; broken ones are told and leave the old in use', async () => {
    const { port, clock, troubles } = await start();
    const before = await serialShown(port);
    const [cert, key] = [pki.path('ec.pem'), pki.path('ec.key')];
    pki.certificate('next', { subject: '/O=Depot/CN=localhost' });

    copyFileSync(pki.path('next.pem'), cert);
    clock.advance(5_000);
    expect(troubles.at(-1)).toBe(`The key in ${key} is not that of the certificate in ${cert}.`);
    expect(await serialShown(port)).toBe(before);

    copyFileSync(pki.path('next.key'), key);
    clock.advance(5_000);
    expect(troubles.at(-1)).toBeNull();
    expect(await serialShown(port)).not.toBe(before);

    rmSync(cert);
    clock.advance(5_000);
    expect(troubles.at(-1)).toBe(`${cert} can not be read (ENOENT).`);
    copyFileSync(pki.path('next.pem'), cert);
  });

  it('are waited for where they are not there at the start', async () => {
    const cert = pki.path('ec.pem');
    const kept = pki.path('kept.pem');
    copyFileSync(cert, kept);
    rmSync(cert);
    const { port, clock, troubles } = await start();
    expect(troubles).toEqual([`${cert} can not be read (ENOENT).`]);
    expect(await suiteOf(port, '-tls1_2')).toBeNull();
    copyFileSync(kept, cert);
    clock.advance(5_000);
    expect(await suiteOf(port, '-tls1_2')).toMatch(/GCM|CHACHA/);
  });
});
