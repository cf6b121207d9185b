/** The security extension: charge points of security profile 1, and of 2 and 3 by way of it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, expect } from 'vitest';
import { WebSocket } from 'ws';
import { createPki } from '../support/certificates.ts';
import { refusedStatus } from '../support/charge-point.ts';
import { conformance, type Lab } from './conforms.ts';
import { ORGANIZATION } from './rig.ts';
import { boot, bootOnly, ready, report, reportAll, stamp } from './scenes.ts';
import type { Payload } from './tester.ts';

const conforms = conformance();
const pki = createPki();
afterAll(() => pki.remove());
const accepted = { status: 'Accepted' };

const password = 'a-first-password';
const hexKey = 'a0b1c2d3e4f5061728394a5b6c7d8e9f00112233';

conforms('TC_073_CSMS (2024-04)', (lab) => changePassword(lab, 'another-password-1'), password);

// This edition wants hexadecimal digits, for 16 to 20 bytes.
conforms(
  'TC_073_CSMS (2025-11)',
  async (lab) => {
    await changePassword(lab, hexKey);
    await lab.charger.disconnect();
    await lab.charger.connect(Buffer.from(hexKey, 'hex'));
    await boot(lab);
  },
  password,
);

conforms(
  'TC_074_CSMS (2024-04)',
  async (lab) => {
    const first = await certified(lab, 'first');
    const second = await askedAnew(lab, 'second');
    await lab.charger.disconnect();
    await lab.charger.connect(null, secure(lab, second));
    await boot(lab);
    await lab.leaves.chargePoint({ status: 'online', authenticated: true, securityProfile: 3 });
    const { own } = (await lab.operator.get(`/charge-points/${lab.charger.id}/certificates`)) as { own: Payload[] };
    expect(own.map(({ state }) => state)).toEqual(expect.arrayContaining(['used', 'superseded']));
    expect(first.cert).not.toBe(second.cert);
  },
  password,
);

// This edition looks at the certificate itself.
conforms(
  'TC_074_CSMS (2025-11)',
  async (lab) => {
    const { cert, key } = await certified(lab, 'looked-at');
    const certificate = new X509Certificate(cert);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.subject.split('\n')).toEqual([`O=${ORGANIZATION}`, `CN=SN-${lab.charger.id}`]);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const [, issuing = ''] = cert.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    const [issuer, root] = [new X509Certificate(issuing), new X509Certificate(lab.root)];
    expect([certificate.verify(issuer.publicKey), issuer.verify(root.publicKey)]).toEqual([true, true]);
  },
  password,
);

conforms('TC_075_1_CSMS', (lab) => installRoot(lab, 'ManufacturerRootCertificate'), password);

conforms('TC_075_2_CSMS', (lab) => installRoot(lab, 'CentralSystemRootCertificate'), password);

conforms(
  'TC_076_CSMS (2024-04)',
  async (lab) => {
    await ready(lab);
    await removeRoot(lab, hashOf('SHA256'));
  },
  password,
);

conforms(
  'TC_076_CSMS (2025-11)',
  async (lab) => {
    await ready(lab);
    for (const hashAlgorithm of ['SHA256', 'SHA384', 'SHA512']) {
      const hash = hashOf(hashAlgorithm);
      await install(lab, 'ManufacturerRootCertificate', accepted);
      await removeRoot(lab, hash);
      const request = { certificateType: 'ManufacturerRootCertificate' };
      await lab.operate('GetInstalledCertificateIds', request, { status: 'NotFound' });
    }
  },
  password,
);

conforms(
  'TC_077_CSMS',
  async (lab) => {
    await certified(lab, 'good');
    await askedAnew(lab, 'not-taken', { status: 'Rejected' });
    await securityEvent(lab, 'InvalidChargePointCertificate');
    await lab.leaves.securityEvent('InvalidChargePointCertificate');
    await lab.operator.until('somebody is told', async () => {
      const { items } = (await lab.operator.get('/alerts')) as { items: Payload[] };
      return items.some(({ id }) => id === `certificate:${lab.charger.id}`);
    });
  },
  password,
);

conforms(
  'TC_078_CSMS',
  async (lab) => {
    await ready(lab);
    const operation = await install(lab, 'CentralSystemRootCertificate', { status: 'Rejected' });
    await securityEvent(lab, 'InvalidCentralSystemCertificate');
    await lab.leaves.operation(operation, 'refused', { response: { status: 'Rejected' } });
    await lab.leaves.securityEvent('InvalidCentralSystemCertificate');
  },
  password,
);

conforms(
  'TC_079_CSMS',
  async (lab) => {
    await ready(lab);
    const log = { remoteLocation: 'http://127.0.0.1/uploads/log' };
    const request = { log, logType: 'SecurityLog', requestId: 79 };
    const operation = await lab.operate('GetLog', request, { ...accepted, filename: 'security.log' });
    await lab.leaves.operation(operation, 'accepted', { request });
    for (const status of ['Uploading', 'Uploaded']) {
      expect(await lab.charger.tell('LogStatusNotification', { status, requestId: 79 })).toEqual({});
    }
    await lab.leaves.operation(operation, 'done');
    await lab.leaves.job('log', 'Uploaded');
  },
  password,
);

conforms(
  'TC_080_CSMS',
  async (lab) => {
    await ready(lab);
    const operation = await updateSigned(lab, 80, 'c291bmQ=');
    await firmware(lab, 80, 'Downloading', 'Downloaded', 'SignatureVerified');
    await reportAll(lab, 'Unavailable');
    await firmware(lab, 80, 'Installing', 'InstallRebooting');
    await lab.leaves.operation(operation, 'accepted');
    await lab.charger.disconnect();
    await lab.charger.connect();
    await bootOnly(lab);
    await securityEvent(lab, 'FirmwareUpdated');
    await reportAll(lab, 'Available');
    await firmware(lab, 80, 'Installed');
    await lab.leaves.operation(operation, 'done');
    await lab.leaves.job('signed-firmware', 'Installed');
    await lab.leaves.securityEvent('FirmwareUpdated');
    await lab.leaves.connectors('Available', 'Available');
  },
  password,
);

conforms(
  'TC_081_CSMS',
  async (lab) => {
    await ready(lab);
    const operation = await updateSigned(lab, 81, 'bm90IGEgc2lnbmF0dXJl');
    await firmware(lab, 81, 'Downloading', 'Downloaded', 'InvalidSignature');
    await lab.leaves.operation(operation, 'failed');
    await lab.leaves.job('signed-firmware', 'InvalidSignature');
  },
  password,
);

conforms(
  'TC_083_CSMS (2025-11)',
  async (lab) => {
    await ready(lab);
    await lab.operate('ChangeConfiguration', { key: 'SecurityProfile', value: '2' }, accepted);
    await lab.operate('Reset', { type: 'Hard' }, accepted);
    await lab.charger.disconnect();
    await lab.charger.connect(password, secure(lab));
    await boot(lab);
    await lab.leaves.chargePoint({ status: 'online', securityProfile: 2, leastSecurityProfile: 2 });
    await lab.charger.disconnect();
    expect(await refusedStatus(lab.ocppUrl, lab.charger.id, { password })).toBe(403);
    await lab.charger.connect(password, secure(lab));
    await boot(lab);
  },
  password,
);

conforms('TC_085_CSMS (2024-04)', (lab) => knock(lab, ['a-first-password']), password);

// This edition says how a key is read: hexadecimal digits are the bytes that they stand for.
conforms(
  'TC_085_CSMS (2025-11)',
  (lab) => knock(lab, [Buffer.from(hexKey, 'hex'), hexKey, hexKey.toUpperCase()]),
  hexKey,
);

conforms(
  'TC_086_CSMS',
  async (lab) => {
    const { hostname: host, port } = new URL(lab.secureUrl);
    for (const suite of mandatorySuites) {
      const shown = await handshake({ host, port: Number(port), ca: lab.root, ciphers: suite, maxVersion: 'TLSv1.2' });
      expect(shown).toMatchObject({ suite, protocol: 'TLSv1.2', subject: { CN: 'localhost', O: ORGANIZATION } });
      expect(shown.serialNumber).toMatch(/^[0-9A-F]{2,}$/);
      expect(shown.bits).toBeGreaterThanOrEqual(suite.startsWith('ECDHE-ECDSA') ? 224 : 2_048);
    }
    await lab.charger.connect(password, secure(lab));
    await boot(lab);
    await lab.leaves.chargePoint({ status: 'online', authenticated: true, securityProfile: 2 });
  },
  password,
);

conforms(
  'TC_087_CSMS',
  async (lab) => {
    const own = await certified(lab, 'own');
    await lab.leaves.chargePoint({ status: 'online', authenticated: true, securityProfile: 3 });
    await lab.charger.disconnect();
    // Neither without it nor with the password from before.
    await expect(lab.charger.connect(null, secure(lab))).rejects.toThrow('403');
    await expect(lab.charger.connect(password, secure(lab))).rejects.toThrow('403');
    await lab.charger.connect(null, secure(lab, own));
    await boot(lab);
  },
  password,
);

conforms('TC_088_CSMS (2025-11)', async (lab) => {
  const address = `${lab.ocppUrl}/${lab.charger.id}`;
  expect(await refusedStatus(lab.ocppUrl, lab.charger.id, { protocols: ['ocpp0.1'] })).toBeGreaterThanOrEqual(400);
  const socket = new WebSocket(address, ['ocpp0.1', 'ocpp1.6']);
  const [upgraded] = (await once(socket, 'upgrade')) as [IncomingMessage];
  expect(upgraded.statusCode).toBe(101);
  expect(upgraded.headers['sec-websocket-protocol']).toBe('ocpp1.6');
  socket.terminate();
  await once(socket, 'close');
  await ready(lab);
  await lab.leaves.chargePoint({ status: 'online' });
});

/** The charge point takes a new key: from then on the Central System takes that one, and the old one no more. */
async function changePassword(lab: Lab, next: string): Promise<void> {
  await ready(lab);
  const request = { key: 'AuthorizationKey', value: next };
  const operation = await lab.operate('ChangeConfiguration', request, accepted);
  await lab.charger.disconnect();
  expect(await refusedStatus(lab.ocppUrl, lab.charger.id, { password })).toBe(401);
  await lab.charger.connect(next);
  await boot(lab);
  await lab.leaves.operation(operation, 'done');
  await lab.leaves.chargePoint({ status: 'online', authenticated: true });
  // Nobody reads it anywhere.
  for (const path of ['/messages?limit=500', '/operations?limit=500', `/operations/${operation}`]) {
    expect(JSON.stringify(await lab.operator.get(path))).not.toContain(next);
  }
}

async function installRoot(lab: Lab, certificateType: string): Promise<void> {
  await ready(lab);
  const operation = await install(lab, certificateType, accepted);
  await lab.leaves.operation(operation, 'done');
  const answer = { ...accepted, certificateHashData: [hashOf('SHA256')] };
  const listed = await lab.operate('GetInstalledCertificateIds', { certificateType }, answer);
  await lab.leaves.operation(listed, 'done', { response: answer });
}

/** Asks which certificates there are, and deletes the one that is named, by exactly what was reported. */
async function removeRoot(lab: Lab, certificateHashData: Payload): Promise<void> {
  const answer = { ...accepted, certificateHashData: [certificateHashData] };
  await lab.operate('GetInstalledCertificateIds', { certificateType: 'ManufacturerRootCertificate' }, answer);
  const operation = await lab.operate('DeleteCertificate', { certificateHashData }, accepted);
  await lab.leaves.operation(operation, 'done', { request: { certificateHashData } });
}

const install = (lab: Lab, certificateType: string, answer: Payload): Promise<string> =>
  lab.operate('InstallCertificate', { certificateType, certificate: rootCertificate }, answer);

async function updateSigned(lab: Lab, requestId: number, signature: string): Promise<string> {
  const firmware = {
    location: 'http://127.0.0.1/firmware-3.bin',
    retrieveDateTime: stamp(),
    signingCertificate: rootCertificate,
    signature,
  };
  const operation = await lab.operate('SignedUpdateFirmware', { requestId, firmware }, accepted);
  await lab.leaves.operation(operation, 'accepted', { request: { requestId } });
  return operation;
}

async function firmware({ charger }: Lab, requestId: number, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) {
    expect(await charger.tell('SignedFirmwareStatusNotification', { status, requestId })).toEqual({});
  }
}

async function securityEvent({ charger }: Lab, type: string): Promise<void> {
  expect(await charger.tell('SecurityEventNotification', { type, timestamp: stamp() })).toEqual({});
}

/** Each of these lets it in; without a password, with another and under another name it stays out. */
async function knock(lab: Lab, passwords: readonly (string | Buffer)[]): Promise<void> {
  for (const each of passwords) {
    await lab.charger.connect(each);
    await bootOnly(lab);
    await report(lab, 0, 'Available');
    await lab.leaves.chargePoint({ status: 'online', authenticated: true, securityProfile: 1 });
    await lab.charger.disconnect();
  }
  const { id } = lab.charger;
  expect(await refusedStatus(lab.ocppUrl, id)).toBe(401);
  expect(await refusedStatus(lab.ocppUrl, id, { password: 'a-wrong-password' })).toBe(401);
  expect(await refusedStatus(lab.ocppUrl, id, { user: 'somebody', password: passwords[0] ?? '' })).toBe(401);
}

const hashOf = (hashAlgorithm: string) => ({
  hashAlgorithm,
  issuerNameHash: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  issuerKeyHash: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
  serialNumber: '5bb40bf89d32',
});

/** A root made for these tests; its key is gone. */
const rootCertificate = `-----BEGIN CERTIFICATE-----
MIIBjDCCATGgAwIBAgIUW7QJ+J0ymeNvlA2YxECMewD6ukEwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQQ29uZm9ybWFuY2UgUm9vdDAeFw0yNjExMjIyMTE2MzdaFw0z
NjExMTkyMTE2MzdaMBsxGTAXBgNVBAMMEENvbmZvcm1hbmNlIFJvb3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQeF/3TXzH46+Ug6bO3Nj768INAcenood3G/rfZ
LyjsCpF6ex0QA09/zMRevp4ZztFUUqxOrW6I061xNOcQG1b0o1MwUTAdBgNVHQ4E
FgQUY/mLJ6hUG1lwrpqY/D2VfyA5Ou0wHwYDVR0jBBgwFoAUY/mLJ6hUG1lwrpqY
/D2VfyA5Ou0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA/xdj
t3CRpnjDz7MtUokWjSRVLgkquf20YgDb2SYQyL4CIQDoGNzaFa0iEDUm9K+w8j/L
j1hOfWjw3DfDyvWn0L7ODw==
-----END CERTIFICATE-----
`;

/** Security whitepaper A00.FR.317. */
const mandatorySuites = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
];

type Own = { readonly cert: string; readonly key: string };

const secure = ({ secureUrl, root }: Lab, own?: Own) => ({ endpoint: secureUrl, tls: { ca: root, ...own } });

/** It gets a certificate of its own, over TLS with its password, and comes back with it. */
async function certified(lab: Lab, name: string): Promise<Own> {
  await lab.charger.connect(password, secure(lab));
  await boot(lab);
  const own = await askedAnew(lab, name);
  await lab.charger.disconnect();
  await lab.charger.connect(null, secure(lab, own));
  await boot(lab);
  return own;
}

/** The operator has it ask for a certificate: ExtendedTriggerMessage, SignCertificate, CertificateSigned. */
async function askedAnew(lab: Lab, name: string, answer: Payload = accepted): Promise<Own> {
  const trigger = { requestedMessage: 'SignChargePointCertificate' };
  await lab.operate('ExtendedTriggerMessage', trigger, accepted);
  const csr = pki.request(`${lab.charger.id}-${name}`, `/O=${ORGANIZATION}/CN=SN-${lab.charger.id}`);
  let cert = '';
  const signed = lab.charger.expects(
    'CertificateSigned',
    ({ certificateChain }) => {
      cert = String(certificateChain);
      return true;
    },
    answer,
  );
  expect(await lab.charger.tell('SignCertificate', { csr })).toEqual(accepted);
  await signed;
  const state = answer === accepted ? 'installed' : 'refused';
  await lab.operator.event('certificate-answered', { chargePointId: lab.charger.id, state });
  return { cert, key: pki.read(`${lab.charger.id}-${name}.key`) };
}

function handshake(options: ConnectionOptions) {
  return new Promise<{ suite: string; protocol: string | null; serialNumber: string; subject: object; bits: number }>(
    (resolve, reject) => {
      const socket = connect({ ...options, servername: 'localhost' }, () => {
        const { serialNumber, subject, bits = 0 } = socket.getPeerCertificate();
        resolve({ suite: socket.getCipher().name, protocol: socket.getProtocol(), serialNumber, subject, bits });
        socket.destroy();
      });
      socket.on('error', reject);
    },
  );
}
