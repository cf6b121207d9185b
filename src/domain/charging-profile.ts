/**
 * A limit over time as a charge point holds it (OCPP 1.6 §7.8 to §7.14). Limits stay in the unit they were sent in, as
 * plain numbers with at most one decimal: a watt limit that was turned into amps and back would not be the one installed.
 */
import type { Instant } from './units.ts';

/** A: amps of each phase. W: watts in total over all phases (OCPP 1.6 §7.12). */
export type RateUnit = 'A' | 'W';

/** What a profile limits: all connectors together, any transaction, or one (OCPP 1.6 §3.13.1). */
export type ProfilePurpose = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';

/** Where second 0 of the schedule lies (OCPP 1.6 §7.9): at startAt, at startAt again and again, at the start of the transaction. */
export type ProfileKind = 'Absolute' | 'Recurring' | 'Relative';

/** Every 24 hours, or every 7 days, counted from startAt (OCPP 1.6 §7.37, errata 3.79). */
export type Recurrency = 'Daily' | 'Weekly';

/** One stretch of a schedule; it lasts until the next one begins (OCPP 1.6 §7.14). */
export type SchedulePeriod = {
  /** Seconds since the start of the schedule. */
  readonly startS: number;
  /** In the unit of the schedule. */
  readonly limit: number;
  /** How many phases may be used; null counts as 3 wherever a number is needed. */
  readonly phases: number | null;
};

/** OCPP 1.6 §7.13. */
export type ProfileSchedule = {
  /** Null: the last period holds for ever, or until the transaction ends. */
  readonly durationS: number | null;
  readonly startAt: Instant | null;
  readonly unit: RateUnit;
  /** The least that makes sense for the car, in the unit of the schedule: advice, not a limit. */
  readonly minChargingRate: number | null;
  /** The first begins at 0 and all ascend, if the sender kept to errata 3.45. */
  readonly periods: readonly SchedulePeriod[];
};

/** OCPP 1.6 §7.8. Its id is unique on one charge point, over all connectors and purposes. */
export type ChargingProfile = {
  readonly id: number;
  /** The transaction that a TxProfile is for; null for other purposes, and in a remote start (errata 3.41). */
  readonly transactionId: number | null;
  /** Higher goes before lower, among profiles of one purpose (OCPP 1.6 §3.13.2). */
  readonly stackLevel: number;
  readonly purpose: ProfilePurpose;
  readonly kind: ProfileKind;
  readonly recurrency: Recurrency | null;
  readonly validFrom: Instant | null;
  /** The first instant at which it is no longer valid. */
  readonly validTo: Instant | null;
  readonly schedule: ProfileSchedule;
};

/** A profile and where it was installed; connector 0 is the charge point as a whole. */
export type InstalledProfile = { readonly connectorId: number; readonly profile: ChargingProfile };

/** What counts for a conversion where a profile names no phases, or none that exist (OCPP 1.6 §7.12, §7.14). */
export const ASSUMED_PHASES = 3;

/** 1, 2 or 3; null for what is absent or makes no sense (MicroOcpp reports -1). */
export function knownPhases(phases: number | null): number | null {
  return phases === 1 || phases === 2 || phases === 3 ? phases : null;
}
