import type { Controller } from '../controller/controller.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import { utc } from '../store/view-values.ts';
import type { AskApi } from './commands/desk.ts';
import { isOneLevel, pathOf } from './commands/request.ts';
import { commands } from './commands/table.ts';
import { isObject, objectIn } from './json.ts';
import type { Inbound, Message } from './link.ts';
import type { Topics } from './topics.ts';

/** Bytes of a configuration that is looked at, and problems that are said of one. */
const MAX_BYTES = 262_144;
const MAX_PROBLEMS = 100;
/** Characters of the name of a key in them. */
const MAX_NAMED = 200;

type Desired = {
  readonly version: number;
  /** The body of PUT /api/v1/policy. */
  readonly policy?: unknown;
  /** Of each charge point, its keys; null: what is wished of this one is dropped. */
  readonly configuration?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/**
 * What the configuration shall be, as the backend says it in one retained message: a higher version is taken once, key by key,
 * and what came of it is reported. It changes nothing that the file of the configuration fixes.
 */
export function createTwin(site: {
  controller: Controller;
  ask: AskApi;
  publish: (message: Message) => void;
  topics: Topics;
  clock: Clock;
  log: Log;
}) {
  const { controller, ask, publish, topics, clock, log } = site;
  let last: Promise<void> = Promise.resolve();

  async function take(payload: Buffer): Promise<void> {
    const desired = desiredIn(payload);
    if (desired === null) {
      log.warn({ topic: topics.desired }, 'the backend wants a configuration that can not be read');
      report(null, ['It is no JSON object with a version, a whole number from 0 on.']);
      return;
    }
    const { version } = desired;
    const held = controller.reader.upstreamConfiguration();
    if (held !== null && version <= held.version) {
      report(held.version, held.problems);
      return;
    }
    const problems: string[] = [];
    const wrong = (what: string, why: string): void => {
      if (problems.length < MAX_PROBLEMS) problems.push(`${what.slice(0, MAX_NAMED)}: ${why}`);
    };
    const put = async (what: string, method: 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> => {
      const { status, body: answer } = await ask({ method, path, query: {}, ...(body === undefined ? {} : { body }) });
      const gone = method === 'DELETE' && status === 404;
      if (status >= 400 && !gone) wrong(what, detailOf(answer));
    };
    if (desired.policy !== undefined) await put('policy', 'PUT', '/api/v1/policy', desired.policy);
    for (const [chargePointId, keys] of Object.entries(desired.configuration ?? {})) {
      for (const [key, value] of Object.entries(keys)) {
        const what = `configuration.${chargePointId}.${key}`;
        if (!isOneLevel(chargePointId) || !isOneLevel(key)) {
          wrong(what, 'This can be no name.');
          continue;
        }
        const path = pathOf(commands['configuration.set'], { id: chargePointId, key });
        if (value === null) await put(what, 'DELETE', path);
        else if (['string', 'number', 'boolean'].includes(typeof value))
          await put(what, 'PUT', path, { value: `${value}` });
        else wrong(what, 'A value must be a text, a number, true or false, or null.');
      }
    }
    const event = { type: 'upstream-configuration-taken', version, problems, at: clock.now() } as const;
    const { kind } = await controller.execute({ type: 'note-upstream', event });
    if (kind !== 'done') throw new Error('the configuration could not be put on record');
    report(version, problems);
  }

  function report(version: number | null, problems: readonly string[]): void {
    const content = {
      version,
      at: utc(clock.now()),
      problems,
      tokensVersion: controller.reader.upstreamTokensVersion(),
    };
    publish({ topic: topics.reported, payload: Buffer.from(JSON.stringify(content), 'utf8'), qos: 1, retain: true });
  }

  return {
    /** One after the other, and on record when it resolves: else the broker brings it again. */
    received({ payload }: Inbound): Promise<void> {
      if (payload.length === 0) return Promise.resolve();
      const taken = last.then(() => take(payload));
      last = taken.catch(() => undefined);
      return taken;
    },
  };
}

function desiredIn(payload: Buffer): Desired | null {
  const read = objectIn(payload, MAX_BYTES);
  if (read === null) return null;
  const { version, configuration } = read;
  if (!Number.isSafeInteger(version) || (version as number) < 0) return null;
  if (configuration !== undefined && !(isObject(configuration) && Object.values(configuration).every(isObject)))
    return null;
  return read as unknown as Desired;
}

function detailOf(answer: string): string {
  try {
    const { detail } = JSON.parse(answer) as { detail?: unknown };
    return String(detail ?? answer).slice(0, 300);
  } catch {
    return answer.slice(0, 300);
  }
}
