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
  const units = network.frames.filter(isLimitFor('CP01')).map(({ text }) => /"chargingRateUnit":"(.)"/.exec(text)?.[1]);
  expect(new Set(units)).toEqual(new Set(['A']));
  network.lateMs = () => 0;
  site.advance(300);
  const { reader } = site.world.controller();
  const nameplate = reader.nameplate('CP01');
  if (nameplate === null) throw new Error('it has not booted');
  expect(reader.dialect(dialectKey(nameplate)).learned).not.toHaveProperty('unit');
  expect(site.drawn(0)).toBeGreaterThanOrEqual(25);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});
