import { expect, it } from 'vitest';
import { bigCar, createBalancedSite } from './balanced-site.ts';

/** Charge points that accept every limit and keep none: what they show while they may draw all that they can proves nothing. */

it('a schedule that shows what it was granted and its rating alike is no proof that it will ever do with less', () => {
  const site = createBalancedSite({
    limitA: 53,
    chargePoints: 2,
    leaseS: 120,
    quirks: (index) => (index === 0 ? { ignoresProfiles: true } : {}),
  });
  site.powerOn();
  site.advance(60);
  // Its car takes a little less than its half, and so never shows that nothing holds it.
  site.plugIn(1);
  site.advance(60);
  site.plugIn(0, { ...bigCar, maxAmps: 24 });
  site.advance(45);
  expect(site.plan()[0]?.limitA).toBe(25);
  site.points[1]?.connectors[0]?.unplug();
  site.advance(60);
  for (let minute = 0; minute < 10; minute += 1) {
    site.advance(60);
    expect(site.plan()[0]?.committedA, `minute ${minute}`).toBe(32);
  }
  // It was told less long ago.
  expect(site.plan()[0]?.limitA).toBe(25);
  site.stop();
});
