import { formatSpread, ratioOf, spreadOf } from './figures.ts';
import {
  measureClosedLoop,
  measureIdle,
  measurePaced,
  measureProfile,
  measureRestart,
  measureStorm,
} from './measures.ts';
import { fullPlan, quickPlan } from './plan.ts';
import { removeScratch, type ServerKind } from './servers.ts';

/**
 * `npm run bench [-- --quick] [-- --only=cpu,latency,memory,storm,profile]`: Busbar beside a bare WebSocket server and
 * beside a minimal Central System on ocpp-rpc, all on this machine. docs/performance.md tells what the figures mean.
 */

const arguments_ = process.argv.slice(2);
const plan = arguments_.includes('--quick') ? quickPlan : fullPlan;
const only = arguments_
  .find((each) => each.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const wanted = (measure: string): boolean => only === undefined || only.includes(measure);
const MEGABYTE = 1_000_000;

/** One line of the table, printed as soon as it is known. */
const row = (measure: string, reached: string, target = ''): void => {
  process.stdout.write(`${measure.padEnd(74)} ${reached.padEnd(26)} ${target}`.trimEnd().concat('\n'));
};

row('', 'median (min to max)', 'target');
try {
  if (wanted('cpu')) await cpu();
  if (wanted('latency')) await latency();
  if (wanted('memory')) await memory();
  if (wanted('storm')) await storm();
  if (wanted('profile')) await profile();
} finally {
  removeScratch();
}

async function cpu(): Promise<void> {
  const kinds: ServerKind[] = ['bare', 'busbar', 'ocpp-rpc'];
  const results = await measureClosedLoop(kinds, plan.closedLoop);
  const of = (kind: ServerKind) => results.get(kind) ?? [];
  const cost = (kind: ServerKind): number[] => of(kind).map(({ cpuMsPer1000 }) => cpuMsPer1000);
  for (const kind of kinds) {
    row(`CPU ms per 1,000 messages, ${kind}`, formatSpread(spreadOf(cost(kind)), 1));
    row(`messages per s, ${kind}`, formatSpread(spreadOf(of(kind).map(({ messagesPerS }) => messagesPerS)), 0));
    row(`bytes written per message, ${kind}`, formatSpread(spreadOf(of(kind).map((each) => each.bytesPerMessage)), 0));
    row(
      `memory after the load, MB, ${kind}`,
      formatSpread(spreadOf(of(kind).map((each) => each.residentBytes / MEGABYTE)), 0),
    );
  }
  row('CPU per message, busbar / bare', formatSpread(ratioOf(cost('busbar'), cost('bare')), 2), '<= 2.2');
  row('CPU per message, ocpp-rpc / bare', formatSpread(ratioOf(cost('ocpp-rpc'), cost('bare')), 2));
}

async function latency(): Promise<void> {
  const results = await measurePaced(['bare', 'busbar'], plan.paced);
  const p99 = (kind: ServerKind): number[] => (results.get(kind) ?? []).map(({ p99Ms }) => p99Ms);
  for (const [kind, runs] of results) {
    row(`answer p50 ms, ${kind}`, formatSpread(spreadOf(runs.map(({ p50Ms }) => p50Ms)), 2));
    row(`answer p99 ms, ${kind}`, formatSpread(spreadOf(p99(kind)), 2));
    row(
      `answer to Authorize p99 ms, ${kind}`,
      formatSpread(spreadOf(runs.map(({ authorizeP99Ms }) => authorizeP99Ms)), 2),
      kind === 'busbar' ? '< 100' : '',
    );
    row(`answer max ms, ${kind}`, formatSpread(spreadOf(runs.map(({ maxMs }) => maxMs)), 1));
  }
  row('answer p99, busbar / bare', formatSpread(ratioOf(p99('busbar'), p99('bare')), 2), '<= 4');
}

async function memory(): Promise<void> {
  const all = plan.connected;
  const idle = async (words: string, options: Parameters<typeof measureIdle>[1], target = ''): Promise<void> => {
    const { residentBytes } = await measureIdle(all, options);
    row(`memory, ${all} idle charge points, MB, ${words}`, (residentBytes / MEGABYTE).toFixed(0), target);
  };
  await idle('accepted as they come', { listed: 0 }, '< 130');
  await idle('listed in the configuration', { listed: all });
}

async function storm(): Promise<void> {
  const results = await measureStorm(['bare', 'busbar'], plan);
  for (const [kind, runs] of results) {
    const settled = formatSpread(spreadOf(runs.map(({ settledMs }) => settledMs / 1_000)), 2);
    const retries = runs.reduce((sum, each) => sum + each.retries, 0);
    row(`storm of ${plan.connected}, s, ${kind}`, `${settled}, ${retries} retries`, kind === 'busbar' ? '< 2' : '');
  }
  const restarts = await measureRestart(plan);
  const settled = formatSpread(spreadOf(restarts.map(({ settledMs }) => settledMs / 1_000)), 2);
  row(`killed and started again under ${plan.connected}, s, busbar`, settled);
}

async function profile(): Promise<void> {
  const { files, functions } = await measureProfile(plan.closedLoop);
  const table = (shares: readonly { name: string; percent: number }[]): void =>
    console.table(shares.map(({ name, percent }) => ({ name, percent: Number(percent.toFixed(1)) })));
  table(files.slice(0, 30));
  table(functions.slice(0, 40));
}
