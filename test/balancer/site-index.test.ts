import { expect, it } from 'vitest';
import { indexSite, maskOf } from '../../src/balancer/site-index.ts';
import { siteModel } from '../support/site-model.ts';

it('finds circuits, parents and connectors by their place', () => {
  const index = indexSite(siteModel());
  expect(index.parents).toEqual([-1, 0]);
  expect(index.nodes).toEqual([0, 1, 1]);
  expect(index.connectorAt.get('CP3/1')).toBe(2);
  expect(index.circuitAt.get('garage')).toBe(1);
  expect(index.wired).toEqual([7, 7, 1]);
});

it('puts what is wired on the phases of the grid, by its rotation', () => {
  const model = siteModel();
  const connectors = model.connectors.map((one) => ({ ...one, wiredPhases: 2 as const, rotation: 'STR' as const }));
  expect(indexSite({ ...model, connectors }).wired).toEqual([6, 6, 6]);
  expect(maskOf([])).toBe(0);
});

it('takes no connector on a circuit that is not there', () => {
  const model = siteModel();
  expect(() => indexSite({ ...model, circuits: model.circuits.slice(0, 1) })).toThrow('there is no circuit garage');
});
