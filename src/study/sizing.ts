import type { Highs } from 'highs';
import type { SharingPolicy } from '../domain/sharing-policy.ts';
import type { CircuitModel, SiteModel } from '../domain/site-model.ts';
import { type MilliAmps, milliAmps, watts } from '../domain/units.ts';
import { optimumOf } from './optimum.ts';
import { energyOf, metPercentOf, qualityOf } from './quality.ts';
import { busbarInSlots } from './references/busbar-in-slots.ts';
import { playInSlots } from './references/in-slots.ts';
import { type SlotOptions, slotSite } from './references/slot-site.ts';
import type { SizingRow } from './report.ts';

/**
 * What another size of the grid connection would deliver. By Busbar's order and allocation in slots of five minutes, not by
 * the whole controller, which delivers less: a car that is full and stays keeps its minimum there, unless its driver has said
 * how much it wants. With drivers who say so it was 3.5 points of the energy wanted lower on a real week, and
 * 8.3 without; on single days up to 19 (docs/sharing-figures.md).
 */

/** Rated currents of fuses, A per phase. */
const FUSES_A = [16, 20, 25, 32, 35, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630];
/** Of the configured limit, to be looked at. */
const PARTS = [0.4, 0.6, 0.8, 1, 1.25, 1.5, 2];

/** `solver`: for the optimum of each size; null leaves it out. */
export function sizingOf(
  options: SlotOptions & { readonly policy: SharingPolicy; readonly driversSay?: boolean },
  solver: Pick<Highs, 'solve'> | null,
): SizingRow[] {
  const { model, policy, driversSay = false } = options;
  const [root] = model.circuits;
  if (root === undefined || options.sessions.length === 0) return [];
  const configuredA = Math.max(...root.limitMA) / 1_000;
  return sizesOf(configuredA).map((limitA): SizingRow => {
    const site = slotSite({ ...options, model: resized(model, root, limitA / configuredA) });
    const outcomes = playInSlots(site, busbarInSlots(policy, driversSay));
    const { demandWh, deliveredWh } = energyOf(outcomes);
    return {
      limitA,
      ofConfigured: Math.round((limitA / configuredA) * 100) / 100,
      deliveredKWh: Math.round(deliveredWh) / 1_000,
      metPercent: metPercentOf(deliveredWh, demandWh),
      leftShort: qualityOf(outcomes).leftShort,
      optimumKWh: solver === null ? null : Math.round(optimumOf(site, solver).deliveredWh) / 1_000,
    };
  });
}

/** The configured limit, whatever it is, and the fuses next to parts of it; ascending. */
export function sizesOf(configuredA: number): number[] {
  const nearest = (amps: number): number =>
    FUSES_A.reduce((best, each) => (Math.abs(each - amps) < Math.abs(best - amps) ? each : best));
  const sizes = PARTS.map((part) => (part === 1 ? configuredA : nearest(part * configuredA)));
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** The root alone; a contract in watts grows and shrinks with it. */
function resized(model: SiteModel, root: CircuitModel, ratio: number): SiteModel {
  const phase = (mA: MilliAmps): MilliAmps => milliAmps(mA * ratio);
  const { limitMA, limitW } = root;
  const circuit: CircuitModel = {
    ...root,
    limitMA: [phase(limitMA[0]), phase(limitMA[1]), phase(limitMA[2])],
    limitW: limitW === null ? null : watts(limitW * ratio),
  };
  return { ...model, circuits: [circuit, ...model.circuits.slice(1)] };
}
