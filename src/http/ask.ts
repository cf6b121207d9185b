import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';

/** Who a request comes from: over a socket, or from the backend by way of this process. */
export type Origin = 'http' | 'upstream';

declare module 'fastify' {
  interface FastifyRequest {
    origin: Origin;
    /** Of the command of the backend that it carries out. */
    commandId: string | null;
  }
}

/** Whose the things are that it makes. */
export const ownerOf = (origin: Origin): 'api' | 'upstream' => (origin === 'upstream' ? 'upstream' : 'api');

export type Asked = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its parameters filled in. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** JSON; left out: none. */
  readonly body?: unknown;
  /** Of the command that asks for it. */
  readonly commandId?: string;
};

export type Answered = { readonly status: number; readonly body: string };
export type Ask = (asked: Asked) => Promise<Answered>;

const HEADER = 'x-busbar-origin';
const COMMAND = 'x-busbar-command';

/**
 * Lets this process ask its own API, without a socket: what the backend commands passes the same checks as what comes over
 * HTTP, and is answered alike. The secret in the header is known to this process alone. Call before any route is made.
 */
export function createAsk(app: App): Ask {
  const secret = randomBytes(32).toString('hex');
  app.decorateRequest('origin', 'http');
  app.decorateRequest('commandId', null);
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const given = Buffer.from(String(request.headers[HEADER] ?? ''));
    const known = Buffer.from(secret);
    if (given.length !== known.length || !timingSafeEqual(given, known)) return;
    request.origin = 'upstream';
    const command = request.headers[COMMAND];
    request.commandId = typeof command === 'string' ? command : null;
  });
  return async ({ method, path, query, body, commandId }) => {
    const search = new URLSearchParams(query).toString();
    const { statusCode, payload } = await app.inject({
      method,
      url: search === '' ? path : `${path}?${search}`,
      headers: {
        host: 'localhost',
        [HEADER]: secret,
        ...(commandId === undefined ? {} : { [COMMAND]: commandId }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: statusCode, body: payload };
  };
}
