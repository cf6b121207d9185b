import { expect, it } from 'vitest';
import { carTypes, createCar } from '../../src/sim/car.ts';
import { createElectricity } from '../../src/sim/electricity.ts';
import { constantLoad, steppedLoad, wanderingLoad } from '../../src/sim/foreign-load.ts';
import { createOverloads, ordinaryFuse, overloadSeconds, patientFuse, unforgiven } from '../../src/sim/overloads.ts';
import { createRandom } from '../../src/sim/random.ts';
import { begin, start, virtualClock, type World, world } from './virtual-world.ts';

const circuits = [
  { id: 'grid', parent: null, limitA: [63, 63, 63] },
  { id: 'hall', parent: 'grid', limitA: [40, 40, 40] },
];

function wired(one: World, rotation = 'RST') {
  return createElectricity({
    clock: one.clock,
    circuits,
    placements: [1, 2].map((connectorId) => ({ point: one.point, connectorId, circuit: 'hall', rotation })),
  });
}

function install(one: World, profile: Record<string, unknown>, periods: [number, number][], connectorId = 1) {
  const answer = one.script.call('CP', 'SetChargingProfile', {
    connectorId,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: periods.map(([startPeriod, limit]) => ({ startPeriod, limit })),
      },
      ...profile,
    },
  });
  expect(answer).toContain('Accepted');
}

const compact = carTypes.find(({ phases }) => phases === 1);

it('a one-phase car burdens the phase that its rotation names, and every circuit above', () => {
  const one = world();
  one.clock.advance(5);
  if (compact === undefined) throw new Error('no car');
  one.connector.plug(createCar(compact, 30));
  one.connector.presentCard('CARD');
  one.clock.advance(120);
  const electricity = wired(one, 'TRS');
  electricity.burden(constantLoad('grid', [1, 2, 3]));
  expect(electricity.currents().get('hall')).toEqual([0, 0, 32]);
  expect(electricity.currents().get('grid')).toEqual([1, 2, 35]);
  expect(electricity.foreignNow().get('hall')).toEqual([0, 0, 0]);
  expect(() => wired(one, 'RRS')).toThrow('no rotation');
});

it('what may be drawn is the rating without profiles, the limit with them, and no more than a common maximum', () => {
  const one = world();
  one.clock.advance(5);
  const electricity = wired(one);
  const allowed = () => electricity.allowedSums().get('grid');
  expect(allowed()).toEqual([64, 64, 64]);
  install(one, {}, [[0, 8]]);
  expect(allowed()).toEqual([40, 40, 40]);
  install(one, { chargingProfileId: 2, chargingProfilePurpose: 'ChargePointMaxProfile' }, [[0, 20]], 0);
  expect(allowed()).toEqual([20, 20, 20]);
});

it('a dead box is judged by the highest sum ahead: a step up, and the default of a transaction to come', () => {
  const one = world();
  one.clock.advance(5);
  install(one, {}, [[0, 6]], 0);
  const electricity = wired(one);
  begin(one);
  one.clock.advance(5);
  const transaction = { chargingProfileId: 2, chargingProfilePurpose: 'TxProfile', stackLevel: 1 };
  install(one, transaction, [
    [0, 10],
    [7_200, 16],
  ]);
  expect(electricity.allowedSums().get('grid')).toEqual([16, 16, 16]);
  expect(electricity.deadBox(1).get('grid')).toEqual([16, 16, 16]);
  expect(electricity.deadBox(3).get('grid')).toEqual([22, 22, 22]);
  install(one, transaction, [[0, 0]]);
  expect(electricity.allowedSums().get('grid')).toEqual([6, 6, 6]);
  // The transaction ends and another begins: both are at the default.
  expect(electricity.deadBox(1).get('grid')).toEqual([12, 12, 12]);
});

it('peaks, overloads and overcommitments are kept with their length', () => {
  const one = world();
  one.clock.advance(5);
  install(one, {}, [[0, 10]], 0);
  const electricity = wired(one);
  const amps = [50, 0, 0];
  electricity.burden(
    steppedLoad('grid', [
      { at: one.clock.now() + 10_000, amps },
      { at: one.clock.now() + 25_000, amps: [70, 0, 0] },
      { at: one.clock.now() + 40_000, amps: [0, 0, 0] },
    ]),
  );
  electricity.start();
  one.clock.advance(60);
  electricity.stop();
  const [overload, ...more] = electricity.overloads.kept();
  expect(more).toEqual([]);
  expect(overload).toMatchObject({ circuit: 'grid', phase: 0, limitA: 63, maxA: 70, open: false });
  expect(overload === undefined ? null : overloadSeconds(overload)).toBe(15);
  expect(electricity.overcommitments.kept().map((each) => [each.maxA, overloadSeconds(each)])).toEqual([[90, 30]]);
  expect(electricity.peaks().get('grid')).toEqual([70, 0, 0]);
  expect(unforgiven(electricity.overloads.kept(), ordinaryFuse)).toHaveLength(1);
  expect(unforgiven(electricity.overloads.kept(), patientFuse)).toEqual([]);
});

it('with an unreachable charge point a long overload is forgiven as long as it is small', () => {
  const { look, kept } = createOverloads();
  for (const [at, amps] of [
    [0, 110],
    [900_000, 0],
    [1_000_000, 113],
    [1_900_000, 0],
  ] as const)
    look('a', 0, amps, 100, at);
  expect(unforgiven(kept(), { longestSeconds: 20, toleratedFactor: 1.12 }).map(({ maxA }) => maxA)).toEqual([113]);
});

it('a building wanders within its bounds, and the same way for the same seed', () => {
  const clock = virtualClock(start);
  const walk = (seed: number) => {
    const load = wanderingLoad({
      circuit: 'grid',
      random: createRandom(seed),
      lowestA: 5,
      highestA: 25,
      strideA: 4,
      everySeconds: 10,
    });
    return Array.from({ length: 400 }, (_, step) => [...load.amps(clock.now() + step * 5_000)]);
  };
  const amps = walk(1).flat();
  expect(walk(1)).toEqual(walk(1));
  expect(walk(2)).not.toEqual(walk(1));
  expect(Math.min(...amps)).toBeGreaterThanOrEqual(5);
  expect(Math.max(...amps)).toBeLessThanOrEqual(25);
  expect(Math.max(...amps) - Math.min(...amps)).toBeGreaterThan(10);
});
