import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { commands } from '../../../src/upstream/commands/table.ts';
import { createSite, endAll } from './fixture.ts';

afterEach(endAll);

const page = readFileSync('docs/upstream.md', 'utf8');

it('each example on the page is a command that this API understands', async () => {
  const site = await createSite();
  const examples = [...page.matchAll(/^ {4}cmd\/(\S+)\s+(\{.*\})$/gm)];
  expect(examples).toHaveLength(19);
  for (const [, name = '', text = ''] of examples) await site.say(name, Buffer.from(text));
  await site.answered(19);
  const known = (name: string): boolean => name.startsWith('live.') || Object.hasOwn(commands, name);
  expect(examples.filter(([, name = '']) => !known(name))).toEqual([]);
  const misunderstood = site.answers().filter(({ status }) => ![200, 201, 204, 404, 409].includes(status));
  expect(misunderstood).toEqual([]);
});
