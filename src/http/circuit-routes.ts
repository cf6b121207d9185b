import { Type } from 'typebox';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { Circuit, Done, listOf, nullable, number, text, whole } from './schemas.ts';
import type { Site } from './site.ts';

const Planned = Type.Object({
  chargePointId: Type.String(),
  connectorId: Type.Integer(),
  circuit: Type.String(),
  transactionId: whole,
  plannedA: Type.Number(),
  limitA: Type.Number(),
  committedA: Type.Number(),
  deadBoxA: Type.Number(),
  afterPowerCutA: Type.Number(),
  grant: nullable(Type.Object({ limitA: Type.Number(), untilS: whole, state: Type.String() })),
  floorA: Type.Number(),
  floorState: Type.String(),
  obedience: Type.Enum(['unproven', 'proven', 'disobedient', 'drawing-unasked', 'isolated']),
  gridPhases: Type.Array(Type.Integer()),
  appetiteA: number,
  because: Type.String(),
  reason: Type.Unsafe<object>(Type.Object({ kind: Type.String() })),
});

const ByConnector = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 48 }),
  connector: Type.Integer({ minimum: 1, maximum: 64 }),
});
const Isolation = Type.Object({ isolated: Type.Boolean() }, { additionalProperties: false });

/** The tree of circuits, and who gets what and why. */
export function circuitRoutes(app: App, { controller }: Site): void {
  const { balancing } = controller;

  app.get(
    '/api/v1/circuits',
    {
      schema: {
        tags: ['circuits'],
        summary:
          'The circuits: limit, foreign load, what is committed and planned, and what remains if this gateway dies now',
        response: { 200: listOf(Circuit) },
      },
    },
    async () => ({ items: balancing?.shown.circuits() ?? [], next: null }),
  );

  app.get(
    '/api/v1/circuits/:id',
    {
      schema: {
        tags: ['circuits'],
        summary: 'One circuit',
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }),
        response: { 200: Circuit, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const found = balancing?.shown.circuits().find((circuit) => circuit.id === id);
      if (found === undefined) throw new Problem('not-found', `There is no circuit ${id}.`);
      return found;
    },
  );

  app.get(
    '/api/v1/plan',
    {
      schema: {
        tags: ['circuits'],
        summary: 'What every connector gets, and why, in one sentence each',
        response: { 200: Type.Object({ limitState: Type.String(), why: text, items: Type.Array(Planned) }) },
      },
    },
    async () => {
      if (balancing === null) {
        return {
          limitState: 'off',
          why: 'No circuits are configured: NOTHING IS LIMITED. Describe the site under "circuits" in the configuration.',
          items: [],
        };
      }
      return { limitState: balancing.shown.limitState(), why: null, items: balancing.shown.connectors() };
    },
  );

  app.put(
    '/api/v1/charge-points/:id/connectors/:connector/isolation',
    {
      schema: {
        tags: ['circuits'],
        summary: 'Declares a connector switched off: it counts nothing until its charge point connects again',
        params: ByConnector,
        body: Isolation,
        response: { 204: Done, ...problems(400, 404, 409, 503) },
      },
    },
    async ({ params: { id, connector }, body: { isolated } }, reply) => {
      await carryOut(controller, { type: 'isolate', chargePointId: id, connectorId: connector, isolated });
      return reply.code(204).send();
    },
  );
}
