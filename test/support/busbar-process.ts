import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** The real thing as its own process, from the built code: what is tested here can really be killed. */
export type BusbarProcess = {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  readonly lines: readonly string[];
  /** Ends it as the kernel would in a power cut, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop and waits; resolves with its exit code. */
  stop(): Promise<number | null>;
};

/** Starts `busbar start` with these settings; resolves once it listens, rejects with what it said instead. */
export async function startProcess(
  settings: Readonly<Record<string, string | number>>,
  cwd?: string,
  /** The configuration file; without it there is none. */
  file?: string,
): Promise<BusbarProcess> {
  const program = new URL('../../dist/cli/busbar.js', import.meta.url).pathname;
  const options = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const child = spawn(
    process.execPath,
    [program, 'start', ...(file === undefined ? [] : ['--config', file]), ...options],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    },
  );
  const lines: string[] = [];
  const listening = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.includes('Busbar is running')) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`it ended instead of starting:\n${lines.join('\n')}`)));
  });
  await listening;
  const gone = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    child,
    lines,
    kill: async () => {
      child.kill('SIGKILL');
      await gone();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await gone();
      return child.exitCode;
    },
  };
}

/** A TCP port on loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
