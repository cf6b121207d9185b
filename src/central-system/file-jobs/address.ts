import { createHash, createHmac } from 'node:crypto';
import { type FileJob, isUpload } from '../../domain/file-job.ts';
import type { FilePolicy } from '../handler.ts';

/**
 * The one-time token of a job, 32 characters. It follows from the job and from a key that only this process knows, so it is
 * never stored: a restarted process makes another one, and those that were handed out stay good by their hash.
 */
export function tokenOf({ id, silences }: Pick<FileJob, 'id' | 'silences'>, { tokenKey }: FilePolicy): string {
  return createHmac('sha256', tokenKey).update(`${id}:${silences}`).digest().subarray(0, 24).toString('base64url');
}

/** What is kept of a token: its SHA-256, hexadecimal. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The hash of the token in an address of ours; null where there is none. */
export function tokenHashIn(location: string): string | null {
  const token = /\/files\/([A-Za-z0-9_-]{32})(?:\/|$)/.exec(location)?.[1];
  return token === undefined ? null : hashOfToken(token);
}

/**
 * Where the charge point fetches or brings the file; null while nobody knows under which address it finds us. For an
 * upload it is a folder, to which the charge point adds the name of its file (OCPP 1.6 §6.25).
 */
export function locationOf(job: FileJob, policy: FilePolicy, reachedAt: string | null): string | null {
  if (job.request.location !== null) return job.request.location;
  const base = policy.baseUrl ?? reachedAt;
  if (base === null) return null;
  const folder = `${base.replace(/\/+$/, '')}/files/${tokenOf(job, policy)}/`;
  return isUpload(job.kind) ? folder : `${folder}${encodeURIComponent(job.request.name ?? 'firmware.bin')}`;
}
