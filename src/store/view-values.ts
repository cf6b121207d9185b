import type { LimitValue } from '../domain/site-limit.ts';
import type { Instant } from '../domain/units.ts';

/** How a stored time leaves the process: ISO 8601, UTC. */
export function utc(ms: number): string;
export function utc(ms: number | null): string | null;
export function utc(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Milliamps to amps, millivolts to volts; the fraction stays exact to the thousandth. */
export function inUnits(thousandths: number | null): number | null {
  return thousandths === null ? null : thousandths / 1_000;
}

export type ThreePhases = [number | null, number | null, number | null];

/** One page of a list, and where the next one begins; null when there is none. */
export type Page<T> = { items: T[]; next: string | null };

export type PageRequest = {
  /** Items at most. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | null;
};

/** What is in force of a registration or a token is judged at this instant. */
export type Now = () => Instant;

/** A limit of a circuit: amps per phase, watts in total. */
export type LimitValueView = { limitA: [number, number, number] | null; limitW: number | null };

export function valueView({ limitMA, limitW }: LimitValue): LimitValueView {
  return { limitA: limitMA === null ? null : [limitMA[0] / 1_000, limitMA[1] / 1_000, limitMA[2] / 1_000], limitW };
}
