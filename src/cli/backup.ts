import { existsSync } from 'node:fs';
import { formatProblem } from '../config/problem.ts';
import { makeBackup, restoreBackup } from '../store/backup.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import type { CommandIo } from './io.ts';

/** `busbar backup FILE`: the exit code. */
export function backup(args: readonly string[], io: CommandIo): number {
  return withStore('backup', 'Copies the store to FILE, also while the controller runs.', args, io, (path, file) => {
    if (!existsSync(path)) throw new Error(`there is no store at ${path} yet`);
    if (existsSync(file)) throw new Error(`${file} exists already; a backup never overwrites a file`);
    makeBackup(path, file);
    io.out(`The store ${path} was copied to ${file} and the copy was read back.`);
  });
}

/** `busbar restore FILE`: the exit code. */
export function restore(args: readonly string[], io: CommandIo): number {
  const what = 'Puts the backup FILE in the place of the store. The controller must be stopped; the old store is kept.';
  return withStore('restore', what, args, io, (path, file) => {
    const aside = restoreBackup(file, path, Date.now());
    io.out(`The backup ${file} is now the store ${path}.${aside === null ? '' : ` The old one is kept as ${aside}.`}`);
    io.out('Sessions since that backup are not in it; transaction ids go on well above all that were given out.');
  });
}

function withStore(
  name: string,
  what: string,
  args: readonly string[],
  io: CommandIo,
  work: (path: string, file: string) => void,
): number {
  const usage = `Usage: busbar ${name} FILE [options]\n\n${what}\n\n${configOptionsHelp}`;
  const [file, ...options] = args;
  if (file === undefined) {
    io.err(usage);
    return 2;
  }
  const asksForHelp = file === '-h' || file === '--help';
  const loaded = loadFor(usage, asksForHelp ? args : options, io);
  if (typeof loaded === 'number') return loaded;
  if (file.startsWith('-')) {
    io.err(usage);
    return 2;
  }
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(`error: ${formatProblem(problem)}`);
    return 1;
  }
  try {
    work(loaded.config.store.path, file);
    return 0;
  } catch (error) {
    io.err(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
