import { Type } from 'typebox';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { Alert, ById, Done, listOf, Site as SiteSchema } from './schemas.ts';
import type { Site } from './site.ts';

/** The site as a whole: whether it works, how it is, and what is wrong. */
export function siteRoutes(
  app: App,
  { controller, views }: Site,
  checks: { readonly storeWritable: () => Promise<boolean>; readonly ocppListening: () => boolean },
): void {
  const shown = controller.balancing?.shown ?? null;
  const Ok = Type.Object({ status: Type.Literal('ok') });

  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'The process lives', response: { 200: Ok } } },
    async () => ({
      status: 'ok' as const,
    }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'It can do its work: the store takes writes, and charge points can connect',
        response: { 200: Ok, ...problems(503) },
      },
    },
    async () => {
      const found = { storeWritable: await checks.storeWritable(), ocppListening: checks.ocppListening() };
      if (found.storeWritable && found.ocppListening) return { status: 'ok' as const };
      const wrong = [
        ...(found.storeWritable ? [] : ['The store can not be written.']),
        ...(found.ocppListening ? [] : ['No charge point can connect.']),
      ];
      throw new Problem('not-ready', wrong.join(' '), { checks: found });
    },
  );

  app.get(
    '/api/v1/site',
    { schema: { tags: ['site'], summary: 'The site at a glance', response: { 200: SiteSchema } } },
    async () => ({ ...views.site(), ...(shown === null ? {} : { circuits: shown.circuits() }) }),
  );

  app.get(
    '/api/v1/alerts',
    { schema: { tags: ['alerts'], summary: 'What a person should look at', response: { 200: listOf(Alert) } } },
    async () => ({ items: views.alerts(), next: null }),
  );

  app.delete(
    '/api/v1/alerts/:id',
    {
      schema: {
        tags: ['alerts'],
        summary: 'Clears an alert; it comes back when its cause does',
        params: ById,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      if (views.alert(id) === null) throw new Problem('not-found', `There is no open alert ${id}.`);
      await carryOut(controller, { type: 'clear-alert', id });
      return reply.code(204).send();
    },
  );
}
