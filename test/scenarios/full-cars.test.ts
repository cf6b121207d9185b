import { expect, it } from 'vitest';
import { createCar } from '../../src/sim/car.ts';
import { bigCar, createBalancedSite, type SiteOptions } from './balanced-site.ts';

/** A car that draws nothing makes room for others that want more, and is asked again whether it wants some. */

function withFullCar(options: Partial<SiteOptions> = {}) {
  const site = createBalancedSite({ limitA: 30, chargePoints: 2, ...options });
  site.powerOn();
  site.advance(40);
  const full = createCar({ ...bigCar, batteryWh: 60_000 }, 100);
  const [socket] = site.points[0]?.connectors ?? [];
  socket?.plug(full);
  socket?.presentCard('FULL');
  site.plugIn(1);
  return { site, full };
}

it('gives its minimum to a car that can use it, and has it back within half an hour of waking up', () => {
  const { site, full } = withFullCar();
  site.advance(8 * 60);
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([6, 22.5]);
  site.advance(5 * 60);
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([0, 28.5]);
  expect(site.plan()[0]?.because).toMatch('asked again within half an hour');
  // Its driver heats it up.
  full.chargeWh -= 20_000;
  let waited = 0;
  for (; waited < 35 * 60 && site.drawn(0) < 14; waited += 30) site.advance(30);
  expect(waited).toBeLessThan(32 * 60);
  expect(site.drawn(1)).toBeGreaterThan(13);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('keeps it where nobody else could use it', () => {
  const { site } = withFullCar({ limitA: 63 });
  site.advance(40 * 60);
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([6, 32]);
  site.stop();
});
