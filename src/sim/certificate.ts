import { constants, createHash, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { readDer, tags, writeDer, writeName, writeOid } from './der.ts';
import type { Payload } from './frames.ts';

/** Certificates as the security extension wants them: read, named by their hashes, asked for. */

/** The first certificate of a PEM text; null where there is none to be read. */
export function readCertificate(pem: string): X509Certificate | null {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** Within its time, by this clock in milliseconds. */
export function isCurrent(certificate: X509Certificate, at: number): boolean {
  return Date.parse(certificate.validFrom) <= at && at <= Date.parse(certificate.validTo);
}

/** Signed with the key of this issuer. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** A base64 signature of the SHA-256 of this file by the certificate's key: ECDSA, RSA-PSS, or RSA as of old. */
export function isSignedWith(certificate: X509Certificate, signature: string, content: Buffer): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return false;
  const bytes = Buffer.from(signature, 'base64');
  const key = certificate.publicKey;
  if (key.asymmetricKeyType === 'ec') return verify('sha256', content, key, bytes);
  if (key.asymmetricKeyType !== 'rsa') return false;
  const paddings = [constants.RSA_PKCS1_PSS_PADDING, constants.RSA_PKCS1_PADDING];
  return paddings.some((padding) => verify('sha256', content, { key, padding }, bytes));
}

const hashes = { SHA256: 'sha256', SHA384: 'sha384', SHA512: 'sha512' } as const;
type HashAlgorithm = keyof typeof hashes;
export const hashAlgorithms: readonly HashAlgorithm[] = ['SHA256', 'SHA384', 'SHA512'];

/**
 * The CertificateHashDataType of the security whitepaper (§6.1), hashes in upper-case hexadecimal digits. The issuer is
 * looked for among the given certificates; one that isn't there is taken to be the certificate itself.
 */
export function certificateHashes(
  certificate: X509Certificate,
  known: readonly X509Certificate[],
  hashAlgorithm: HashAlgorithm,
): Payload {
  const issuer = known.find((one) => isSignedBy(certificate, one)) ?? certificate;
  const hash = (bytes: Buffer) => createHash(hashes[hashAlgorithm]).update(bytes).digest('hex').toUpperCase();
  return {
    hashAlgorithm,
    issuerNameHash: hash(issuerName(certificate)),
    issuerKeyHash: hash(keyBits(issuer)),
    serialNumber: certificate.serialNumber.replace(/^0+(?=.)/, '').toUpperCase(),
  };
}

type SigningRequest = { readonly csr: string; readonly publicKey: string };

/** A PKCS #10 request (RFC 2986) for a new P-256 key, as PEM. The private half is not kept: no TLS would use it. */
export function createSigningRequest(organization: string, commonName: string): SigningRequest {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const info = writeDer(
    tags.sequence,
    writeDer(tags.integer, Buffer.of(0)),
    writeName(organization, commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    // No attributes.
    writeDer(0xa0),
  );
  const signature = writeDer(tags.bits, Buffer.of(0), sign('sha256', info, privateKey));
  const request = writeDer(tags.sequence, info, writeDer(tags.sequence, writeOid(ecdsaWithSha256)), signature);
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    csr: ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n'),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** Of TBSCertificate: version (as [0], may be absent), serial number, algorithm, issuer (RFC 5280 §4.1). */
function issuerName(certificate: X509Certificate): Buffer {
  const [outer] = readDer(certificate.raw);
  const [signed] = readDer(outer?.content ?? Buffer.alloc(0));
  const fields = readDer(signed?.content ?? Buffer.alloc(0));
  const first = fields[0]?.tag === 0xa0 ? 1 : 0;
  return fields[first + 2]?.whole ?? Buffer.alloc(0);
}

/** The subject's public key without tag, length and the count of unused bits. */
function keyBits(certificate: X509Certificate): Buffer {
  const [outer] = readDer(certificate.publicKey.export({ type: 'spki', format: 'der' }));
  const bits = readDer(outer?.content ?? Buffer.alloc(0)).find((one) => one.tag === tags.bits);
  return bits?.content.subarray(1) ?? Buffer.alloc(0);
}
