import { maskSecrets } from '../ocpp/secrets.ts';
import { utc } from '../store/view-values.ts';
import type { App } from './app.ts';
import { DEFAULT_LIMIT, listOf, Message, MessageQuery } from './schemas.ts';
import type { Site } from './site.ts';

const types = { '2': 'call', '3': 'result', '4': 'error' } as const;

/** The head of a frame, also of a cut one: its type, its message id, and the action of a call. */
const head = /^\s*\[\s*([234])\s*,\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*(?:,\s*("(?:[^"\\]|\\.)*"))?/;

/** The last frames of the wire, as a technician reads them. */
export function messageRoutes(app: App, { controller }: Site): void {
  app.get(
    '/api/v1/messages',
    {
      schema: {
        tags: ['messages'],
        summary: 'The last OCPP frames, the newest first, secrets masked',
        querystring: MessageQuery,
        response: { 200: listOf(Message) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, chargePointId, direction } }) => {
      const items: ReturnType<typeof shown>[] = [];
      /** Answers that do not know yet what they answer: the call stands further back. */
      const answers = new Map<string, { action: string | null }[]>();
      for (const entry of controller.messages()) {
        if (chargePointId !== undefined && entry.chargePointId !== chargePointId) continue;
        const full = items.length >= limit;
        if (full && answers.size === 0) break;
        const { type, messageId, action } = headOf(entry.text);
        if (type === 'call') {
          const key = answerKey(entry.chargePointId, entry.direction, messageId);
          for (const answer of answers.get(key) ?? []) answer.action = action;
          answers.delete(key);
        }
        if (full || (direction !== undefined && entry.direction !== direction)) continue;
        const item = shown(entry, { type, messageId, action: type === 'call' ? action : null });
        items.push(item);
        if (type === 'result' || type === 'error') {
          const key = answerKey(entry.chargePointId, entry.direction === 'in' ? 'out' : 'in', messageId);
          const waiting = answers.get(key);
          if (waiting === undefined) answers.set(key, [item]);
          else waiting.push(item);
        }
      }
      return { items, next: null };
    },
  );
}

type Head = { type: 'call' | 'result' | 'error' | null; messageId: string | null; action: string | null };
type Entry = ReturnType<Site['controller']['messages']> extends Iterable<infer E> ? E : never;

const answerKey = (chargePointId: string, callDirection: 'in' | 'out', messageId: string | null): string =>
  JSON.stringify([chargePointId, callDirection, messageId]);

function shown({ seq, at, chargePointId, direction, outcome, text, cut }: Entry, of: Head) {
  return { seq, at: utc(at), chargePointId, direction, ...of, outcome, text: maskSecrets(text), cut };
}

function headOf(text: string): Head {
  const match = head.exec(text);
  if (match === null) return { type: null, messageId: null, action: null };
  const [, type, id = '', action] = match;
  return {
    type: type === '2' || type === '3' || type === '4' ? types[type] : null,
    messageId: unquoted(id),
    action: action === undefined ? null : unquoted(action),
  };
}

function unquoted(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}
