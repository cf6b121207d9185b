import type { Random } from '../../../src/sim/random.ts';
import type { ControllerLife } from './controller-life.ts';
import type { Told } from './findings.ts';
import { LOST_CALL_S, type Peace } from './peace.ts';
import { BUILDING_A } from './setting.ts';
import type { Stage } from './stage.ts';
import type { Surprises } from './surprises.ts';

/** Faults that strike a charge point, its line, the controller, the meter or the building, one after the other at random. */

/** Seconds between two. */
const pauseS = [4, 70] as const;
/** Our clock is set by so much at most; together these stay within what is known of clocks in an hour. */
const clockStepMs = 60_000;

type Around = { told: Told; peace: Peace; life: ControllerLife; surprises: Surprises };

export function createWeather(stage: Stage, { told, peace, life, surprises }: Around) {
  const { world, points, meter, building } = stage;
  const random = stage.random.fork();
  const { network, clock } = world;
  const { sim } = clock;
  const muted = new Map<string, number>();
  let over = false;

  const later = (seconds: number, run: () => void): void => void sim.setTimeout(run, seconds * 1_000);
  const struck = (what: string, how: string): void => {
    told.count(what);
    told.tell(`${what}: ${how}`);
  };

  const powerCut = (index: number, seconds: number): void => {
    points[index]?.powerCycle(seconds);
    // With the power it has lost its line, which the other end of it sees later.
    surprises.closed(index);
    later(seconds, () => surprises.powered(index));
    peace.disturb(index, seconds);
  };

  const faults: readonly ((index: number, id: string) => void)[] = [
    (_, id) => {
      network.cut(id);
      struck('line cut', id);
    },
    (_, id) => {
      const seconds = random.integer(5, random.chance(0.2) ? 1_500 : 240);
      network.unreachable.add(id);
      network.cut(id);
      later(seconds, () => network.unreachable.delete(id));
      struck('out of reach', `${id} for ${seconds} s`);
    },
    (index, id) => {
      const way = random.pick(['up', 'down', 'both'] as const);
      const seconds = random.integer(1, 100);
      network.mute(id, way);
      muted.set(id, sim.now() + seconds * 1_000);
      peace.disturb(index, seconds + LOST_CALL_S);
      later(seconds, () => {
        if ((muted.get(id) ?? 0) <= sim.now()) network.mute(id, 'none');
      });
      struck('line mute', `${id} ${way} for ${seconds} s`);
    },
    (index, id) => {
      const seconds = random.integer(2, 90);
      powerCut(index, seconds);
      struck('charge point without power', `${id} for ${seconds} s`);
    },
    () => {
      if (!random.chance(0.12)) return;
      const seconds = random.integer(2, 120);
      for (const index of points.keys()) powerCut(index, seconds);
      struck('all charge points without power', `for ${seconds} s`);
    },
    () => {
      if (life.isDown() || !random.chance(0.4)) return;
      life.kill();
    },
    () => {
      if (!random.chance(0.25)) return;
      const ms = random.integer(-clockStepMs, clockStepMs);
      clock.stepServer(ms);
      peace.disturbAll(10);
      struck('clock set', `by ${ms} ms`);
    },
    () => {
      if (!stage.setting.metered || meter.mode !== 'true') return;
      meter.mode = random.pick(['silent', 'frozen'] as const);
      const seconds = random.integer(2, 180);
      later(seconds, () => {
        meter.mode = 'true';
      });
      struck(`meter ${meter.mode}`, `for ${seconds} s`);
    },
    jump,
    jump,
  ];

  function jump(): void {
    const same = random.chance(0.5) ? random.between(0, BUILDING_A.jump) : null;
    const amps = [0, 1, 2].map(() => same ?? random.between(0, BUILDING_A.jump));
    building.jumpTo(random.chance(0.4) ? [0, 0, 0] : amps);
    struck('building jumps', amps.map((each) => each.toFixed(1)).join(' '));
  }

  const strike = (own: Random): void => {
    if (over) return;
    const index = own.integer(0, points.length - 1);
    own.pick(faults)(index, points[index]?.id ?? '');
    later(own.between(...pauseS), () => strike(own));
  };

  return {
    begin: () => strike(random),
    /** The sun comes out. */
    end(): void {
      over = true;
      network.unreachable.clear();
      for (const { id } of points) network.mute(id, 'none');
      meter.mode = 'true';
      building.jumpTo([0, 0, 0]);
      life.disarm();
    },
  };
}
