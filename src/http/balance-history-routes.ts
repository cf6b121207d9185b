import { Type } from 'typebox';
import { type Instant, instant } from '../domain/units.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { ThreePhases } from '../store/view-values.ts';
import type { HistoryRequest } from '../store/views.ts';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { listOf, number, time } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['history'];

const phases = Type.Unsafe<ThreePhases>(Type.Array(number, { minItems: 3, maxItems: 3, description: 'L1, L2, L3' }));
const ConnectorMoment = Type.Object({
  at: time,
  planA: number,
  grantA: number,
  acknowledgedA: number,
  measuredA: phases,
  because: Type.String({ description: 'The kind of the reason.' }),
});
const CircuitMoment = Type.Object({
  at: time,
  limitA: phases,
  foreignA: phases,
  measuredA: phases,
  committedA: phases,
  plannedA: phases,
});
const Query = Type.Object(
  {
    from: Type.Optional(Type.String({ maxLength: 40, description: 'An hour ago unless it is given.' })),
    to: Type.Optional(Type.String({ maxLength: 40, description: 'Before this time; now unless it is given.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000 })),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
  },
  { additionalProperties: false },
);
const DEFAULT_LIMIT = 1_000;
const HOUR_MS = 3_600_000;
const description =
  'The oldest first. Every 10 s for a day, every minute for 7 days, every 15 minutes for 60 days; what did not move is ' +
  'left out for up to 5 minutes. A page may be short and still have a next one.';

/** What was planned, granted, acknowledged and measured, to look back at. */
export function balanceHistoryRoutes(app: App, { views, now }: Site): void {
  app.get(
    '/api/v1/circuits/:id/history',
    {
      schema: {
        tags,
        summary: 'What a circuit carried, and what was promised on it',
        description,
        params: Type.Object({ id: Type.String() }),
        querystring: Query,
        response: { 200: listOf(CircuitMoment), ...problems(400) },
      },
    },
    async ({ params: { id }, query }) => read(views.circuitHistory(id, request(query))),
  );

  app.get(
    '/api/v1/charge-points/:id/connectors/:connector/history',
    {
      schema: {
        tags,
        summary: 'What a connector was granted and took, and why',
        description,
        params: Type.Object({ id: Type.String(), connector: Type.Integer({ minimum: 1 }) }),
        querystring: Query,
        response: { 200: listOf(ConnectorMoment), ...problems(400) },
      },
    },
    async ({ params: { id, connector }, query }) => read(views.connectorHistory(id, connector, request(query))),
  );

  function request(query: { from?: string; to?: string; limit?: number; cursor?: string }): HistoryRequest {
    const to = query.to === undefined ? instant(now()) : instantOf(query.to);
    const from = query.from === undefined ? instant(to - HOUR_MS) : instantOf(query.from);
    return { from, to, limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null };
  }
}

function read<T>(page: T | null): T {
  if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
  return page;
}

function instantOf(text: string): Instant {
  const at = parseTimestamp(text);
  if (at === null) throw new Problem('invalid-request', `${text} is no date and time that can be.`);
  return at;
}
