import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Consumer, startConsumer } from '../upstream-consumer/consumer.ts';
import { type Keep, openKeep } from '../upstream-consumer/keep.ts';
import { type CommandIo, untilTold } from './io.ts';

const usage = `Usage: busbar upstream-consumer --url URL [options]

Takes what sites tell over MQTT into an SQLite file, each event once and in order, and acknowledges it: what a backend can
begin from. docs/upstream.md tells the contract.

  --url URL            the broker, such as mqtts://broker.example:8883
  --root TOPIC         of the sites (busbar/v1/+/+)
  --db FILE            where it is kept (upstream.db)
  --username NAME      to log in with
  --password-file FILE holds the password
  --ca FILE            PEM: who may vouch for the broker
  --cert FILE, --key FILE  PEM: what is shown to the broker
  --client-id NAME     of this consumer at the broker (busbar-consumer)
  --no-ack             reads along: another consumer acknowledges
  --once-idle SECONDS  ends after so long without a message
  --json               a line of JSON for each site, in place of the table
  -h, --help           this text`;

const options = {
  url: { type: 'string' },
  root: { type: 'string', default: 'busbar/v1/+/+' },
  db: { type: 'string', default: 'upstream.db' },
  username: { type: 'string' },
  'password-file': { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'client-id': { type: 'string', default: 'busbar-consumer' },
  'no-ack': { type: 'boolean', default: false },
  'once-idle': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** How often the table is shown, ms. */
const SHOW_EVERY_MS = 5_000;

/** `busbar upstream-consumer`: runs until it is told to end, or nothing comes any more. */
export async function upstreamConsumer(args: readonly string[], io: CommandIo): Promise<number> {
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    io.err(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    io.out(usage);
    return 0;
  }
  const { url } = values;
  const idleS = values['once-idle'] === undefined ? null : Number(values['once-idle']);
  if (url === undefined || (idleS !== null && !(idleS > 0))) {
    io.err(`${url === undefined ? '--url is missing' : '--once-idle needs seconds above 0'}\n\n${usage}`);
    return 2;
  }
  let keep: Keep;
  let consumer: Consumer;
  try {
    const file = (path: string | undefined): Buffer | undefined =>
      path === undefined ? undefined : readFileSync(path);
    const password = file(values['password-file'])
      ?.toString('utf8')
      .replace(/\r?\n$/, '');
    const login = Object.entries({
      username: values.username,
      password,
      ca: file(values.ca),
      cert: file(values.cert),
      key: file(values.key),
    });
    keep = openKeep(values.db);
    consumer = startConsumer(keep, {
      url,
      root: values.root,
      clientId: values['client-id'],
      silent: values['no-ack'],
      login: Object.fromEntries(login.filter(([, value]) => value !== undefined)),
    });
  } catch (error) {
    io.err(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const showing = setInterval(() => show(keep, consumer, io, values.json ?? false), SHOW_EVERY_MS);
  await Promise.race([untilTold(), idle(consumer, idleS)]);
  clearInterval(showing);
  show(keep, consumer, io, values.json ?? false);
  await consumer.stop();
  keep.close();
  return 0;
}

function idle(consumer: Consumer, seconds: number | null): Promise<void> {
  if (seconds === null) return new Promise(() => undefined);
  return new Promise((resolve) => {
    const looking = setInterval(() => {
      if (Date.now() - consumer.lastAt() < seconds * 1_000) return;
      clearInterval(looking);
      resolve();
    }, 200);
  });
}

function show(keep: Keep, consumer: Consumer, io: CommandIo, json: boolean): void {
  const { connected, notConnected, malformed, why, open } = consumer.figures();
  const sites = keep.sites().map(({ status, ...counts }) => ({ ...counts, ...standing(keep, counts.site, status) }));
  if (json) for (const site of sites) io.out(JSON.stringify({ ...site, connected, malformed }));
  else for (const row of inColumns(sites.map(cellsOf))) io.out(row);
  if (!connected) io.err(plain(`not connected: ${notConnected}`));
  if (open > 0) io.err(`${open} ranges are missing and asked for`);
  if (malformed > 0) io.err(plain(`${malformed} messages could not be read, the last of ${why}`));
}

/** Where a site stands by its own word: is it there, since when, and how much of what it has is not here yet. */
function standing(keep: Keep, site: string, { state, since, at, epoch, heads }: Readonly<Record<string, unknown>>) {
  const of = (stream: 't0' | 't1'): number | null => {
    const head = typeof heads === 'object' && heads !== null ? (heads as Record<string, unknown>)[stream] : null;
    const upTo = typeof epoch === 'string' ? keep.upTo(site, epoch, stream) : null;
    return typeof head === 'number' ? Math.max(0, head - (upTo ?? 0)) : null;
  };
  const when = state === 'online' ? since : at;
  return { state: text(state), since: text(when), lag: { t0: of('t0'), t1: of('t1') } };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const head = ['site', 'state', 'since', 'events', 'lag', 'readings', 'lag', 'sessions', 'twice', 'gaps', 'lost'];
function cellsOf(row: Omit<ReturnType<Keep['sites']>[number], 'status'> & ReturnType<typeof standing>): string[] {
  const { site, state, since, events, lag, readings, sessions, duplicates, explained, lost } = row;
  const counts = [events, lag.t0, readings, lag.t1, sessions, duplicates, explained, lost];
  return [site, state ?? '?', since ?? '', ...counts.map((count) => String(count ?? ''))].map(plain);
}

function inColumns(rows: readonly string[][]): string[] {
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A site may say what it likes, but not to the terminal. */
const plain = (said: string): string => said.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 200);
