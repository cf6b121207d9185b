import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChargingProfile, type InstalledProfile, knownPhases } from '../../src/domain/charging-profile.ts';
import { type CompositePeriod, compositeSchedule } from '../../src/domain/composite-schedule.ts';
import { instant } from '../../src/domain/units.ts';
import {
  type CompositePeriod as TheirPeriod,
  compositeSchedule as theirSchedule,
} from '../../src/sim/composite-schedule.ts';
import { anyInstalled, NOW, TRANSACTION } from '../support/charging-profiles.ts';
import { asSimulated } from '../support/simulated-profile.ts';

const DURATION_S = 130;

type Value = { readonly limit: number | null; readonly phases: number | null };

/** What periods say of each second. */
function perSecond(periods: readonly CompositePeriod[]): Value[] {
  return Array.from({ length: DURATION_S }, (_, second) => {
    const { limit, phases } = periods.findLast((one) => one.startS <= second) ?? { limit: null, phases: null };
    return { limit, phases };
  });
}

type World = {
  readonly held: readonly InstalledProfile[];
  readonly startedAt: number | null;
  readonly unit: 'A' | 'W';
  readonly voltage: number;
};

const QUARTER_MS = 250;

/** Slow, and written from the rules alone: every rule asked anew at every quarter of every second. */
function slowly(world: World): Value[] {
  return Array.from({ length: DURATION_S }, (_, second) => {
    const quarters = [0, 1, 2, 3].map((quarter) => valueAt(world, NOW + second * 1000 + quarter * QUARTER_MS));
    return { limit: least(quarters.map((one) => one.limit)), phases: least(quarters.map((one) => one.phases)) };
  });
}

const least = (values: readonly (number | null)[]): number | null =>
  values.reduce((low, next) => (low === null || (next !== null && next < low) ? next : low), null);

function valueAt({ held, startedAt, unit, voltage }: World, atMs: number): Value {
  const speaks = (one: InstalledProfile) => periodAt(one.profile, atMs, startedAt ?? NOW);
  const highest = (list: readonly InstalledProfile[]) => {
    let best: InstalledProfile | null = null;
    for (const one of list) {
      if (speaks(one) !== null && one.profile.stackLevel > (best?.profile.stackLevel ?? -1)) best = one;
    }
    return best;
  };
  const own = held.filter(
    ({ connectorId, profile }) => connectorId === 1 && profile.purpose === 'TxProfile' && startedAt !== null,
  );
  const defaults = held.filter(({ connectorId, profile }) => {
    if (profile.purpose !== 'TxDefaultProfile' || connectorId > 1) return false;
    const replaced = held.some(
      (other) =>
        other.connectorId === 1 &&
        other.profile.purpose === 'TxDefaultProfile' &&
        other.profile.stackLevel === profile.stackLevel,
    );
    return connectorId === 1 || !replaced;
  });
  const max = held.filter(({ profile }) => profile.purpose === 'ChargePointMaxProfile');
  const voices = [highest(max), highest(own.length > 0 ? own : defaults)].flatMap((one) => {
    const period = one === null ? null : speaks(one);
    return one === null || period === null ? [] : [{ ...period, unit: one.profile.schedule.unit }];
  });
  if (voices.length === 0) return { limit: null, phases: null };
  const amps = Math.min(
    ...voices.map((one) => (one.unit === 'A' ? one.limit : one.limit / voltage / (knownPhases(one.phases) ?? 3))),
  );
  const phases = least(voices.map((one) => one.phases));
  const exact = unit === 'A' ? amps : amps * voltage * (phases ?? 3);
  return { limit: Math.floor(exact * 10 + 1e-6) / 10, phases };
}

function periodAt(
  { kind, recurrency, validFrom, validTo, schedule }: ChargingProfile,
  atMs: number,
  startedAt: number,
) {
  if (atMs < (validFrom ?? 0) || (validTo !== null && !(atMs < validTo))) return null;
  const stepMs = (recurrency === 'Weekly' ? 7 : 1) * 24 * 3600 * 1000;
  let start: number = kind === 'Relative' ? startedAt : (schedule.startAt ?? startedAt);
  while (kind === 'Recurring' && start + stepMs <= atMs) start += stepMs;
  const elapsedS = (atMs - start) / 1000;
  if (elapsedS < 0 || (schedule.durationS !== null && elapsedS >= schedule.durationS)) return null;
  let current = null;
  for (const period of schedule.periods) if (period.startS <= elapsedS) current = period;
  return current;
}

const anyStart = (gridMs: number) =>
  fc.option(fc.integer({ min: -100_000 / gridMs, max: 0 }).map((step) => instant(NOW + step * gridMs)));
const anyUnit = fc.constantFrom('A' as const, 'W' as const);

describe('any set of profiles', () => {
  it('comes to what asking every rule anew at every quarter of every second comes to', () => {
    const anyVoltage = fc.constantFrom(110, 230, 240);
    const spoken = new Set<string>();
    fc.assert(
      fc.property(
        anyInstalled(QUARTER_MS),
        anyStart(QUARTER_MS),
        anyUnit,
        anyVoltage,
        (held, startedAt, unit, voltage) => {
          const { periods, cut } = compositeSchedule({
            installed: held,
            connectorId: 1,
            at: NOW,
            durationS: DURATION_S,
            unit,
            transaction: startedAt === null ? null : { id: TRANSACTION, startedAt },
            nominalVoltageV: voltage,
          });
          expect(perSecond(periods)).toEqual(slowly({ held, startedAt, unit, voltage }));
          expect(cut).toBe(false);
          expect(periods[0]?.startS).toBe(0);
          for (const [index, period] of periods.entries()) {
            const before = periods[index - 1];
            if (before === undefined) continue;
            expect(period.startS).toBeGreaterThan(before.startS);
            expect({ ...period, startS: 0 }).not.toEqual({ ...before, startS: 0 });
          }
          spoken.add(periods.length > 4 ? 'many' : periods.length > 1 ? 'some' : 'one');
        },
      ),
      { numRuns: 600 },
    );
    expect([...spoken].sort()).toEqual(['many', 'one', 'some']);
  });

  /** Written apart from ours, by the same rules: a misreading in one of the two shows. */
  it('comes to what the simulated charge point computes', () => {
    const wiring = { amps: 32, phases: 3 };
    fc.assert(
      fc.property(anyInstalled(1000).map(beginningAt0), anyStart(1000), anyUnit, (held, startedAt, unit) => {
        const ours = compositeSchedule({
          installed: held,
          connectorId: 1,
          at: NOW,
          durationS: DURATION_S,
          unit,
          transaction: startedAt === null ? null : { id: TRANSACTION, startedAt },
          nominalVoltageV: 230,
          localLimit: { limit: wiring.amps, unit: 'A', phases: wiring.phases },
        });
        const theirs = theirSchedule({
          // Theirs counts a Relative maximum from its installation; let that be the start of the transaction.
          profiles: held.map((one) => asSimulated(one, startedAt ?? NOW)),
          connectors: [{ connectorId: 1, hardware: wiring, transactionStart: startedAt }],
          from: NOW,
          durationSeconds: DURATION_S,
          unit,
        });
        expect(ours.periods.map(ourForm)).toEqual(theirs);
      }),
      { numRuns: 600 },
    );
  });
});

/** A first period off 0 (errata 3.45) is nothing that the simulated charge point would install. */
const beginningAt0 = (held: readonly InstalledProfile[]): InstalledProfile[] =>
  held.filter((one) => one.profile.schedule.periods[0]?.startS === 0);

function ourForm({ startS, limit, phases }: CompositePeriod): Partial<Record<keyof TheirPeriod, number | null>> {
  return { startPeriod: startS, limit, numberPhases: phases };
}
