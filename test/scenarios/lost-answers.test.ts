import { expect, it } from 'vitest';
import { dialectKey } from '../../src/domain/dialect.ts';
import { isLimitFor, settledSite } from './prodded-site.ts';

it('a line that carries no answers teaches a make nothing, where another one of it has understood', () => {
  // Nothing is proven of it, so that only what was accepted speaks for the way it is told limits.
  const { site } = settledSite({ limitA: 63, chargePoints: 2, quirks: () => ({ compositeRefused: 'NotSupported' }) });
  const { network } = site.world;
  site.plugIn(1);
  site.advance(20);
  network.lateMs = (frame) => (isLimitFor('CP01')(frame) ? Number.POSITIVE_INFINITY : 0);
  site.plugIn(0);
  const lost = () => network.frames.filter(isLimitFor('CP01')).length;
  for (let passed = 0; lost() < 4 && passed < 400; passed += 5) site.advance(5);
  expect(lost()).toBe(4);
  const ways = network.frames
    .filter(isLimitFor('CP01'))
    .map(({ text }) => /"stackLevel":\d+/.exec(text)?.[0] + (/"chargingRateUnit":"."/.exec(text)?.[0] ?? ''));
  expect(new Set(ways).size).toBe(1);
  network.lateMs = () => 0;
  site.advance(300);
  const { reader } = site.world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  const { learned } = reader.dialect(dialectKey(nameplate));
  for (const way of ['unit', 'grantLevel', 'kind', 'mode']) expect(learned).not.toHaveProperty(way);
  expect(site.drawn(0)).toBeGreaterThanOrEqual(25);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});
