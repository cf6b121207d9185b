import { expect, it } from 'vitest';
import { type CarType, createCar } from '../../src/sim/car.ts';
import { createElectricity, type Placement } from '../../src/sim/electricity.ts';
import { constantLoad } from '../../src/sim/foreign-load.ts';
import { createRandom } from '../../src/sim/random.ts';
import { createBalancedSite } from '../scenarios/balanced-site.ts';

/** Charge points rest while nothing can change, and the judge of currents looks only where something has: both must not show. */

const LIMIT_A = 40;
const COUNT = 4;

const small: CarType = {
  name: 'small',
  phases: 3,
  maxAmps: 16,
  batteryWh: 6_000,
  taperFromPercent: 80,
  reactionSeconds: 2,
  wakeUpSeconds: 5,
  rampAmpsPerSecond: 4,
};

function anHourAndAHalf(isStirred: boolean) {
  const site = createBalancedSite({ seed: 3, limitA: LIMIT_A, chargePoints: COUNT, leaseS: 120, metered: true });
  const { world, points, electricity } = site;
  const { sim } = world.clock;
  const later = (seconds: number, run: () => void): void => void sim.setTimeout(run, seconds * 1_000);
  electricity.burden(constantLoad('grid', [5, 6, 7]));
  electricity.start();
  // Never two of them at the same moment: which of those is first is not what is asked here.
  for (const [at, point] of points.entries()) later(at * 0.17 + 0.003, point.powerOn);
  const random = createRandom(5);
  for (let at = 0; at < COUNT - 1; at += 1) {
    const [connector] = points[at]?.connectors ?? [];
    const percent = random.integer(20, 60);
    later(100 + at * 300, () => {
      connector?.plug(createCar(small, percent));
      connector?.presentCard(`CARD-${at}`);
    });
    later(3_900 + at * 200, () => connector?.unplug());
  }
  later(700, () => world.network.cut('CP01'));
  later(1_500, () => points[1]?.powerCycle(30));
  later(2_000, () => world.network.mute('CP03', 'both'));
  later(2_300, () => world.network.mute('CP03', 'none'));
  if (isStirred) {
    const stir = (): void => {
      later(0.41, stir);
      // Whatever is done to it from outside wakes it.
      for (const { connectors } of points) for (const connector of connectors) connector.fault = null;
    };
    stir();
  }
  const placements = points.map((point): Placement => ({ point, connectorId: 1, circuit: 'grid', rotation: 'RST' }));
  const circuits = [{ id: 'grid', parent: null, limitA: [LIMIT_A, LIMIT_A, LIMIT_A] }];
  const misjudged: string[] = [];
  for (let second = 0; second < 5_400; second += 1) {
    site.advance(1);
    if (second % 7 !== 0) continue;
    const fresh = createElectricity({ clock: sim, circuits, placements }).allowedSums().get('grid');
    const kept = electricity.allowedSums().get('grid');
    if (fresh?.join() !== kept?.join()) misjudged.push(`${second} s: ${kept} for ${fresh}`);
  }
  const registers = points.map(({ flash }) => flash.registersWh.get(1) ?? 0);
  const { frames } = world.network;
  site.stop();
  return { frames, registers, misjudged };
}

it('charge points that rest say the same at the same moments as some that live through each second', () => {
  const [resting, stirred] = [anHourAndAHalf(false), anHourAndAHalf(true)];
  const said = ({ frames }: typeof resting) =>
    frames.map(({ at, id, up, text }) => `${at.toFixed(3)} ${id} ${up} ${text}`);
  const [one, other] = [said(resting), said(stirred)];
  // Only the first that differs is shown: what comes after it says nothing.
  const differs = one.findIndex((text, place) => text !== other[place]);
  if (differs >= 0) expect(one.slice(differs - 3, differs + 2)).toEqual(other.slice(differs - 3, differs + 2));
  expect(one).toHaveLength(other.length);
  expect(resting.frames.length).toBeGreaterThan(1_000);
  for (const [at, registerWh] of resting.registers.entries()) {
    expect(registerWh).toBeCloseTo(stirred.registers[at] ?? Number.NaN, 6);
  }
  expect([...resting.misjudged, ...stirred.misjudged]).toEqual([]);
}, 120_000);
