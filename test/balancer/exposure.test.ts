import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadBoxWith } from '../../src/balancer/dead-box.ts';
import { exposureOf, HIGH_VOLTAGE_V, heldSums, type Room, raise } from '../../src/balancer/exposure.ts';
import { indexSite, type SiteIndex } from '../../src/balancer/site-index.ts';
import { gridPhases, rotations, type SiteModel } from '../../src/domain/site-model.ts';
import { milliAmps } from '../../src/domain/units.ts';
import { siteModel } from '../support/site-model.ts';

/** A random tree: circuits of the building, some charge points that limit themselves, and connectors anywhere. */
const sites: fc.Arbitrary<SiteModel> = fc
  .record({
    parents: fc.array(fc.nat(100), { maxLength: 7 }),
    own: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    limits: fc.array(fc.integer({ min: 0, max: 63_000 }), { minLength: 8, maxLength: 8 }),
    places: fc.array(fc.tuple(fc.nat(100), fc.constantFrom<1 | 2 | 3>(1, 2, 3), fc.constantFrom(...rotations)), {
      maxLength: 10,
    }),
    unknown: fc.integer({ min: 0, max: 10_000 }),
  })
  .map(({ parents, own, limits, places, unknown }) => {
    const [first, hung] = [siteModel().circuits[0], siteModel().connectors[0]];
    if (first === undefined || hung === undefined) throw new Error('the site of the tests has no parts');
    const circuits = [-1, ...parents].map((parent, at) => {
      const limit = milliAmps(limits[at] ?? 0);
      return {
        ...first,
        id: `c${at}`,
        parent: at === 0 ? null : `c${parent % at}`,
        limitMA: [limit, limit, limit] as const,
        chargePointId: at > 0 && own[at] === true ? `P${at}` : null,
      };
    });
    const connectors = places.map(([place, wiredPhases, rotation], at) => ({
      ...hung,
      chargePointId: `CP${at}`,
      circuit: `c${place % circuits.length}`,
      wiredPhases,
      rotation,
    }));
    return { ...siteModel(), circuits, connectors, unknownReserveMA: milliAmps(unknown) };
  });
const amounts = fc.array(fc.integer({ min: 0, max: 32_000 }), { minLength: 10, maxLength: 10 });

/** From the root down, by ids and names of phases: shares nothing with what it judges. */
function naive(model: SiteModel, of: readonly number[], id: string, phase: number): number {
  const { circuits, connectors, unknownReserveMA } = model;
  const own = connectors.reduce((sum, { circuit, rotation, wiredPhases }, at) => {
    const loads = gridPhases(rotation, wiredPhases).some((one) => one === phase);
    return circuit === id && loads ? sum + (of[at] ?? 0) : sum;
  }, 0);
  const below = circuits
    .filter(({ parent }) => parent === id)
    .reduce((sum, { id: child, chargePointId, limitMA }) => {
      const flows = naive(model, of, child, phase);
      return sum + (chargePointId === null ? flows : Math.min(flows, limitMA[phase] ?? 0));
    }, 0);
  const isRoot = circuits.find((one) => one.id === id)?.parent === null;
  return own + below + (isRoot ? unknownReserveMA : 0);
}

const everywhere = (index: SiteIndex, mA: number, watts = Number.NaN): Room => ({
  mA: new Float64Array(index.circuits.length * 3).fill(mA),
  watts: new Float64Array(index.circuits.length).fill(watts),
});

describe('exposure', () => {
  it('of what everybody is held to is the sum of the dead box, reserves and all', () => {
    fc.assert(
      fc.property(sites, amounts, amounts, (bare, of, reserves) => {
        const circuits = bare.circuits.map((circuit, at) => {
          const mA = milliAmps(reserves[at] ?? 0);
          return { ...circuit, reserveMA: [mA, milliAmps(0), mA] as const };
        });
        const model = { ...bare, circuits };
        const twins = new Set(['P2', 'P4']);
        const held = (one: { chargePointId: string }) => milliAmps(of[Number(one.chargePointId.slice(2))] ?? 0);
        const spelledOut = deadBoxWith(model, held, twins);
        expect([...heldSums(indexSite(model), of, twins)]).toEqual(spelledOut.flatMap(({ sumMA }) => [...sumMA]));
      }),
      { seed: 1 },
    );
  });

  it('is what a naive sum says, for any tree, rotation and self-limited charge point', () => {
    fc.assert(
      fc.property(sites, amounts, (model, of) => {
        const index = indexSite(model);
        const sums = exposureOf(index, of, index.wired);
        for (const [at, { id }] of model.circuits.entries())
          for (const phase of [0, 1, 2]) expect(sums[at * 3 + phase]).toBe(naive(model, of, id, phase));
      }),
      { seed: 1 },
    );
  });
});

it('of two charge points under one id is what both of them may let through', () => {
  const model = siteModel();
  const circuits = model.circuits.map((one) => (one.id === 'garage' ? { ...one, chargePointId: 'CP2' } : one));
  const index = indexSite({ ...model, circuits });
  const of = [5_000, 200_000, 0];
  expect(exposureOf(index, of, index.wired)[0]).toBe(68_000);
  expect(exposureOf(index, of, index.wired, new Set(['CP2']))[0]).toBe(131_000);
  expect(exposureOf(index, of, index.wired, new Set(['CP1']))[0]).toBe(68_000);
});

describe('the gate', () => {
  const steps = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 0, max: 32_000 })), { maxLength: 30 });

  it('keeps every sum what an exposure counted anew says, and never lets one above its room', () => {
    fc.assert(
      fc.property(sites, steps, fc.integer({ min: 0, max: 80_000 }), (model, all, most) => {
        const index = indexSite(model);
        const of = model.connectors.map(() => 0);
        const sums = exposureOf(index, of, index.wired);
        const room = everywhere(index, most);
        for (const [which, toMA] of all) {
          const connector = which % Math.max(1, of.length);
          const fromMA = of[connector];
          if (fromMA === undefined) continue;
          const obstacle = raise(index, sums, room, { connector, mask: index.wired[connector] ?? 7, fromMA, toMA });
          const would = of.with(connector, toMA);
          const counted = exposureOf(index, would, index.wired);
          const before = exposureOf(index, of, index.wired);
          const rises = [...counted].some((sum, at) => sum > (before[at] ?? 0) && sum > most);
          expect(obstacle !== null).toBe(rises);
          if (obstacle === null) of[connector] = toMA;
          expect([...sums]).toEqual([...exposureOf(index, of, index.wired)]);
        }
      }),
      { seed: 2 },
    );
  });

  it('gives back exactly what a raise took when it is lowered again', () => {
    fc.assert(
      fc.property(sites, amounts, fc.integer({ min: 0, max: 32_000 }), (model, of, toMA) => {
        const index = indexSite(model);
        const sums = exposureOf(index, of, index.wired);
        const before = [...sums];
        for (const [connector, fromMA] of of.slice(0, model.connectors.length).entries()) {
          const mask = index.wired[connector] ?? 7;
          expect(raise(index, sums, everywhere(index, 1e9), { connector, mask, fromMA, toMA })).toBeNull();
          expect(
            raise(index, sums, everywhere(index, -1), { connector, mask, fromMA: toMA, toMA: Math.min(fromMA, toMA) }),
          ).toBeNull();
          raise(index, sums, everywhere(index, 1e9), { connector, mask, fromMA: Math.min(fromMA, toMA), toMA: fromMA });
        }
        expect([...sums]).toEqual(before);
      }),
      { seed: 3 },
    );
  });

  it('lets nothing through that is no number, nor anything where the room is none', () => {
    const index = indexSite(siteModel());
    const sums = exposureOf(index, [0, 0, 0], index.wired);
    const change = { connector: 1, mask: 7, fromMA: 0 };
    expect(raise(index, sums, everywhere(index, 63_000), { ...change, toMA: Number.NaN })).not.toBeNull();
    expect(raise(index, sums, everywhere(index, 63_000), { ...change, toMA: Number.POSITIVE_INFINITY })).not.toBeNull();
    expect(raise(index, sums, everywhere(index, Number.NaN), { ...change, toMA: 6_000 })).not.toBeNull();
    expect([...sums]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('counts watts at the highest voltage, over all phases', () => {
    const index = indexSite(siteModel());
    const sums = exposureOf(index, [0, 0, 0], index.wired);
    const change = { connector: 0, mask: 7, fromMA: 0, toMA: 10_000 };
    const needed = 3 * 10 * HIGH_VOLTAGE_V;
    expect(raise(index, sums, everywhere(index, 63_000, needed - 1), change)).toEqual({ circuit: 'main', phase: null });
    expect(raise(index, sums, everywhere(index, 63_000, needed), change)).toBeNull();
  });

  it('names the first circuit and phase that is full', () => {
    const index = indexSite(siteModel());
    const sums = exposureOf(index, [32_000, 16_000, 0], index.wired);
    const room = everywhere(index, 63_000);
    room.mA[1] = 50_000;
    expect(raise(index, sums, room, { connector: 1, mask: 7, fromMA: 16_000, toMA: 20_000 })).toEqual({
      circuit: 'main',
      phase: 1,
    });
  });
});
