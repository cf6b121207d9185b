import { expect, it } from 'vitest';
import { bigCar, createBalancedSite } from './balanced-site.ts';

/** Cars on one phase count on all that are wired; what is planned has to fit by the same count, or a newcomer waits for ever. */

it('a newcomer beside one-phase cars on other phases gets its share within a minute', () => {
  const site = createBalancedSite({ limitA: 34, chargePoints: 3, rotations: ['RST', 'STR', 'TRS'] });
  site.powerOn();
  site.advance(40);
  site.plugIn(0, { ...bigCar, phases: 1 });
  site.plugIn(1, { ...bigCar, phases: 1 });
  site.advance(300);
  site.plugIn(2);
  site.advance(60);
  const [one, other, newcomer] = site.plan();
  expect(newcomer?.limitA).toBeGreaterThanOrEqual(10);
  expect((one?.limitA ?? 0) + (other?.limitA ?? 0) + (newcomer?.limitA ?? 0)).toBeLessThanOrEqual(32.3);
  expect(site.electricity.overloads.kept()).toEqual([]);
  site.stop();
});
