import { parseArgs } from 'node:util';
import { setupCodeFile, setupCodeIn } from '../people/setup-code.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import type { CommandIo } from './io.ts';

const usage = `Usage: busbar setup-code [--reset] [options]

Prints the code with which the first admin is made: POST /api/v1/setup takes it, once. The controller makes it when it
starts and nobody is set up yet.

  --reset            opens setup again, for an admin who has lost the password; nobody else loses theirs
${configOptionsHelp}
  -h, --help         this text`;

/** `busbar setup-code`: resolves with the exit code, 0 printed, 1 there is none, 2 wrong usage. */
export function setupCode(args: readonly string[], io: CommandIo): number {
  const { reset, rest } = withoutReset(args);
  const loaded = loadFor(usage, rest, io);
  if (typeof loaded === 'number') return loaded;
  if (!loaded.ok) {
    io.err('The configuration has mistakes; busbar check names them.');
    return 1;
  }
  const { path } = loaded.config.store;
  const code = setupCodeIn(setupCodeFile(path));
  try {
    const text = reset ? code.open() : code.read();
    if (text === null) {
      io.err(`There is no setup code beside ${path}: either somebody is set up, or Busbar has not been started yet.`);
      io.err('An admin who has lost the password opens setup again with busbar setup-code --reset.');
      return 1;
    }
    io.out(text);
    return 0;
  } catch (error) {
    io.err(
      `The setup code beside ${path} can not be written (${(error as Error).message}). Run it as the user that Busbar runs as.`,
    );
    return 1;
  }
}

function withoutReset(args: readonly string[]): { reset: boolean; rest: string[] } {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true });
  const at = tokens.filter((token) => token.kind === 'option' && token.rawName === '--reset').map(({ index }) => index);
  return { reset: at.length > 0, rest: args.filter((_, index) => !at.includes(index)) };
}
