import { expect, it } from 'vitest';
import { createBalancedSite } from './balanced-site.ts';

/** Cars that get what the roof gives and the building does not use, on a connection that would carry far more. */

it('cars take what flows back and nothing of the grid, and pause when the sun goes', () => {
  const site = createBalancedSite({ limitA: 100, chargePoints: 2, metered: true, sharing: { kind: 'surplus' } });
  let sun = 0;
  site.electricity.burden({ circuit: 'grid', amps: () => [5 - sun, 5 - sun, 5 - sun] });
  site.powerOn();
  site.advance(40);
  site.plugIn(0);
  site.plugIn(1);
  site.advance(180);
  expect(site.drawn(0) + site.drawn(1)).toBe(0);
  expect(site.plan()[0]?.because).toMatch(/^0 A: only surplus is used and there is not enough of it/);

  sun = 25;
  site.advance(240);
  const drawn = site.drawn(0) + site.drawn(1);
  expect(drawn).toBeGreaterThan(17);
  expect(drawn).toBeLessThanOrEqual(20);
  expect(site.flow()[0]).toBeLessThanOrEqual(0.5);

  // A turn that has begun goes on for 15 minutes.
  sun = 0;
  site.advance(1_000);
  expect(site.drawn(0) + site.drawn(1)).toBe(0);
  site.stop();
});

it('a meter that is late for some seconds stops no car', () => {
  const site = createBalancedSite({
    limitA: 100,
    chargePoints: 1,
    metered: true,
    sharing: { kind: 'surplus', minOnMs: 0 },
  });
  site.electricity.burden({ circuit: 'grid', amps: () => [-20, -20, -20] });
  site.powerOn();
  site.advance(40);
  site.plugIn(0);
  site.advance(240);
  expect(site.drawn(0)).toBeGreaterThan(17);
  site.meter.mode = 'silent';
  site.advance(20);
  expect(site.drawn(0)).toBeGreaterThan(17);
  // Lost it tells of no sun any more.
  site.advance(120);
  expect(site.drawn(0)).toBe(0);
  site.stop();
});
