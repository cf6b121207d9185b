/**
 * How a make of charge point takes limits: known beforehand from what is public, learned where it can be, corrected by a
 * person. One record for each vendor, model and firmware.
 */
import type { Nameplate } from './charge-point.ts';
import type { RateUnit } from './charging-profile.ts';
import type { Instant, MilliAmps } from './units.ts';

/**
 * B: TxProfile that steps down by itself. A: the same as a TxDefaultProfile above the floor. C: the same as
 * ChargePointMaxProfile of connector 0. E: transaction floor at level 0, grant at level 1 with a duration (one period
 * only). D: nothing ends by itself; booked open-ended.
 */
export type GrantMode = 'A' | 'B' | 'C' | 'D' | 'E';

export type PauseStyle =
  /** A limit of 0 in the same profile. */
  | 'zero'
  /** It ends the transaction below the minimum, or does not resume: held at its minimum. */
  | 'never';

/** Where a value comes from; the later goes before the earlier. */
export type DialectSource = 'default' | 'known' | 'configuration-keys' | 'learned' | 'set';

export type DialectKey = { readonly vendor: string; readonly model: string; readonly firmwareVersion: string };

export type Dialect = {
  readonly mode: GrantMode;
  /** Of grants that end by themselves. Absolute unless the charge point refuses it, or its clock can't be trusted. */
  readonly kind: 'Absolute' | 'Relative';
  /** Of floors and of grants without an end. Relative needs no clock; Absolute where it is refused. */
  readonly floorKind: 'Absolute' | 'Relative';
  /** Where a Relative schedule counts from; null until a probe has shown it. */
  readonly relativeFrom: 'transaction' | 'receipt' | null;
  /** Its clock survives a power cut: until that is known, what ends by it counts for nothing after one. */
  readonly keepsTime: boolean | null;
  /** A transaction goes on after a power cut; where none does, no grant of one is left to end. Null until it was seen. */
  readonly outlivesCut: boolean | null;
  /** Modes that it is known to refuse: they are not tried. */
  readonly refusedModes: readonly GrantMode[];
  readonly unit: RateUnit;
  /** Grants are multiples of this, or one of the list (ascending). */
  readonly step: MilliAmps | readonly MilliAmps[];
  /** Of the default floor, and of the grant above it. */
  readonly floorLevel: number;
  readonly grantLevel: number;
  readonly maxPeriods: number | null;
  readonly pause: PauseStyle;
  /** Between a boot and the first call, ms. */
  readonly settleMs: number;
  /** From a limit after a pause to current, at most, ms: until then that it takes nothing says nothing of the car. */
  readonly resumeMs: number;
  /** From an acknowledgement to the current that follows, the largest seen, ms; never below 11 s. */
  readonly lagMs: number;
  /** The composite schedule of an idle connector shows its TxDefaultProfile. */
  readonly showsIdleFloor: boolean | null;
  /**
   * Its floor was seen in force in a transaction: where it shows none at rest, its word and its lag are enough for the floors of
   * others of the make. Until one of them disobeys.
   */
  readonly keepsFloor: boolean | null;
  /** GetCompositeSchedule is answered with something that can be believed. */
  readonly showsComposite: boolean | null;
  /** Profiles are gone after a reboot, or with the connection: no floor counts. */
  readonly losesProfiles: 'never' | 'reboot' | 'disconnect';
  /** A TxProfile that comes while it is suspended is accepted and dropped: it proves nothing, and is sent again on Charging. */
  readonly dropsWhileSuspended: boolean;
  /** The limit of a DC charge point is of what it gives to the car; until somebody knows better, since that is the stricter. */
  readonly limitIsOutput: boolean;
  /** Decreases that were proven since the last disobedience; from `TRUSTED_AFTER` on Accepted and lag are enough. */
  readonly proofs: number;
};

/** A dialect with where each of its values comes from. */
export type DialectRecord = {
  readonly key: DialectKey;
  readonly dialect: Dialect;
  readonly sources: Readonly<Partial<Record<keyof Dialect, DialectSource>>>;
  /** What is known of it in words, for people. */
  readonly notes: readonly string[];
};

export const TRUSTED_AFTER = 3;

/** Never below (IEC 61851-1: a car may take 5 s, a charge point a sample of 10 s to show it), ms. */
export const LEAST_LAG_MS = 11_000;

export const defaultDialect: Dialect = {
  mode: 'B',
  kind: 'Absolute',
  floorKind: 'Relative',
  relativeFrom: null,
  keepsTime: null,
  outlivesCut: null,
  refusedModes: [],
  unit: 'A',
  step: 500 as MilliAmps,
  floorLevel: 0,
  grantLevel: 1,
  maxPeriods: null,
  pause: 'zero',
  settleMs: 2_000,
  resumeMs: 0,
  lagMs: 15_000,
  showsIdleFloor: null,
  keepsFloor: null,
  showsComposite: null,
  losesProfiles: 'never',
  dropsWhileSuspended: false,
  limitIsOutput: true,
  proofs: 0,
};

/** Values of a dialect from one source. */
export type DialectValues = Partial<Dialect>;

/** What is on record of one make; values that nobody set or learned are absent. */
export type RecordedDialect = {
  readonly key: DialectKey;
  readonly learned: DialectValues;
  readonly set: DialectValues;
};

export type DialectEvent =
  /** All that is learned of it from now on, not only what is new. */
  | { type: 'dialect-learned'; key: DialectKey; values: DialectValues; at: Instant }
  /** All that people have set of it from now on. */
  | { type: 'dialect-set'; key: DialectKey; values: DialectValues; at: Instant }
  /** Nothing of it is learned or set any more. */
  | { type: 'dialect-reset'; key: DialectKey; at: Instant };

/** By what a charge point says of itself; without a firmware version it is one of its own. */
export const dialectKey = ({
  vendor,
  model,
  firmwareVersion,
}: Pick<Nameplate, 'vendor' | 'model' | 'firmwareVersion'>): DialectKey => ({
  vendor,
  model,
  firmwareVersion: firmwareVersion ?? '',
});
