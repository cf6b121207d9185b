import 'reflect-metadata';
import { createHash, createPublicKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  X509Certificate as PeculiarCertificate,
  PemConverter,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Certificates and keys as PEM, made and read by the library. Nothing here knows a file or a charge point. */

export type KeyKind = 'ec' | 'rsa';
export type Signer = { readonly certificate: string; readonly key: string };
/** `cert`: PEM of this one alone. */
export type Made = { readonly certificate: string; readonly fingerprint: string; readonly serial: string };

const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2_048 },
} as const;

/** 16 random bytes, the first bit off: a positive number that nobody guesses (RFC 5280 §4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return bytes.toString('hex');
}

export async function makeKey(kind: KeyKind): Promise<{ key: string; publicKey: webcrypto.CryptoKey }> {
  const pair = await webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify']);
  const { privateKey, publicKey } = pair as webcrypto.CryptoKeyPair;
  const der = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return { key: `${PemConverter.encode(der, 'PRIVATE KEY')}\n`, publicKey };
}

export type Subject = { readonly organization: string | null; readonly commonName: string };
type Terms = {
  readonly subject: Subject;
  readonly publicKey: webcrypto.CryptoKey | PublicKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
};

/** `signer` null: by itself, with `key`. */
export async function makeCertificate(terms: Terms, signer: Signer | null, key?: string): Promise<Made> {
  const by = signer === null ? null : new PeculiarCertificate(signer.certificate);
  const signingKey = await importKey(signer?.key ?? key ?? '');
  const subject = nameOf(terms.subject);
  const made = await X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject,
      issuer: by?.subject ?? subject,
      notBefore: terms.notBefore,
      notAfter: terms.notAfter,
      signingKey,
      signingAlgorithm: signingKey.algorithm.name === 'ECDSA' ? algorithms.ec : algorithms.rsa,
      publicKey: terms.publicKey,
      extensions: [
        ...terms.extensions,
        await SubjectKeyIdentifierExtension.create(terms.publicKey, false, webcrypto as never),
        ...(by === null ? [] : [await AuthorityKeyIdentifierExtension.create(by, false, webcrypto as never)]),
      ],
    } as Parameters<typeof X509CertificateGenerator.create>[0],
    webcrypto as never,
  );
  const certificate = `${made.toString('pem')}\n`;
  return { certificate, fingerprint: fingerprintOf(certificate), serial: made.serialNumber };
}

const nameOf = ({ organization, commonName }: Subject): string =>
  new Name([...(organization === null ? [] : [{ O: [organization] }]), { CN: [commonName] }]).toString();

/** EC keys of PKCS #8, or RSA ones. */
async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = PemConverter.decode(pem);
  if (der === undefined) throw new Error('there is no key in PEM');
  for (const algorithm of [algorithms.ec, { ...algorithms.ec, namedCurve: 'P-384' }, algorithms.rsa]) {
    try {
      return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    } catch {
      // Of another kind.
    }
  }
  throw new Error('the key is neither an EC key (P-256, P-384) nor an RSA key in PKCS #8');
}

export const extensionsOf = {
  authority: (depth: number): Extension[] => [
    new BasicConstraintsExtension(true, depth, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ],
  server: (names: readonly GeneralName[], kind: KeyKind): Extension[] => [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | (kind === 'rsa' ? KeyUsageFlags.keyEncipherment : 0), true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names.map(({ type, value }) => ({ type: type as GeneralNameType, value }))),
  ],
  client: (): Extension[] => [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
  ],
};

export type GeneralName = { readonly type: 'dns' | 'ip'; readonly value: string };

export const fingerprintOf = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');

/** What a signing request says, and whether it is whole (RFC 2986). */
export type ReadRequest = {
  readonly commonName: string | null;
  readonly organization: string | null;
  readonly key: { readonly type: string; readonly bits: number };
  /** OIDs of the extensions that it asks for. */
  readonly extensions: readonly string[];
  readonly publicKey: PublicKey;
};

/** Null where it is none, or its signature is not that of its key. */
export async function readSigningRequest(pem: string): Promise<ReadRequest | null> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    if (!(await request.verify(webcrypto as never))) return null;
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    return {
      commonName: single(request.subjectName.getField('CN')),
      organization: single(request.subjectName.getField('O')),
      key: { type: key.asymmetricKeyType ?? '', bits: modulusLength ?? curveBits[namedCurve ?? ''] ?? 0 },
      extensions: request.extensions.map(({ type }) => type),
      publicKey: request.publicKey,
    };
  } catch {
    return null;
  }
}

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

const single = (values: string[]): string | null => (values.length === 1 ? (values[0] ?? null) : null);
