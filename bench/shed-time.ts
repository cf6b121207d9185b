import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { overloadSeconds } from '../src/sim/overloads.ts';
import { freePort, startProcess } from '../test/support/busbar-process.ts';
import { type Arrival, createLiveSite } from '../test/support/live-site.ts';
import { formatSpread, quantile, spreadOf } from './figures.ts';
import { makeScratch, removeScratch } from './servers.ts';

/**
 * `npm run bench:shed`: the real process with charge points on real sockets, all charging. The building draws more; the
 * meter's sample is pushed over HTTP. Measured is from the moment before the push until the last lower limit has arrived.
 */

const CHARGE_POINTS = Number(process.env.BUSBAR_CHARGE_POINTS ?? 200);
const STEPS = 6;
/** Of every step, A for each charge point. */
const STEP_A = 2.5;
/** From one step to the next, ms: all cars have come down, and have been seen. */
const BETWEEN_MS = 30_000;
const CHARGING_WITHIN_MS = 180_000;

const limitA = CHARGE_POINTS * 28;
const arrivals: Arrival[] = [];
/** What each charge point holds now, A. */
const limits = new Map<string, number>();
const site = createLiveSite({
  chargePoints: CHARGE_POINTS,
  limitA,
  reserveA: Math.round(limitA * 0.7),
  seed: 1,
  arrived: (limit) => {
    arrivals.push(limit);
    limits.set(limit.chargePointId, limit.limitA);
  },
});
const folder = mkdtempSync(join(makeScratch(), 'shed-'));
const ports = { ocpp: await freePort(), http: await freePort() };
site.configure(folder, ports, { type: 'http', intervalS: 1 });
const busbar = await startProcess({}, folder);
const pushes: number[] = [];
let pusher: NodeJS.Timeout | undefined;
try {
  site.begin(`ws://127.0.0.1:${ports.ocpp}/ocpp`);
  pusher = setInterval(() => void push(), 1_000);
  await untilAllCharge();
  const last: number[] = [];
  const first: number[] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    const held = new Map(limits);
    site.build(step * STEP_A * CHARGE_POINTS);
    arrivals.length = 0;
    const from = performance.now();
    await push();
    await pause(BETWEEN_MS);
    const lower = firstDecreases(held);
    if (lower.length < CHARGE_POINTS * 0.9) {
      process.stderr.write(`step ${step}: only ${lower.length} of ${CHARGE_POINTS} limits were lowered\n`);
    }
    const delays = lower.map(({ at }) => at - from);
    first.push(Math.min(...delays));
    last.push(Math.max(...delays));
  }
  row(`first of ${CHARGE_POINTS} lower limits arrived, ms after the sample`, formatSpread(spreadOf(first), 0));
  row(`last of them, ms, ${STEPS} steps`, formatSpread(spreadOf(last), 0), '<= 1000 + the longest commit');
  row(
    'answer to a pushed sample, p50 / p99 ms',
    `${quantile(pushes, 0.5).toFixed(1)} / ${quantile(pushes, 0.99).toFixed(1)}`,
  );
  const longest = Math.max(0, ...site.electricity.overloads.kept().map(overloadSeconds));
  row('longest time above the limit, s', longest.toFixed(1), '<= 10');
} finally {
  clearInterval(pusher);
  site.end();
  await busbar.stop();
  removeScratch();
}
process.exit();

async function push(): Promise<void> {
  const from = performance.now();
  const response = await fetch(`http://127.0.0.1:${ports.http}/api/v1/meters/main/samples`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ at: new Date().toISOString(), currentA: site.flow() }),
  });
  if (!response.ok) throw new Error(`the sample was not taken: ${response.status} ${await response.text()}`);
  pushes.push(performance.now() - from);
}

async function untilAllCharge(): Promise<void> {
  const before = performance.now() + CHARGING_WITHIN_MS;
  const enough = CHARGE_POINTS * 20;
  while (Math.min(...site.flow()) < enough) {
    if (performance.now() > before) throw new Error(`not all cars charge: ${site.flow().join(', ')} A flow`);
    await pause(1_000);
  }
  await pause(BETWEEN_MS);
}

/** For each charge point the first limit that is lower than what it held. */
function firstDecreases(held: ReadonlyMap<string, number>): Arrival[] {
  const lower = new Map<string, Arrival>();
  for (const one of arrivals) {
    if (!lower.has(one.chargePointId) && one.limitA < (held.get(one.chargePointId) ?? 0))
      lower.set(one.chargePointId, one);
  }
  return [...lower.values()];
}

function row(measure: string, reached: string, target = ''): void {
  process.stdout.write(`${measure.padEnd(66)} ${reached.padEnd(24)} ${target}`.trimEnd().concat('\n'));
}
