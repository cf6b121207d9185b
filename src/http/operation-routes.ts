import { type TSchema, Type } from 'typebox';
import { suffices } from '../domain/person.ts';
import { actions, type CentralSystemAction, isCentralSystemAction } from '../ocpp/messages/actions.ts';
import { checkRequest, isRequest } from '../ocpp/validate.ts';
import { type App, compileValidator } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, DEFAULT_LIMIT, listOf, maybeTime, Override, PageQuery, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['operations'];

const State = Type.Enum(['sent', 'accepted', 'done', 'refused', 'failed', 'no-answer', 'timed-out'], {
  description: 'accepted: the charge point agreed, and what it agreed to has yet to happen.',
});
const Operation = Type.Object({
  id: Type.String(),
  chargePointId: Type.String(),
  action: Type.String(),
  request: Type.Unknown({ description: 'As it went out; secrets are masked.' }),
  state: State,
  outcome: text,
  response: Type.Unknown({ description: 'As it came, null where none came; secrets are masked.' }),
  error: Type.Union([Type.Object({ code: Type.String(), description: Type.String() }), Type.Null()]),
  requestedAt: time,
  answeredAt: maybeTime,
  until: maybeTime,
  closedAt: maybeTime,
});

/**
 * One route for each message that a central system may send (OCPP 1.6 §5): the body goes out as it is once the schema has
 * passed it, and the charge point's answer comes back as it is. Whether it makes sense is the caller's affair.
 */
export function operationRoutes(app: App, { controller, views }: Site): void {
  for (const action of Object.keys(actions).filter(isCentralSystemAction)) {
    const { request, response } = actions[action];
    app.post(
      `/api/v1/charge-points/:id/operations/${action}`,
      {
        schema: {
          tags,
          operationId: action,
          summary: `Sends ${action}`,
          description:
            'The body is the request payload of OCPP 1.6, the answer the response payload as it came. ' +
            'The header Location names the operation, where its outcome is followed: Accepted is not done.',
          params: ById,
          querystring: Override,
          body: request as TSchema,
          response: {
            200: {
              description: 'The charge point answered; whether it agreed stands in the answer.',
              content: { 'application/json': { schema: Type.Unsafe<unknown>(response) } },
            },
            ...problems(400, 403, 404, 409, 413, 415, 422, 503, 504),
          },
        },
        validatorCompiler: (part) => (part.httpPart === 'body' ? checker(action) : compileValidator(part)),
      },
      async ({ params: { id }, query: { override = 'false' }, body, actor }, reply) => {
        const setsLimits = typeof body === 'object' && body !== null && 'chargingProfile' in body;
        if ((override === 'true' || setsLimits) && !suffices(actor.scope, 'technician')) {
          const what = override === 'true' ? 'override=true' : 'A charging profile';
          throw new Problem('not-allowed', `${what} asks for the role technician.`);
        }
        if (views.chargePoint(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
        if (!isRequest(action, body)) throw new Problem('invalid-request', `The body is no ${action} request.`);
        const result = await carryOut(controller, {
          type: 'operate',
          chargePointId: id,
          action,
          payload: body,
          override: override === 'true',
        });
        if (result.kind !== 'answered') return reply.type('application/json').send('{}');
        reply.header('location', `/api/v1/operations/${result.operationId}`);
        // As text: an answer that is no object must not be taken for one of fastify's kinds.
        return reply.type('application/json').send(JSON.stringify(result.payload ?? null));
      },
    );
  }

  app.get(
    '/api/v1/operations',
    {
      schema: {
        tags,
        summary: 'What was asked of charge points, the latest first, and what became of it',
        querystring: Type.Object(
          { ...PageQuery.properties, chargePointId: Type.Optional(Type.String()), state: Type.Optional(State) },
          { additionalProperties: false },
        ),
        response: { 200: listOf(Operation), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId = null, state = null } }) => {
      const page = views.operations({ limit, cursor, chargePointId, state });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.get(
    '/api/v1/operations/:id',
    { schema: { tags, summary: 'One operation', params: ById, response: { 200: Operation, ...problems(404) } } },
    async ({ params: { id } }) => {
      const operation = views.operation(id);
      if (operation === null) throw new Problem('not-found', `There is no operation ${id}.`);
      return operation;
    },
  );

  app.post(
    '/api/v1/charge-points/:id/operations/:action',
    { schema: { hide: true, params: Type.Object({ id: Type.String(), action: Type.String() }) } },
    async ({ params }) => {
      throw new Problem(
        'unknown-action',
        `${params.action.slice(0, 50)} is no message that a central system sends. Names are case-sensitive.`,
      );
    },
  );
}

/** The check of the wire itself, in its words. An absent body is a payload without fields. */
function checker(action: CentralSystemAction) {
  return (data: unknown): { value: unknown } | { error: Error } => {
    const value = data ?? {};
    const violation = checkRequest(action, value);
    if (violation === null) return { value };
    const { code, path, message } = violation;
    return {
      error: new Problem('invalid-request', `Not a ${action} request: ${message} (${code}).`, {
        errors: [{ in: 'body', path, message }],
      }),
    };
  };
}
