import type { Random } from '../../../src/sim/random.ts';
import type { Frame } from '../../../src/virtual-site/loopback.ts';
import type { ControllerLife } from './controller-life.ts';
import type { Told } from './findings.ts';
import { LOST_CALL_S, type Peace } from './peace.ts';
import type { Stage } from './stage.ts';
import type { Fate } from './watched-lines.ts';
import type { FrameKind } from './wire.ts';

/** What strikes a single frame: those that matter most are struck most often. */

/** Of each kind of frame, how many in a thousand are struck; of others, and of answers to them, `rest`. */
const perMille: Readonly<Record<string, number>> = {
  SetChargingProfile: 25,
  ClearChargingProfile: 40,
  GetCompositeSchedule: 15,
  StartTransaction: 100,
  StopTransaction: 100,
  BootNotification: 60,
  StatusNotification: 8,
};
const rest = 1;
/** A controller dies so often in one storm at most: most of the time, it should have something to do. */
const mostDeaths = 6;
const untouched: Fate = { lateMs: 0 };

export function createFrameFaults(
  { world, random }: Stage,
  { told, peace, life }: { told: Told; peace: Peace; life: ControllerLife },
) {
  const own: Random = random.fork();
  const { sim } = world.clock;
  let striking = false;

  return {
    begin(): void {
      striking = true;
    },
    end(): void {
      striking = false;
    },
    fateOf({ id, up }: Frame, { action, isAnswer }: FrameKind): Fate {
      if (!striking || !own.chance((perMille[action] ?? rest) / 1_000)) return untouched;
      const name = `${action || 'a frame'}${isAnswer ? '.conf' : ''} ${up ? 'from' : 'to'} ${id}`;
      const strike = (what: string, lateMs: number): Fate => {
        told.count(what);
        told.tell(`${what}: ${name}`);
        peace.disturb(peace.indexOf.get(id) ?? -1, LOST_CALL_S + Math.min(60, lateMs / 1_000));
        return { lateMs };
      };
      switch (own.integer(0, 6)) {
        case 0:
          sim.setTimeout(() => world.network.cut(id), own.between(1, 30));
          return strike('line cut before delivery', Number.POSITIVE_INFINITY);
        case 1: {
          const wayMs = own.between(1, 40);
          sim.setTimeout(() => sim.setTimeout(() => world.network.cut(id), 0), wayMs);
          return strike('line cut after delivery', wayMs);
        }
        case 2:
          return strike('frame lost', Number.POSITIVE_INFINITY);
        case 3:
          return strike('frame late by seconds', own.between(1_000, 40_000));
        case 4:
          return strike('frame overtaken', own.between(50, 500));
        default:
          if (life.deaths() < mostDeaths) life.killAt(own.pick(['before a commit', 'after a commit']));
          return untouched;
      }
    },
  };
}
