import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { expect } from 'vitest';
import { createCredentials } from '../../../src/central-system/credentials.ts';
import { createController } from '../../../src/controller/controller.ts';
import { createHttpApp } from '../../../src/http/server.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { FirmwareShelf } from '../../../src/runtime/firmware-shelf.ts';
import type { Clock } from '../../../src/runtime/ports.ts';
import { openStore } from '../../../src/store/database.ts';
import { createViews } from '../../../src/store/views.ts';
import { createCommandDesk } from '../../../src/upstream/commands/desk.ts';
import type { Inbound, Message } from '../../../src/upstream/link.ts';
import { topicsOf } from '../../../src/upstream/topics.ts';
import { contractProblems } from '../../support/contract-check.ts';
import { peopleOf } from '../../support/people.ts';
import { openPolicy } from '../../support/site.ts';

export const topics = topicsOf('busbar/v1/acme/depot');
const log = pino({ level: 'silent' });
type Answer = { topic: string; id: string; name: string; state: string; status: number; body: Record<string, unknown> };

export const ends: (() => unknown)[] = [];
/** Answers that break the contract of the line. */
const breaks: string[] = [];
/** After each test: ends what was opened, and fails where an answer broke the contract. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
  expect(breaks.splice(0)).toEqual([]);
}

/** No firmware is kept here, and none is taken. */
const bare: FirmwareShelf = {
  put: () => Promise.reject(new Error('nothing is put on this shelf')),
  open: () => null,
  remove: () => Promise.resolve(false),
  list: () => [],
};

/** A controller, the API and the desk on one store, without charge points and without a broker. */
export async function createSite(more: { allowed?: string[]; path?: string; clock?: Clock } = {}) {
  const clock = more.clock ?? systemClock;
  const { database } = openStore(more.path ?? ':memory:', { now: Date.now(), newId: randomUUID });
  const controller = createController({
    database,
    policy: { ...openPolicy, configured: new Set(['CP1']) },
    credentials: createCredentials(new Map()),
    clock: systemClock,
    ids: { uuid: randomUUID },
    log,
    callTimeoutMs: 1_000,
    telemetryFlushMs: 60_000,
  });
  const { app, ask } = await createHttpApp({
    controller,
    shelf: bare,
    views: createViews(database, controller.live, {
      id: 'depot',
      name: 'Depot',
      configured: new Set(['CP1']),
      connectorsOf: () => [],
      securityProfile: () => 0,
    }),
    clock: systemClock,
    ids: { uuid: randomUUID },
    log,
    ocppListening: () => true,
    people: peopleOf(database),
    version: '0.0.0',
  });
  const published: Message[] = [];
  const waiting: { many: number; resolve: () => void }[] = [];
  const asked: string[] = [];
  let hold: Promise<void> = Promise.resolve();
  const desk = createCommandDesk({
    controller,
    ask: async (one) => {
      asked.push(`${one.method} ${one.path}`);
      await hold;
      return ask(one);
    },
    publish(message): void {
      published.push(message);
      breaks.push(...contractProblems(topics.response('any'), JSON.parse(message.payload.toString())));
      for (const one of [...waiting]) if (published.length >= one.many) one.resolve();
    },
    topics,
    responsePrefix: `${topics.root}/res/`,
    allowed: more.allowed ?? ['*'],
    own: new Map(['live.start', 'live.stop'].map((name) => [name, () => ({ status: 200, body: '{"live":true}' })])),
    clock,
    log,
  });
  const close = async (): Promise<void> => {
    desk.stop();
    await app.close();
    controller.stop();
    database.close();
  };
  let open = true;
  ends.push(() => (open ? close() : undefined));
  const answers = (): Answer[] =>
    published.map(({ topic, payload }) => ({ topic, ...(JSON.parse(payload.toString()) as Omit<Answer, 'topic'>) }));
  return {
    database,
    controller,
    desk,
    ask,
    asked,
    published,
    answers,
    rows: (sql: string): unknown[] => database.prepare(sql).all(),
    /** Commands wait in the middle until this is called. */
    holdUp(): () => void {
      let release = (): void => undefined;
      hold = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    say: (name: string, content: unknown, props: Partial<Inbound> = {}): Promise<void> =>
      desk.received({
        topic: `${topics.commands}${name}`,
        payload: Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content)),
        retained: false,
        responseTopic: null,
        correlation: null,
        expiryS: null,
        ...props,
      }),
    answered: (many: number): Promise<void> =>
      published.length >= many ? Promise.resolve() : new Promise((resolve) => waiting.push({ many, resolve })),
    async close(): Promise<void> {
      open = false;
      await close();
    },
  };
}
