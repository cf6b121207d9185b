import { expect, it } from 'vitest';
import { createBalancedSite } from './balanced-site.ts';

/** What is promised (design: safety, section 3), with everything happening at once; judged by the electricity alone. */

type Site = ReturnType<typeof createBalancedSite>;

/** Seconds that the connection was above its limit at a stretch, at most. */
function worst({ electricity }: Site): { seconds: number } {
  return { seconds: Math.max(0, ...electricity.overloads.kept().map(({ from, to }) => (to - from) / 1_000)) };
}

/** Amps on L1 that the profiles held by the charge points allow together now. */
const allowed = ({ electricity }: Site): number => electricity.allowedSums().get('grid')?.[0] ?? 0;

it.each([1, 2, 3])(
  'twenty cars plugged in at once where eight fit overload nothing, and none waits for ever (seed %i)',
  (seed) => {
    const site = createBalancedSite({ seed, limitA: 160, chargePoints: 20 });
    site.powerOn();
    site.advance(60);
    for (let index = 0; index < 20; index += 1) site.plugIn(index);
    for (let second = 0; second < 240; second += 1) {
      site.advance(1);
      expect(allowed(site)).toBeLessThanOrEqual(160);
    }
    expect(worst(site).seconds).toBe(0);
    for (let index = 0; index < 20; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);
    expect(site.flow()[0]).toBeGreaterThan(140);
    site.stop();
  },
  240_000,
);

it('a building that takes 40 A more is given way to within seconds: the last lower limit leaves within one', () => {
  const site = createBalancedSite({ limitA: 200, chargePoints: 12, metered: true });
  let building = 20;
  site.electricity.burden({ circuit: 'grid', amps: () => [building, building, building] });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 12; index += 1) site.plugIn(index);
  site.advance(180);
  expect(site.flow()[0]).toBeGreaterThan(180);
  const before = site.world.network.frames.length;
  building = 60;
  // The meter speaks once a second; what follows from it leaves at once.
  site.advance(2);
  const sent = site.world.network.frames
    .slice(before)
    .filter(({ up, text }) => !up && text.includes('"SetChargingProfile"'));
  expect(sent.length).toBeGreaterThanOrEqual(6);
  site.advance(60);
  expect(site.flow()[0]).toBeLessThanOrEqual(200);
  expect(worst(site).seconds).toBeLessThanOrEqual(10);
  site.stop();
}, 240_000);

it.each(['up', 'down', 'both'] as const)(
  'messages that are lost %s while limits change overload nothing',
  (way) => {
    const site = createBalancedSite({ limitA: 63, chargePoints: 5, leaseS: 120 });
    site.powerOn();
    site.advance(60);
    for (let index = 0; index < 3; index += 1) site.plugIn(index);
    site.advance(120);
    // One of them is lost in the middle of what follows: its answers, our calls, or both.
    site.world.network.mute('CP01', way);
    site.plugIn(3);
    site.plugIn(4);
    for (let second = 0; second < 300; second += 1) {
      site.advance(1);
      expect(allowed(site)).toBeLessThanOrEqual(63);
    }
    expect(worst(site).seconds).toBe(0);
    site.world.network.mute('CP01', 'none');
    site.advance(300);
    for (let index = 0; index < 5; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(6);
    expect(worst(site).seconds).toBe(0);
    site.stop();
  },
  240_000,
);

it('a charge point out of reach steps down by itself, and until then no breaker carries more than 1.12 times its rating', () => {
  const site = createBalancedSite({ limitA: 80, chargePoints: 4, metered: true, leaseS: 120 });
  let building = 0;
  site.electricity.burden({ circuit: 'grid', amps: () => [building, building, building] });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  site.advance(120);
  // What the building can do is known once it has done it.
  building = 72;
  site.advance(90);
  building = 0;
  site.advance(240);
  site.world.network.mute('CP01', 'both');
  building = 72;
  // The others give way within seconds; what remains is the one out of reach.
  site.advance(15);
  let most = 0;
  for (let second = 0; second < 400; second += 1) {
    site.advance(1);
    most = Math.max(most, site.flow()[0] ?? 0);
  }
  expect(most).toBeLessThanOrEqual(80 * 1.12);
  // Lease, skew and lag.
  expect(worst(site).seconds).toBeLessThanOrEqual(120 + 60 + 15);
  expect(site.drawn(0)).toBe(0);
  expect(site.flow()[0]).toBeLessThanOrEqual(80);
  site.stop();
}, 240_000);

it.each([3, 7, 12, 18, 26])(
  'the controller dies %i s into a wave of rising limits and comes back: nothing is overloaded, all charge again',
  (after) => {
    const site = createBalancedSite({ seed: after, limitA: 100, chargePoints: 8 });
    site.powerOn();
    site.advance(60);
    for (let index = 0; index < 8; index += 1) site.plugIn(index);
    site.advance(60);
    for (let index = 0; index < 4; index += 1) site.points[index]?.connectors[0]?.unplug();
    site.advance(after);
    site.world.killController();
    site.advance(8);
    site.world.startController();
    for (let second = 0; second < 300; second += 1) {
      site.advance(1);
      expect(allowed(site)).toBeLessThanOrEqual(100);
    }
    expect(worst(site).seconds).toBe(0);
    for (let index = 4; index < 8; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(20);
    site.stop();
  },
  240_000,
);
