import { seeded } from '../test/support/seeded.ts';
import { createPark } from './balanced-park.ts';
import { quantile } from './figures.ts';

/** `npm run bench:cycle`: what the whole control loop costs on a large site, from the meters to the calls that leave. */

const PARK = { feeders: 5, boards: 50, sockets: 1_000 };
const CYCLES = Number(process.env.BUSBAR_CYCLES ?? 400);
/** Until floors are proven and cars have their shares, and the code is compiled. */
const WARM_UP = 180;
const SAMPLE_EVERY = 10;

const row = (measure: string, reached: string, target = ''): void => {
  process.stdout.write(`${measure.padEnd(66)} ${reached.padEnd(24)} ${target}`.trimEnd().concat('\n'));
};

const random = seeded(7);
const park = createPark(PARK, random);
const { balancing, clock, counts } = park;
const times = { cycle: [] as number[], cpu: [] as number[], sample: [] as number[], reading: [] as number[] };
const { feeders, sockets } = PARK;
let buildingA = sockets * 2;
let steps = 0;
const before = { sent: 0, decreases: 0 };

for (let cycle = 0; cycle < WARM_UP + CYCLES; cycle++) {
  const isMeasured = cycle >= WARM_UP;
  if (cycle === WARM_UP) Object.assign(before, counts);
  // A second passes; the beat of the loop falls due in it.
  clock.fallDue(1_000);
  buildingA = Math.max(0, Math.min(sockets * 6, buildingA + (random() - 0.5) * sockets));
  for (let at = cycle % SAMPLE_EVERY; at < sockets; at += SAMPLE_EVERY) {
    const reading = park.readingOf(at);
    const from = performance.now();
    balancing.noticed(reading);
    if (isMeasured) times.reading.push(performance.now() - from);
  }
  for (let feeder = -1; feeder < feeders; feeder++) {
    const share = feeder < 0 ? 1 : 1 / (feeders * 2);
    const sample = park.sampleOf(feeder < 0 ? 'site' : `feeder${feeder}`, buildingA * share, (at) =>
      feeder < 0 ? true : (at % PARK.boards) % feeders === feeder,
    );
    const from = performance.now();
    balancing.meterSampled(sample);
    if (isMeasured) times.sample.push(performance.now() - from);
  }
  const cycles = balancing.figures().cycles;
  const used = process.cpuUsage();
  const from = performance.now();
  clock.settle();
  const took = performance.now() - from;
  const { user, system } = process.cpuUsage(used);
  const ran = balancing.figures().cycles - cycles;
  if (isMeasured && ran > 0) {
    times.cycle.push(took / ran);
    times.cpu.push((user + system) / 1_000 / ran);
  }
  if (isMeasured) steps += ran;
  park.deliver();
}

const granted = balancing.world.connectors.filter(({ commanded }) => (commanded?.grantMA ?? 0) > 0).length;
row('', 'reached', 'target');
row(
  `cycle, ${sockets} connectors, ${park.model.circuits.length} circuits x 3 phases, p50 ms`,
  quantile(times.cycle, 0.5).toFixed(2),
);
row('the same, p99 ms', quantile(times.cycle, 0.99).toFixed(2), '<= 25');
row(
  '  the same in CPU time, p50 / p99 ms',
  `${quantile(times.cpu, 0.5).toFixed(2)} / ${quantile(times.cpu, 0.99).toFixed(2)}`,
);
row('sample of a meter on the root or a feeder, p50 / p99 us', us(times.sample));
row('sample of a car, p50 / p99 us', us(times.reading));
row(
  '  limits sent in a cycle, decreases among them',
  `${per(counts.sent - before.sent)}, ${per(counts.decreases - before.decreases)}`,
);
row('  cars that may charge at the end', String(granted));
row('  fingerprint of all that was sent', park.fingerprint());
row('  memory of the whole process, MB', (process.memoryUsage().rss / 1_048_576).toFixed(0));
park.stop();
if (park.faults.length > 0) {
  process.stderr.write(`The loop had a fault: ${park.faults[0]}\n`);
  process.exitCode = 1;
}

function us(values: readonly number[]): string {
  return `${(quantile(values, 0.5) * 1_000).toFixed(0)} / ${(quantile(values, 0.99) * 1_000).toFixed(0)}`;
}

function per(count: number): string {
  return (count / Math.max(1, steps)).toFixed(1);
}
