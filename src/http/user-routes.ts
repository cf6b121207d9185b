import { type Static, Type } from 'typebox';
import { type ApiToken, tokenScopes } from '../domain/person.ts';
import { instant } from '../domain/units.ts';
import { PASSWORD_LENGTH, type People } from '../people/people.ts';
import type { Clock } from '../runtime/ports.ts';
import { utc } from '../store/view-values.ts';
import type { App } from './app.ts';
import { deniedAs } from './denied.ts';
import { PersonName, PersonSchema, personView } from './login-routes.ts';
import { Problem, problems } from './problem.ts';
import { ById, Done, listOf } from './schemas.ts';

const tags = ['people'];
const Role = Type.Enum(['viewer', 'operator', 'technician', 'admin']);
const Password = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH.most });
/** How long an API token may be good for, days. */
const MAX_DAYS = 3_650;

const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scope: Type.Enum([...tokenScopes]),
  createdBy: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  lastUsedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'To ten minutes.' }),
});

const tokenView = (token: ApiToken): Static<typeof Token> => ({
  id: token.id,
  name: token.name,
  scope: token.scope,
  createdBy: token.createdBy,
  createdAt: utc(token.createdAt),
  expiresAt: utc(token.expiresAt),
  lastUsedAt: utc(token.lastUsedAt),
});

/** People and API tokens, for an admin. */
export function userRoutes(app: App, people: People, clock: Pick<Clock, 'now'>): void {
  const closed = { additionalProperties: false };

  app.get(
    '/api/v1/users',
    { schema: { tags, summary: 'All people, by name', response: { 200: listOf(PersonSchema) } } },
    async () => ({ items: people.people().map(personView), next: null }),
  );

  app.post(
    '/api/v1/users',
    {
      schema: {
        tags,
        summary: 'Adds a person',
        body: Type.Object({ name: PersonName, role: Role, password: Password }, closed),
        response: { 201: PersonSchema, ...problems(400, 409, 503) },
      },
    },
    async ({ body }, reply) => {
      if (!people.anybody()) {
        throw new Problem('conflict', 'The first admin is made with POST /api/v1/setup and the setup code.');
      }
      return reply.code(201).send(personView(await deniedAs(reply, () => people.add(body))));
    },
  );

  app.patch(
    '/api/v1/users/:id',
    {
      schema: {
        tags,
        summary: 'Changes the role of a person, or shuts somebody out; that ends all logins of that person',
        params: ById,
        body: Type.Object({ role: Type.Optional(Role), disabled: Type.Optional(Type.Boolean()) }, closed),
        response: { 200: PersonSchema, ...problems(400, 404, 409) },
      },
    },
    async ({ params: { id }, body }, reply) => personView(await deniedAs(reply, () => people.change(id, body))),
  );

  app.put(
    '/api/v1/users/:id/password',
    {
      schema: {
        tags,
        summary: 'Gives a person a new password; all logins of that person end',
        params: ById,
        body: Type.Object({ password: Password }, closed),
        response: { 204: Done, ...problems(400, 404, 503) },
      },
    },
    async ({ params: { id }, body }, reply) => {
      await deniedAs(reply, () => people.setPassword(id, body.password, null));
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/v1/users/:id',
    {
      schema: {
        tags,
        summary: 'Removes a person',
        params: ById,
        response: { 204: Done, ...problems(404, 409) },
      },
    },
    async ({ params: { id } }, reply) => {
      await deniedAs(reply, () => people.remove(id));
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/api-tokens',
    { schema: { tags, summary: 'Tokens of machines, by name', response: { 200: listOf(Token) } } },
    async () => ({ items: people.tokens().map(tokenView), next: null }),
  );

  app.post(
    '/api/v1/api-tokens',
    {
      schema: {
        tags,
        summary: 'Makes a token for a machine; its secret is told this once',
        body: Type.Object(
          {
            name: PersonName,
            scope: Type.Enum([...tokenScopes], { description: 'As much as a role, or pushing meter samples alone.' }),
            days: Type.Optional(
              Type.Integer({
                minimum: 1,
                maximum: MAX_DAYS,
                description: 'How long it is good for; for ever without.',
              }),
            ),
          },
          closed,
        ),
        response: { 201: Type.Object({ id: Type.String(), token: Type.String() }), ...problems(400, 409) },
      },
    },
    async ({ body: { name, scope, days }, actor }, reply) => {
      if (!people.anybody()) throw new Problem('conflict', 'Make an admin first: POST /api/v1/setup.');
      const expiresAt = days === undefined ? null : instant(clock.now() + days * DAY_MS);
      const of = { name, scope, expiresAt, createdBy: actor.name ?? actor.kind };
      const { id, secret } = await deniedAs(reply, () => people.addToken(of));
      return reply.code(201).send({ id, token: secret });
    },
  );

  app.delete(
    '/api/v1/api-tokens/:id',
    { schema: { tags, summary: 'Ends a token', params: ById, response: { 204: Done, ...problems(404) } } },
    async ({ params: { id } }, reply) => {
      if (!people.removeToken(id)) throw new Problem('not-found', 'There is no such token.');
      return reply.code(204).send();
    },
  );
}

const DAY_MS = 86_400_000;
