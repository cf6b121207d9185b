import type { Ground } from './ground.ts';
import type { Stage } from './stage.ts';

/**
 * Who can be talked to, and since when. What is promised in seconds is promised while everybody can be reached, the controller
 * runs and its meter tells the truth; each disturbance holds for a while longer, until the controller can know of its end.
 */

/** After a connection, or a controller's start: registration, what is queued, the settle window, first calls. */
const RECOVERY_S = 30;
/** A call that was lost is given up after 30 s, and said again within a few more. */
export const LOST_CALL_S = 45;
export type Peace = ReturnType<typeof createPeace>;

export function createPeace({ points, world, meter, setting }: Stage, ground: Ground) {
  const until = points.map(() => 0);
  let allUntil = 0;
  const now = (): number => world.clock.sim.now();
  /** After a meter tells the truth again: three intervals, and the cycle. */
  const meterUntilS = 3 * setting.meterS + 2;
  const slowest = Math.max(...setting.points.map(({ make }) => make.quirks.answerDelaySeconds ?? 0));
  const indexOf = new Map(points.map(({ id }, index) => [id, index]));

  return {
    indexOf,
    /** Seconds that each call takes more than usual here. */
    slowest,
    disturb(index: number, seconds: number): void {
      until[index] = Math.max(until[index] ?? 0, now() + seconds * 1_000);
    },
    disturbAll(seconds: number): void {
      allUntil = Math.max(allUntil, now() + seconds * 1_000);
    },
    /** Once a second: what can be seen by itself. */
    look(): void {
      if (world.network.down) allUntil = Math.max(allUntil, now() + RECOVERY_S * 1_000);
      if (setting.metered && meter.mode !== 'true') allUntil = Math.max(allUntil, now() + meterUntilS * 1_000);
      points.forEach((point, index) => {
        if (!point.connected() || point.registration() !== 'Accepted') this.disturb(index, RECOVERY_S);
      });
    },
    reachable: (index: number): boolean => now() >= allUntil && now() >= (until[index] ?? 0),
    /** Everybody below this circuit can be reached. */
    reigns(circuit: number): boolean {
      if (now() < allUntil) return false;
      return ground.groups.every(
        (group, index) => group[0]?.above.includes(circuit) !== true || now() >= (until[index] ?? 0),
      );
    },
  };
}
