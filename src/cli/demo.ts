import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config/load.ts';
import { type Busbar, startBusbar } from '../main.ts';
import { createLog, type Logger } from '../runtime/log.ts';
import { realClock } from '../sim/clock.ts';
import { type Fleet, startFleet } from '../sim/fleet.ts';
import { openScene, type Scene } from '../sim/scene.ts';
import { type CommandIo, untilTold } from './io.ts';
import { plainWords } from './start.ts';

const usage = `Usage: busbar demo [options]

Runs the controller on an empty temporary store, with simulated charge points and cars coming and going.

  --charge-points N  how many, 1 to 200 (20)
  --pace N           how many times faster than in life cars come and go, 1 to 100 (20)
  --seed N           the same seed gives the same cars (1)
  --http-port N      port of the API (8080; another one if that is taken)
  -h, --help         this text`;

/** Cards of the demo: two groups, and one card each that is blocked and expired. */
const cards = [
  ...['VAN-01', 'VAN-02', 'VAN-03', 'VAN-04', 'VAN-05', 'VAN-06', 'VAN-07', 'VAN-08'].map((idTag) => ({
    idTag,
    parentIdTag: 'VANS',
    note: 'Van of the depot',
  })),
  ...Array.from({ length: 24 }, (_, index) => ({
    idTag: `STAFF-${String(index + 1).padStart(2, '0')}`,
    parentIdTag: 'STAFF',
    note: 'Card of an employee',
  })),
  { idTag: 'LOST-01', status: 'Blocked', note: 'Reported lost' },
  { idTag: 'GUEST-01', status: 'Expired', note: 'Visitor of last year' },
];

/** Charge points are called this and a number. */
const ID_PREFIX = 'BAY-';
/** The demo's configuration, in its temporary folder. */
const siteFile = (folder: string): string => join(folder, 'site.yaml');

/** How often the depot is summed up in one line, ms. */
const SUMMARY_EVERY_MS = 10_000;
/** How often the current of the grid connection is looked at for its highest, ms. */
const LOOK_EVERY_MS = 200;

/** `busbar demo`: resolves with the exit code. */
export async function demo(args: readonly string[], io: CommandIo): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') {
    io.out(usage);
    return 0;
  }
  if (typeof options === 'string') {
    io.err(`${options}\n\n${usage}`);
    return 2;
  }
  const told = untilTold();
  const folder = mkdtempSync(join(tmpdir(), 'busbar-demo-'));
  let scene: Scene | null = null;
  try {
    const log = createLog('warn', io.env);
    const clock = realClock();
    scene = await openScene({ clock, seed: options.seed });
    writeFileSync(siteFile(folder), JSON.stringify(scene.configuration(ID_PREFIX, options.chargePoints), null, 2));
    const busbar = await startOnFreePort(options.httpPort, folder, log);
    const api = `http://127.0.0.1:${busbar.httpPort}/api/v1`;
    await addCards(api);
    const fleet = startFleet({
      url: `ws://127.0.0.1:${busbar.ocppPort}/ocpp`,
      count: options.chargePoints,
      seed: options.seed,
      clock,
      idTags: cards.map(({ idTag }) => idTag),
      idPrefix: ID_PREFIX,
      pace: options.pace,
      stormSeconds: 60,
    });
    scene.wire(fleet);
    const shown = scene;
    io.out(greeting(api, busbar, fleet, scene.limitA));
    const highest = watchHighest(shown);
    const summaries = setInterval(() => {
      summaryOf(fleet, shown, api, highest.amps()).then(io.out, (error) => io.err(plainWords(error)));
    }, SUMMARY_EVERY_MS);
    await told;
    clearInterval(summaries);
    highest.stop();
    io.out('The cars leave, the last sessions are written down ...');
    await fleet.stop();
    io.out(await farewell(api));
    await busbar.stop();
    return 0;
  } catch (error) {
    io.err(plainWords(error));
    return 1;
  } finally {
    await scene?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Options = { chargePoints: number; pace: number; seed: number; httpPort: number };

/** The options, 'help', or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'charge-points': { ...text, default: '20' },
        pace: { ...text, default: '20' },
        seed: { ...text, default: '1' },
        'http-port': { ...text, default: '8080' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return 'help';
    return {
      chargePoints: whole('charge-points', values['charge-points'], 1, 200),
      pace: whole('pace', values.pace, 1, 100),
      seed: whole('seed', values.seed, 0, 2_147_483_647),
      httpPort: whole('http-port', values['http-port'], 0, 65_535),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function whole(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
  throw new RangeError(`--${name} must be a whole number from ${lowest} to ${highest}, not ${JSON.stringify(text)}`);
}

async function startOnFreePort(httpPort: number, folder: string, log: Logger): Promise<Busbar> {
  try {
    return await startBusbar(demoConfig(httpPort, folder), log);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    return await startBusbar(demoConfig(0, folder), log);
  }
}

function demoConfig(httpPort: number, folder: string): Config {
  const loaded = loadConfig({
    // JSON is YAML.
    file: siteFile(folder),
    env: {},
    overrides: {
      'site.id': 'demo',
      'site.name': 'Demo depot',
      'ocpp.host': '127.0.0.1',
      'ocpp.port': 0,
      'ocpp.unknownChargePoints': 'accept',
      'http.port': httpPort,
      'store.path': join(folder, 'busbar.db'),
    },
  });
  if (loaded.ok) return loaded.config;
  throw new Error(loaded.problems.map(({ message }) => message).join('; '));
}

async function addCards(api: string): Promise<void> {
  for (const card of cards) {
    const answer = await fetch(`${api}/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(card),
    });
    if (!answer.ok) throw new Error(`the card ${card.idTag} could not be added: ${await answer.text()}`);
  }
}

function greeting(api: string, { ocppPort }: Busbar, fleet: Fleet, limitA: number): string {
  return [
    '',
    `  A depot of ${fleet.chargePoints.length} simulated charge points is charging at this controller, on a grid connection of`,
    `  ${limitA} A that it shares with a building. It has room for about eight cars; the sum never goes above the limit.`,
    '',
    `  The site now           ${api}/site`,
    `  Who gets what, and why ${api}/plan`,
    `  The grid connection    ${api}/circuits`,
    `  Charge points          ${api}/charge-points`,
    `  Sessions (the ledger)  ${api}/transactions`,
    `  Cards                  ${api}/tokens`,
    `  OCPP messages          ${api}/messages?limit=20`,
    `  What happens, live     curl -N ${api}/events`,
    `  Everything else        ${api}/openapi.json`,
    '',
    '  Ask a charge point something, or do something to it: any OCPP 1.6 operation is sent as you write it:',
    `    curl -X POST ${api}/charge-points/BAY-001/operations/GetConfiguration \\`,
    `      -H 'content-type: application/json' -d '{}'`,
    `    curl -X POST ${api}/charge-points/BAY-001/operations/Reset \\`,
    `      -H 'content-type: application/json' -d '{"type": "Hard"}'`,
    '  Some have quirks of real ones (docs/simulated-charge-points.md):',
    ...quirksOf(fleet),
    '  Connect a charge point of your own:',
    `    ws://127.0.0.1:${ocppPort}/ocpp/MY-CHARGE-POINT`,
    '',
    '  Ctrl-C ends it; nothing is left behind.',
    '',
  ].join('\n');
}

/** A line for each make that differs, with the first charge point of it. */
function quirksOf({ chargePoints }: Fleet): string[] {
  const makes = new Map(chargePoints.map(({ model }) => [model, chargePoints.find((one) => one.model === model)]));
  return [...makes].flatMap(([{ quirks = {} }, first]) => {
    const names = Object.entries(quirks).map(([name, value]) => (value === true ? name : `${name} ${value}`));
    return first === undefined || names.length === 0 ? [] : [`    ${first.id}  ${names.join(', ')}`];
  });
}

/** The highest current that the grid connection has carried on any phase, by the simulated electricity itself, A. */
function watchHighest({ electricity }: Scene): { amps(): number; stop(): void } {
  let highest = 0;
  const look = setInterval(() => {
    highest = Math.max(highest, ...(electricity.currents().get('grid') ?? []));
  }, LOOK_EVERY_MS);
  return { amps: () => highest, stop: () => clearInterval(look) };
}

type Carried = { readonly foreignA: readonly number[]; readonly committedA: readonly number[] };

async function summaryOf(fleet: Fleet, scene: Scene, api: string, highest: number): Promise<string> {
  const answer = await fetch(`${api}/circuits/grid`);
  const { foreignA, committedA } = (await answer.json()) as Carried;
  const flowing = scene.electricity.currents().get('grid') ?? [];
  const allowed = foreignA.map((each, phase) => each + (committedA[phase] ?? 0));
  const connectors = fleet.snapshot();
  const charging = connectors.filter(({ status }) => status === 'Charging').length;
  const cars = connectors.filter(({ car }) => car !== null).length;
  const connected = fleet.chargePoints.filter((one) => one.connected()).length;
  return (
    `${new Date().toLocaleTimeString()}  ${connected} of ${fleet.chargePoints.length} charge points connected, ` +
    `${charging} of ${cars} cars charging; L1 / L2 / L3 of ${scene.limitA} A: ${perPhase(flowing)} flow, ` +
    `${perPhase(allowed)} may flow; highest so far ${highest.toFixed(0)} A`
  );
}

const perPhase = (amps: readonly number[]): string => amps.map((each) => each.toFixed(0)).join(' / ');

async function farewell(api: string): Promise<string> {
  const answer = await fetch(`${api}/site`);
  const { transactionsRunning } = (await answer.json()) as { transactionsRunning: number };
  return `Stopped. Sessions left open in the ledger: ${transactionsRunning}. The temporary store is removed.`;
}
