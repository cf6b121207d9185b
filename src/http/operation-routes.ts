import { type TSchema, Type } from 'typebox';
import { actions, type CentralSystemAction, isCentralSystemAction } from '../ocpp/messages/actions.ts';
import { checkRequest, isRequest } from '../ocpp/validate.ts';
import { type App, compileValidator } from './app.ts';
import { Problem, problemOf, problems } from './problem.ts';
import { ById } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['operations'];

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
          description: 'The body is the request payload of OCPP 1.6, the answer the response payload as it came.',
          params: ById,
          body: request as TSchema,
          response: {
            200: {
              description: 'The charge point answered; whether it agreed stands in the answer.',
              content: { 'application/json': { schema: Type.Unsafe<unknown>(response) } },
            },
            ...problems(400, 404, 409, 413, 415, 422, 503, 504),
          },
        },
        validatorCompiler: (part) => (part.httpPart === 'body' ? checker(action) : compileValidator(part)),
      },
      async ({ params: { id }, body }, reply) => {
        if (views.chargePoint(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
        if (!isRequest(action, body)) throw new Problem('invalid-request', `The body is no ${action} request.`);
        const result = await controller.execute({ type: 'operate', chargePointId: id, action, payload: body });
        if (result.kind === 'done') return reply.type('application/json').send('{}');
        if (result.kind !== 'answered') throw problemOf(result);
        // As text: an answer that is no object must not be taken for one of fastify's kinds.
        return reply.type('application/json').send(JSON.stringify(result.payload ?? null));
      },
    );
  }

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
