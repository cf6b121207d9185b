import type { FastifyRequest } from 'fastify';
import { isSecretKey } from '../domain/configuration.ts';
import { maskSecrets } from '../ocpp/secrets.ts';

/** Texts for the record of who did what: without secrets, and no longer than is worth keeping. */

/** Characters of each text that is kept; longer ones are cut. */
const MAX_KEPT = 4_096;
/** Characters that are searched for secrets, which takes time; of longer bodies only the length is kept. */
export const MAX_READ = 8_192;
const MAX_TARGET = 500;
const MAX_WHY = 500;

/** Here a body is a secret but for the name in it. */
const secret = new Set(['/api/v1/setup', '/api/v1/login', '/api/v1/me/password', '/api/v1/users/:id/password']);

export function isAboutSecret({ routeOptions, params }: FastifyRequest): boolean {
  const { key } = (params ?? {}) as { key?: string };
  return secret.has(routeOptions.url ?? '') || isSecretKey(key ?? '');
}

export function requestOf(request: FastifyRequest): string | null {
  const { body, headers } = request;
  if (body === undefined || body === null || isAboutSecret(request)) return null;
  const length = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (length > MAX_READ || !isPlain(body)) return JSON.stringify(`${length} bytes, not kept`);
  return kept(JSON.stringify(body));
}

/** And no file that streams in. */
const isPlain = (body: unknown): boolean =>
  typeof body !== 'object' || [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(body));

/** Where somebody hands over a certificate along with its key. */
const PRIVATE_KEY = /(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)[^-]*/g;

export const kept = (json: string): string =>
  maskSecrets(json.slice(0, MAX_READ)).replace(PRIVATE_KEY, '$1***').slice(0, MAX_KEPT);

export function whyIn(problem: string | null): string | null {
  if (problem === null) return null;
  try {
    const { detail } = JSON.parse(problem) as { detail?: unknown };
    return typeof detail === 'string' ? detail.slice(0, MAX_WHY) : null;
  } catch {
    return null;
  }
}

export const targetOf = ({ url }: FastifyRequest): string =>
  String(JSON.parse(maskSecrets(JSON.stringify(url.slice(0, MAX_TARGET)))));

export const pathOf = (url: string): string => url.replace(/\?.*$/, '');
