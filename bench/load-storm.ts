import { performance } from 'node:perf_hooks';
import type { ChargePoint } from './charge-point.ts';
import { ask, bootFleet, delay } from './fleet.ts';

/** How long a charge point that was refused waits before it tries again, ms, and how often it tries. */
const RETRY_MS = 100;
const MAX_ATTEMPTS = 100;

export type StormResult = {
  /** From the loss of all connections until the last charge point has its answer to a BootNotification. */
  readonly settledMs: number;
  /** Attempts that were refused or cut off, and were made again. */
  readonly retries: number;
};

/**
 * All charge points lose their connection at one moment and come back at once, booting. Either they drop it themselves,
 * or, with `serverDies`, they wait until the server is gone and come back to a new one.
 */
export async function runStorm(options: {
  url: string;
  chargePoints: number;
  serverDies: boolean;
}): Promise<StormResult> {
  const fleet = await bootFleet(options.url, options.chargePoints);
  const lost = options.serverDies ? firstLost(fleet) : Promise.resolve();
  if (options.serverDies) process.send?.('ready');
  await lost;
  const started = performance.now();
  if (!options.serverDies) for (const chargePoint of fleet) chargePoint.drop();
  const retries = await Promise.all(fleet.map(comeBack));
  return { settledMs: performance.now() - started, retries: retries.reduce((sum, each) => sum + each, 0) };
}

/** Resolves when the first connection is lost: from then on time counts. */
function firstLost(fleet: readonly ChargePoint[]): Promise<void> {
  return new Promise((resolve) => {
    for (const chargePoint of fleet) chargePoint.onClose(resolve);
  });
}

async function comeBack(chargePoint: ChargePoint): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      await chargePoint.connect();
      await ask(chargePoint, chargePoint.script.boot());
      return attempt;
    } catch {
      await delay(RETRY_MS * (0.5 + Math.random()));
    }
  }
  throw new Error('a charge point was refused for good');
}
