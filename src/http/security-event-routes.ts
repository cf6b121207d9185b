import { Type } from 'typebox';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { DEFAULT_LIMIT, listOf, PageQuery, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const SecurityEvent = Type.Object({
  id: Type.Integer(),
  chargePointId: Type.String(),
  kind: Type.String({
    description: 'As the charge point names it; most are those of the security whitepaper, section 8.',
  }),
  techInfo: text,
  at: time,
  receivedAt: time,
});

/** What charge points told of their security; those to look at are alerts as well. */
export function securityEventRoutes(app: App, { views }: Site): void {
  app.get(
    '/api/v1/security-events',
    {
      schema: {
        tags: ['charge points'],
        summary: 'Security events of charge points, the latest first',
        querystring: Type.Object(
          { ...PageQuery.properties, chargePointId: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
        response: { 200: listOf(SecurityEvent), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId = null } }) => {
      const page = views.securityEvents({ limit, cursor, chargePointId });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );
}
