#!/usr/bin/env -S node --max-semi-space-size=8
import { backup, restore } from './backup.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { health } from './health.ts';
import type { CommandIo } from './io.ts';
import { replay } from './replay.ts';
import { setupCode } from './setup-code.ts';
import { simulate } from './simulate.ts';
import { start } from './start.ts';
import { upstreamConsumer } from './upstream-consumer.ts';

type Command = {
  readonly summary: string;
  readonly run: (args: readonly string[], io: CommandIo) => number | Promise<number>;
};

/** Every command; an exit code of 0 is fine, 1 refused or failed with a message, 2 wrong usage. */
const commands = new Map<string, Command>([
  ['start', { summary: 'runs the controller', run: start }],
  ['demo', { summary: 'the controller with a living depot of simulated charge points', run: demo }],
  ['check', { summary: 'checks the configuration without starting', run: check }],
  ['simulate', { summary: 'what a list of sessions would come to at the site, in virtual time', run: simulate }],
  ['backup', { summary: 'copies the store, also while the controller runs', run: backup }],
  ['restore', { summary: 'puts a backup in the place of the store', run: restore }],
  ['replay', { summary: 'shows what was decided, at any second on record, and why', run: replay }],
  [
    'upstream-consumer',
    { summary: 'takes what sites tell over MQTT into a file: where a backend begins', run: upstreamConsumer },
  ],
  ['setup-code', { summary: 'prints the one-time code of the first run', run: setupCode }],
  ['health', { summary: 'asks the running controller how it is', run: health }],
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
  process.exitCode = await command.run(args, io);
} else if (name === '--help' || name === '-h' || name === 'help') {
  io.out(usage());
} else {
  io.err(name === '' ? usage() : `There is no command ${JSON.stringify(name)}.\n\n${usage()}`);
  process.exitCode = 2;
}
