import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { configOptionsHelp, parseConfigArguments } from './config-arguments.ts';
import type { CommandIo } from './io.ts';

/** How long the controller may take to answer, ms. */
const PATIENCE_MS = 5_000;

/** `busbar health`: asks the running controller whether it is ready; the exit code says it too. */
export async function health(args: readonly string[], io: CommandIo): Promise<number> {
  const usage = `Usage: busbar health [options]\n\nAsks the running controller how it is.\n\n${configOptionsHelp}`;
  if (args.includes('-h') || args.includes('--help')) {
    io.out(usage);
    return 0;
  }
  const parsed = parseConfigArguments(args);
  if (!parsed.ok) {
    io.err(`${parsed.message}\n\n${usage}`);
    return 2;
  }
  const { file, overrides } = parsed;
  const loaded = loadConfig({ ...(file === undefined ? {} : { file }), env: io.env, overrides });
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
