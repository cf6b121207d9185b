import type { Static } from 'typebox';
import type { Token } from '../domain/token.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import {
  ByIdTag,
  DEFAULT_LIMIT,
  Done,
  listOf,
  NewToken,
  PageQuery,
  TokenChange,
  Token as TokenSchema,
} from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['tokens'];
const path = '/api/v1/tokens/:idTag';

/** Who may charge. idTags are compared without regard to case, and shown as they were entered. */
export function tokenRoutes(app: App, { controller, views }: Site): void {
  const oneByOne = createOrder();

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
    ({ body }, reply) =>
      oneByOne(async () => {
        const known = controller.reader.token(body.idTag);
        if (known !== null) throw new Problem('exists', `There is a token ${known.idTag}. PATCH changes it.`);
        const blank: Token = {
          idTag: body.idTag,
          status: 'Accepted',
          expiresAt: null,
          parentIdTag: null,
          note: null,
        };
        await carryOut(controller, { type: 'put-token', token: changed(blank, body) });
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
        params: ByIdTag,
        body: TokenChange,
        response: { 200: TokenSchema, ...problems(400, 404, 413, 415, 503) },
      },
    },
    ({ params: { idTag }, body }) =>
      oneByOne(async () => {
        const known = controller.reader.token(idTag);
        if (known === null) throw missing(idTag);
        await carryOut(controller, { type: 'put-token', token: changed(known, body) });
        return shown(idTag);
      }),
  );

  app.delete(
    path,
    { schema: { tags, summary: 'Removes a token', params: ByIdTag, response: { 204: Done, ...problems(404, 503) } } },
    ({ params: { idTag } }, reply) =>
      oneByOne(async () => {
        await carryOut(controller, { type: 'remove-token', idTag });
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

/** What is not sent stays as it was. */
function changed(token: Token, change: Static<typeof TokenChange>): Token {
  const { status = token.status, parentIdTag = token.parentIdTag, note = token.note, expiresAt } = change;
  return {
    idTag: token.idTag,
    status,
    expiresAt: expiresAt === undefined ? token.expiresAt : expiresAt === null ? null : parseTimestamp(expiresAt),
    parentIdTag,
    note,
  };
}

/** Runs one piece of work after another: between looking and writing, nobody else changes a token. */
function createOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work, work);
    last = done;
    return done;
  };
}
