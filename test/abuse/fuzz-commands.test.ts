/**
 * Commands of the backend made from the API's own schemas and bent by chance (threats A25, 3.9): none makes the desk throw,
 * which would end the line and bring the same message again; each is answered within the contract, nowhere but below our
 * own topics; nothing is a fault of ours. The seed is in the name of the test; FUZZ_CASES plays more.
 */
import { afterEach, expect, it } from 'vitest';
import { commands, type Entry } from '../../src/upstream/commands/table.ts';
import type { Inbound } from '../../src/upstream/link.ts';
import { createFuzz } from '../support/fuzz.ts';
import { seeded } from '../support/seeded.ts';
import { memoryInUse } from '../support/witness.ts';
import { createSite, endAll, topics } from '../upstream/commands/fixture.ts';
import { MIB } from './case.ts';

type Described = { readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> } };

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1e9));
const cases = Number(process.env.FUZZ_CASES ?? 2_000);
const BATCH = 50;

afterEach(endAll);

it(`${cases} commands, seed ${seed}`, async () => {
  const fuzz = createFuzz(seeded(seed));
  const site = await createSite();
  const described = JSON.parse((await site.ask({ method: 'GET', path: '/api/v1/openapi.json', query: {} })).body) as {
    paths: Record<string, Record<string, Described>>;
  };
  const names = Object.keys(commands) as (keyof typeof commands)[];
  const ids = [
    'CP1',
    '1',
    'CARD',
    'Reset',
    '',
    '.',
    '..',
    '%2e%2e',
    'a/b',
    '+',
    '#',
    '__proto__',
    'ü€𝄞',
    '9'.repeat(20),
  ];
  const before = await memoryInUse();
  const states = new Map<string, number>();
  let answers = 0;
  for (let sent = 0; sent < cases; sent += BATCH) {
    site.published.length = 0;
    for (let at = 0; at < BATCH; at += 1) {
      const { name, payload, props } = command(`f-${sent + at}`);
      await site.say(name, payload, props).catch((error: unknown) => {
        throw new Error(`${name} ${payload.toString().slice(0, 2_000)}`, { cause: error });
      });
    }
    for (let busy = true; busy; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const { running, waiting } = site.desk.figures();
      busy = running + waiting > 0;
    }
    answers += site.published.length;
    for (const { topic, state, status, name, body } of site.answers()) {
      expect([topic.startsWith(`${topics.root}/res/`), /[+#\p{Cc}]/u.test(topic)]).toEqual([true, false]);
      expect([name, status, body]).not.toEqual([name, 500, body]);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
  }
  // Two that are bent to the same id and wish are one command, and have one answer.
  expect(answers).toBeGreaterThan(cases * 0.99);
  expect((await memoryInUse()) - before).toBeLessThan(64 * MIB);
  // Else it has fuzzed nothing but the lock of the door.
  expect(states.get('done')).toBeGreaterThan(cases / 50);
  expect(states.get('refused')).toBeGreaterThan(cases / 4);
  expect(Object.keys(Object.prototype)).toEqual([]);

  function command(id: string): { name: string; payload: Buffer; props: Partial<Inbound> } {
    const known = fuzz.pick(names);
    const entry: Entry = commands[known];
    const params = Object.fromEntries(
      [...entry.path.matchAll(/:([A-Za-z]+)/g)].map(([, param]) => [param, fuzz.pick(ids)]),
    );
    const schema =
      described.paths[entry.path.replaceAll(/:([A-Za-z]+)/g, '{$1}')]?.[entry.method.toLowerCase()]?.requestBody
        ?.content['application/json']?.schema;
    const body = schema === undefined ? {} : { body: fuzz.valid(schema) };
    // Most keep their own id: two of one id are one command, and get one answer.
    const good = { id, ttlS: 30, params, ...body };
    const read = fuzz.chance(0.6) ? fuzz.bent(good) : good;
    const text = JSON.stringify(read) ?? 'null';
    return {
      name: fuzz.chance(0.9) ? known : named(),
      payload: Buffer.from(fuzz.chance(0.2) ? fuzz.torn(text) : text),
      props: {
        retained: fuzz.chance(0.03),
        responseTopic: fuzz.chance(0.2)
          ? fuzz.pick([`${topics.root}/res/in/7`, `${topics.root}/cmd/x`, '#', '', named()])
          : null,
        correlation: fuzz.chance(0.3) ? Buffer.from(fuzz.pick(['c', '', named(), '\u0000'])) : null,
        expiryS: fuzz.chance(0.3) ? fuzz.pick([0, 1, 300, 4_294_967_295]) : null,
      },
    };
  }

  /** What a topic can be: any characters but those that mean something in a filter, halves of none. */
  function named(): string {
    const text = fuzz.pick(['', 'a', '__proto__', 'toString', 'token.put', 'a/b', '$SYS', 'ü€', '=x|y', ' ']);
    return `${text}${fuzz.pick(['', '\u{1f600}', 'x'.repeat(48 - text.length), 'x'.repeat(300)])}${fuzz.pick(['', '\u{1f600}'.repeat(20)])}`;
  }
}, 600_000);
