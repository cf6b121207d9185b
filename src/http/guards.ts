import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { Problem } from './problem.ts';

/** Names under which this machine may call itself, whatever the port: another name is somebody's DNS (threats A12). */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Headers of every answer: nothing here is ever to be run, framed, guessed at or kept. */
export const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** What this machine is called, beside localhost, and whether it may be called by any address. */
export type OwnNames = { readonly names: readonly string[]; readonly byAddress: boolean };

const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

/**
 * Keeps other web sites from using the browser of somebody on this machine: only our own names are served, and writes
 * are taken from our own pages or from no page at all.
 */
export function guard(app: App, { names, byAddress }: OwnNames): void {
  const own = new Set([...ownNames, ...names.map((name) => name.toLowerCase())]);
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(safeHeaders);
    const host = request.headers.host?.toLowerCase() ?? '';
    const name = host.replace(/:\d{1,5}$/, '');
    // Somebody's DNS may point here by any name; an address is not a name.
    if (!own.has(name) && !(byAddress && isAddress(name))) {
      throw new Problem(
        'host-not-allowed',
        `Use ${[...own].join(', ')} in the address, or add the name to http.names.`,
      );
    }
    if (reading.has(request.method)) return;
    const origin = request.headers.origin?.toLowerCase();
    const site = request.headers['sec-fetch-site'];
    const foreign =
      (origin !== undefined && origin !== `${request.protocol}://${host}`) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (foreign) throw new Problem('foreign-origin', 'A page of another site may not change anything here.');
  });

  // JSON only: a form of another site can't send it without asking first. No body at all is an empty one.
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body, done);
  });
}
