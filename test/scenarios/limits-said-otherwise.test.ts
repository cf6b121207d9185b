import { describe, expect, it } from 'vitest';
import { type Dialect, dialectKey } from '../../src/domain/dialect.ts';
import { milliAmps } from '../../src/domain/units.ts';
import { allowedAhead } from '../../src/sim/allowance.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { createReader } from '../../src/store/reader.ts';
import { createBalancedSite } from './balanced-site.ts';

/**
 * Charge points that take limits in their own ways, four on a connection that could carry two and a half: they come to fair
 * shares in bounded time, nothing is overloaded meanwhile, and what was found out serves the next one of the make.
 */

type Site = ReturnType<typeof createBalancedSite>;

type Case = {
  readonly quirks: Partial<Quirks>;
  /** What each of the four may take in the end, A. */
  readonly shareA?: number;
  readonly withinS: number;
  readonly learned: Partial<Dialect>;
  /** What is left of it half a day after the last word, A. */
  readonly leftA?: number;
  readonly spikesS?: number;
};

/** The worst case of the charge points before their first limits is none that anybody has committed. */
const CONTACT_S = 60;

const cases: Readonly<Record<string, Case>> = {
  'watts only': { quirks: { wattsOnly: true }, withinS: 60, learned: { unit: 'W' } },
  'watts only, schedules without phases, and 0 V while nothing flows': {
    quirks: { wattsOnly: true, bareComposite: true, noVoltageAtRest: true },
    withinS: 60,
    learned: {},
  },
  'stack level 0 only': { quirks: { stackLevelZeroOnly: true }, withinS: 90, learned: { grantLevel: 0 } },
  'no TxProfile': { quirks: { noTxProfile: true }, withinS: 120, learned: { mode: 'A' } },
  'no TxProfile, and level 0 only': {
    quirks: { noTxProfile: true, stackLevelZeroOnly: true },
    withinS: 120,
    learned: { mode: 'A', grantLevel: 0 },
  },
  'no ChargePointMaxProfile': { quirks: { noChargePointMax: true }, withinS: 60, learned: {} },
  'ChargePointMaxProfile only': { quirks: { onlyChargePointMax: true }, withinS: 90, learned: { mode: 'C' } },
  'one period only': { quirks: { maxPeriods: 1 }, withinS: 90, learned: {} },
  'Relative only': { quirks: { refusesKind: 'Absolute' }, withinS: 120, learned: { kind: 'Relative' } },
  'Absolute only': { quirks: { refusesKind: 'Relative' }, withinS: 60, learned: { floorKind: 'Absolute' } },
  'five steps only': {
    quirks: { limitStepsA: [6, 8, 10, 13, 16] },
    shareA: 16,
    withinS: 120,
    learned: { step: [6, 8, 10, 13, 16].map((amps) => milliAmps(amps * 1_000)) },
  },
  'what comes while it is suspended is dropped': {
    quirks: { forgetsTxProfileWhileSuspended: true },
    withinS: 300,
    learned: { mode: 'A', dropsWhileSuspended: true },
  },
  'goes on late after a pause': { quirks: { resumeSeconds: 120 }, withinS: 240, learned: {} },
  'spikes at each new profile': { quirks: { spikeSeconds: 5 }, withinS: 60, learned: {}, spikesS: 5 },
  'tells no composite schedule': {
    quirks: { compositeRefused: 'NotSupported' },
    withinS: 150,
    learned: { showsComposite: false },
  },
  'refuses to tell its composite schedule': {
    quirks: { compositeRefused: 'Rejected' },
    withinS: 150,
    learned: { showsComposite: false },
  },
  'tells none while it is idle': { quirks: { idleComposite: 'none' }, withinS: 60, learned: { showsIdleFloor: false } },
  'tells its hardware while it is idle': {
    quirks: { idleComposite: 'hardware' },
    withinS: 60,
    learned: { showsIdleFloor: false },
  },
  'tells schedules in the other unit': { quirks: { compositeInOtherUnit: true }, withinS: 60, learned: {} },
  'clears nothing of level 0': { quirks: { clearMissesStackZero: true }, withinS: 60, learned: {} },
  'counts Relative from receipt': { quirks: { relativeFromReceipt: true }, withinS: 60, learned: {} },
  'its clock is ten minutes ahead': { quirks: { clockOffsetSeconds: 600 }, withinS: 60, learned: {}, leftA: 19 },
  'its clock is ten minutes behind': { quirks: { clockOffsetSeconds: -600 }, withinS: 60, learned: {} },
};

describe.each(Object.entries(cases))('%s', (_, { quirks, shareA = 19, withinS, learned, leftA = 0, spikesS = 0 }) => {
  it('four of them come to fair shares, and a fifth needs no search', () => {
    const site = createBalancedSite({ limitA: 80, chargePoints: 5, quirks: () => quirks });
    for (const point of site.points.slice(0, 4)) point.powerOn();
    site.electricity.start();
    // Not yet installed; else all that it may draw would be kept for it.
    expect(site.world.controller().balancing?.isolate('CP05', 1, true)).toBeNull();
    site.advance(CONTACT_S);
    for (let index = 0; index < 4; index += 1) site.plugIn(index);
    site.advance(withinS);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeCloseTo(shareA, 0);
    expect(learnedOf(site)).toMatchObject(learned);
    site.advance(60);
    expect(leftOf(site, 0)).toBeCloseTo(leftA, 0);

    const refused = refusals(site);
    const fifthAt = site.world.clock.server.now();
    site.points[4]?.powerOn();
    site.advance(60);
    site.plugIn(4);
    site.advance(240);
    expect(refusals(site) - refused).toBe(0);
    for (let index = 0; index < 5; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(13);
    judgeSafety(site, fifthAt + 30_000, spikesS);
    site.stop();
  }, 30_000);

  it('two of them beside two that have no whims', () => {
    const site = createBalancedSite({ limitA: 80, chargePoints: 4, quirks: (index) => (index < 2 ? quirks : {}) });
    site.powerOn();
    site.advance(CONTACT_S);
    for (let index = 0; index < 4; index += 1) site.plugIn(index);
    site.advance(withinS + 60);
    for (let index = 0; index < 4; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(shareA - 0.5);
    expect(site.flow()[0]).toBeLessThanOrEqual(76);
    judgeSafety(site, START_MS + (CONTACT_S + 30) * 1_000, spikesS);
    site.stop();
  }, 30_000);
});

/** `spikesS`: for so long its hardware does what no limit allows. */
function judgeSafety({ electricity }: Site, fromMs: number, spikesS: number): void {
  for (const { from, to } of electricity.overloads.kept()) expect(to - from).toBeLessThanOrEqual(spikesS * 1_000);
  const committed = electricity.overcommitments.kept().filter(({ from }) => from > fromMs);
  expect(committed).toEqual([]);
}

const START_MS = Date.parse('2026-01-15T12:00:00Z');

/** Of the make of the first charge point. */
function learnedOf(site: Site): Partial<Dialect> {
  const reader = createReader(site.world.database);
  const nameplate = reader.nameplate('CP01');
  return nameplate === null ? {} : reader.dialect(dialectKey(nameplate)).learned;
}

/** Thirteen hours after nobody has said anything any more, the transaction still running. */
function leftOf({ points, world }: Site, index: number): number {
  const point = points[index];
  const now = world.clock.server.now();
  return point === undefined ? Number.NaN : allowedAhead(point, 1, now, now + 13 * 3_600_000).amps;
}

function refusals({ world }: Site): number {
  return world.network.frames.filter(({ up, text }) => up && text.includes('"status":"Rejected"')).length;
}
