/** A limit from outside: an energy manager, a relay of the grid operator, a schedule, a person. It can only lower. */
import type { Instant, MilliAmps, PerPhase, Watts } from './units.ts';

/** Amps per phase, watts in total, or both; the lower counts. */
export type LimitValue = { readonly limitMA: PerPhase<MilliAmps> | null; readonly limitW: Watts | null };

export type SiteLimit = {
  /** One for each source and circuit: a new one of the same id replaces. */
  readonly id: string;
  readonly circuit: string;
  /** Who says so, in words: `http`, `relay`, `schedule night`. */
  readonly source: string;
  readonly value: LimitValue;
  readonly since: Instant;
  /** Null: until it is taken back. */
  readonly until: Instant | null;
  /** What holds afterwards: another limit without an end, or what is configured. */
  readonly then: LimitValue | 'configured';
  /** It begins then, as one of a schedule; left out or null: it holds since it was set. */
  readonly startsAt?: Instant | null;
  /** Somebody on site has set it aside until then; left out or null: it holds. Only of limits of the backend. */
  readonly suspendedUntil?: Instant | null;
};

/** What holds on one circuit now, of all limits from outside, and which of them binds; null fields where none does. */
export type LimitInForce = LimitValue & { readonly circuit: string; readonly sources: readonly string[] };

/** What was asked for, what was done about it and what came of it: shown to the grid operator where they want to know. */
export type LimitEvidence = {
  readonly limitId: string;
  readonly circuit: string;
  readonly source: string;
  readonly at: Instant;
} & (
  | { readonly kind: 'signal' /** As it came, cut to 200 characters. */; readonly raw: string }
  /** Null: the limit was taken back, or ran out. */
  | { readonly kind: 'command'; readonly value: LimitValue | null; readonly why: 'signal' | 'ran-out' }
  /** What the circuit drew `afterMs` later; 0: before. `reached`: at or below the limit; null where nothing was measured. */
  | {
      readonly kind: 'effect';
      readonly afterMs: number;
      readonly currentMA: PerPhase<MilliAmps | null>;
      readonly powerW: Watts | null;
      readonly reached: boolean | null;
    }
);

export type SiteLimitEvent =
  | { type: 'site-limit-set'; limit: SiteLimit; at: Instant }
  | { type: 'site-limit-suspended'; id: string; circuit: string; source: string; until: Instant | null; at: Instant }
  | { type: 'site-limit-ended'; id: string; circuit: string; source: string; at: Instant }
  | { type: 'limit-evidence-noted'; evidence: LimitEvidence };
