import { Type } from 'typebox';
import type { People } from '../people/people.ts';
import type { App } from './app.ts';
import type { EventStreams } from './event-streams.ts';
import { Problem, problems } from './problem.ts';

/** Longest Last-Event-ID that can be one of ours, with room to spare. */
const MAX_EVENT_ID = 100;

/** What happens, as it happens. */
export function eventRoutes(app: App, streams: EventStreams, people: People): void {
  app.get(
    '/api/v1/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: 'Server-sent events of every change',
        description:
          'A client that comes back with Last-Event-ID gets what it missed, then `ready`; or `reset` when that is no longer ' +
          'known, and then loads what it shows anew. A comment comes every 15 s.',
        response: {
          200: {
            description: 'A stream',
            content: { 'text/event-stream': { schema: Type.Unsafe<unknown>(Type.String()) } },
          },
          ...problems(503),
        },
      },
    },
    async (request, reply) => {
      if (streams.full()) throw new Problem('too-busy', 'Too many event streams are open. Close one of them.');
      const last = request.headers['last-event-id'];
      const lastEventId = typeof last === 'string' && last !== '' ? last.slice(0, MAX_EVENT_ID) : null;
      const headers = Object.fromEntries(
        Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
      );
      reply.hijack();
      streams.attach(reply.raw, headers, lastEventId, () => people.mayGoOn(request.actor));
      return reply;
    },
  );
}
