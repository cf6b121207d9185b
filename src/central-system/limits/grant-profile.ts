/**
 * The text of floors and grants: what is put into a charge point so that no connector is ever without a limit, also when we
 * are gone. With each text comes what the book has to count for it.
 */
import { type BalancingPart, balancingProfileId } from '../../domain/balancing-profiles.ts';
import type { ChargingCapabilities } from '../../domain/charging-capabilities.ts';
import type {
  ChargingProfile,
  InstalledProfile,
  ProfileSchedule,
  RateUnit,
  SchedulePeriod,
} from '../../domain/charging-profile.ts';
import type { Dialect, GrantMode } from '../../domain/dialect.ts';
import { type Instant, instant, type MilliAmps, type MilliVolts, milliVolts } from '../../domain/units.ts';
import { type LimitNumber, type LimitScale, limitNumber } from './limit-values.ts';

/** Whom a text is for, and what its charge point takes. */
export type LimitTarget = {
  readonly dialect: Dialect;
  readonly capabilities: ChargingCapabilities | null;
  readonly connectorId: number;
  /** Phases that carry current for sure, by configuration or proof; null until then, which counts as one. */
  readonly provenPhases: 1 | 2 | 3 | null;
  readonly nominalMV: MilliVolts;
  /** The lowest of the phases; null where nothing is measured. */
  readonly measuredMV: MilliVolts | null;
  /** Null for AC. */
  readonly dc: { readonly efficiency: number } | null;
};

export type FloorTerms = LimitTarget & {
  readonly floorMA: MilliAmps;
  /** Another stack level than the dialect's: at first contact, the highest that is free. */
  readonly level?: number;
};

export type GrantTerms = LimitTarget & {
  /** What is asked for; the text may have to be one of mode D all the same. */
  readonly mode: GrantMode;
  /** Null for modes A and C, which need none. */
  readonly transactionId: number | null;
  readonly grantMA: MilliAmps;
  readonly floorMA: MilliAmps;
  readonly leaseS: number;
  /** The `now` of the book entry that counts for this text. */
  readonly now: Instant;
  /** By how much its clock is ahead of ours, ms; negative when behind, null while unknown. */
  readonly clockOffsetMs: number | null;
  /** Since the start of the transaction by the clock of the charge point, s; null where that is not known. */
  readonly elapsedS: number | null;
};

/** What the book has to count for a text, from before it is sent. */
export type Booked = {
  /** The most per phase that the charge point can read out of it. */
  readonly valueMA: MilliAmps;
  /**
   * After `now` it has stepped down for sure, ms: clock offset included; lag, and by how much that offset may be off, come on
   * top. Null: nothing ends by itself.
   */
  readonly untilMs: number | null;
  /** What holds after that: the same as `valueMA` where nothing ends. */
  readonly tailMA: MilliAmps;
};

export type LimitText = {
  readonly installed: InstalledProfile;
  /** What it became. */
  readonly mode: GrantMode;
  readonly booked: Booked;
  /** It takes the place of the floor at the connector, and counts for every later transaction. */
  readonly erasesFloor: boolean;
};

/** How far back a schedule starts, so that a clock that is behind finds no gap before it, ms. */
const HEAD_START_MS = 86_400_000;
/** A clock that is ahead is compensated up to here, ms. */
const MOST_AHEAD_MS = 300_000;
/** A clock that is behind may be so by nearly the head start, ms. */
const MOST_BEHIND_MS = HEAD_START_MS - 300_000;
/** A transaction that seems to be older began by a clock that was wrong, s. */
const LONGEST_S = 7 * 86_400;
const EPOCH = instant(0);

/** The default floor of a connector; in mode C, which has none, the constant that its grants replace. */
export function floorProfile(terms: FloorTerms): LimitText {
  const { dialect, connectorId, floorMA } = terms;
  const scale = scaleOf(terms);
  const number = limitNumber(floorMA, scale);
  if (dialect.mode === 'C') {
    const stackLevel = terms.level ?? within(dialect.grantLevel, terms);
    const schedule = constant(number, scale, 'Absolute');
    const whole = { stackLevel, purpose: 'ChargePointMaxProfile', kind: 'Absolute', schedule } as const;
    return forEver(profileOf('grant', terms, 0, null, whole), number, 'C', false);
  }
  const stackLevel = terms.level ?? within(dialect.floorLevel, terms);
  const kind = dialect.floorKind;
  const own = { stackLevel, purpose: 'TxDefaultProfile', kind, schedule: constant(number, scale, kind) } as const;
  return forEver(profileOf('floor', terms, connectorId, null, own), number, 'D', false);
}

/**
 * The floor of a running transaction. In mode E it lies under the grant, at level 0; at first contact it takes the grant's
 * own place in the other modes, unless `level` says otherwise.
 */
export function transactionFloorProfile(terms: FloorTerms & { readonly transactionId: number }): LimitText {
  const { dialect, connectorId, transactionId, floorMA } = terms;
  const scale = scaleOf(terms);
  const number = limitNumber(floorMA, scale);
  const isUnder = needsOnePeriod(dialect.mode, terms);
  const stackLevel = terms.level ?? (isUnder ? 0 : within(dialect.grantLevel, terms));
  const kind = dialect.floorKind;
  const part = isUnder ? 'transaction-floor' : 'grant';
  const own = { stackLevel, purpose: 'TxProfile', kind, schedule: constant(number, scale, kind) } as const;
  return forEver(profileOf(part, terms, connectorId, transactionId, own), number, 'D', false);
}

/** Whether a transaction needs a floor of its own first: its grants end by a duration, and fall back to what is below. */
export function needsTransactionFloor(dialect: Dialect, capabilities: ChargingCapabilities | null): boolean {
  const isOfTransaction = dialect.mode === 'B' || dialect.mode === 'E';
  const hasRoom = (capabilities?.maxStackLevel ?? 1) > 0;
  return (
    isOfTransaction && hasRoom && (dialect.mode === 'E' || dialect.maxPeriods === 1 || capabilities?.maxPeriods === 1)
  );
}

/** A grant above the floor, that ends by itself where the charge point lets it. */
export function grantProfile(terms: GrantTerms): LimitText {
  const { dialect, connectorId, transactionId } = terms;
  const scale = scaleOf(terms);
  const grant = limitNumber(terms.grantMA, scale);
  const tail = limitNumber(terms.floorMA, scale);
  const purpose = purposeOf(terms);
  const floorLevel = within(dialect.floorLevel, terms);
  const onePeriod = needsOnePeriod(terms.mode, terms);
  // In mode E the transaction floor lies at level 0, whatever the level of the default floor.
  const under = purpose === 'TxProfile' ? 0 : floorLevel;
  const stackLevel = within(onePeriod ? Math.max(dialect.grantLevel, under + 1) : dialect.grantLevel, terms);
  const at = purpose === 'ChargePointMaxProfile' ? 0 : connectorId;
  const erasesFloor = purpose === 'TxDefaultProfile' && stackLevel <= floorLevel;
  const step = stepOf(terms, purpose);
  // A duration falls back to a lower level of the same purpose (errata 3.43): there has to be one.
  const canEnd = step !== null && (!onePeriod || (purpose !== 'ChargePointMaxProfile' && stackLevel > under));
  const write = (kind: 'Absolute' | 'Relative', schedule: ProfileSchedule): InstalledProfile =>
    profileOf('grant', terms, at, purpose === 'TxProfile' ? transactionId : null, {
      stackLevel,
      purpose,
      kind,
      schedule,
    });
  if (!canEnd) {
    const kind = purpose === 'ChargePointMaxProfile' ? 'Absolute' : dialect.floorKind;
    return forEver(write(kind, constant(grant, scale, kind)), grant, 'D', erasesFloor);
  }
  const periods = [period(0, grant, scale), ...(onePeriod ? [] : [period(step.atS, tail, scale)])];
  const schedule: ProfileSchedule = {
    durationS: onePeriod ? step.atS : null,
    startAt: step.startAt,
    unit: scale.unit,
    minChargingRate: null,
    periods,
  };
  return {
    installed: write(step.startAt === null ? 'Relative' : 'Absolute', schedule),
    mode: onePeriod && purpose === 'TxProfile' ? 'E' : terms.mode,
    booked: { valueMA: grant.readAsMA, untilMs: step.untilMs, tailMA: tail.readAsMA },
    erasesFloor,
  };
}

type Step = { readonly startAt: Instant | null; readonly atS: number; readonly untilMs: number };

/** When it steps down; null where it can't be said in a way that the charge point surely keeps. */
function stepOf(terms: GrantTerms, purpose: ChargingProfile['purpose']): Step | null {
  const { dialect, now, clockOffsetMs, elapsedS, mode } = terms;
  const leaseS = Math.floor(terms.leaseS);
  if (mode === 'D' || leaseS <= 0) return null;
  if (dialect.kind === 'Relative') {
    // As a default it would begin anew with every transaction; of a maximum nobody says what it is relative to.
    if (purpose !== 'TxProfile' || elapsedS === null || elapsedS < 0 || elapsedS > LONGEST_S) return null;
    if (dialect.relativeFrom === 'receipt') return { startAt: null, atS: leaseS, untilMs: leaseS * 1_000 };
    const atS = Math.floor(elapsedS) + leaseS;
    // How long it has been by its own clock is known only where that is.
    const isSure = dialect.relativeFrom === 'transaction' && clockOffsetMs !== null;
    return { startAt: null, atS, untilMs: (isSure ? leaseS : atS) * 1_000 };
  }
  if (clockOffsetMs === null || clockOffsetMs > MOST_AHEAD_MS || clockOffsetMs < -MOST_BEHIND_MS) return null;
  const aheadMs = Math.max(0, clockOffsetMs);
  // Whole seconds: not every charge point reads the others. Rounded down the step comes earlier.
  const startAt = instant(Math.floor((now - HEAD_START_MS + aheadMs) / 1_000) * 1_000);
  // A clock ahead may be put right meanwhile, one behind may stay so: either way the step comes later by as much.
  const untilMs = leaseS * 1_000 + Math.abs(clockOffsetMs);
  return { startAt, atS: HEAD_START_MS / 1_000 + leaseS, untilMs };
}

/** Mode D: for the transaction where there is one, since what is left of it then ends with that. */
function purposeOf({ mode, transactionId }: GrantTerms): ChargingProfile['purpose'] {
  if (mode === 'C') return 'ChargePointMaxProfile';
  return mode === 'A' || transactionId === null ? 'TxDefaultProfile' : 'TxProfile';
}

const needsOnePeriod = (mode: GrantMode, { dialect, capabilities }: LimitTarget): boolean =>
  mode === 'E' || dialect.maxPeriods === 1 || capabilities?.maxPeriods === 1;

/** No level above what the charge point says it takes. */
const within = (level: number, { capabilities }: LimitTarget): number =>
  Math.min(level, capabilities?.maxStackLevel ?? level);

/** Of what is written to a connector. Amps of a DC charge point would be those of its output, at a voltage that only the car knows. */
export function unitOf(
  { unit }: Pick<Dialect, 'unit'>,
  capabilities: ChargingCapabilities | null,
  isDc: boolean,
): RateUnit {
  if (isDc) return 'W';
  const units = capabilities?.units ?? null;
  return units === null || units.includes(unit) ? unit : (units[0] ?? unit);
}

function scaleOf({ dialect, capabilities, provenPhases, nominalMV, measuredMV, dc }: LimitTarget): LimitScale {
  return {
    unit: unitOf(dialect, capabilities, dc !== null),
    step: dialect.step,
    phases: dc === null ? (provenPhases ?? 1) : 3,
    voltageMV: milliVolts(Math.min(nominalMV, measuredMV ?? nominalMV)),
    outputShare: dcShare(dialect, dc) ?? 1,
  };
}

/** Watts in a limit of watts from the grid; null for AC. */
export function dcShare({ limitIsOutput }: Pick<Dialect, 'limitIsOutput'>, dc: LimitTarget['dc']): number | null {
  return dc === null ? null : limitIsOutput ? dc.efficiency : 1;
}

/** Phases stand beside watts, which mean nothing without; beside amps they might switch phases off. */
const period = (startS: number, { limit }: LimitNumber, { unit, phases }: LimitScale): SchedulePeriod => ({
  startS,
  limit,
  phases: unit === 'W' ? phases : null,
});

const constant = (number: LimitNumber, scale: LimitScale, kind: 'Absolute' | 'Relative'): ProfileSchedule => ({
  durationS: null,
  startAt: kind === 'Absolute' ? EPOCH : null,
  unit: scale.unit,
  minChargingRate: null,
  periods: [period(0, number, scale)],
});

type Own = Pick<ChargingProfile, 'stackLevel' | 'purpose' | 'kind' | 'schedule'>;

function profileOf(
  part: BalancingPart,
  { connectorId }: LimitTarget,
  at: number,
  transactionId: number | null,
  own: Own,
): InstalledProfile {
  const id = balancingProfileId(connectorId, part);
  const profile = { id, transactionId, ...own, recurrency: null, validFrom: null, validTo: null };
  return { connectorId: at, profile };
}

function forEver(
  installed: InstalledProfile,
  { readAsMA }: LimitNumber,
  mode: GrantMode,
  erasesFloor: boolean,
): LimitText {
  return { installed, mode, booked: { valueMA: readAsMA, untilMs: null, tailMA: readAsMA }, erasesFloor };
}
