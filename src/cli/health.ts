import { formatProblem } from '../config/problem.ts';
import { configOptionsHelp, loadFor } from './config-arguments.ts';
import type { CommandIo } from './io.ts';

/** How long the controller may take to answer, ms. */
const PATIENCE_MS = 5_000;

/** `busbar health`: asks the running controller whether it is ready; the exit code says it too. */
export async function health(args: readonly string[], io: CommandIo): Promise<number> {
  const usage = `Usage: busbar health [options]\n\nAsks the running controller how it is.\n\n${configOptionsHelp}`;
  const loaded = loadFor(usage, args, io);
  if (typeof loaded === 'number') return loaded;
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(`error: ${formatProblem(problem)}`);
    return 1;
  }
  const url = `http://${loaded.config.http.host}:${loaded.config.http.port}/readyz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    io.out(await answer.text());
    return answer.ok ? 0 : 1;
  } catch {
    io.err(`Nothing answers at ${url}: the controller is not running, or listens elsewhere (http.port).`);
    return 1;
  }
}
