import { type Static, Type } from 'typebox';
import type { Enrolment as DomainEnrolment } from '../domain/commands.ts';
import type { App } from './app.ts';
import { ownerOf } from './ask.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ByIdTag, DEFAULT_LIMIT, Done, listOf, PageQuery } from './schemas.ts';
import type { Site } from './site.ts';
import { Enrolment, RefusedAuthorization, readRules, Token as TokenSchema, UnknownCard } from './token-schemas.ts';

const tags = ['tokens'];
/** For each of them tokens are looked for that it may be. */
const CARDS_AT_ONCE = 50;

/** Cards that nobody knows, and what was refused and why. */
export function cardRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/unknown-cards',
    {
      schema: {
        tags,
        summary: 'Cards that were held to a reader and are no tokens, the last first',
        querystring: PageQuery,
        response: { 200: listOf(UnknownCard), ...problems(400) },
      },
    },
    async ({ query: { limit = CARDS_AT_ONCE, cursor = null } }) => {
      const page = views.unknownCards({ limit, cursor });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.post(
    '/api/v1/unknown-cards/:idTag/enrol',
    {
      schema: {
        tags,
        summary: 'Makes an unknown card a token, or another name of one',
        params: ByIdTag,
        body: Enrolment,
        response: { 201: TokenSchema, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { idTag }, body, origin }, reply) => {
      await carryOut(controller, { type: 'enrol-card', idTag, as: enrolmentOf(body), by: ownerOf(origin) });
      const name = controller.reader.tokenFor(idTag)?.idTag ?? idTag;
      const token = views.token(name);
      if (token === null) throw new Problem('not-found', `There is no token ${name}.`);
      reply.code(201).header('location', `/api/v1/tokens/${encodeURIComponent(name)}`);
      return token;
    },
  );

  app.delete(
    '/api/v1/unknown-cards/:idTag',
    {
      schema: {
        tags,
        summary: 'Forgets an unknown card until it is seen again',
        params: ByIdTag,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { idTag } }, reply) => {
      await carryOut(controller, { type: 'forget-card', idTag });
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/refused-authorizations',
    {
      schema: {
        tags,
        summary: 'Who was not let charge, where and why, the last first',
        querystring: Type.Object(
          { ...PageQuery.properties, idTag: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 200: listOf(RefusedAuthorization), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, idTag = null } }) => {
      const page = views.refusedAuthorizations({ limit, cursor, idTag });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );
}

function enrolmentOf({ asAliasOf, note, parentIdTag, rules }: Static<typeof Enrolment>): DomainEnrolment {
  if (asAliasOf === undefined) {
    return { kind: 'token', note: note ?? null, parentIdTag: parentIdTag ?? null, rules: readRules(rules) };
  }
  if (note !== undefined || parentIdTag !== undefined || rules !== undefined) {
    throw new Problem('invalid-request', 'An alias has no note, group or rules of its own: send asAliasOf alone.');
  }
  return { kind: 'alias', of: asAliasOf };
}
