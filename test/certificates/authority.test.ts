import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuthority } from '../../src/certificates/authority.ts';
import { keepServerCertificates } from '../../src/certificates/server-certificates.ts';
import { readSigningRequest } from '../../src/certificates/x509.ts';
import { createPki, type Pki } from '../support/certificates.ts';

/** Certificates of ours, judged by openssl. */

const DAY = 86_400_000;
let folder: string;
let pki: Pki;
const nowMs = Date.now();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-authority-'));
  pki = createPki();
  pki.authority('operator');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  pki.remove();
});

const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const open = (given: { certFile: string; keyFile: string } | null = null, at = nowMs) =>
  openAuthority({ folder, name: 'Depot', given, nowMs: at });
const serving = async (change: { names?: string[]; nowMs?: number } = {}) =>
  keepServerCertificates({
    authority: await open(null, change.nowMs),
    folder,
    organization: 'Acme Charging',
    names: ['gateway.depot.example', '192.168.1.5'],
    days: 90,
    nowMs,
    ...change,
  });

/** What a charge point asks for, by openssl. */
function csr(
  name: string,
  subject: string,
  key: string[] = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ...more: string[]
): string {
  openssl(
    'req',
    ...key,
    '-nodes',
    '-keyout',
    join(folder, `${name}.key`),
    '-out',
    join(folder, `${name}.csr`),
    '-subj',
    subject,
    ...more,
  );
  return readFileSync(join(folder, `${name}.csr`), 'utf8');
}

describe('what it makes', () => {
  it('serves two certificates for the names of the gateway that openssl takes, and keeps its keys to itself', async () => {
    expect(await serving()).toEqual(['ec', 'rsa']);
    for (const kind of ['ec', 'rsa']) {
      const leaf = join(folder, `server-${kind}.pem`);
      const verify = [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-CAfile',
        join(folder, 'roots.pem'),
        '-untrusted',
        leaf,
      ];
      expect(openssl(...verify, '-verify_hostname', 'gateway.depot.example', leaf)).toContain(': OK');
      expect(openssl(...verify, '-verify_ip', '192.168.1.5', leaf)).toContain(': OK');
      expect(() => openssl(...verify, '-verify_hostname', 'other.example', leaf)).toThrow();
      const text = openssl('x509', '-in', leaf, '-noout', '-text');
      // Security whitepaper A00.FR.502, FR.503, FR.509, FR.510.
      expect(text).toMatch(/Subject: O = Acme Charging, CN = gateway\.depot\.example/);
      expect(text).toMatch(kind === 'ec' ? /ASN1 OID: prime256v1/ : /Public-Key: \(2048 bit\)/);
      expect(statSync(join(folder, `server-${kind}.key`)).mode & 0o777).toBe(0o600);
    }
    for (const name of ['root.key', 'issuing.key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('is left alone while it is good, and made anew for other names, in time, or when half of it is missing', async () => {
    await serving();
    expect(await serving()).toEqual([]);
    expect(await serving({ nowMs: nowMs + 58 * DAY })).toEqual([]);
    expect(await serving({ names: ['other.example'] })).toEqual(['ec', 'rsa']);
    expect(await serving({ names: ['other.example'], nowMs: nowMs + 62 * DAY })).toEqual(['ec', 'rsa']);
    // A power cut between the key and the certificate.
    writeFileSync(join(folder, 'server-ec.key'), readFileSync(join(folder, 'server-rsa.key')));
    expect(await serving({ names: ['other.example'], nowMs: nowMs + 62 * DAY })).toEqual(['ec']);
    const root = readFileSync(join(folder, 'root.pem'), 'utf8');
    await open();
    expect(readFileSync(join(folder, 'root.pem'), 'utf8')).toBe(root);
  });

  it.each([
    ['EC', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['RSA', ['-newkey', 'rsa:2048']],
  ])('signs what a charge point asks for with an %s key, as a client and nothing else', async (_kind, key) => {
    const request = await readSigningRequest(csr('cp', '/O=Acme/CN=SN-1', key));
    if (request === null) throw new Error('the request was not read');
    expect(request).toMatchObject({ organization: 'Acme', commonName: 'SN-1', extensions: [] });
    const authority = await open();
    const { chain, fingerprint, serial, notAfter } = await authority.signChargePoint({
      subject: { organization: 'Acme', commonName: 'SN-1' },
      publicKey: request.publicKey,
      days: 365,
      nowMs,
    });
    const file = join(folder, 'cp.pem');
    const trusted = join(folder, 'trusted.pem');
    writeFileSync(file, chain);
    writeFileSync(trusted, authority.clientRoots);
    const verify = ['verify', '-x509_strict', '-CAfile', trusted, '-untrusted', file];
    expect(openssl(...verify, '-purpose', 'sslclient', file)).toContain(': OK');
    expect(() => openssl(...verify, '-purpose', 'sslserver', file)).toThrow();
    const told = openssl(
      'x509',
      '-in',
      file,
      '-noout',
      '-subject',
      '-serial',
      '-fingerprint',
      '-sha256',
      '-pubkey',
      '-enddate',
    );
    expect(told).toContain('subject=O = Acme, CN = SN-1');
    expect(told.toLowerCase()).toContain(`serial=${serial.toLowerCase()}`);
    expect(told.replaceAll(':', '').toLowerCase()).toContain(fingerprint);
    expect(told).toContain(openssl('pkey', '-in', join(folder, 'cp.key'), '-pubout').trim());
    expect(Math.abs(notAfter.getTime() - (nowMs + 365 * DAY))).toBeLessThan(1_000);
  });
});

describe('an operator’s own authority', () => {
  it('signs in place of ours', async () => {
    const authority = await open({ certFile: pki.path('operator.pem'), keyFile: pki.path('operator.key') });
    const request = await readSigningRequest(csr('theirs', '/O=Acme/CN=SN-2'));
    if (request === null) throw new Error('the request was not read');
    const { chain } = await authority.signChargePoint({
      subject: { organization: null, commonName: 'SN-2' },
      publicKey: request.publicKey,
      days: 3_650,
      nowMs,
    });
    writeFileSync(join(folder, 'theirs.pem'), chain);
    expect(openssl('verify', '-CAfile', pki.path('operator.pem'), join(folder, 'theirs.pem'))).toContain(': OK');
    expect(authority.roots).toBe(pki.read('operator.pem'));
  });

  it.each([
    ['a key of another', 'operator.pem', 'leaf.key', 'is missing, or not the key of'],
    ['no certificate', 'operator.key', 'operator.key', 'holds no certificate'],
    ['one that may not sign', 'leaf.pem', 'leaf.key', 'may not sign others'],
  ])('is refused in words with %s', async (_what, cert, key, words) => {
    pki.certificate('leaf', { subject: '/CN=leaf' });
    await expect(open({ certFile: pki.path(cert), keyFile: pki.path(key) })).rejects.toThrow(words);
  });
});

describe('what is asked for', () => {
  it('is told as it is', async () => {
    const long = await readSigningRequest(csr('long', '/CN=a/CN=b', ['-newkey', 'rsa:1024']));
    expect(long).toMatchObject({ commonName: null, organization: null, key: { type: 'rsa', bits: 1_024 } });
    const asks = await readSigningRequest(csr('asks', '/CN=SN-1', undefined, '-addext', 'basicConstraints=CA:TRUE'));
    expect(asks?.extensions).toEqual(['2.5.29.19']);
  });

  it('is nothing where it is no request, or not signed with its own key', async () => {
    expect(await readSigningRequest('nonsense')).toBeNull();
    expect(await readSigningRequest(pki.read('operator.pem'))).toBeNull();
    const whole = csr('torn', '/CN=SN-1');
    const body = whole.replaceAll(/-----[^-]+-----|\s/g, '');
    const bytes = Buffer.from(body, 'base64');
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    const torn = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await readSigningRequest(torn)).toBeNull();
  });
});

describe('when files of the root are lost', () => {
  it('what signs is made anew under a new root, or nothing it signs could be checked', async () => {
    const other = join(folder, 'lost');
    mkdirSync(other);
    const again = () => openAuthority({ folder: other, name: 'Depot', given: null, nowMs });
    await again();
    for (const file of ['root.pem', 'root.key']) rmSync(join(other, file));
    await again();
    expect(openssl('verify', '-CAfile', join(other, 'root.pem'), join(other, 'issuing.pem'))).toContain(': OK');
    // A root that charge points trust is not replaced because its key was taken away.
    const root = readFileSync(join(other, 'root.pem'), 'utf8');
    rmSync(join(other, 'root.key'));
    await expect(again()).rejects.toThrow('put it back');
    expect(readFileSync(join(other, 'root.pem'), 'utf8')).toBe(root);
  });
});
