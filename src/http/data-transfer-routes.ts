import { Type } from 'typebox';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { DEFAULT_LIMIT, listOf, PageQuery, text, time } from './schemas.ts';
import type { Site } from './site.ts';

const DataTransfer = Type.Object({
  id: Type.Integer(),
  chargePointId: Type.String(),
  vendorId: Type.String(),
  messageId: text,
  data: text,
  cut: Type.Boolean({ description: 'The data was longer than is kept.' }),
  receivedAt: time,
});

/** Vendors' own messages from charge points. To send one, there is the operation DataTransfer. */
export function dataTransferRoutes(app: App, { views }: Site): void {
  app.get(
    '/api/v1/data-transfers',
    {
      schema: {
        tags: ['messages'],
        summary: "What charge points sent in vendors' own messages, the latest first",
        description: 'Those that the configuration names under ocpp.dataTransfers; others are refused and not kept.',
        querystring: Type.Object(
          {
            ...PageQuery.properties,
            chargePointId: Type.Optional(Type.String()),
            vendorId: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
        response: { 200: listOf(DataTransfer), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId = null, vendorId = null } }) => {
      const page = views.dataTransfers({ limit, cursor, chargePointId, vendorId });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );
}
