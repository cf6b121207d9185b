import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { certificateHashes, isSignedBy } from '../../src/sim/certificate.ts';
import { readDer } from '../../src/sim/der.ts';
import { issueCertificate } from './certificate-maker.ts';
import { boot, central, equip, type Params, point, send } from './one-session.ts';

const root = issueCertificate({ commonName: 'Root' });
const use = 'CentralSystemRootCertificate';
const install = (certificate: string, certificateType = use) =>
  send('InstallCertificate', { certificateType, certificate });
const event = async () => (await central.next('SecurityEventNotification')).type;

it('installs, names and deletes root certificates', async () => {
  await boot();
  const ids = () => send('GetInstalledCertificateIds', { certificateType: use });
  expect(await ids()).toEqual({ status: 'NotFound' });
  expect(await install(root.pem)).toEqual({ status: 'Accepted' });
  expect(await install(root.pem)).toEqual({ status: 'Accepted' });
  const found = await ids();
  expect(found).toMatchObject({ status: 'Accepted', certificateHashData: [{ hashAlgorithm: 'SHA256' }] });
  const [certificateHashData] = JSON.parse(JSON.stringify(found)).certificateHashData;
  expect(JSON.parse(JSON.stringify(found)).certificateHashData).toHaveLength(1);
  expect(certificateHashData.serialNumber).toBe('FFF');
  const { serialNumber } = certificateHashData;
  const longer = certificateHashes(new X509Certificate(root.pem), [], 'SHA512');
  const wrong = { ...certificateHashData, serialNumber: 'FFE' };
  expect(await send('DeleteCertificate', { certificateHashData: wrong })).toEqual({ status: 'NotFound' });
  const written = { ...longer, serialNumber: `0${serialNumber.toLowerCase()}` };
  expect(await send('DeleteCertificate', { certificateHashData: written })).toEqual({ status: 'Accepted' });
  expect(await ids()).toEqual({ status: 'NotFound' });
});

it('hashes the issuer as RFC 6960 has it', () => {
  const leaf = issueCertificate({ commonName: 'Leaf', issuer: root, serial: 1 });
  const certificates = [new X509Certificate(root.pem), new X509Certificate(leaf.pem)] as const;
  expect(isSignedBy(certificates[1], certificates[0])).toBe(true);
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').toUpperCase();
  // An uncompressed point of P-256 is the last 65 bytes of its SubjectPublicKeyInfo.
  const key = certificates[0].publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  expect(certificateHashes(certificates[1], certificates, 'SHA256')).toEqual({
    hashAlgorithm: 'SHA256',
    issuerNameHash: sha256(root.name),
    issuerKeyHash: sha256(key),
    serialNumber: '1',
  });
});

it('rejects what is no certificate, has expired, or finds no room', async () => {
  await boot();
  const cut = root.pem.replace(/\n[^\n]+\n-----END/, '\n-----END');
  for (const bad of ['hello', cut, issueCertificate({ commonName: 'Old', until: '2021' }).pem]) {
    expect(await install(bad)).toEqual({ status: 'Rejected' });
    expect(await event()).toBe('InvalidCentralSystemCertificate');
  }
  expect(await install('hello', 'ManufacturerRootCertificate')).toEqual({ status: 'Rejected' });
  expect(await event()).toBe('InvalidFirmwareSigningCertificate');
  for (let each = 1; each <= 8; each += 1) {
    expect(await install(issueCertificate({ commonName: `Root ${each}` }).pem)).toEqual({ status: 'Accepted' });
  }
  expect(await install(root.pem)).toEqual({ status: 'Rejected' });
});

it('asks for a certificate of its own, and takes only one for the key it asked for', async () => {
  await boot();
  const ask = () => send('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' });
  expect(await ask()).toEqual({ status: 'Rejected' });
  expect(await send('ChangeConfiguration', { key: 'CpoName', value: 'Depot Ltd' })).toEqual({ status: 'Accepted' });
  central.answer('SignCertificate', () => ({ status: 'Accepted' }));
  expect(await ask()).toEqual({ status: 'Accepted' });
  const { csr } = await central.next('SignCertificate');
  const publicKey = keyOf(String(csr));
  const own = issueCertificate({ commonName: 'CP 1', issuer: root, publicKey });
  const signed = (certificateChain: string) => send('CertificateSigned', { certificateChain });
  for (const bad of ['hello', root.pem, issueCertificate({ commonName: 'CP 1', publicKey, until: '2021' }).pem]) {
    expect(await signed(bad)).toEqual({ status: 'Rejected' });
    expect(await event()).toBe('InvalidChargePointCertificate');
  }
  expect(await signed(own.pem + root.pem)).toEqual({ status: 'Accepted' });
  expect(point.flash.ownCertificate).toBe(own.pem);
  expect(await signed(own.pem)).toEqual({ status: 'Rejected' });
});

it('forgets its key when the Central System signs nothing', async () => {
  await boot();
  await send('ChangeConfiguration', { key: 'CpoName', value: 'Depot Ltd' });
  central.answer('SignCertificate', () => ({ status: 'Rejected' }));
  await send('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' });
  const { csr } = await central.next('SignCertificate');
  const own = issueCertificate({ commonName: 'CP 1', publicKey: keyOf(String(csr)) });
  expect(await send('CertificateSigned', { certificateChain: own.pem })).toEqual({ status: 'Rejected' });
});

const securityActions: [string, Params][] = [
  ['CertificateSigned', { certificateChain: root.pem }],
  ['ExtendedTriggerMessage', { requestedMessage: 'Heartbeat' }],
  ['GetInstalledCertificateIds', { certificateType: use }],
  ['InstallCertificate', { certificateType: use, certificate: root.pem }],
];

it('has none of all this where the security extension is missing', async () => {
  equip({ noSecurityExtension: true, reportsStartup: true });
  await boot();
  for (const [action, params] of securityActions) {
    await expect(send(action, params)).rejects.toMatchObject({ rpcErrorCode: 'NotSupported' });
  }
  const keys = await send('GetConfiguration', { key: ['CpoName', 'CertificateStoreMaxLength'] });
  expect(keys.unknownKey).toEqual(['CpoName', 'CertificateStoreMaxLength']);
  expect(central.taken().map(({ action }) => action)).not.toContain('SecurityEventNotification');
});

/** The key in a PKCS #10 request, whose own signature has to fit (RFC 2986 §4). */
function keyOf(csr: string) {
  const der = Buffer.from(csr.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const [request] = readDer(der);
  const [info, , signature] = readDer(request?.content ?? Buffer.alloc(0));
  const fields = readDer(info?.content ?? Buffer.alloc(0));
  const key = createPublicKey({ key: fields[2]?.whole ?? Buffer.alloc(0), type: 'spki', format: 'der' });
  const bytes = signature?.content.subarray(1) ?? Buffer.alloc(0);
  expect(verify('sha256', info?.whole ?? Buffer.alloc(0), key, bytes)).toBe(true);
  expect(fields[1]?.whole.toString('latin1')).toContain('Depot Ltd');
  return key;
}
