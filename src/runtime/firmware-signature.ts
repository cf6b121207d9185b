import { constants, createVerify, type KeyObject, X509Certificate } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * Why a charge point would refuse this signed firmware (security whitepaper L01), in words; null where nothing speaks
 * against it. `signature` is base64 over the SHA-256 of the file; `at` in ms. Rejects where the file can't be read.
 */
export async function refuseSignature(
  path: string,
  { signature, signingCertificate, at }: { signature: string; signingCertificate: string; at: number },
): Promise<string | null> {
  const certificate = readCertificate(signingCertificate);
  if (certificate === null) return 'The signing certificate can not be read: it must be one X.509 certificate in PEM.';
  if (at < Date.parse(certificate.validFrom) || at > Date.parse(certificate.validTo)) {
    return `The signing certificate is good from ${certificate.validFrom} to ${certificate.validTo} only.`;
  }
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(signature)) return 'The signature is no base64.';
  const good = await verifies(path, certificate.publicKey, Buffer.from(signature, 'base64'));
  return good ? null : 'The signature is not one of this file by this certificate.';
}

function readCertificate(pem: string): X509Certificate | null {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** RSA signatures come padded the new way, which the whitepaper wants, and the old. */
async function verifies(path: string, key: KeyObject, signature: Buffer): Promise<boolean> {
  const pss = createVerify('sha256');
  const plain = createVerify('sha256');
  for await (const piece of createReadStream(path)) {
    pss.update(piece);
    plain.update(piece);
  }
  if (key.asymmetricKeyType === 'ec') return plain.verify(key, signature);
  if (key.asymmetricKeyType !== 'rsa') return false;
  return (
    pss.verify({ key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature) ||
    plain.verify({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
  );
}
