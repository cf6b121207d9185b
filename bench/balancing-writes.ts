import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wanderingLoad } from '../src/sim/foreign-load.ts';
import { createRandom } from '../src/sim/random.ts';
import { openStore } from '../src/store/database.ts';
import { bigCar, createBalancedSite } from '../test/scenarios/balanced-site.ts';
import { makeScratch, removeScratch } from './servers.ts';

/**
 * `npm run bench:writes`: what the control loop has written to disk, in virtual time: twenty cars that charge beside a
 * building whose load wanders, with the same site without circuits next to it.
 */

const CARS = Number(process.env.BUSBAR_CARS ?? 20);
const WARM_UP_S = 600;
const MEASURED_S = 3_600;

const row = (measure: string, off: string, on: string): void => {
  process.stdout.write(`${measure.padEnd(50)} ${off.padEnd(16)} ${on}\n`);
};

try {
  const off = measure(false);
  const on = measure(true);
  row(`${CARS} cars, an hour`, 'without', 'with circuits');
  row('written to the journal of the store, MB', mb(off.bytes), mb(on.bytes));
  row('commits', String(off.commits), String(on.commits));
  row('limits sent', String(off.limits), String(on.limits));
  row('what balancing adds for ten connectors, MB a day', '', mb(((on.bytes - off.bytes) * 24 * 10) / CARS));
} finally {
  removeScratch();
}

function measure(hasCircuits: boolean): { bytes: number; commits: number; limits: number } {
  const path = join(mkdtempSync(join(makeScratch(), 'writes-')), 'busbar.db');
  const { database } = openStore(path, { now: Date.UTC(2026, 0, 15, 12), newId: () => 'epoch' });
  const site = createBalancedSite({
    database,
    limitA: CARS * 16,
    reserveA: CARS * 8,
    chargePoints: CARS,
    metered: hasCircuits,
    balanced: hasCircuits,
    foreign: [
      wanderingLoad({
        circuit: 'grid',
        random: createRandom(5),
        lowestA: CARS,
        highestA: CARS * 6,
        strideA: CARS / 4,
        everySeconds: 20,
      }),
    ],
  });
  site.powerOn();
  site.advance(60);
  for (let at = 0; at < CARS; at += 1) site.plugIn(at, { ...bigCar, batteryWh: 3_000_000 });
  site.advance(WARM_UP_S);
  const before = taken();
  site.advance(MEASURED_S);
  const after = taken();
  site.stop();
  return {
    bytes: after.bytes - before.bytes,
    commits: after.commits - before.commits,
    limits: after.limits - before.limits,
  };

  /** Nobody moves pages out of the journal here: its length is what was written. */
  function taken() {
    return {
      bytes: statSync(`${path}-wal`).size,
      commits: site.world.controller().figures().commits,
      limits: (site.world.controller().balancing?.world.connectors ?? []).reduce(
        (sum, { book }) => sum + book.nextSeq,
        0,
      ),
    };
  }
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(2);
}
