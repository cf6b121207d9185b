import type { Payload } from './tester.ts';

/** Who runs the site, with nothing but the HTTP interface. */
export type Operator = Awaited<ReturnType<typeof createOperator>>;

export type Reply = { readonly status: number; readonly location: string | null; readonly json: Payload };

/** How long an event may take before the test fails, ms. */
const DEADLINE_MS = 8_000;

type LiveEvent = { readonly type: string; readonly content: Payload };

/** Opens the stream of live events at once, so that none is missed. Paths are below /api/v1. */
export async function createOperator(origin: string) {
  const events: LiveEvent[] = [];
  const watchers = new Set<() => void>();
  const ending = new AbortController();
  const stream = await fetch(`${origin}/api/v1/events`, { signal: ending.signal });
  const reading = follow(stream, (event) => {
    events.push(event);
    for (const look of watchers) look();
  });

  const operator = {
    /** Any request, whatever comes of it. */
    async ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Reply> {
      const response = await fetch(`${origin}/api/v1${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      return {
        status: response.status,
        location: response.headers.get('location'),
        json: text === '' ? {} : objectOf(JSON.parse(text)),
      };
    },

    /** The resource; fails where there is none. */
    async get(path: string): Promise<Payload> {
      return (await demand(operator.ask('GET', path), `GET ${path}`)).json;
    },

    /** Fails unless it is done. */
    post: (path: string, body: unknown): Promise<Reply> => demand(operator.ask('POST', path, body), `POST ${path}`),

    /** The first live event of this type that holds these fields, already come or still to come. */
    async event(type: string, fields: Payload): Promise<void> {
      const isWanted = (event: LiveEvent): boolean =>
        event.type === type && Object.entries(fields).every(([name, value]) => event.content[name] === value);
      await operator.until(`event ${type} ${JSON.stringify(fields)}`, async () => events.some(isWanted));
    },

    /** Resolves once `check` holds; it is looked at whenever something happens at the site. */
    until(what: string, check: () => Promise<boolean>): Promise<void> {
      return new Promise((resolve, reject) => {
        const settle = (error?: unknown): void => {
          clearTimeout(timer);
          watchers.delete(look);
          if (error === undefined) resolve();
          else reject(error);
        };
        const look = (): void => void check().then((holds) => (holds ? settle() : undefined), settle);
        const timer = setTimeout(() => settle(new Error(`not in ${DEADLINE_MS} ms: ${what}`)), DEADLINE_MS);
        watchers.add(look);
        look();
      });
    },

    async leave(): Promise<void> {
      ending.abort();
      await reading;
    },
  };
  return operator;
}

async function demand(asked: Promise<Reply>, what: string): Promise<Reply> {
  const reply = await asked;
  if (reply.status >= 300) throw new Error(`${what}: ${reply.status} ${JSON.stringify(reply.json)}`);
  return reply;
}

/** Reads server-sent events until the stream ends or is given up. */
async function follow(stream: Response, seen: (event: LiveEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const type = /^event: (.*)$/m.exec(block)?.[1];
        const content = /^data: (.*)$/m.exec(block)?.[1];
        if (type !== undefined && content !== undefined) seen({ type, content: objectOf(JSON.parse(content)) });
      }
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  }
}

function objectOf(value: unknown): Payload {
  if (typeof value !== 'object' || value === null) throw new Error(`no object: ${JSON.stringify(value)}`);
  return Object.fromEntries(Object.entries(value));
}
