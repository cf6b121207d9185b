import type { Controller } from '../../controller/controller.ts';
import type { Monotonic } from '../../domain/units.ts';
import { instant } from '../../domain/units.ts';
import type { CommandEnd, CommandOutcome, InboxCommand, UpstreamEvent } from '../../domain/upstream.ts';
import { cutText } from '../../ocpp/cut-text.ts';
import { maskSecrets } from '../../ocpp/secrets.ts';
import type { Clock, Log } from '../../runtime/ports.ts';
import type { Inbound, Message } from '../link.ts';
import type { Topics } from '../topics.ts';
import type { OwnCommands } from '../upstream.ts';
import { createLanes } from './lanes.ts';
import { hashOf, keptOf, pathOf, type Refused, type Request, requestIn } from './request.ts';
import { type Entry, entryOf, laneOf } from './table.ts';

/** Asks our own API; the answer as HTTP would give it. */
export type AskApi = (asked: {
  readonly method: Entry['method'];
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly commandId?: string;
}) => Promise<{ readonly status: number; readonly body: string }>;

/** Characters of an answer that is published. */
const MAX_ANSWER = 200_000;
/** Refusals of what has no id are said in the log so often at most. */
const LOG_EVERY = 100;
/** Characters of the name of a command that there is not. */
const MAX_NAMED = 50;

type Wanted = Pick<Request, 'params' | 'query' | 'body'>;
/** What waits to be carried out. */
type Job = {
  readonly command: Pick<InboxCommand, 'id' | 'name' | 'replyTo' | 'correlation'>;
  readonly entry: Entry;
  readonly wanted: Wanted;
  readonly deadline: Monotonic | null;
};

/**
 * Takes commands of the backend: each is on record before the broker may forget it, is carried out once, and answered. What
 * only reads is answered at once and leaves nothing behind.
 */
export function createCommandDesk(site: {
  controller: Controller;
  ask: AskApi;
  publish: (message: Message) => void;
  topics: Topics;
  /** What the topic of an answer must begin with. */
  responsePrefix: string;
  /** `*`: all. */
  allowed: readonly string[];
  own: OwnCommands;
  clock: Clock;
  log: Log;
}) {
  const { controller, ask, publish, topics, responsePrefix, clock, log } = site;
  const isAllowed = (name: string): boolean => site.allowed.includes('*') || site.allowed.includes(name);
  const lanes = createLanes();
  /** By id, commands that are being put on record. */
  const taking = new Map<string, Promise<void>>();
  let refusals = 0;
  let stopped = false;

  async function received(message: Inbound): Promise<void> {
    const name = message.topic.slice(topics.commands.length);
    const own = site.own.get(name);
    const entry = own === undefined ? entryOf(name) : OWN;
    const request = requestIn(message, entry, name);
    if ('refused' in request) return refuse(name, request.refused, message);
    const { id } = request;
    const correlation = message.correlation?.toString('base64') ?? null;
    const replyTo = request.replyTo;
    if (replyTo !== null && !isOurs(replyTo)) {
      return refuse(
        name,
        { id, replyTo: null, status: 403, why: `An answer goes only to topics that begin with ${responsePrefix}.` },
        message,
      );
    }
    const command = { id, name, replyTo, correlation };
    if (!isAllowed(name)) {
      return refuse(
        name,
        { id, replyTo, status: 403, why: `${name} is not among upstream.commands of this site.` },
        message,
      );
    }
    if (entry === null) return;
    if (own !== undefined) {
      answer(command, outcomeOf(own(request)));
      return;
    }
    if (entry.method === 'GET') {
      if (lanes.isFull()) return answer(command, crowded());
      // Not awaited: the broker may go on meanwhile, and who gets no answer asks again.
      void lanes.run(null, () => carryOut(entry, request, id).then((outcome) => answer(command, outcome)));
      return;
    }
    // The same id once more, before the first is on record: it is looked up there.
    while (taking.has(id)) await taking.get(id)?.catch(() => undefined);
    const taken = take(command, entry, request);
    taking.set(id, taken);
    try {
      await taken;
    } finally {
      taking.delete(id);
    }
  }

  async function take(command: Job['command'], entry: Entry, request: Request): Promise<void> {
    const { id, name, correlation, replyTo } = command;
    const hash = hashOf(name, request);
    const known = controller.reader.upstreamCommand(id);
    if (known !== null) {
      if (known.hash !== hash) {
        const why = `The id ${id} was another command already (${known.name}); a new command needs a new id.`;
        answer(command, problem('refused', 409, why));
      } else if (known.outcome !== null) answer(command, known.outcome);
      return;
    }
    if (lanes.isFull()) return answer(command, crowded());
    const now = clock.now();
    const { params, query, body, ttlMs } = request;
    const taken: InboxCommand = {
      id,
      name,
      hash,
      request: keptOf(request),
      replyTo,
      correlation,
      receivedAt: now,
      expiresAt: ttlMs === null ? null : instant(now + Math.round(ttlMs)),
    };
    const deadline = ttlMs === null ? null : ((clock.monotonic() + ttlMs) as Monotonic);
    if (!(await note({ type: 'upstream-command-received', command: taken, at: now }))) {
      throw new Error('the command could not be put on record');
    }
    enqueue({ command, entry, wanted: { params, query, body }, deadline });
  }

  function enqueue(job: Job): void {
    void lanes.run(laneOf(job.entry, job.wanted.params), () => work(job));
  }

  async function work({ command, entry, wanted, deadline }: Job): Promise<void> {
    if (stopped) return;
    if (deadline !== null && clock.monotonic() > deadline) {
      await end(command, problem('expired', 408, 'It had expired before it could begin. Nothing was done.'));
      return;
    }
    // Without this on record a crash in the middle would have it done twice: rather not begun.
    if (!(await note({ type: 'upstream-command-began', id: command.id, at: clock.now() }))) {
      await end(command, problem('failed', 503, 'The store can not be written. Nothing was done.'));
      return;
    }
    await end(command, await carryOut(entry, wanted, command.id));
  }

  async function carryOut(entry: Entry, { params, query, body }: Wanted, commandId: string): Promise<CommandOutcome> {
    try {
      const asked = { method: entry.method, path: pathOf(entry, params), query, commandId };
      return outcomeOf(await ask(body === undefined || entry.method === 'GET' ? asked : { ...asked, body }));
    } catch (error) {
      log.error({ err: error }, 'a command of the backend could not be carried out: a fault in Busbar');
      return problem('failed', 500, 'Something in Busbar failed; its log says more.');
    }
  }

  async function end(command: Job['command'], outcome: CommandOutcome): Promise<void> {
    const { id, name } = command;
    const kept = { ...outcome, body: maskSecrets(outcome.body.slice(0, MAX_ANSWER)) };
    await note({ type: 'upstream-command-ended', id, name, outcome: kept, at: clock.now() });
    answer(command, outcome);
  }

  function answer(command: Job['command'], { state, status, body }: CommandOutcome): void {
    const { id, name, replyTo, correlation } = command;
    const text =
      body.length > MAX_ANSWER ? JSON.stringify({ tooLarge: true, characters: body.length }) : jsonText(body);
    const head = JSON.stringify({ id, name, state, status });
    publish({
      topic: replyTo ?? topics.response(name),
      payload: Buffer.from(`${head.slice(0, -1)},"body":${text}}`, 'utf8'),
      qos: 1,
      retain: false,
      ...(correlation === null ? {} : { correlation: Buffer.from(correlation, 'base64') }),
    });
  }

  function refuse(name: string, { id, replyTo, status, why }: Refused, { correlation }: Inbound): void {
    refusals += 1;
    // Whole characters only: half of one can be no topic, and the message would come again for ever.
    const shortName = cutText(name, MAX_NAMED);
    if (refusals % LOG_EVERY === 1)
      log.warn({ name: shortName, refusals, why }, 'a command of the backend was refused');
    const command = {
      id: id ?? '',
      name: shortName,
      replyTo: replyTo !== null && isOurs(replyTo) ? replyTo : null,
      correlation: correlation?.toString('base64') ?? null,
    };
    answer(command, problem('refused', status, why));
  }

  /** Below our own prefix, and one topic: a command must not make us publish anywhere else. */
  function isOurs(topic: string): boolean {
    return topic.startsWith(responsePrefix) && /^[^#+\p{Cc}]{1,400}$/u.test(topic);
  }

  async function note(event: UpstreamEvent): Promise<boolean> {
    const result = await controller.execute({ type: 'note-upstream', event });
    return result.kind === 'done';
  }

  /** Goes on with what the last life of the process has left. */
  function start(): void {
    for (const kept of controller.reader.openUpstreamCommands()) {
      const { id, name, replyTo, correlation, expiresAt } = kept;
      const command = { id, name, replyTo, correlation };
      const entry = entryOf(name);
      const wanted = JSON.parse(kept.request) as Wanted;
      const whole = hashOf(name, wanted) === kept.hash;
      if (entry === null || !whole || (kept.state === 'executing' && entry.again === 'never')) {
        const why =
          kept.state === 'executing'
            ? 'This site stopped in the middle of it: it may have been done, or not. Look, and send another command if need be.'
            : 'This site stopped before it had begun, and no longer has all of it. Send another command.';
        void end(command, problem('unknown', 500, why));
        continue;
      }
      const leftMs = expiresAt === null ? null : expiresAt - clock.now();
      const deadline = leftMs === null ? null : ((clock.monotonic() + leftMs) as Monotonic);
      enqueue({ command, entry, wanted, deadline });
    }
  }

  return {
    received,
    start,
    stop(): void {
      stopped = true;
    },
    figures: () => ({ refusals, ...lanes.figures() }),
  };
}

/** Of the connection itself. */
const OWN: Entry = { method: 'GET', path: '', again: 'safe', late: 'fine' };

function outcomeOf({ status, body }: { readonly status: number; readonly body: string }): CommandOutcome {
  // 4xx: nothing was done. 5xx: it was tried.
  const state: CommandEnd = status < 400 ? 'done' : status < 500 && status !== 422 ? 'refused' : 'failed';
  return { state, status, body };
}

function problem(state: CommandEnd, status: number, detail: string): CommandOutcome {
  return { state, status, body: JSON.stringify({ status, detail }) };
}

const crowded = (): CommandOutcome =>
  problem('refused', 503, 'Too many commands are waiting here. Send it again later.');

/** An answer as a JSON value: as it is where it is one, else as text. */
function jsonText(body: string): string {
  if (body === '') return 'null';
  try {
    JSON.parse(body);
    return body;
  } catch {
    return JSON.stringify(body);
  }
}
