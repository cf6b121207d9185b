/** How current is shared between cars where there is not enough for all. Changed while running; kept in the store. */
import type { Instant, WattHours } from './units.ts';

export const sharingKinds = ['equal', 'first-come', 'deadline', 'surplus'] as const;
/**
 * `equal`: shares above the minimum are equal, and where minimums don't fit cars take turns. `first-come`: who came first
 * gets all that it can use. `deadline`: who leaves first comes first. `surplus`: only what the site's own generation leaves.
 */
export type SharingKind = (typeof sharingKinds)[number];

export type SharingPolicy = {
  readonly kind: SharingKind;
  /** Names of the tiers, the first is served first. Whoever has none belongs to the last. */
  readonly tiers: readonly string[];
  /** Once a car charges it goes on for so long, and once paused it rests for so long, ms. */
  readonly minOnMs: number;
  readonly minOffMs: number;
  /** Turns where minimums don't fit, ms. */
  readonly rotationMs: number;
  /** For how long a car is taken to stay that has not said when it leaves, ms. */
  readonly usualStayMs: number;
  /** So much every car of a tier has before others of it get turns for more; 0: no such guarantee. */
  readonly guaranteeWh: WattHours;
};

export type PolicyEvent = { type: 'policy-changed'; policy: SharingPolicy; at: Instant };

/** Tiers at most: nobody tells more of them apart. Characters of a name. */
export const MAX_TIERS = 10;
export const MAX_TIER_NAME = 40;
/** Turns and rests are not shorter: contactors and cars wear with each (design limit of the site, ms). */
const LEAST_TURN_MS = 15 * 60_000;

const MINUTE_MS = 60_000;

export const defaultPolicy: SharingPolicy = {
  kind: 'equal',
  tiers: ['normal'],
  minOnMs: 15 * MINUTE_MS,
  minOffMs: 5 * MINUTE_MS,
  rotationMs: LEAST_TURN_MS,
  usualStayMs: 8 * 60 * MINUTE_MS,
  guaranteeWh: 0 as WattHours,
};

/** 1 is served first. A tier that is not among the policy's is the last one. */
export function tierNumber({ tiers }: SharingPolicy, name: string | null): number {
  const found = name === null ? -1 : tiers.indexOf(name);
  return found === -1 ? Math.max(1, tiers.length) : found + 1;
}

/** Why a policy can not be, in words for a person; null where it can. */
export function policyProblem({ tiers, rotationMs, minOnMs }: SharingPolicy): string | null {
  if (tiers.length === 0) return 'There must be one tier at least, such as "normal".';
  if (tiers.length > MAX_TIERS) return `There can be ${MAX_TIERS} tiers at most; leave some out.`;
  if (new Set(tiers).size < tiers.length) return 'A tier is named twice; give each a name of its own.';
  if (rotationMs < LEAST_TURN_MS) return 'A turn lasts 15 minutes at least; set rotationMin to 15 or more.';
  if (minOnMs > rotationMs)
    return 'A turn must be as long as a car charges at least: set minOnMin to rotationMin or less.';
  return null;
}
