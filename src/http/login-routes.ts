import { type Static, Type } from 'typebox';
import type { LoginSession, Person } from '../domain/person.ts';
import { PASSWORD_LENGTH, type People } from '../people/people.ts';
import { utc } from '../store/view-values.ts';
import { giveCookie, takeCookie } from './access.ts';
import type { App } from './app.ts';
import { deniedAs } from './denied.ts';
import { Problem, problems } from './problem.ts';
import { ById, Done, listOf } from './schemas.ts';

const tags = ['people'];

/** Bytes: what is hashed is bounded before it is hashed. */
const Password = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH.most });
export const PersonName = Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\u0000-\\u001F\\u007F]+$' });

export const PersonSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.Enum(['viewer', 'operator', 'technician', 'admin']),
  disabled: Type.Boolean(),
  createdAt: Type.String({ format: 'date-time' }),
  lastLoginAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});

const Session = Type.Object({
  id: Type.String(),
  personId: Type.String(),
  name: Type.String(),
  address: Type.String({ description: 'From where it began.' }),
  startedAt: Type.String({ format: 'date-time' }),
  lastUsedAt: Type.String({ format: 'date-time', description: 'To ten minutes.' }),
  own: Type.Boolean({ description: 'The one that asks.' }),
});

const Me = Type.Object({
  kind: Type.Enum(['nobody', 'local', 'person', 'token', 'backend']),
  name: Type.Union([Type.String(), Type.Null()]),
  scope: Type.String({ description: 'The role, or what an API token is good for.' }),
  id: Type.Union([Type.String(), Type.Null()]),
});

export const personView = (person: Person): Static<typeof PersonSchema> => ({
  id: person.id,
  name: person.name,
  role: person.role,
  disabled: person.disabled,
  createdAt: utc(person.createdAt),
  lastLoginAt: utc(person.lastLoginAt),
});

/** Setup, login, and what everybody may do about the own login. */
export function loginRoutes(app: App, people: People): void {
  const closed = { additionalProperties: false };

  app.get(
    '/api/v1/setup',
    {
      schema: {
        tags,
        summary: 'Whether the first admin is still to be made',
        response: { 200: Type.Object({ open: Type.Boolean(), people: Type.Boolean() }) },
      },
    },
    async () => ({ open: people.setupIsOpen(), people: people.anybody() }),
  );

  app.post(
    '/api/v1/setup',
    {
      schema: {
        tags,
        summary: 'Makes the first admin, with the code that busbar setup-code prints',
        description: 'Logs in as well. From then on everything but this and the login asks who it is.',
        body: Type.Object({ code: Type.String({ maxLength: 64 }), name: PersonName, password: Password }, closed),
        response: { 201: PersonSchema, ...problems(400, 401, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const { secret, person } = await deniedAs(reply, () => people.setUp(request.body, request.ip));
      giveCookie(request, reply, secret);
      return reply.code(201).send(personView(person));
    },
  );

  app.post(
    '/api/v1/login',
    {
      schema: {
        tags,
        summary: 'Logs in; the answer sets a cookie',
        body: Type.Object({ name: PersonName, password: Password }, closed),
        response: { 200: PersonSchema, ...problems(400, 401, 429, 503) },
      },
    },
    async (request, reply) => {
      const { secret, person } = await deniedAs(reply, () => people.logIn(request.body, request.ip));
      giveCookie(request, reply, secret);
      return personView(person);
    },
  );

  app.post(
    '/api/v1/logout',
    {
      schema: {
        tags,
        summary: 'Ends the own login',
        body: Type.Object({}, closed),
        response: { 204: Done, ...problems(401) },
      },
    },
    async (request, reply) => {
      if (request.actor.kind === 'person') people.endSession(request.actor.sessionId);
      takeCookie(request, reply);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/me',
    { schema: { tags, summary: 'Who asks, and what that one may', response: { 200: Me } } },
    async ({ actor }) => ({
      kind: actor.kind,
      name: actor.name,
      scope: actor.scope,
      id: actor.kind === 'person' ? actor.person.id : actor.kind === 'token' ? actor.tokenId : null,
    }),
  );

  app.put(
    '/api/v1/me/password',
    {
      schema: {
        tags,
        summary: 'Changes the own password; all other logins of this person end',
        body: Type.Object({ present: Password, next: Password }, closed),
        response: { 204: Done, ...problems(400, 401, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      if (actor.kind !== 'person') throw new Problem('conflict', 'Only a person has a password.');
      await deniedAs(reply, async () => {
        await people.prove(actor.person.id, body.present, request.ip);
        await people.setPassword(actor.person.id, body.next, actor.sessionId);
      });
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/login-sessions',
    { schema: { tags, summary: 'Logins that go on, the newest first', response: { 200: listOf(Session) } } },
    async ({ actor }) => {
      const names = new Map(people.people().map(({ id, name }) => [id, name]));
      const view = ({ id, personId, address, startedAt, lastUsedAt }: LoginSession): Static<typeof Session> => ({
        id,
        personId,
        name: names.get(personId) ?? '',
        address,
        startedAt: utc(startedAt),
        lastUsedAt: utc(lastUsedAt),
        own: actor.kind === 'person' && actor.sessionId === id,
      });
      return { items: people.sessions().map(view), next: null };
    },
  );

  app.delete(
    '/api/v1/login-sessions/:id',
    {
      schema: {
        tags,
        summary: 'Ends a login: an own one, or any for an admin',
        params: ById,
        response: { 204: Done, ...problems(403, 404) },
      },
    },
    async ({ params: { id }, actor }, reply) => {
      const session = people.sessions().find((one) => one.id === id);
      if (session === undefined) throw new Problem('not-found', 'There is no such login.');
      const isOwn = actor.kind === 'person' && actor.person.id === session.personId;
      if (!isOwn && actor.scope !== 'admin')
        throw new Problem('not-allowed', 'Only an admin ends the logins of others.');
      people.endSession(id);
      return reply.code(204).send();
    },
  );
}
