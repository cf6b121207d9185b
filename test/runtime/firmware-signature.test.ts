import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refuseSignature } from '../../src/runtime/firmware-signature.ts';
import { issueCertificate } from '../sim/certificate-maker.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

const scratch = scratchPaths();
const content = Buffer.from('a firmware');
const at = Date.UTC(2026, 0, 15);
const ec = issueCertificate({ commonName: 'Firmware' });
const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa = issueCertificate({ commonName: 'Firmware', issuer: ec, publicKey: rsaPair.publicKey });
const old = issueCertificate({ commonName: 'Firmware', until: '2021' });
const pss = { key: rsaPair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };

const signed = (key: Parameters<typeof sign>[2], bytes = content) => sign('sha256', bytes, key).toString('base64');

it.each([
  ['ECDSA', ec.pem, signed(ec.key), null],
  ['RSA with PSS', rsa.pem, signed(pss), null],
  ['RSA as of old', rsa.pem, signed(rsaPair.privateKey), null],
  ['another file', ec.pem, signed(ec.key, Buffer.from('another')), 'not one of this file'],
  ['another key', rsa.pem, signed(ec.key), 'not one of this file'],
  ['no base64', ec.pem, '%%%', 'no base64'],
  ['an old certificate', old.pem, signed(old.key), 'only'],
  ['no certificate', 'nonsense', signed(ec.key), 'can not be read'],
  ['half a certificate', ec.pem.slice(0, 80), signed(ec.key), 'can not be read'],
])('a signature: %s', async (_, signingCertificate, signature, why) => {
  const path = scratch('fw.bin');
  writeFileSync(path, content);
  const refused = await refuseSignature(path, { signature, signingCertificate, at });
  expect(refused).toEqual(why === null ? null : expect.stringContaining(why));
});
