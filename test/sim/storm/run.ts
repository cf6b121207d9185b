import { createHash } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { regressions } from './regressions.ts';
import { seedsIn } from './seeds.ts';
import { type StormResult, storm } from './storm.ts';

/**
 * `npm run storm -- --seeds 1..200`: so many storms on all cores. Findings go to the output as they come, with what repeats
 * them; the last lines are figures. `--regressions`: those as well that once found something. Exits with 1 where there was a finding.
 */

type Answer = { readonly seed: number; readonly result: StormResult };

if (isMainThread) await main();
else work();

function work(): void {
  const { backend } = workerData as { backend: boolean };
  parentPort?.on('message', (seed: number) => {
    parentPort?.postMessage({ seed, result: storm(seed, { backend }) } satisfies Answer);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1..20' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      hash: { type: 'string' },
      backend: { type: 'boolean', default: false },
      regressions: { type: 'boolean', default: false },
      transcript: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      'stop-at-first': { type: 'boolean', default: false },
    },
  });
  const found = values.regressions ? regressions.map(({ seed }) => seed) : [];
  const seeds = [...new Set([...seedsIn(values.seeds), ...found])];
  if (values.transcript !== undefined) {
    writeTranscript(seeds[0] ?? 1, values.transcript);
    return;
  }
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const isTerminal = process.stderr.isTTY;
  const progress = (text: string): void => void (isTerminal && process.stderr.write(`\r${text}\u001b[K`));
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const hashes = new Map<number, string>();
  const counts = new Map<string, number>();
  let hours = 0;
  let failed = 0;
  let stopped = false;

  const take = ({ seed, result }: Answer): void => {
    hashes.set(seed, result.hash);
    hours += result.figures.chargePointHours;
    for (const [what, count] of Object.entries(result.figures.counts)) add(counts, what, count);
    if (values.verbose) for (const line of result.story) say(`${seed} | ${line}`);
    if (result.findings.length > 0) {
      failed += 1;
      progress('');
      for (const finding of result.findings) say(`seed ${seed}: ${finding}`);
      say(`  run again with: npm run storm -- --seeds ${seed} --verbose${values.backend ? ' --backend' : ''}`);
      if (values['stop-at-first']) stopped = true;
    }
    progress(`${hashes.size} of ${seeds.length} storms, ${failed} with findings`);
  };

  const waiting = [...seeds];
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { backend: values.backend } });
      const next = (): void => {
        const seed = stopped ? undefined : waiting.shift();
        if (seed === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(seed);
      };
      worker.on('message', (answer: Answer) => {
        take(answer);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(seeds.length, Math.max(1, Number(values.jobs))) }, run));
  progress('');

  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1_000_000;
  const lines = [...hashes].sort(([one], [other]) => one - other).map(([seed, hash]) => `${seed} ${hash}`);
  if (values.hash !== undefined) writeFileSync(values.hash, `${lines.join('\n')}\n`);
  for (const [what, count] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1))) {
    say(`${what.padEnd(40)} ${count}`);
  }
  say(`${'storms'.padEnd(40)} ${hashes.size}, ${failed} with findings`);
  say(`${'charge-point-hours'.padEnd(40)} ${Math.round(hours)}`);
  say(
    `${'seconds, of CPU and by the clock'.padEnd(40)} ${cpuSeconds.toFixed(1)}, ${((performance.now() - begun) / 1_000).toFixed(1)}`,
  );
  say(`${'charge-point-hours per CPU minute'.padEnd(40)} ${Math.round((hours * 60) / cpuSeconds)}`);
  say(
    `${'hash of all, with Node'.padEnd(40)} ${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)}, ${process.version}`,
  );
  if (failed > 0) process.exitCode = 1;
}

/** All that was said and that happened in one storm, into a file. */
function writeTranscript(seed: number, path: string): void {
  writeFileSync(path, '');
  let lines: string[] = [];
  storm(seed, {
    transcript: (line) => {
      lines.push(line);
      if (lines.length < 1_000) return;
      appendFileSync(path, lines.join(''));
      lines = [];
    },
  });
  appendFileSync(path, lines.join(''));
}

/** The longest and the most are kept as such; everything else adds up. */
function add(counts: Map<string, number>, what: string, count: number): void {
  const before = counts.get(what) ?? 0;
  counts.set(what, /^(longest|most)/.test(what) ? Math.max(before, count) : before + count);
}
