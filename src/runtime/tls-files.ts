import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { Clock, Log, Timer } from './ports.ts';

/** A certificate with what signed it, and its key: PEM files. */
export type TlsPair = { readonly certFile: string; readonly keyFile: string };

export type TlsFiles = {
  /** What a TLS server is to show now. */
  readonly context: SecureContextOptions;
  /** The names and addresses that the first certificate is for, for people. */
  readonly names: string;
  /** When the first of the certificates ends, ms since the epoch. */
  readonly endsAt: number;
};

export type WatchedTlsFiles = {
  /** Null until there are some that can be used. */
  current(): TlsFiles | null;
  /** Clients are asked for a certificate of their own. */
  readonly asksForCertificate: boolean;
  /** Called with what is new, once it has proven to be whole; the server goes on with the old until then. */
  changed(listener: (files: TlsFiles) => void): void;
  close(): void;
};

/** How often the files are looked at, ms: whoever replaces them sees it work while still at the machine. */
const LOOK_EVERY_MS = 5_000;
/** Bytes of one file at most. */
const MAX_BYTES = 262_144;

/**
 * The mandatory four of the security whitepaper (A00.FR.317), those of TLS 1.3, and RSA certificates with forward secrecy.
 * In our order: what has no forward secrecy (the two with RSA key exchange) comes last.
 */
export const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
].join(':');

/**
 * Reads the certificates of a TLS server, and again when their files change, so that a renewed one is in use without a
 * restart. Never throws: a site must not stand still for a file. Where they can't be used, the last good ones stay in use,
 * and `trouble` is told why in words for a person (null: all is well again).
 */
export function watchTlsFiles(options: {
  pairs: readonly TlsPair[];
  /** Roots of the certificates that clients may show; none are asked for without. */
  rootsFile?: string;
  clock: Pick<Clock, 'after'>;
  log: Log;
  trouble?: (why: string | null) => void;
}): WatchedTlsFiles {
  const { clock, log } = options;
  const listeners: ((files: TlsFiles) => void)[] = [];
  let now: Read | null = null;
  let failedAs: string | null = null;
  let timer: Timer | null = null;
  look();

  function look(): void {
    timer = clock.after(LOOK_EVERY_MS, look);
    try {
      const next = read(options);
      const isNew = next.digest !== now?.digest;
      now = next;
      if (failedAs !== null) options.trouble?.(null);
      failedAs = null;
      if (!isNew) return;
      log.info({ names: next.names, until: new Date(next.endsAt).toISOString() }, 'TLS certificates are in use');
      for (const listener of listeners) listener(next);
    } catch (error) {
      const why = (error as Error).message;
      if (why === failedAs) return;
      failedAs = why;
      log.error({ why }, 'the TLS certificates can not be used; those from before, if any, stay in use');
      options.trouble?.(why);
    }
  }

  return {
    current: () => now,
    asksForCertificate: options.rootsFile !== undefined,
    changed: (listener) => {
      listeners.push(listener);
    },
    close: () => timer?.cancel(),
  };
}

type Read = TlsFiles & { readonly digest: string };

function read({ pairs, rootsFile }: { pairs: readonly TlsPair[]; rootsFile?: string }): Read {
  const digest = createHash('sha256');
  const cert: Buffer[] = [];
  const key: Buffer[] = [];
  const leaves: X509Certificate[] = [];
  for (const { certFile, keyFile } of pairs) {
    const certificate = bytesOf(certFile);
    const secret = bytesOf(keyFile);
    leaves.push(leafOf(certFile, certificate, keyFile, secret));
    cert.push(certificate);
    key.push(secret);
    digest.update(certificate).update(secret);
  }
  const roots = rootsFile === undefined ? null : bytesOf(rootsFile);
  if (roots !== null) {
    digest.update(roots);
    parse(rootsFile ?? '', roots);
  }
  return {
    context: { cert, key, ...(roots === null ? {} : { ca: roots }) },
    names: leaves[0]?.subjectAltName ?? leaves[0]?.subject ?? '',
    endsAt: Math.min(...leaves.map(({ validTo }) => Date.parse(validTo))),
    digest: digest.digest('hex'),
  };
}

function leafOf(certFile: string, certificate: Buffer, keyFile: string, secret: Buffer): X509Certificate {
  const leaf = parse(certFile, certificate);
  let fits: boolean;
  try {
    fits = leaf.checkPrivateKey(createPrivateKey(secret));
  } catch {
    throw new Error(`${keyFile} holds no private key in PEM that can be read without a passphrase.`);
  }
  if (!fits) throw new Error(`The key in ${keyFile} is not that of the certificate in ${certFile}.`);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = leaf.publicKey;
  // Whitepaper A00.FR.502, FR.503.
  if (type === 'rsa' && (details?.modulusLength ?? 0) < 2_048) {
    throw new Error(`The RSA key of ${certFile} has ${details?.modulusLength} bits; 2048 are the least.`);
  }
  return leaf;
}

function parse(file: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`${file} holds no certificate in PEM.`);
  }
}

function bytesOf(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes.`);
    return bytes;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`${file} can not be read (${code}).`);
  }
}
