import type { Connector } from '../../../src/sim/connector.ts';
import type { Ground } from './ground.ts';
import type { Stage } from './stage.ts';

/**
 * Charge points that take more than any limit that they accepted, without a word. No controller can know it before it happens:
 * for so long it is left out of what is judged, with what it takes above what it was held to. After that, it counts in full.
 */

/**
 * From the first current, or from when it is there again, until all that it can draw is counted, and the others have given way, s;
 * two samples come on top, by which it is seen. Charging without a transaction is believed after 60 s (safety, rule 5).
 */
const SURPRISE_S = 70;

export type Surprises = ReturnType<typeof createSurprises>;

export function createSurprises({ points, world, setting }: Stage, ground: Ground) {
  const now = (): number => world.clock.sim.now();
  const surpriseMs = (SURPRISE_S + 2 * setting.sampleS) * 1_000;
  /** What each connector was allowed before, by charge point. */
  const running = new Map<number, { until: number; before: readonly number[] }>();
  const latest = points.map((_, index) => ground.allowedOf(index));
  const known = new Set<Connector>();
  /** Those that draw too much by themselves: nothing shows it but what they say. */
  const unheard = new Set<number>();
  /**
   * Charge points that have shown that they lose their limits with their line. Until it has, one counts by its floor, which was
   * proven while the line stood (safety, A5); that the floor is gone shows only once it is back. From then on it counts in full
   * as soon as its line is lost.
   */
  const shown = new Set<number>();
  /** Those that have lost them, and have not shown it yet. */
  const hidden = new Set<number>();
  const losesWithLine = (index: number): boolean =>
    setting.points[index]?.make.quirks.losesProfilesOnDisconnect === true;

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
      const { losesProfilesOnReboot, losesClockOnReboot } = quirks ?? {};
      if (losesProfilesOnReboot === true || losesClockOnReboot === true) begin(index);
    },
    /** It was asked to drop all its limits (first contact), and did. */
    cleared(index: number): void {
      begin(index);
    },
    closed(index: number): void {
      if (!losesWithLine(index)) return;
      if (!shown.has(index)) hidden.add(index);
      begin(index);
    },
    /** It has accepted a limit: by that it is held from now on, whatever else surprises in it. */
    accepted(index: number): void {
      const found = running.get(index);
      if (found !== undefined) found.before = ground.allowedOf(index);
    },
    /** With the database all that was learned of makes is lost, or some of it. */
    forgotten(): void {
      shown.clear();
    },
    /** Once a second, before anything is judged. */
    look(): void {
      points.forEach((point, index) => {
        const quirks = setting.points[index]?.make.quirks;
        const mayDisobey = quirks?.disobeysAfterSeconds !== undefined || quirks?.freeVend === true;
        for (const connector of mayDisobey ? point.connectors : []) {
          const { transaction } = connector;
          const disobeys =
            quirks?.disobeysAfterSeconds !== undefined &&
            transaction !== null &&
            point.time() - transaction.startedAt >= quirks.disobeysAfterSeconds * 1_000 - 2_000;
          const vends = quirks?.freeVend === true && transaction === null && connector.amps.some((amps) => amps > 0);
          if (!disobeys && !vends) known.delete(connector);
          else if (!known.has(connector)) {
            known.add(connector);
            unheard.add(index);
            begin(index);
          }
        }
        const found = running.get(index);
        // While nobody is there to see it, or nothing is there to be seen, the time does not run.
        const isAway = hidden.has(index) && !point.connected();
        const isHidden = world.network.down || isAway || (unheard.has(index) && !world.network.isHeard(point.id));
        if (found !== undefined && isHidden) found.until = Math.max(found.until, now() + surpriseMs);
        if (found !== undefined && now() >= found.until) {
          running.delete(index);
          unheard.delete(index);
          if (hidden.delete(index)) shown.add(index);
        }
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
