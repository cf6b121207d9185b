import { expect, it } from 'vitest';
import { createBalancedSite, type SiteOptions } from './balanced-site.ts';

/** Makes that show no floor at rest count with all that they can draw until a car has come to them: that must not be a dead end. */

const silentAtRest = (options: Partial<SiteOptions> = {}) => {
  // Three of them without a proven floor fill the connection.
  const site = createBalancedSite({
    limitA: 63,
    chargePoints: 4,
    quirks: () => ({ idleComposite: 'none' }),
    ...options,
  });
  site.powerOn();
  site.advance(120);
  expect(site.plan().map(({ floorState }) => floorState)).toEqual(Array(4).fill('accepted'));
  return site;
};

it('the first car on the first day shows for its make that it keeps a floor, and charges', () => {
  const site = silentAtRest();
  site.plugIn(0);
  site.advance(90);
  expect(site.drawn(0)).toBe(32);
  expect(site.plan().map(({ floorState }) => floorState)).toEqual(Array(4).fill('proven'));
  for (const at of [1, 2, 3]) site.plugIn(at);
  site.advance(180);
  for (const at of [0, 1, 2, 3]) expect(site.drawn(at)).toBeGreaterThanOrEqual(14);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});

it('of other makes nobody knows that yet, and the reason says whose floor it is', () => {
  const quirks: SiteOptions['quirks'] = (at) => ({
    idleComposite: 'none',
    ...(at > 1 ? { noChargePointMax: true } : {}),
  });
  const site = silentAtRest({ quirks });
  site.plugIn(0);
  site.advance(90);
  expect(site.drawn(0)).toBe(0);
  expect(site.plan()[0]?.because).toBe(
    '0 A: grid counts CP03/1 and 1 more with all that they can draw, because nobody has seen yet that they keep a floor; ' +
      'connect them, and let a car charge there once.',
  );
  // As it asks for.
  site.plugIn(2);
  site.advance(90);
  expect(site.drawn(0)).toBeGreaterThanOrEqual(29);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});
