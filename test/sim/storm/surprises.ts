import type { Connector } from '../../../src/sim/connector.ts';
import type { Ground } from './ground.ts';
import type { Stage } from './stage.ts';

/**
 * Charge points that take more than any limit that they accepted, without a word. No controller can know it before it happens:
 * for so long it is left out of what is judged, with what it takes above what it was held to. After that, it counts in full.
 */

/** Until all that it can draw is counted, and the others have given way, s; two samples come on top, by which it is seen. */
const SURPRISE_S = 70;

export type Surprises = ReturnType<typeof createSurprises>;

export function createSurprises({ points, world, setting }: Stage, ground: Ground) {
  const now = (): number => world.clock.sim.now();
  const surpriseMs = (SURPRISE_S + 2 * setting.sampleS) * 1_000;
  /** What each connector was allowed before, by charge point. */
  const running = new Map<number, { until: number; readonly before: readonly number[] }>();
  const latest = points.map((_, index) => ground.allowedOf(index));
  const known = new Set<Connector>();

  const begin = (index: number): void => {
    const found = running.get(index);
    const until = now() + surpriseMs;
    if (found === undefined) running.set(index, { until, before: latest[index] ?? [] });
    else found.until = until;
  };

  return {
    /** It was without power and has it again. */
    powered(index: number): void {
      const quirks = setting.points[index]?.make.quirks;
      const { losesProfilesOnReboot, losesClockOnReboot, freeVend } = quirks ?? {};
      if (losesProfilesOnReboot === true || losesClockOnReboot === true || freeVend === true) begin(index);
    },
    /** It was asked to drop all its limits (first contact), and did. */
    cleared(index: number): void {
      begin(index);
    },
    closed(index: number): void {
      if (setting.points[index]?.make.quirks.losesProfilesOnDisconnect === true) begin(index);
    },
    /** Once a second, before anything is judged. */
    look(): void {
      points.forEach((point, index) => {
        const quirks = setting.points[index]?.make.quirks;
        const mayDisobey = quirks?.disobeysAfterSeconds !== undefined || quirks?.freeVend === true;
        for (const connector of mayDisobey ? point.connectors : []) {
          const { transaction, car } = connector;
          const disobeys =
            quirks?.disobeysAfterSeconds !== undefined &&
            transaction !== null &&
            point.time() - transaction.startedAt >= quirks.disobeysAfterSeconds * 1_000 - 2_000;
          const vends = quirks?.freeVend === true && transaction === null && car !== null;
          if (!disobeys && !vends) known.delete(connector);
          else if (!known.has(connector)) {
            known.add(connector);
            begin(index);
          }
        }
        const found = running.get(index);
        // While nobody is there to see it, the time does not run.
        if (found !== undefined && world.network.down) found.until = Math.max(found.until, now() + surpriseMs);
        if (found !== undefined && now() >= found.until) running.delete(index);
        if (!running.has(index)) latest[index] = ground.allowedOf(index);
      });
    },
    areAny: (): boolean => running.size > 0,
    isRunning: (index: number): boolean => running.has(index),
    /** What a connector counts with at most. */
    capOf(index: number, connectorId: number): number {
      return running.get(index)?.before[connectorId - 1] ?? Number.POSITIVE_INFINITY;
    },
  };
}
