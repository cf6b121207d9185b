import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Controller } from '../controller/controller.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { Clock } from '../runtime/ports.ts';
import type { App } from './app.ts';
import type { Ask } from './ask.ts';
import { type Allowance, createAuditLimit } from './audit-limit.ts';
import { isAboutSecret, kept, MAX_READ, pathOf, requestOf, targetOf, whyIn } from './audit-texts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is asked to be changed, as it was before; null where that is not shown. */
    before: string | null;
  }
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Telemetry: it changes nothing that anybody has to answer for, and never rests. */
const passing = new Set(['POST /api/v1/meters/:id/samples']);
/** Before them nobody is logged in; who is meant is the name in the body. */
const entrances = new Set(['/api/v1/setup', '/api/v1/login']);
/** The same resource is written over and over by what steers with it. */
const steering = new Set(['/api/v1/site/limits']);

/**
 * What is shown before and after a change of it: the resource at the same address, or the one of that name in the list
 * above. What is made anew is shown by the answer.
 */
export const shown: Readonly<Record<string, 'itself' | 'in the list'>> = {
  '/api/v1/policy': 'itself',
  '/api/v1/tokens/:idTag': 'itself',
  '/api/v1/tokens/:idTag/plan': 'itself',
  '/api/v1/token-groups/:parentIdTag': 'itself',
  '/api/v1/token-groups/:parentIdTag/plan': 'itself',
  '/api/v1/transactions/:id/plan': 'itself',
  '/api/v1/reservations/:id': 'itself',
  '/api/v1/reservations/:id/plan': 'itself',
  '/api/v1/charging-profiles/:id': 'itself',
  '/api/v1/dialects/:id': 'itself',
  '/api/v1/users/:id': 'in the list',
  '/api/v1/login-sessions/:id': 'in the list',
  '/api/v1/api-tokens/:id': 'in the list',
  '/api/v1/alerts/:id': 'in the list',
  '/api/v1/site/limits/:id': 'in the list',
  '/api/v1/charge-points/:id/configuration/:key': 'in the list',
};

/** Nothing was done: who sends such without end is counted. */
const refused: Allowance = { atOnce: 50, everyMs: 600_000 };
/** The same program changes the same thing. People are not that fast, and all that they do is kept. */
const again: Allowance = { atOnce: 20, everyMs: 300_000 };

/**
 * Puts on record who did or tried what: each request that is not one of reading, before it is answered. Call it once
 * it is known who asks, and before any route is made.
 */
export function audit(
  app: App,
  site: { controller: Controller; ask: Ask; clock: Pick<Clock, 'monotonic'>; nameOf: (name: string) => string | null },
): void {
  const allow = createAuditLimit(site.clock);
  app.decorateRequest('before', null);

  app.addHook('preHandler', async (request) => {
    if (isAudited(request)) request.before = await show(request);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (!isAudited(request)) return;
    const leftOut = allowed(request, reply.statusCode);
    if (leftOut === null) return;
    const answer = typeof payload === 'string' && payload.length <= MAX_READ ? payload : null;
    const entry = await entryOf(request, reply, answer, leftOut);
    const { kind } = await site.controller.execute({ type: 'note-audit', entry });
    // What was done is done, and whoever asked is told so.
    if (kind !== 'done') {
      const { who, name, method, target, status } = entry;
      request.log.error({ who, name, method, target, status }, 'this could not be put on record');
    }
  });

  function allowed(request: FastifyRequest, status: number): number | null {
    const { kind, name } = request.actor ?? nobody;
    // 422 and above 500: a charge point was asked, or it was tried.
    if (status >= 400 && status < 500 && status !== 422) return allow(`refused ${kind}`, refused);
    const { method, routeOptions, url } = request;
    if (kind === 'person' || (method === 'POST' && !steering.has(routeOptions.url ?? ''))) return 0;
    return allow(JSON.stringify([kind, name, method, pathOf(url)]), again);
  }

  async function entryOf(
    request: FastifyRequest,
    { statusCode: status }: FastifyReply,
    answer: string | null,
    leftOut: number,
  ): Promise<AuditEntry> {
    const { method, routeOptions, origin, ip, before } = request;
    const { kind, name } = request.actor ?? nobody;
    const route = routeOptions.url ?? '';
    const done = status < 400;
    return {
      who: done && entrances.has(route) ? 'person' : kind,
      name: entrances.has(route) ? nameIn(request.body) : name,
      address: origin === 'upstream' ? null : ip,
      commandId: request.commandId,
      method,
      route,
      target: targetOf(request),
      status,
      why: done ? null : whyIn(answer),
      // What is no proper request may hold a secret in the wrong field.
      request: status === 400 ? null : requestOf(request),
      before: done ? before : null,
      after: done ? await afterOf(request, answer) : null,
      leftOut,
    };
  }

  async function afterOf(request: FastifyRequest, answer: string | null): Promise<string | null> {
    if (isShown(request)) return show(request);
    return answer === null || answer === '' || isAboutSecret(request) ? null : kept(answer);
  }

  /** The resource as the API shows it; null where it does not, or there is none. */
  async function show(request: FastifyRequest): Promise<string | null> {
    if (!isShown(request)) return null;
    const path = pathOf(request.url);
    const isItself = shown[request.routeOptions.url ?? ''] === 'itself';
    const at = path.lastIndexOf('/');
    const { status, body } = await site.ask({ method: 'GET', path: isItself ? path : path.slice(0, at), query: {} });
    if (status !== 200) return null;
    if (isItself) return kept(body);
    const name = decodeURIComponent(path.slice(at + 1)).toLowerCase();
    const { items } = JSON.parse(body) as { items: { id?: string; key?: string }[] };
    const found = items.find(({ id, key }) => (key ?? id)?.toLowerCase() === name);
    return found === undefined ? null : kept(JSON.stringify(found));
  }

  /** Somebody may have typed a password where the name goes: only known names are kept. */
  function nameIn(body: unknown): string | null {
    const name = (body as { name?: unknown } | null | undefined)?.name;
    return typeof name === 'string' ? site.nameOf(name) : null;
  }
}

/** Refused before it was known who asks. */
const nobody = { kind: 'nobody', name: null } as const;

function isAudited({ method, routeOptions }: FastifyRequest): boolean {
  const { url } = routeOptions;
  return url !== undefined && !reading.has(method) && !passing.has(`${method} ${url}`);
}

function isShown(request: FastifyRequest): boolean {
  const { url = '' } = request.routeOptions;
  return request.method !== 'POST' && Object.hasOwn(shown, url) && !isAboutSecret(request);
}
