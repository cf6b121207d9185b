import { createHash, randomBytes } from 'node:crypto';

/** One-time tokens in the addresses of files: whoever knows one may fetch or bring that one file. */

/** Characters of a token: 24 bytes, 192 bits, can't be guessed. */
export const FILE_TOKEN_LENGTH = 32;

/** A new token, 32 characters that need no escaping in an address. It is told once and never stored. */
export function newFileToken(random: (bytes: number) => Buffer = randomBytes): string {
  return random(24).toString('base64url');
}

/** What is stored of a token: its SHA-256, hexadecimal. */
export function fileTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
