import type { LimitInForce, LimitValue, SiteLimit } from './site-limit.ts';
import { gridPhases, type SiteModel } from './site-model.ts';
import { type Instant, type MilliAmps, milliAmps, type PerPhase, type Watts, watts } from './units.ts';

/** What all limits from outside come to. They only lower: the caller takes the lower of this and what is configured. */

/** Limits at once: some for each circuit of a large site, and no more than somebody who tries can make us keep. */
export const MAX_SITE_LIMITS = 200;

/** One for each source and circuit. */
export const siteLimitId = (source: string, circuit: string): string => `${source}:${circuit}`;

/** The backend has said so. */
export const isOfUpstream = (source: string): boolean => source === 'upstream' || source.startsWith('upstream ');

/** Amps of each phase, or of L1 to L3, and watts in total, as people write them; fractions of mA and W are cut off. */
export type WrittenLimit = {
  readonly limitA?: number | readonly number[] | undefined;
  readonly limitW?: number | undefined;
};

export function limitValue({ limitA, limitW }: WrittenLimit): LimitValue {
  const [l1 = 0, l2 = 0, l3 = 0] = typeof limitA === 'number' ? [limitA, limitA, limitA] : (limitA ?? []);
  // 0.1 A and the like are not exact in binary, and must not lose a milliamp.
  const mA = (amps: number): MilliAmps => milliAmps(Math.floor(amps * 1_000 + 1e-6));
  return {
    limitMA: limitA === undefined ? null : [mA(l1), mA(l2), mA(l3)],
    limitW: limitW === undefined ? null : watts(Math.floor(limitW)),
  };
}

/** Why a value can be no limit, in words; null where it can. */
export function limitFault({ limitMA, limitW }: LimitValue): string | null {
  if (limitMA === null && limitW === null) return 'A limit needs limitA, limitW or both.';
  if (![...(limitMA ?? []), limitW ?? 0].every((one) => Number.isSafeInteger(one) && one >= 0)) {
    return 'A limit must be a number that is not below 0. To stop all charging, set it to 0.';
  }
  return null;
}

/** For how long somebody on site may set a limit of the backend aside, ms. */
export const MAX_SUSPENSION_MS = 86_400_000;

/** Set aside at this instant. A clock that was set back does not make it last longer than it ever may. */
function isSuspended({ suspendedUntil = null }: SiteLimit, now: Instant): boolean {
  return suspendedUntil !== null && now < suspendedUntil && suspendedUntil - now <= MAX_SUSPENSION_MS;
}

/** What it holds at an instant; null where what is configured holds. Before its beginning (the clock was set back) it holds. */
function valueAt(limit: SiteLimit, now: Instant): LimitValue | null {
  const { value, until, then, startsAt = null } = limit;
  if (isSuspended(limit, now) || (startsAt !== null && now < startsAt)) return null;
  if (until === null || now < until) return value;
  return then === 'configured' ? null : then;
}

/** By circuit: the lowest of all on each phase and in total, and who says so. Circuits without a limit are left out. */
export function limitsInForce(limits: readonly SiteLimit[], now: Instant): Map<string, LimitInForce> {
  if (limits.length === 0) return new Map();
  const held = new Map<string, (LimitValue & { readonly source: string })[]>();
  for (const limit of limits) {
    const value = valueAt(limit, now);
    if (value === null) continue;
    const fault = limitFault(value);
    if (fault !== null) throw new RangeError(`limit ${limit.id}: ${fault}`);
    held.set(limit.circuit, [...(held.get(limit.circuit) ?? []), { ...value, source: limit.source }]);
  }
  return new Map([...held].map(([circuit, values]) => [circuit, lowest(circuit, values)]));
}

/** When, at the earliest, a limit runs out; null where none does. */
export function nextLimitChange(limits: readonly SiteLimit[], now: Instant): Instant | null {
  const ends = limits.flatMap(({ until, startsAt = null, suspendedUntil = null }) =>
    [until, startsAt, suspendedUntil].filter((end): end is Instant => end !== null && end > now),
  );
  return ends.length === 0 ? null : (Math.min(...ends) as Instant);
}

export function sameLimit(a: LimitValue, b: LimitValue): boolean {
  const phases = (one: LimitValue): string => one.limitMA?.join() ?? '';
  return a.limitW === b.limitW && phases(a) === phases(b);
}

/** Not below `least` watts in total; amps that give less at 230 V become as much on each of three phases. */
export function atLeast({ limitMA, limitW }: LimitValue, least: Watts): LimitValue {
  const givenW = limitMA === null ? least : ((limitMA[0] + limitMA[1] + limitMA[2]) * 230) / 1_000;
  const each = milliAmps(Math.ceil((least * 1_000) / 690));
  return {
    limitMA: givenW < least ? [each, each, each] : limitMA,
    limitW: limitW === null ? null : watts(Math.max(limitW, least)),
  };
}

/** What each controllable device is guaranteed, W: section 14a EnWG by BNetzA BK6-22-300, annex 1, 4.5. */
const GUARANTEED_W = 4_200;
/** Simultaneity by the number of devices, from 2 on; the last counts for all more (BK6-22-300, annex 1, 4.5.2). */
const SIMULTANEITY_PERCENT = [80, 75, 70, 65, 60, 55, 50, 45] as const;

/**
 * The least that the grid operator must leave to so many controllable devices behind one energy manager, which Busbar is:
 * 4.2 kW + (n - 1) * simultaneity * 4.2 kW. Heat pumps above 11 kW count otherwise; they are none of ours.
 */
export function guaranteedMinimum14a(devices: number): Watts {
  if (!Number.isSafeInteger(devices) || devices < 0) throw new RangeError(`no number of devices: ${devices}`);
  if (devices < 2) return watts(GUARANTEED_W);
  const percent = SIMULTANEITY_PERCENT[Math.min(devices, 9) - 2] ?? 45;
  return watts(GUARANTEED_W + Math.floor(((devices - 1) * percent * GUARANTEED_W) / 100));
}

/** Charge points in the sense of section 14a below a circuit: connectors that can draw more than 4.2 kW at 230 V. */
export function controllableBelow(model: SiteModel, circuit: string): number {
  const below = new Set([circuit]);
  for (const { id, parent } of model.circuits) if (parent !== null && below.has(parent)) below.add(id);
  return model.connectors.filter(
    (one) =>
      below.has(one.circuit) &&
      (one.dc !== null ||
        (one.ratedMA * gridPhases(one.rotation, one.wiredPhases).length * 230) / 1_000 > GUARANTEED_W),
  ).length;
}

function lowest(circuit: string, values: readonly (LimitValue & { readonly source: string })[]): LimitInForce {
  const amps = [0, 1, 2].map((phase) => least(values.map(({ limitMA }) => limitMA?.[phase] ?? null)));
  const limitW = least(values.map((one) => one.limitW)) as Watts | null;
  const limitMA = amps[0] === null ? null : (amps as unknown as PerPhase<MilliAmps>);
  const binds = (one: LimitValue): boolean =>
    (limitW !== null && one.limitW === limitW) || (limitMA?.some((mA, phase) => one.limitMA?.[phase] === mA) ?? false);
  const sources = [...new Set(values.filter(binds).map(({ source }) => source))].sort();
  return { circuit, limitMA, limitW, sources };
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((one) => one !== null);
  return known.length === 0 ? null : Math.min(...known);
}
