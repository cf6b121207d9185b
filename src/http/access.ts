import cookie from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, suffices } from '../domain/person.ts';
import type { People } from '../people/people.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';
import { accessTo } from './route-roles.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. */
    actor: Actor;
  }
}

/** Over TLS a browser takes the first name from this very host alone (RFC 6265bis §4.1.3.2). */
const COOKIE = { secure: '__Host-busbar', plain: 'busbar' } as const;

const local: Actor = { kind: 'local', name: null, scope: 'admin' };
/** Before a login. */
const nobody: Actor = { kind: 'nobody', name: null, scope: 'none' };
const backend: Actor = { kind: 'backend', name: null, scope: 'admin' };

/**
 * Finds out who asks, by the cookie of a login or a bearer token, and lets each do what its role may. As long as nobody is
 * set up, this machine itself may do all, and nobody else may anything. Call before any route is made.
 */
export async function controlAccess(app: App, people: People): Promise<void> {
  await app.register(cookie);
  app.decorateRequest('actor');
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (each !== 'OPTIONS' && accessTo(each, url) === null) throw new Error(`nobody has said who may ${each} ${url}`);
    }
  });
  app.addHook('onRequest', async (request) => {
    const { method, routeOptions } = request;
    const access = routeOptions.url === undefined ? 'viewer' : (accessTo(method, routeOptions.url) ?? 'admin');
    const actor = actorOf(request, people);
    if (access === 'anyone') {
      request.actor = actor ?? nobody;
      return;
    }
    if (actor === null) {
      throw new Problem(
        'not-logged-in',
        'Log in with POST /api/v1/login, or send an API token: Authorization: Bearer bb_...',
      );
    }
    request.actor = actor;
    if (suffices(actor.scope, access)) return;
    const needs = access === 'meters' ? 'technician' : access;
    throw new Problem(
      'not-allowed',
      `This asks for the role ${needs}; ${actor.name ?? 'you'} may do what ${aRole(actor.scope)} may.`,
    );
  });
}

/** Null: nobody that we know. */
function actorOf(request: FastifyRequest, people: People): Actor | null {
  if (request.origin === 'upstream') return backend;
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const secret = /^Bearer +(\S{1,200}) *$/i.exec(authorization)?.[1];
    return secret === undefined ? null : people.byToken(secret);
  }
  if (!people.anybody()) return isLocal(request.ip) ? local : null;
  const secret = request.cookies[cookieName(request)];
  return secret === undefined ? null : people.byLogin(secret);
}

/** What the browser is to send from now on. */
export function giveCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName(request), secret, cookieOptions(request));
}

export function takeCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(request), cookieOptions(request));
}

const isSecure = ({ protocol }: FastifyRequest): boolean => protocol === 'https';
const cookieName = (request: FastifyRequest): string => (isSecure(request) ? COOKIE.secure : COOKIE.plain);
const cookieOptions = (request: FastifyRequest) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(request) }) as const;

const isLocal = (ip: string): boolean => ip === '::1' || /^(?:::ffff:)?127\./.test(ip);

const aRole = (scope: string): string =>
  scope === 'meters' ? 'a token for meter samples' : /^[aeo]/.test(scope) ? `an ${scope}` : `a ${scope}`;
