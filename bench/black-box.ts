import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livesIn } from '../src/black-box/lives.ts';
import { replayLife } from '../src/black-box/replay.ts';
import { wanderingLoad } from '../src/sim/foreign-load.ts';
import { createRandom } from '../src/sim/random.ts';
import { createRecording } from '../test/black-box/recorded-site.ts';
import { createBalancedSite } from '../test/scenarios/balanced-site.ts';
import { createKeptLog } from '../test/support/kept-log.ts';

/**
 * `npm run bench:box`: what the black box costs on a site with ten cars that charge all day: bytes on disk, and CPU time
 * beside the same site without one, in turns of a minute. Then how fast it is replayed.
 */

const MINUTES = Number(process.env.BUSBAR_MINUTES ?? 60);
const WARM_UP = 5;
const CARS = 10;
const DAY_MINUTES = 1_440;

const row = (measure: string, reached: string): void => {
  process.stdout.write(`${measure.padEnd(66)} ${reached}\n`);
};
const cpuMs = (used: NodeJS.CpuUsage): number => (used.user + used.system) / 1_000;

function ten(make?: Parameters<typeof createBalancedSite>[0]['make']) {
  const options = { limitA: 125, chargePoints: CARS, metered: true, seed: 7 };
  const site = createBalancedSite(make === undefined ? options : { ...options, make });
  const wander = { random: createRandom(3), lowestA: 5, highestA: 30, strideA: 1, everySeconds: 5 };
  site.electricity.burden(wanderingLoad({ circuit: 'grid', ...wander }));
  site.powerOn();
  site.advance(60);
  for (let at = 0; at < CARS; at += 1) site.plugIn(at);
  site.advance(120);
  return site;
}

const folder = mkdtempSync(join(tmpdir(), 'busbar-box-'));
const recording = createRecording(folder);
const [bare, recorded] = [ten(), ten(recording.make)];
await recording.settled();
const spent = { bare: 0, recorded: 0 };
const before = { bytes: 0, frames: 0 };
const framesOf = (): number => recorded.world.network.frames.length;
for (let minute = 0; minute < WARM_UP + MINUTES; minute += 1) {
  if (minute === WARM_UP) Object.assign(before, { bytes: recording.written(), frames: framesOf() });
  for (const which of minute % 2 === 0 ? (['bare', 'recorded'] as const) : (['recorded', 'bare'] as const)) {
    const used = process.cpuUsage();
    (which === 'bare' ? bare : recorded).advance(60);
    if (which === 'recorded') await recording.settled();
    if (minute >= WARM_UP) spent[which] += cpuMs(process.cpuUsage(used));
  }
}
const frames = framesOf() - before.frames;
const bytes = recording.written() - before.bytes;
row(`frames in ${MINUTES} min, both ways`, String(frames));
row('bytes on disk in a day, MB', ((bytes * DAY_MINUTES) / MINUTES / 1e6).toFixed(2));
row('  of one frame and all that goes with it, bytes', (bytes / frames).toFixed(0));
row(
  'CPU of the whole site, simulation and all, without / with, ms',
  `${spent.bare.toFixed(0)} / ${spent.recorded.toFixed(0)}`,
);
row('  the box beside that, %', ((spent.recorded / spent.bare - 1) * 100).toFixed(1));
row('  for one frame, us', (((spent.recorded - spent.bare) / frames) * 1_000).toFixed(0));
await recording.close();
const [life] = livesIn(folder);
if (life !== undefined) {
  const used = process.cpuUsage();
  const played = replayLife(life, { untilMs: null, log: createKeptLog() });
  const tookMs = cpuMs(process.cpuUsage(used));
  row('replayed so many times faster than it happened', (((played.endedMs - played.beganMs) / tookMs) | 0).toString());
  row('  and all of its frames were the same', String(played.exact && played.frames === played.sameFrames));
  played.player.close();
}
bare.stop();
recorded.stop();
rmSync(folder, { recursive: true, force: true });
