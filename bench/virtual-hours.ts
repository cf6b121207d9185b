import { createHash } from 'node:crypto';
import type { Overload } from '../src/sim/overloads.ts';
import type { Frame } from '../src/virtual-site/loopback.ts';
import { COUNT, storm } from '../test/scenarios/weather.ts';
import { DEPOT, depotDay } from './virtual-depot.ts';

/**
 * `npm run bench:virtual`: how many hours of charge points under the real controller pass in a minute of the processor. With
 * it stands a hash of all that was on the lines: what is merely faster has the same.
 */

const DEPOT_DAYS = Number(process.env.BUSBAR_DAYS ?? 2);
const STORMS = Number(process.env.BUSBAR_STORMS ?? 4);
/** Begin of a storm and of a day, in which floors are not proven yet. */
const SETTLED_MS = 60_000;

type Measured = { hours: number; cpuMs: number; frames: number; overloads: number };
type Judged = {
  readonly overloads: { kept(): readonly Overload[] };
  readonly overcommitments: { kept(): readonly Overload[] };
};

const broken = ({ overloads, overcommitments }: Judged, begun: number): number =>
  [...overloads.kept(), ...overcommitments.kept()].filter(({ from }) => from > begun).length;

/** The processor's time of what is between `go` and `halt`; hashing is not. */
function stopwatch() {
  let from = process.cpuUsage();
  let spentMs = 0;
  return {
    go(): void {
      from = process.cpuUsage();
    },
    halt(): void {
      const { user, system } = process.cpuUsage(from);
      spentMs += (user + system) / 1_000;
    },
    ms: () => spentMs,
  };
}

function storms(): Measured {
  const of = { hours: 0, cpuMs: 0, frames: 0, overloads: 0 };
  const watch = stopwatch();
  for (let seed = 1; seed <= STORMS; seed += 1) {
    watch.go();
    const { site, begun } = storm(seed, seed % 2 === 1);
    watch.halt();
    of.hours += (COUNT * (site.world.clock.sim.now() - begun + SETTLED_MS)) / 3_600_000;
    of.overloads += broken(site.electricity, begun);
    of.frames += note(site.world.network.frames);
    site.stop();
  }
  return { ...of, cpuMs: watch.ms() };
}

function depotDays(): Measured {
  const of = { hours: 0, cpuMs: 0, frames: 0, overloads: 0 };
  const watch = stopwatch();
  for (let seed = 1; seed <= DEPOT_DAYS; seed += 1) {
    let begun = 0;
    let frames: Frame[] = [];
    const read = (): void => {
      watch.halt();
      of.frames += note(frames);
      frames.length = 0;
      watch.go();
    };
    watch.go();
    const site = depotDay(
      seed,
      ({ world }) => {
        begun = world.clock.sim.now() + SETTLED_MS;
        frames = world.network.frames;
      },
      read,
    );
    watch.halt();
    of.hours += DEPOT.chargePoints * DEPOT.hours;
    of.overloads += broken(site.electricity, begun);
    site.stop();
  }
  return { ...of, cpuMs: watch.ms() };
}

let hash = createHash('sha256');

function note(frames: readonly Frame[]): number {
  for (const { at, id, up, text } of frames) hash.update(`${at} ${id} ${up ? '>' : '<'} ${text}\n`);
  return frames.length;
}

for (const [name, run] of [
  ['storms', storms],
  ['depot days', depotDays],
] as const) {
  hash = createHash('sha256');
  const { hours, cpuMs, frames, overloads } = run();
  if (hours === 0) continue;
  const rows = [
    ['charge-point-hours', hours.toFixed(1)],
    ['CPU time, s', (cpuMs / 1_000).toFixed(2)],
    ['charge-point-hours in a CPU minute', ((hours * 60_000) / cpuMs).toFixed(0)],
    ['frames on the lines', String(frames)],
    ['times that a limit was broken', String(overloads)],
    ['fingerprint of all frames', hash.digest('hex').slice(0, 12)],
  ];
  process.stdout.write(`${name}\n`);
  for (const [what, reached] of rows) process.stdout.write(`  ${(what ?? '').padEnd(40)} ${reached}\n`);
  if (overloads > 0) process.exitCode = 1;
}
