import { existsSync, readFileSync, statSync } from 'node:fs';

/** The only place where the configuration touches the disk. */
export type FileRead = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string };

export function fileExists(path: string): boolean {
  return existsSync(path);
}

/** Reads a regular file of at most `maxBytes`; what goes wrong comes back as plain words. Never throws. */
export function readBounded(path: string, maxBytes: number): FileRead {
  try {
    const stat = statSync(path);
    // Not a pipe or device: reading one could wait for ever.
    if (!stat.isFile()) return { ok: false, reason: 'is not a file' };
    if (stat.size > maxBytes) return { ok: false, reason: `is larger than ${maxBytes} bytes` };
    return { ok: true, bytes: readFileSync(path) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  return `cannot be read (${String(code ?? 'unknown error')})`;
}
