import { expect, it } from 'vitest';
import { carTypes, createCar } from '../../src/sim/car.ts';
import { createElectricity } from '../../src/sim/electricity.ts';
import { models } from '../../src/sim/models.ts';
import { createFastWorld } from '../support/fast-world.ts';

/** The real controller with simulated charge points in virtual time. */

function anHour(seed: number) {
  const world = createFastWorld({ seed });
  const [model] = models;
  const car = carTypes.find(({ name }) => name === 'saloon');
  if (model === undefined || car === undefined) throw new Error('no model, or no car');
  const points = ['A', 'B', 'C'].map((id) => world.chargePoint(id, model));
  const electricity = createElectricity({
    clock: world.clock.sim,
    circuits: [{ id: 'grid', parent: null, limitA: [40, 40, 40] }],
    placements: points.map((point) => ({ point, connectorId: 1, circuit: 'grid', rotation: 'RST' })),
  });
  for (const point of points) point.powerOn();
  electricity.start();
  world.clock.advance(10);
  for (const { id, connectors } of points) {
    connectors[0]?.plug(createCar(car, 30));
    connectors[0]?.presentCard(`CARD-${id}`);
  }
  world.clock.advance(3_000);
  const amps = electricity.currents().get('grid');
  for (const { id, connectors } of points) connectors[0]?.presentCard(`CARD-${id}`);
  world.clock.advance(590);
  const stops = world.database.prepare('select count(*) as n from transactions').get() as { n: number };
  const { frames } = world.network;
  const overloads = electricity.overloads.kept().length;
  world.stop();
  return { frames, amps, stops, overloads, running: points.flatMap((one) => [...one.flash.transactions.values()]) };
}

it('three charge points boot, charge for an hour and stop, in virtual time', () => {
  const { frames, amps, stops, overloads, running } = anHour(1);
  expect(stops.n).toBe(3);
  expect(running).toEqual([]);
  expect(amps).toEqual([48, 48, 48]);
  expect(overloads).toBe(3);
  expect(frames.filter(({ up, text }) => up && text.includes('"StopTransaction"'))).toHaveLength(3);
});

it('the same seed gives the same frames, another one others', () => {
  const [one, same, other] = [anHour(7), anHour(7), anHour(8)].map(({ frames }) => frames);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

it('a controller that dies and comes back is found again, and charging goes on', () => {
  const world = createFastWorld();
  const [model] = models;
  const [car] = carTypes;
  if (model === undefined || car === undefined) throw new Error('no model, or no car');
  const point = world.chargePoint('A', model);
  point.powerOn();
  world.clock.advance(10);
  point.connectors[0]?.plug(createCar(car, 30));
  point.connectors[0]?.presentCard('CARD');
  world.clock.advance(60);
  world.killController();
  world.clock.advance(60);
  expect(point.connected()).toBe(false);
  expect(point.connectors[0]?.status).toBe('Charging');
  world.startController();
  world.clock.advance(300);
  expect(point.connected()).toBe(true);
  world.stop();
});
