import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layOutMeters } from '../../src/balancer/metering.ts';
import type { MeterModel, SiteModel } from '../../src/domain/site-model.ts';
import { milliAmps } from '../../src/domain/units.ts';
import { siteModel } from '../support/site-model.ts';

/** A tree in which the parent of each circuit is one before it; `meters` by the index of their circuit. */
function tree(parents: readonly number[], meters: readonly (readonly [at: number, MeterModel['side']])[]): SiteModel {
  const [one] = siteModel().circuits;
  if (one === undefined) throw new Error('the site of the tests has no circuit');
  return {
    ...siteModel(),
    connectors: [],
    circuits: [-1, ...parents].map((parent, at) => ({
      ...one,
      id: `c${at}`,
      parent: at === 0 ? null : `c${parent % at}`,
      reserveMA: [milliAmps(1 << at), milliAmps(0), milliAmps(at)],
    })),
    meters: meters.map(([at, side], index) => ({
      id: `m${index}`,
      circuit: `c${at}`,
      side,
      intervalMs: 1_000,
      lostAfterMs: 60_000,
    })),
  };
}

it('tells circuits apart by whether a meter stands at or below them', () => {
  // c0 has c1 and c2; c3 is below c1, c4 below c3; a consumer is measured at c3.
  const { metered, unmetered } = layOutMeters(tree([0, 0, 1, 3], [[3, 'consumer']]));
  expect(metered.map(({ circuit, below }) => [circuit.id, below])).toEqual([
    ['c3', []],
    ['c1', [3]],
    ['c0', [1]],
  ]);
  // Its own, and of those below that nobody measures: of c4 at c3, of c2 at c0.
  expect(metered.map(({ reserveMA }) => reserveMA[0])).toEqual([8 + 16, 2, 1 + 4]);
  expect(unmetered[4]?.nowMA).toEqual([16, 0, 4]);
});

it('shows a connector to the nearest meter that sees all below, and through it to the next', () => {
  const { seenAt, seenBy, above } = layOutMeters(
    tree(
      [0, 1, 2],
      [
        [0, 'grid'],
        [1, 'generation'],
        [2, 'grid'],
      ],
    ),
  );
  expect(seenAt).toEqual(['c2', 'c0']);
  expect(above).toEqual([1, -1]);
  expect(['c0', 'c1', 'c2', 'c3'].map((id) => seenBy.get(id))).toEqual([1, 1, 0, 0]);
});

it('counts every reserve once on the way to the root, whatever the tree', () => {
  const meters = fc.array(fc.tuple(fc.nat(7), fc.constantFrom<MeterModel['side']>('grid', 'consumer', 'generation')));
  fc.assert(
    fc.property(fc.array(fc.nat(100), { minLength: 7, maxLength: 7 }), meters, (parents, at) => {
      const model = tree(parents, at);
      const { metered, unmetered } = layOutMeters(model);
      const counted = metered.reduce((sum, { reserveMA }) => sum + reserveMA[0], 0);
      expect(at.length === 0 ? unmetered[0]?.nowMA[0] : counted).toBe(2 ** model.circuits.length - 1);
    }),
    { seed: 1 },
  );
});
