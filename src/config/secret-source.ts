import { resolve } from 'node:path';
import { readBounded } from './files.ts';
import { show } from './problem.ts';
import { Secret } from './secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type SecretSource = { readonly file?: string; readonly env?: string };

/** Longest secret, in bytes: a key or a password needs no more. */
const maxSecretBytes = 4096;
/** Security whitepaper A00.FR.205: a charge point's password has at least 16 bytes. */
const advisedBytes = 16;

export type SecretResult =
  | { readonly ok: true; readonly secret: Secret; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

/** Fetches a secret from a file (relative to `folder`) or from the environment; messages never contain it. */
export function resolveSecret(source: SecretSource, folder: string, env: Environment): SecretResult {
  let bytes: Buffer;
  if (source.file !== undefined) {
    const path = resolve(folder, source.file);
    const read = readBounded(path, maxSecretBytes);
    if (!read.ok) return { ok: false, message: `names the file ${showPath(path)}, which ${read.reason}` };
    bytes = withoutLineBreak(read.bytes);
    if (bytes.length === 0) return { ok: false, message: `names the file ${showPath(path)}, which is empty` };
  } else {
    const name = source.env ?? '';
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined || value === '') {
      return { ok: false, message: `names the environment variable ${show(name)}, which is not set` };
    }
    bytes = Buffer.from(value, 'utf8');
    if (bytes.length > maxSecretBytes) {
      return { ok: false, message: `names the environment variable ${show(name)}, which is too long` };
    }
  }
  const secret = new Secret(bytes);
  if (bytes.length >= advisedBytes) return { ok: true, secret };
  return { ok: true, secret, warning: `is shorter than ${advisedBytes} bytes, which is easy to guess` };
}

/** Editors end a file with a line break that is no part of the password. */
function withoutLineBreak(bytes: Buffer): Buffer {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= 1;
  if (end < bytes.length && bytes[end - 1] === 0x0d) end -= 1;
  return bytes.subarray(0, end);
}

/** A path may be longer than other values are shown: its end is what matters. */
function showPath(path: string): string {
  return JSON.stringify(path.length > 200 ? `...${path.slice(-200)}` : path);
}
