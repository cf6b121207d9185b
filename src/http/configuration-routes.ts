import { Type } from 'typebox';
import { OverrideUntil, untilOf } from './ahead.ts';
import type { App } from './app.ts';
import { ownerOf } from './ask.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, Done, maybeTime, nullable, Override, text } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['configuration'];

const Item = Type.Object({
  key: Type.String(),
  value: nullable(Type.String({ description: 'As last reported; null where it is not told, or is a secret.' })),
  readonly: Type.Boolean(),
  secret: Type.Boolean(),
  desired: text,
  desiredFrom: nullable(Type.Enum(['api', 'upstream', 'charge-point', 'group', 'all', 'commissioning'])),
  state: Type.Enum([
    'as-reported',
    'in-line',
    'pending',
    'refused',
    'not-supported',
    'reboot-required',
    'not-applied',
    'unknown',
  ]),
  reason: text,
  doubts: Type.Array(Type.String(), { description: 'What looks wrong about the wish; it is sent all the same.' }),
  standard: nullable(
    Type.Object({
      profile: Type.String(),
      type: Type.Enum(['boolean', 'integer', 'list', 'text']),
      unit: text,
      access: Type.Enum(['R', 'W', 'RW', 'R or RW']),
      meaning: Type.String(),
      section: Type.String(),
    }),
  ),
  readAt: maybeTime,
});

const Configuration = Type.Object({
  items: Type.Array(Item),
  readAt: maybeTime,
  complete: Type.Boolean({ description: 'The last reading told all that the charge point has.' }),
  reading: Type.Boolean({ description: 'It is being read.' }),
  unknownKeys: Type.Array(Type.String(), { description: 'Asked for, and not known to the charge point.' }),
});

const ByKey = Type.Object({ id: Type.String(), key: Type.String({ minLength: 1, maxLength: 50 }) });
const Wish = Type.Object({ value: Type.String({ maxLength: 500 }) }, { additionalProperties: false });

/** What charge points tell of their configuration, and what is wished of it. */
export function configurationRoutes(app: App, { controller, views, now }: Site): void {
  app.get(
    '/api/v1/charge-points/:id/configuration',
    {
      schema: {
        tags,
        summary: 'What a charge point tells of its configuration, what is wished of it, and how the two stand',
        params: ById,
        response: { 200: Configuration, ...problems(404) },
      },
    },
    async ({ params: { id } }) => shown(id),
  );

  app.put(
    '/api/v1/charge-points/:id/configuration/:key',
    {
      schema: {
        tags,
        summary: 'Wishes a value; it goes before what the configuration file wishes',
        description:
          'A value that OCPP does not allow for a key of its own is a conflict and not kept, unless override is true.',
        params: ByKey,
        querystring: Type.Object({ ...Override.properties, ...OverrideUntil }, { additionalProperties: false }),
        body: Wish,
        response: { 200: Item, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { id, key }, query, body: { value }, origin }) => {
      const override = query.override === 'true';
      const overrideUntil = untilOf(query.overrideUntil, now());
      const by = ownerOf(origin);
      const wish = { type: 'wish-configuration', chargePointId: id, key, value, override, by, overrideUntil } as const;
      await carryOut(controller, wish);
      const item = shown(id).items.find((one) => one.key.toLowerCase() === key.toLowerCase());
      if (item === undefined) throw new Problem('not-found', `There is no wish for ${key} of ${id} any more.`);
      return item;
    },
  );

  app.delete(
    '/api/v1/charge-points/:id/configuration/:key',
    {
      schema: {
        tags,
        summary: 'Takes back what was wished here; what the configuration file wishes counts again',
        params: ByKey,
        response: { 204: Done, ...problems(404, 409, 503) },
      },
    },
    async ({ params: { id, key }, origin }, reply) => {
      await carryOut(controller, { type: 'drop-configuration-wish', chargePointId: id, key, by: ownerOf(origin) });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/charge-points/:id/configuration/refresh',
    {
      schema: {
        tags,
        summary: 'Reads it anew',
        params: ById,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 204: Done, ...problems(400, 404, 409, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      await carryOut(controller, { type: 'refresh-configuration', chargePointId: id });
      return reply.code(204).send();
    },
  );

  function shown(id: string) {
    if (views.chargePoint(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
    return views.configuration(id);
  }
}
