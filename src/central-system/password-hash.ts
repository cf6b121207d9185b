import { createHash, createHmac, scryptSync, timingSafeEqual } from 'node:crypto';
import type { PasswordHash } from '../domain/credential.ts';

/**
 * Salted hashes of charge points' passwords. One AuthorizationKey string comes back as different bytes: some charge points
 * send its text, some the bytes that its hex digits stand for (OCPP-J §6.2.2). Both are hashed, as bytes.
 */

/** 4 MB and about 10 ms: it stands between a typed password and who has stolen the database, and on the upgrade path. */
const SCRYPT = { N: 4_096, r: 8, p: 1 };

export function hashOf(id: string, password: Buffer, salt: string, replaced: Buffer | null): PasswordHash {
  const key = hexKey(password);
  const scheme = key === null ? 'scrypt' : 'hmac';
  return {
    id,
    scheme,
    salt,
    textHash: hash(scheme, salt, key?.text ?? password),
    bytesHash: key === null ? null : hash(scheme, salt, key.bytes),
    replacedHash: replaced === null ? null : hash('scrypt', salt, replaced),
  };
}

/** Whether these bytes, as a charge point sends them, are that password. */
export function isPassword({ scheme, salt, textHash, bytesHash }: PasswordHash, sent: Buffer): boolean {
  if (bytesHash === null) return same(textHash, hash(scheme, salt, sent));
  const asText = same(textHash, hash(scheme, salt, lowerCase(sent)));
  return same(bytesHash, hash(scheme, salt, sent)) || asText;
}

/** Whether the configuration file still has the password that this one replaced. */
export function hasReplaced({ salt, replacedHash }: PasswordHash, configured: Buffer | null): boolean {
  if (replacedHash === null || configured === null) return replacedHash === null && configured === null;
  return same(replacedHash, hash('scrypt', salt, configured));
}

/** A key of 16 to 20 bytes in hexadecimal, as its text in lower case and as its bytes; null for any other password. */
export function hexKey(password: Buffer): { text: Buffer; bytes: Buffer } | null {
  const text = password.toString('latin1');
  if (!/^(?:[0-9a-f]{2}){16,20}$/i.test(text)) return null;
  return { text: lowerCase(password), bytes: Buffer.from(text, 'hex') };
}

export const lowerCase = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');

export const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

function hash(scheme: PasswordHash['scheme'], salt: string, bytes: Buffer): string {
  if (scheme === 'hmac') return createHmac('sha256', salt).update(bytes).digest('base64');
  return scryptSync(bytes, salt, 32, SCRYPT).toString('base64');
}

const same = (one: string, other: string): boolean =>
  timingSafeEqual(digest(Buffer.from(one)), digest(Buffer.from(other)));
