import { createRequire } from 'node:module';
import type { Highs } from 'highs';
import { allocate, unroundedShares } from '../src/balancer/allocate.ts';
import { violations } from '../src/balancer/violations.ts';
import { seeded } from '../test/support/seeded.ts';
import { solvedShares } from './allocation-programs.ts';
import { carPark } from './allocation-sites.ts';
import { quantile } from './figures.ts';

/** `npm run bench:allocation`: how long a plan takes, beside the same fill by linear programs, and that both agree. */

const CYCLES = 500;
const WARM_UP = 100;
/** 1,000 sockets under 1,056 circuits. */
const LARGE = { feeders: 5, boards: 50, sockets: 1_000 };
/** What the programs are asked to solve; the largest once, since it takes them long. */
const COMPARED = [
  { park: { feeders: 2, boards: 4, sockets: 20 }, rounds: 20 },
  { park: { feeders: 2, boards: 10, sockets: 100 }, rounds: 5 },
  { park: { feeders: 3, boards: 20, sockets: 250 }, rounds: 1 },
];
/** Its types describe the form that is required, not the one that is imported. */
const loadHighs: () => Promise<Highs> = createRequire(import.meta.url)('highs');
/** By how much both may differ, mA. */
const TOLERANCE_MA = 10;

const row = (measure: string, reached: string, target = ''): void => {
  process.stdout.write(`${measure.padEnd(66)} ${reached.padEnd(24)} ${target}`.trimEnd().concat('\n'));
};

row('', 'reached', 'target');
timePlans();
await compare();

function timePlans(): void {
  const random = seeded(1);
  const times: number[] = [];
  const cpu: number[] = [];
  let admitted = 0;
  for (let cycle = 0; cycle < WARM_UP + CYCLES; cycle++) {
    const site = carPark(LARGE, random);
    const used = process.cpuUsage();
    const from = performance.now();
    const plan = allocate(site);
    if (cycle >= WARM_UP) {
      times.push(performance.now() - from);
      const { user, system } = process.cpuUsage(used);
      cpu.push((user + system) / 1000);
    }
    if (cycle % 50 !== 0) continue;
    admitted = [...plan.values()].filter(({ grantMA }) => grantMA > 0).length;
    if (violations(site, plan).length > violations(site, new Map()).length)
      throw new Error('a plan overloads a circuit');
  }
  row('allocate, 1,000 sockets, 1,056 circuits x 3 phases, p50 ms', quantile(times, 0.5).toFixed(2));
  row('allocate, 1,000 sockets, 1,056 circuits x 3 phases, p99 ms', quantile(times, 0.99).toFixed(2), '<= 10');
  // What other programs of the machine take is not in it; what the garbage collector takes beside us is.
  row('  the same in CPU time, p50 / p99 ms', `${quantile(cpu, 0.5).toFixed(2)} / ${quantile(cpu, 0.99).toFixed(2)}`);
  row('  cars admitted in the last cycle looked at', String(admitted));
}

async function compare(): Promise<void> {
  const highs = await loadHighs();
  for (const { park, rounds } of COMPARED) {
    const random = seeded(2);
    let ours = 0;
    let theirs = 0;
    let programs = 0;
    let largest = 0;
    for (let round = 0; round < rounds; round++) {
      const made = carPark(park, random);
      const site = { ...made, cars: made.cars.map((car) => ({ ...car, mustKeep: false })) };
      const before = performance.now();
      const shares = unroundedShares(site);
      const between = performance.now();
      const running = new Set([...shares].filter(([, mA]) => mA > 0).map(([key]) => key));
      const solved = solvedShares(highs, site, running);
      ours += between - before;
      theirs += performance.now() - between;
      programs += solved.programs;
      for (const [key, mA] of solved.shares) largest = Math.max(largest, Math.abs(mA - (shares.get(key) ?? 0)));
    }
    const words = `${park.sockets} sockets`;
    row(`fill, ${words}, ms`, (ours / rounds).toFixed(2));
    row(`linear programs, ${words}, ms (${Math.round(programs / rounds)} programs)`, (theirs / rounds).toFixed(0));
    row(`  linear programs / fill`, (theirs / ours).toFixed(0));
    row(`  largest difference, A`, (largest / 1000).toFixed(6), '<= 0.01');
    if (largest > TOLERANCE_MA) process.exitCode = 1;
  }
}
