import { expect, it } from 'vitest';
import { constantLoad } from '../../src/sim/foreign-load.ts';
import { foreignPeakReads } from '../../src/store/foreign-peaks.ts';
import { openLedger } from '../support/ledger.ts';
import { createBalancedSite } from './balanced-site.ts';

/**
 * A meter's last word holds what a car drew that is no longer seen: when its session has ended, its connection is lost, or
 * everything is new after a restart. Taken for the building's load it would stop other cars, and be remembered for a month.
 */

type Charging = ReturnType<typeof charging>;

it('the end of a session takes nothing off the other cars', () => {
  const site = charging();
  site.points[0]?.connectors[0]?.presentCard('CARD-0');
  expectNoMore(site, 100);
  // What it has left is theirs now.
  expect(site.drawn(0)).toBe(0);
  for (let index = 1; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(16);
  site.stop();
});

it('a connection that is lost for some seconds takes nothing off the other cars', () => {
  const site = charging();
  site.points[0]?.cutLine();
  expectNoMore(site, 90);
  site.stop();
});

it('a restart takes nothing off the cars, whose draw is not known anew yet', () => {
  const site = charging();
  site.world.killController();
  site.advance(5);
  site.world.startController();
  site.advance(1);
  expectNoMore(site, 60);
  for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(13);
  site.stop();
});

function charging() {
  const { database } = openLedger();
  const foreign = [constantLoad('grid', [5, 5, 5])];
  const site = createBalancedSite({ limitA: 60, chargePoints: 4, metered: true, foreign, database });
  site.powerOn();
  site.advance(60);
  for (let index = 0; index < 4; index += 1) site.plugIn(index);
  // Between two words of the meter.
  site.advance(240.3);
  expect(site.plan().map(({ limitA }) => limitA)).toEqual([13, 13, 13, 13]);
  return { ...site, database };
}

/** The building draws 5 A all the time: no more is counted, by now or on record, and no car is lowered for it. */
function expectNoMore(site: Charging, seconds: number): void {
  for (let half = 0; half < 2 * seconds; half += 1) {
    site.advance(0.5);
    expect(site.circuits()[0]?.foreignA[0]).toBeLessThanOrEqual(5.1);
    for (const { limitA } of site.plan().slice(1)) expect(limitA).toBeGreaterThanOrEqual(13);
  }
  const peaks = foreignPeakReads(site.database).foreignPeaks(Number.MAX_SAFE_INTEGER);
  for (const { highestMA, largestJumpMA } of peaks) {
    expect(highestMA[0]).toBeLessThanOrEqual(5_100);
    expect(largestJumpMA[0]).toBeLessThanOrEqual(5_100);
  }
  expect(site.electricity.overloads.kept()).toEqual([]);
}
