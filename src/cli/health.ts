import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
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
  const { host, port, tls } = loaded.config.http;
  // Whatever else it listens on, it listens on this machine.
  const own = host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host;
  const url = `${tls === undefined ? 'http' : 'https'}://${own.includes(':') ? `[${own}]` : own}:${port}/readyz`;
  try {
    const { ok, text } = await ask(url);
    io.out(text);
    return ok ? 0 : 1;
  } catch {
    io.err(`Nothing answers at ${url}: the controller is not running, or listens elsewhere (http.port).`);
    return 1;
  }
}

function ask(url: string): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    // Whether it lives is asked, and nothing is told: whose certificate it is does not matter.
    const asked = url.startsWith('https:')
      ? requestHttps(url, { signal, rejectUnauthorized: false })
      : requestHttp(url, { signal });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ ok: response.statusCode === 200, text: Buffer.concat(pieces).toString('utf8') }),
      );
    });
    asked.end();
  });
}
