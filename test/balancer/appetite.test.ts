import { describe, expect, it } from 'vitest';
import { type Appetite, afterSample, unmeasured } from '../../src/balancer/appetite.ts';
import { milliAmps, monotonic } from '../../src/domain/units.ts';

const bounds = { minMA: milliAmps(6_000), ceilingMA: milliAmps(32_000) };

/** A sample every 10 s for `seconds`, from `from` on; the charge point holds min(limit, appetite). */
function drive(
  appetite: Appetite,
  from: number,
  seconds: number,
  drawnA: number | null | ((limitA: number) => number),
  given: { limitA?: number; hasSettled?: boolean } = {},
): Appetite {
  let known = appetite;
  for (let at = from; at <= from + seconds; at += 10) {
    const limitMA = Math.min((given.limitA ?? 32) * 1_000, known.maxMA);
    const drawn = typeof drawnA === 'function' ? drawnA(limitMA / 1_000) : drawnA;
    const drawnMA = drawn === null ? null : milliAmps(drawn * 1_000);
    const sample = { at: monotonic(at * 1_000), limitMA: milliAmps(limitMA), drawnMA };
    known = afterSample(known, { ...sample, hasSettled: given.hasSettled ?? true }, bounds);
  }
  return known;
}

describe('an appetite', () => {
  it('is what is drawn, in whole amps and one more, after 30 s below the limit', () => {
    expect(drive(unmeasured(bounds), 0, 20, 9.4).maxMA).toBe(32_000);
    expect(drive(unmeasured(bounds), 0, 30, 9.4).maxMA).toBe(11_000);
    expect(drive(unmeasured(bounds), 0, 600, 9.4).maxMA).toBe(11_000);
    expect(drive(unmeasured(bounds), 0, 30, 5.1).maxMA).toBe(7_000);
  });

  it('stays where little lies unused: 1 A, or 8 % of the limit', () => {
    expect(drive(unmeasured(bounds), 0, 300, 10, { limitA: 11 }).maxMA).toBe(32_000);
    expect(drive(unmeasured(bounds), 0, 300, 29.5).maxMA).toBe(32_000);
    expect(drive(unmeasured(bounds), 0, 300, 29.4).maxMA).toBe(31_000);
  });

  it('is not measured before the limit has settled, nor without samples', () => {
    expect(drive(unmeasured(bounds), 0, 300, 9, { hasSettled: false }).maxMA).toBe(32_000);
    expect(drive(unmeasured(bounds), 0, 300, null).maxMA).toBe(32_000);
  });

  it('is offered 2 A more once a minute while the car takes all of it, up to the ceiling', () => {
    const low = drive(unmeasured(bounds), 0, 30, 9.4);
    expect(drive(low, 40, 40, (limit) => limit).maxMA).toBe(11_000);
    expect(drive(low, 40, 50, (limit) => limit).maxMA).toBe(13_000);
    expect(drive(low, 40, 110, (limit) => limit).maxMA).toBe(15_000);
    expect(drive(low, 40, 3_600, (limit) => limit).maxMA).toBe(32_000);
  });

  it('falls to the minimum of a car that draws nothing, which rests after ten minutes', () => {
    const full = drive(unmeasured(bounds), 0, 30, 0);
    expect([full.maxMA, full.isResting]).toEqual([6_000, false]);
    expect(drive(full, 40, 550, 0).isResting).toBe(false);
    expect(drive(full, 40, 560, 0).isResting).toBe(true);
  });

  it('is open again once the car wakes up', () => {
    const resting = drive(unmeasured(bounds), 0, 700, 0);
    expect(drive(resting, 710, 0, 5.9)).toEqual(unmeasured(bounds));
  });

  it('of a resting car that was paused is asked for again half an hour later, with its minimum for five minutes', () => {
    const resting = drive(unmeasured(bounds), 0, 600, 0);
    expect(drive(resting, 610, 1_780, 0, { limitA: 0 }).isResting).toBe(true);
    const asked = drive(resting, 610, 1_800, 0, { limitA: 0 });
    expect(asked).toMatchObject({ isResting: false, isAsked: true, maxMA: 6_000 });
    expect(drive(asked, 2_420, 0, 6)).toEqual(unmeasured(bounds));
    expect(drive(asked, 2_420, 290, 0).isResting).toBe(false);
    expect(drive(asked, 2_420, 300, 0).isResting).toBe(true);
  });

  it('never leaves what charger and car allow', () => {
    const known = { ...unmeasured(bounds), maxMA: milliAmps(40_000) };
    expect(drive(known, 0, 0, 20).maxMA).toBe(32_000);
  });
});
