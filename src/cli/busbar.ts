#!/usr/bin/env -S node --max-semi-space-size=8
import type { CommandIo } from './io.ts';

type Run = (args: readonly string[], io: CommandIo) => number | Promise<number>;
/** Each brings along what it needs when it is called, and no other's. */
type Command = { readonly summary: string; readonly load: () => Promise<Run> };

/** Every command; an exit code of 0 is fine, 1 refused or failed with a message, 2 wrong usage. */
const commands = new Map<string, Command>([
  ['start', { summary: 'runs the controller', load: async () => (await import('./start.ts')).start }],
  [
    'demo',
    {
      summary: 'the controller with a living depot of simulated charge points',
      load: async () => (await import('./demo.ts')).demo,
    },
  ],
  [
    'check',
    { summary: 'checks the configuration without starting', load: async () => (await import('./check.ts')).check },
  ],
  [
    'simulate',
    {
      summary: 'what a list of sessions would come to at the site, in virtual time',
      load: async () => (await import('./simulate.ts')).simulate,
    },
  ],
  [
    'backup',
    {
      summary: 'copies the store, also while the controller runs',
      load: async () => (await import('./backup.ts')).backup,
    },
  ],
  [
    'restore',
    { summary: 'puts a backup in the place of the store', load: async () => (await import('./backup.ts')).restore },
  ],
  [
    'replay',
    {
      summary: 'shows what was decided, at any second on record, and why',
      load: async () => (await import('./replay.ts')).replay,
    },
  ],
  [
    'upstream-consumer',
    {
      summary: 'takes what sites tell over MQTT into a file: where a backend begins',
      load: async () => (await import('./upstream-consumer.ts')).upstreamConsumer,
    },
  ],
  [
    'setup-code',
    {
      summary: 'prints the one-time code of the first run',
      load: async () => (await import('./setup-code.ts')).setupCode,
    },
  ],
  [
    'health',
    { summary: 'asks the running controller how it is', load: async () => (await import('./health.ts')).health },
  ],
]);

const io: CommandIo = {
  env: process.env,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY ? { passing: (line) => process.stderr.write(`\r\u001b[2K${line}`) } : {}),
};

function usage(): string {
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(19)}${summary}`);
  return `Usage: busbar COMMAND [options]\n\n${lines.join('\n')}\n\nbusbar COMMAND --help tells the options of one.`;
}

const [name = '', ...args] = process.argv.slice(2);
const command = commands.get(name);
if (command !== undefined) {
  const run = await command.load();
  process.exitCode = await run(args, io);
} else if (name === '--help' || name === '-h' || name === 'help') {
  io.out(usage());
} else {
  io.err(name === '' ? usage() : `There is no command ${JSON.stringify(name)}.\n\n${usage()}`);
  process.exitCode = 2;
}
