import type { Connector } from '../../../src/sim/connector.ts';
import type { Told } from './findings.ts';
import type { Losses } from './life.ts';
import type { Peace } from './peace.ts';
import type { Stage } from './stage.ts';

/** Nobody starves, and it all comes to rest: judged by what flows and by what was said. */

/** In fine weather a car waits for its turn so long at most: two turns of 15 min, a rest, and the wake-up. */
const TURN_S = 2_400;
/**
 * Limits said to one connector in a quarter of an hour of fine weather. The shortest lease, 120 s, is renewed each 48 s: that is
 * 19. A change each minute is left for turns, cars that fill up, and a building that wanders.
 */
const mostLimits = 34;

/** Makes that refuse a limit at a high level. */
const refusesCover: ReadonlySet<string> = new Set(['level zero only', 'one period only']);

export function createCalmJudge(
  { points, world, log, setting }: Stage,
  { told, peace, losses }: { told: Told; peace: Peace; losses: Losses },
) {
  const sockets = points.flatMap((point, index) => point.connectors.map((connector) => ({ index, point, connector })));
  /** Since when each waits though it could be reached, in seconds of that. */
  const waited = sockets.map(() => 0);
  const served = sockets.map(() => 0);
  /** Since when each wants to charge. */
  const wanting = sockets.map(() => 0);
  let longest = 0;
  let limits = new Map<string, number>();
  const wants = ({ transaction, car, carIsFull }: Connector): boolean =>
    transaction !== null && car !== null && !carIsFull;
  /** Seconds since it had current last, and since it began to want it; null where it wants none. */
  const without = (at: number): { current: number; waiting: number } | null => {
    const connector = sockets[at]?.connector;
    if (connector === undefined || !wants(connector)) return null;
    const now = world.clock.sim.now();
    const [last, since] = [served[at] ?? 0, wanting[at] ?? 0];
    return { current: (now - last) / 1_000, waiting: (now - Math.max(last, since)) / 1_000 };
  };

  return {
    /** A SetChargingProfile to this charge point, with its text. */
    said(id: string, text: string): void {
      const connector = `${id}/${/"connectorId":(\d+)/.exec(text)?.[1] ?? ''}`;
      limits.set(connector, (limits.get(connector) ?? 0) + 1);
    },
    /** Once a second. */
    look(): void {
      sockets.forEach(({ index, connector }, at) => {
        const isWanting = wants(connector);
        if (!isWanting) wanting[at] = world.clock.sim.now();
        const draws = connector.amps.some((amps) => amps > 0);
        served[at] = draws ? world.clock.sim.now() : (served[at] ?? 0);
        if (!isWanting || draws || !peace.reachable(index)) waited[at] = isWanting && !draws ? (waited[at] ?? 0) : 0;
        else waited[at] = (waited[at] ?? 0) + 1;
        longest = Math.max(longest, waited[at] ?? 0);
      });
      for (const { text, fields } of log.takeErrors()) told.find(`the controller says: ${text} ${errorOf(fields)}`);
    },
    /** A quarter of an hour of fine weather begins. */
    begin(): void {
      limits = new Map();
    },
    end(): void {
      for (const [id, count] of limits) {
        told.counts.set('most limits in calm', Math.max(told.counts.get('most limits in calm') ?? 0, count));
        if (count > mostLimits) told.find(`${id} was sent ${count} limits in the calm`);
      }
    },
    /** Whether a car that came late in the storm may be one that is never served, and has not had its time yet. */
    isOpen: (): boolean =>
      sockets.some((_, at) => {
        const time = without(at);
        return time !== null && time.current > TURN_S && time.waiting <= TURN_S;
      }),
    judgeWaits(): void {
      told.counts.set('longest wait, s', longest);
      sockets.forEach(({ index, point, connector }, at) => {
        if ((without(at)?.waiting ?? 0) > TURN_S) {
          const make = setting.points[index]?.make.name ?? '';
          // An open fault, and no danger: without its records the controller covers what these may hold by a level that they refuse.
          if (losses.any() && refusesCover.has(make)) told.count('starved after a lost database');
          else told.find(`${point.id}/${connector.id} (${make}) has had no current for ${TURN_S} s`);
        }
      });
    },
  };
}

function errorOf(fields: object): string {
  const err: unknown = 'err' in fields ? fields.err : null;
  return err instanceof Error ? (err.stack ?? err.message).slice(0, 600) : JSON.stringify(fields).slice(0, 300);
}
