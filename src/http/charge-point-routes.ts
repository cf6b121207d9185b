import { Type } from 'typebox';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, ChargePoint, listOf } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['charge points'];

/** Charge points, and who of them may take part. */
export function chargePointRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/charge-points',
    {
      schema: { tags, summary: 'All charge points, by id', response: { 200: listOf(ChargePoint) } },
    },
    async () => ({ items: views.chargePoints(), next: null }),
  );

  app.get(
    '/api/v1/charge-points/:id',
    { schema: { tags, summary: 'One charge point', params: ById, response: { 200: ChargePoint, ...problems(404) } } },
    async ({ params }) => shown(params.id),
  );

  for (const [verb, summary] of [
    ['approve', 'Lets a charge point take part from now on'],
    ['reject', 'Turns a charge point away from now on'],
  ] as const) {
    app.post(
      `/api/v1/charge-points/:id/${verb}`,
      {
        schema: {
          tags,
          summary,
          params: ById,
          body: Type.Object({}, { additionalProperties: false }),
          response: { 200: ChargePoint, ...problems(400, 404, 409, 503) },
        },
      },
      async ({ params: { id } }) => {
        const before = shown(id);
        if (before.registration === null) {
          throw new Problem(
            'not-registered',
            `${id} has not sent BootNotification yet: there is nothing to decide on.`,
          );
        }
        await carryOut(controller, { type: verb, chargePointId: id });
        return shown(id);
      },
    );
  }

  function shown(id: string) {
    const view = views.chargePoint(id);
    if (view === null) throw new Problem('not-found', `There is no charge point ${id}.`);
    return view;
  }
}
