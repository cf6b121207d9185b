import { createHash } from 'node:crypto';
import { isSecretKey } from '../../domain/configuration.ts';
import { cutText } from '../../ocpp/cut-text.ts';
import { maskSecrets } from '../../ocpp/secrets.ts';
import { isObject, objectIn } from '../json.ts';
import type { Inbound } from '../link.ts';
import type { Entry } from './table.ts';

/** What a command asks for, read from its message. */
export type Request = {
  readonly id: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** How long it lives from its receipt, ms; null: it has no end. */
  readonly ttlMs: number | null;
  readonly replyTo: string | null;
};

/** It can not be carried out; `id` where it has one that can be answered. */
export type Refused = {
  readonly id: string | null;
  readonly replyTo: string | null;
  readonly status: number;
  readonly why: string;
};

/** Bytes of a command. */
const MAX_BYTES = 262_144;
const ID = /^[A-Za-z0-9._:-]{1,64}$/;
/** Characters of one parameter. */
const MAX_PARAM = 600;
/** What does harm when late may not live longer, s. */
const MAX_DANGEROUS_S = 300;
const MAX_TTL_S = 31_536_000;

export function requestIn(
  message: Inbound,
  entry: Entry | null,
  name: string,
): Request | { readonly refused: Refused } {
  const { payload, retained, correlation, responseTopic, expiryS } = message;
  let id: string | null = null;
  let replyTo = responseTopic;
  const refuse = (status: number, why: string) => ({ refused: { id, replyTo, status, why } });
  const correlated = correlation?.toString('utf8') ?? '';
  if (ID.test(correlated)) id = correlated;
  if (payload.length > MAX_BYTES) return refuse(413, `A command has ${MAX_BYTES} bytes at most.`);
  const read = objectIn(payload, MAX_BYTES);
  if (read === null) return refuse(400, 'The command is no JSON object.');
  if (read.id !== undefined) {
    if (typeof read.id !== 'string' || !ID.test(read.id))
      return refuse(400, 'id must have 1 to 64 letters, digits, . _ : or -.');
    id = read.id;
  }
  if (typeof read.replyTo === 'string' && replyTo === null) replyTo = read.replyTo;
  if (retained) return refuse(400, 'A command must not be retained: it would come again with every connection.');
  if (id === null)
    return refuse(400, 'A command needs an id, or Correlation Data that can be one, so that it is carried out once.');
  if (entry === null) return refuse(404, `There is no command ${cutText(name, 50)}.`);
  const unknown = Object.keys(read).find((key) => !KEYS.has(key));
  if (unknown !== undefined)
    return refuse(400, `A command has no ${cutText(unknown, 50)}; it has ${[...KEYS].join(', ')}.`);
  const params = textsIn(read.params);
  const query = textsIn(read.query);
  if (params === null || query === null)
    return refuse(400, 'params and query must be objects of texts, numbers and true or false.');
  const missing = parametersOf(entry).find((key) => params[key] === undefined || params[key] === '');
  if (missing !== undefined) return refuse(400, `params.${missing} is missing.`);
  const odd = parametersOf(entry).find((key) => !isOneLevel(params[key] ?? ''));
  if (odd !== undefined) return refuse(400, `params.${odd} can not stand in the path of a request.`);
  const { ttlS } = read;
  if (ttlS !== undefined && !(typeof ttlS === 'number' && ttlS > 0 && ttlS <= MAX_TTL_S)) {
    return refuse(400, `ttlS must be a number of seconds from 0 to ${MAX_TTL_S}.`);
  }
  const lives = [expiryS, ttlS as number | undefined].filter((one) => typeof one === 'number');
  const lifeS = lives.length === 0 ? null : Math.min(...lives);
  if (entry.late === 'dangerous' && (lifeS === null || lifeS > MAX_DANGEROUS_S)) {
    const why = `${name} does harm when it comes late: give it a Message Expiry Interval or ttlS of at most ${MAX_DANGEROUS_S} s.`;
    return refuse(400, why);
  }
  return { id, params, query, body: read.body, ttlMs: lifeS === null ? null : lifeS * 1_000, replyTo };
}

const KEYS: ReadonlySet<string> = new Set(['id', 'replyTo', 'ttlS', 'params', 'query', 'body']);

/** Names that the path needs. */
function parametersOf({ path }: Entry): string[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name ?? '');
}

/** Stays one level of a path: dots alone would climb to another route, and half a character can not be written. */
export function isOneLevel(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/\p{Cs}/u.test(text);
}

/** The path with what the command names in it. */
export function pathOf({ path }: Entry, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

/** The same for the same wish, in whatever order its fields stand. */
export function hashOf(name: string, { params, query, body }: Pick<Request, 'params' | 'query' | 'body'>): string {
  return createHash('sha256')
    .update(JSON.stringify([name, ordered(params), ordered(query), ordered(body)]))
    .digest('hex');
}

/** What is kept of a request, without its secrets; where the path names a secret key, nothing of the body is. */
export function keptOf({ params, query, body }: Pick<Request, 'params' | 'query' | 'body'>): string {
  const secret = body !== undefined && isSecretKey(params.key ?? '');
  return maskSecrets(JSON.stringify({ params, query, body: secret ? '***' : body }));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, one]) => [name, ordered(one)]);
}

function textsIn(value: unknown): Record<string, string> | null {
  if (value === undefined) return {};
  if (!isObject(value)) return null;
  const texts: [string, string][] = [];
  for (const [name, one] of Object.entries(value)) {
    if (!['string', 'number', 'boolean'].includes(typeof one) || String(one).length > MAX_PARAM) return null;
    texts.push([name, String(one)]);
  }
  return Object.fromEntries(texts);
}
