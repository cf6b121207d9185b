import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './busbar-process.ts';

/** A real broker, Debian's mosquitto, on loopback. */
export type Mosquitto = {
  readonly port: number;
  /** Where its files lie. */
  readonly folder: string;
  /** What it has logged. */
  log(): string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Begins again, on the same port. `empty`: it has forgotten all sessions and all that was retained. */
  start(empty?: boolean): Promise<void>;
  /** Ends it for good, and its files. */
  stop(): Promise<void>;
};

const places = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'];

/** Where it lies; null where it is not installed. */
function program(): string | null {
  for (const place of places) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // It may lie elsewhere.
    }
  }
  return null;
}

/**
 * Whether there is a real broker on this machine. Tests that need one are left out elsewhere, which CI never does: there it
 * throws.
 */
export function hasBroker(): boolean {
  const has = program() !== null;
  if (!has && process.env.CI !== undefined) throw new Error(MISSING);
  return has;
}

const MISSING = 'These tests need a real broker: apt-get install mosquitto mosquitto-clients';

/**
 * Starts it with anybody let in, or with `lines` of its configuration in place of that; PORT and FOLDER in them stand for its
 * own. `files` are written into its folder first.
 */
export async function startMosquitto(
  options: { lines?: readonly string[]; files?: Readonly<Record<string, string>>; persistence?: boolean } = {},
): Promise<Mosquitto> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'busbar-broker-'));
  const { lines = ['listener PORT 127.0.0.1', 'allow_anonymous true'], files = {}, persistence = true } = options;
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const kept = persistence
    ? ['persistence true', 'persistence_location FOLDER/', 'autosave_on_changes true', 'autosave_interval 1']
    : ['persistence false'];
  const text = [
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    ...lines,
    ...kept,
    'max_queued_messages 100000',
    'log_type all',
  ]
    .map((line) => line.replaceAll('PORT', String(port)).replaceAll('FOLDER', folder))
    .join('\n');
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `${text}\n`);
  const found = program();
  if (found === null) throw new Error(MISSING);
  const path: string = found;
  let child: ChildProcess | null = null;
  let said = '';

  async function start(empty = false): Promise<void> {
    if (empty) rmSync(join(folder, 'mosquitto.db'), { force: true });
    const mine = spawn(path, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = mine;
    await new Promise<void>((resolve, reject) => {
      const hear = (data: Buffer): void => {
        said = (said + data.toString('utf8')).slice(-200_000);
        if (/mosquitto version \S+ running/.test(data.toString('utf8'))) resolve();
      };
      mine.stdout.on('data', hear);
      mine.stderr.on('data', hear);
      mine.once('exit', () => reject(new Error(`mosquitto did not start:\n${said}`)));
    });
  }

  async function kill(): Promise<void> {
    const mine = child;
    child = null;
    if (mine === null || mine.exitCode !== null || mine.signalCode !== null) return;
    mine.kill('SIGKILL');
    await once(mine, 'exit');
  }

  await start();
  return {
    port,
    folder,
    log: () => said,
    kill,
    start,
    async stop(): Promise<void> {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
