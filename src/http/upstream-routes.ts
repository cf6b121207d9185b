import { Type } from 'typebox';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { maybeTime, text } from './schemas.ts';

const count = Type.Integer();
const Stream = Type.Object({ head: count, sent: count, acked: count, waiting: count });
const Upstream = Type.Object({
  connected: Type.Boolean(),
  since: maybeTime,
  why: text,
  ackMode: Type.Enum(['app', 'puback']),
  epoch: Type.String(),
  streams: Type.Object({ t0: Stream, t1: Stream }),
  waitingSince: maybeTime,
  ackedAt: maybeTime,
  bytes: count,
  budgetBytes: count,
  sent: Type.Object({ messages: count, bytes: count, events: count, readings: count }),
});

/** How the backend stands. */
export type UpstreamDesk = () => Type.Static<typeof Upstream> | null;

export function upstreamRoutes(app: App, state: UpstreamDesk): void {
  app.get(
    '/api/v1/upstream',
    {
      schema: {
        tags: ['upstream'],
        summary: 'The connection to the backend, and what it has not taken yet',
        description:
          't0: events, of which none is ever dropped. t1: telemetry. `waiting`: numbers that it has not acknowledged.',
        response: { 200: Upstream, ...problems(404) },
      },
    },
    async () => {
      const shown = state();
      if (shown === null) throw new Problem('not-found', 'No backend is configured: describe it under upstream.');
      return shown;
    },
  );
}
