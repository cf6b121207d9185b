import type { Instant, MilliAmps, MilliVolts, PerPhase, WattHours, Watts } from './units.ts';

/** Why a charge point sent a reading (OCPP 1.6 §7.35 ReadingContext). */
export type ReadingContext =
  | 'Interruption.Begin'
  | 'Interruption.End'
  | 'Other'
  | 'Sample.Clock'
  | 'Sample.Periodic'
  | 'Transaction.Begin'
  | 'Transaction.End'
  | 'Trigger';

/** How far a reading can be trusted: all of it measured; some of it derived by us; or something in it was dropped. */
export type ReadingQuality = 'measured' | 'derived' | 'poor';

/** A quantity that was computed by us from others, and how. */
export type Derivation =
  | 'power from phases'
  | 'power from voltage and current'
  | 'power from energy'
  | 'current from power'
  | 'current from unphased value'
  | 'energy from phases'
  | 'voltage from line to line'
  | 'voltage from unphased value'
  | 'offered from power';

/**
 * What one connector measured at one instant, in our units. Currents and voltages are those of the charge point's own
 * L1..L3 (phase rotation is applied later); energy is the import register, never re-based.
 */
export type Reading = {
  /** The charge point's clock, as sent. */
  readonly at: Instant;
  readonly context: ReadingContext;
  readonly energyWh: WattHours | null;
  readonly powerW: Watts | null;
  readonly currentMA: PerPhase<MilliAmps | null>;
  readonly voltageMV: PerPhase<MilliVolts | null>;
  readonly offeredMA: MilliAmps | null;
  /** State of charge of the car, 0 to 100. */
  readonly socPercent: number | null;
  readonly quality: ReadingQuality;
  readonly derived: readonly Derivation[];
};
