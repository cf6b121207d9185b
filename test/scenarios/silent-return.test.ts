import { expect, it } from 'vitest';
import { createBalancedSite } from './balanced-site.ts';

/** Charge points that say nothing when they are back: their clocks are not known on the new connection. */
it('grants have an end again soon after a restart, though nobody has sent anything stamped', () => {
  const site = createBalancedSite({ limitA: 40, chargePoints: 2, leaseS: 60, returnsSilently: true });
  site.powerOn();
  site.advance(60);
  site.plugIn(0);
  site.plugIn(1);
  site.advance(120);
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([19, 19]);
  site.world.killController();
  site.advance(1);
  site.world.startController();
  site.advance(90);
  for (const { limitA, grant } of site.plan()) {
    expect(limitA).toBeGreaterThan(6);
    expect(grant?.untilS).not.toBeNull();
  }
  // And they are kept to it once nobody is there any more.
  site.world.killController();
  site.advance(90);
  expect(site.drawn(0)).toBe(0);
  expect(site.drawn(1)).toBe(0);
  expect(site.electricity.overloads.kept()).toEqual([]);
});
