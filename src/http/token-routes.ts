import { Type } from 'typebox';
import { blankToken } from '../domain/token-import.ts';
import { OverrideUntil, untilOf } from './ahead.ts';
import type { App } from './app.ts';
import { ownerOf } from './ask.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ByIdTag, DEFAULT_LIMIT, Done, listOf, PageQuery } from './schemas.ts';
import type { Site } from './site.ts';
import { tokenListRoutes } from './token-list-routes.ts';
import { changedToken, NewToken, TokenChange, Token as TokenSchema } from './token-schemas.ts';
import { tokenSyncRoutes } from './token-sync-routes.ts';

const tags = ['tokens'];
const path = '/api/v1/tokens/:idTag';

/** Who may charge. idTags are compared without regard to case, and shown as they were entered. */
export function tokenRoutes(app: App, site: Site): void {
  const { controller, views } = site;
  const oneByOne = createOrder();
  tokenListRoutes(app, site, oneByOne);
  tokenSyncRoutes(app, site, oneByOne);

  app.get(
    '/api/v1/tokens',
    {
      schema: {
        tags,
        summary: 'Tokens, by idTag',
        querystring: PageQuery,
        response: { 200: listOf(TokenSchema), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null } }) => {
      const page = views.tokens({ limit, cursor });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.get(
    path,
    { schema: { tags, summary: 'One token', params: ByIdTag, response: { 200: TokenSchema, ...problems(404) } } },
    async ({ params: { idTag } }) => shown(idTag),
  );

  app.post(
    '/api/v1/tokens',
    {
      schema: {
        tags,
        summary: 'Adds a token; Accepted unless it says otherwise',
        body: NewToken,
        response: { 201: TokenSchema, ...problems(400, 409, 413, 415, 503) },
      },
    },
    ({ body, origin }, reply) =>
      oneByOne(async () => {
        const known = controller.reader.token(body.idTag);
        if (known !== null) throw new Problem('exists', `There is a token ${known.idTag}. PATCH changes it.`);
        await carryOut(controller, {
          type: 'put-token',
          token: changedToken(blankToken(body.idTag, ownerOf(origin)), body),
        });
        reply.code(201).header('location', `/api/v1/tokens/${encodeURIComponent(body.idTag)}`);
        return shown(body.idTag);
      }),
  );

  app.patch(
    path,
    {
      schema: {
        tags,
        summary: 'Changes the fields that are sent, and no others',
        description: 'A token of the backend is changed only for a while: until `overrideUntil`, a week ahead at most.',
        params: ByIdTag,
        querystring: Type.Object(OverrideUntil, { additionalProperties: false }),
        body: TokenChange,
        response: { 200: TokenSchema, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    ({ params: { idTag }, body, query, origin }) =>
      oneByOne(async () => {
        const known = controller.reader.token(idTag);
        if (known === null) throw missing(idTag);
        const token = { ...changedToken(known, body), source: ownerOf(origin) };
        const overrideUntil = untilOf(query.overrideUntil, site.now());
        await carryOut(controller, { type: 'put-token', token, overrideUntil });
        return shown(idTag);
      }),
  );

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Removes a token',
        params: ByIdTag,
        response: { 204: Done, ...problems(404, 409, 503) },
      },
    },
    ({ params: { idTag }, origin }, reply) =>
      oneByOne(async () => {
        await carryOut(controller, { type: 'remove-token', idTag, by: ownerOf(origin) });
        return reply.code(204).send();
      }),
  );

  function shown(idTag: string) {
    const token = views.token(idTag);
    if (token === null) throw missing(idTag);
    return token;
  }
}

const missing = (idTag: string): Problem => new Problem('not-found', `There is no token ${idTag}.`);

/** Runs one piece of work after another: between looking and writing, nobody else changes a token. */
function createOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work, work);
    last = done;
    return done;
  };
}
