import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chargePointId } from './charge-point.ts';

export type ServerKind = 'bare' | 'busbar' | 'ocpp-rpc';

export type RunningServer = {
  readonly pid: number;
  /** To append a charge point id to. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** Resolves when the process has ended. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

export type ServerOptions = {
  /** Charge points that Busbar's configuration names; those beyond are accepted as they come. */
  readonly listed: number;
  readonly port?: number;
  /** With a store of an earlier process. */
  readonly folder?: string;
  readonly nodeArguments?: readonly string[];
};

const STARTS_WITHIN_MS = 20_000;
/** In the working copy and not under /tmp, which is memory on many machines: there a durable commit would cost nothing. */
const scratch = fileURLToPath(new URL(`../data/bench-${process.pid}/`, import.meta.url));
const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Starts a server as a child process over a store of its own (or the one in `folder`). Rejects when it does not start. */
export async function startServer(kind: ServerKind, options: ServerOptions): Promise<RunningServer> {
  const folder = options.folder ?? mkdtempSync(join(makeScratch(), `${kind}-`));
  const port = options.port ?? 0;
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), ...commandOf(kind, folder, port, options.listed)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error(`${kind} could not be started`);
  const listening = await portOf(kind, child);
  return {
    pid,
    url: `ws://127.0.0.1:${listening}/ocpp`,
    port: listening,
    folder,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** The folder of this run. */
export function makeScratch(): string {
  mkdirSync(scratch, { recursive: true });
  return scratch;
}

/** Removes every store of the benchmark. */
export function removeScratch(): void {
  rmSync(scratch, { recursive: true, force: true });
}

function commandOf(kind: ServerKind, folder: string, port: number, listed: number): string[] {
  switch (kind) {
    case 'bare':
      return ['--import', 'tsx', pathOf('server-bare.ts'), String(port)];
    case 'ocpp-rpc':
      return ['--import', 'tsx', pathOf('server-ocpp-rpc.ts'), folder, String(port)];
    case 'busbar': {
      const file = join(folder, 'site.yaml');
      writeFileSync(file, JSON.stringify(configuration(folder, port, listed)));
      // As npm start runs it.
      return ['--max-semi-space-size=8', pathOf('../dist/cli/busbar.js'), 'start', '--config', file];
    }
  }
}

/** JSON, which is YAML too. Any card may charge, as in the other servers. */
function configuration(folder: string, port: number, listed: number): object {
  return {
    ocpp: { host: '127.0.0.1', port, unknownChargePoints: 'accept' },
    http: { port: 0 },
    store: { path: join(folder, 'busbar.db') },
    authorization: { unknownCards: 'accept' },
    chargePoints: Array.from({ length: listed }, (_, index) => ({ id: chargePointId(index + 1) })),
  };
}

/** Reads on after the address has been found: a full pipe would stop the server. */
function portOf(kind: ServerKind, child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${kind} did not start in time`));
    }, STARTS_WITHIN_MS);
    child.once('exit', (code) => reject(new Error(`${kind} ended with ${code}`)));
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      const port = /^Charge points: ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}
