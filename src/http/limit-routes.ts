import { Type } from 'typebox';
import { limitValue, MAX_SUSPENSION_MS, siteLimitId } from '../domain/site-limits.ts';
import { instant } from '../domain/units.ts';
import { Timestamp } from '../ocpp/messages/common.ts';
import { ahead } from './ahead.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, DEFAULT_LIMIT, Done, listOf, maybeTime, nullable, number, PageQuery, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['limits'];

/** No circuit carries more, in A and W; beyond it, a unit was mistaken. */
const MAX_A = 10_000;
const MAX_W = 10_000_000;
/** A week: what holds longer is better set without an end, or configured. */
const MAX_TTL_S = 604_800;

const amps = Type.Number({ minimum: 0, maximum: MAX_A });
const value = {
  limitA: Type.Optional(
    Type.Union([amps, Type.Array(amps, { minItems: 3, maxItems: 3 })], {
      description: 'Of each phase, or of L1, L2 and L3.',
    }),
  ),
  limitW: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_W, description: 'In total over all phases.' })),
};
const NewLimit = Type.Object(
  {
    circuit: Type.String({ maxLength: 48 }),
    ...value,
    ttlS: Type.Optional(
      nullable(
        Type.Integer({
          minimum: 1,
          maximum: MAX_TTL_S,
          description: 'How long it holds unless it is renewed; left out or null: until it is taken back.',
        }),
      ),
    ),
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract; nobody awaits a schema
    then: Type.Optional(
      Type.Union([Type.Literal('configured'), Type.Object(value, { additionalProperties: false })], {
        description: 'What holds afterwards: what is configured, or another limit without an end.',
      }),
    ),
    startAt: Type.Optional(
      nullable({
        ...Timestamp,
        description:
          'It begins then, a month ahead at most; ttlS counts from then. A schedule is some of these, each with a source of its own.',
      }),
    ),
    source: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$',
        description: 'Who says so, where there are several.',
      }),
    ),
  },
  { additionalProperties: false },
);

const phases = nullable(Type.Unsafe<[number, number, number]>(Type.Array(Type.Number(), { minItems: 3, maxItems: 3 })));
const Value = { limitA: phases, limitW: number };
const Limit = Type.Object({
  id: Type.String(),
  circuit: Type.String(),
  source: Type.String(),
  ...Value,
  since: time,
  until: maybeTime,
  // biome-ignore lint/suspicious/noThenProperty: as above
  then: Type.Union([Type.Literal('configured'), Type.Object(Value)]),
  startsAt: maybeTime,
  suspendedUntil: maybeTime,
});
const Evidence = Type.Object({
  id: Type.Integer(),
  limitId: Type.String(),
  circuit: Type.String(),
  source: Type.String(),
  kind: Type.String({ description: 'signal, command or effect' }),
  at: time,
  raw: text,
  limit: nullable(Type.Object(Value)),
  why: text,
  afterS: number,
  currentA: nullable(
    Type.Unsafe<[number | null, number | null, number | null]>(Type.Array(number, { minItems: 3, maxItems: 3 })),
  ),
  powerW: number,
  reached: nullable(Type.Boolean()),
});

/** When a limit may begin, from now. */
const beginning = { mostMs: 31 * 86_400_000, words: 'startAt must lie ahead, by a month at most.' };

/** Limits from outside. They only ever lower what a circuit is configured with. */
export function limitRoutes(app: App, { controller, views, now }: Site): void {
  app.get(
    '/api/v1/site/limits',
    { schema: { tags, summary: 'Limits from outside, of all sources', response: { 200: listOf(Limit) } } },
    async () => ({ items: views.siteLimits(), next: null }),
  );

  app.post(
    '/api/v1/site/limits',
    {
      schema: {
        tags,
        summary: 'Limits a circuit, or renews the limit of the same source',
        description: 'It can only lower what is configured. The lowest of all sources holds.',
        body: NewLimit,
        response: { 201: Limit, ...problems(400, 409, 413, 415, 503) },
      },
    },
    async ({ body, origin }, reply) => {
      const source = body.source === undefined ? origin : `${origin} ${body.source}`;
      const after = body.then ?? 'configured';
      await carryOut(controller, {
        type: 'set-site-limit',
        circuit: body.circuit,
        source,
        value: limitValue(body),
        ttlMs: typeof body.ttlS === 'number' ? body.ttlS * 1_000 : null,
        // biome-ignore lint/suspicious/noThenProperty: as above
        then: after === 'configured' ? after : limitValue(after),
        startsAt: ahead(body.startAt, now(), beginning),
        signal: JSON.stringify(body),
      });
      const id = siteLimitId(source, body.circuit);
      const shown = views.siteLimit(id);
      if (shown === null) throw new Problem('conflict', 'It was taken back in the same moment.');
      return reply
        .code(201)
        .header('location', `/api/v1/site/limits/${encodeURIComponent(id)}`)
        .send(shown);
    },
  );

  app.delete(
    '/api/v1/site/limits/:id',
    {
      schema: {
        tags,
        summary: 'Takes back a limit that was set here',
        params: ById,
        response: { 204: Done, ...problems(404, 409, 503) },
      },
    },
    async ({ params: { id }, origin }, reply) => {
      const known = views.siteLimit(id);
      if (known === null) throw new Problem('not-found', `There is no limit ${id}.`);
      if (known.source !== origin && !known.source.startsWith(`${origin} `)) {
        throw new Problem('conflict', `It comes from ${known.source}, which would set it again: end it there.`);
      }
      await carryOut(controller, { type: 'end-site-limit', id, signal: 'DELETE' });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/site/limits/:id/suspend',
    {
      schema: {
        tags,
        summary: 'Sets a limit of the backend aside for a while; what is configured holds all the same',
        description: 'The backend is told. `seconds` 0: it holds again at once.',
        params: ById,
        body: Type.Object(
          { seconds: Type.Integer({ minimum: 0, maximum: MAX_SUSPENSION_MS / 1_000 }) },
          { additionalProperties: false },
        ),
        response: { 200: Limit, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { id }, body: { seconds }, origin }) => {
      if (origin === 'upstream')
        throw new Problem('conflict', 'The backend ends its limit, and does not set it aside.');
      const until = seconds === 0 ? null : instant(now() + seconds * 1_000);
      await carryOut(controller, { type: 'suspend-site-limit', id, until });
      const shown = views.siteLimit(id);
      if (shown === null) throw new Problem('conflict', 'It was taken back in the same moment.');
      return shown;
    },
  );

  app.get(
    '/api/v1/site/limits/evidence',
    {
      schema: {
        tags,
        summary: 'What was asked, what was done about it and what was measured, the latest first',
        querystring: Type.Object(
          { ...PageQuery.properties, circuit: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 200: listOf(Evidence), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, circuit = null } }) => {
      const page = views.limitEvidence({ limit, cursor, circuit });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );
}
