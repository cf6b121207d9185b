/**
 * Which limit the installed charging profiles impose, by OCPP 1.6 §3.13 and §5.16.4 with the errata, and the composite
 * schedule (§5.7) that follows. Pure: profiles, transaction and time come in. Inside, a limit is always amps per phase.
 */

type RateUnit = 'A' | 'W';
type Purpose = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';

export type SchedulePeriod = {
  /** Seconds from the start of the schedule. */
  readonly startPeriod: number;
  /** Amps per phase, or watts in total. */
  readonly limit: number;
  readonly numberPhases: number | null;
};

/** Times are milliseconds since 1970; null where the request left a field out. */
export type ChargingProfile = {
  readonly chargingProfileId: number;
  readonly transactionId: number | null;
  readonly stackLevel: number;
  readonly purpose: Purpose;
  readonly kind: 'Absolute' | 'Recurring' | 'Relative';
  readonly recurrency: 'Daily' | 'Weekly' | null;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly durationSeconds: number | null;
  readonly startSchedule: number | null;
  readonly unit: RateUnit;
  readonly periods: readonly SchedulePeriod[];
};

export type InstalledProfile = ChargingProfile & { readonly connectorId: number; readonly installedAt: number };

/** Amps per phase, and how many phases may be used. */
export type Limit = { readonly amps: number; readonly phases: number };

/** What of a connector matters here: its wiring, and when its transaction started (null: none is running). */
export type ConnectorLoad = {
  readonly connectorId: number;
  readonly hardware: Limit;
  readonly transactionStart: number | null;
};

type CompositeRequest = {
  readonly profiles: readonly InstalledProfile[];
  /** One connector, or all of them for connector 0. */
  readonly connectors: readonly ConnectorLoad[];
  readonly from: number;
  readonly durationSeconds: number;
  readonly unit: RateUnit;
};

export type CompositePeriod = { startPeriod: number; limit: number; numberPhases: number };

/** The voltage for converting, phase to neutral: the nominal one of the area, never the measured one (§7.12). */
const nominalVolts = 230;
const dayMs = 86_400_000;
const recurrenceMs = { Daily: dayMs, Weekly: 7 * dayMs };

/**
 * The composite schedule: ascending periods from 0, in one decimal rounded down. A fall that lies within a second takes
 * effect at its beginning, a rise at its end. Connectors without a transaction count as if one started at `from`.
 */
export function compositeSchedule(request: CompositeRequest): CompositePeriod[] {
  const { from, unit } = request;
  const to = from + request.durationSeconds * 1000;
  const connectors = request.connectors.map((one) => ({ ...one, transactionStart: one.transactionStart ?? from }));
  const considered = (at: number): Limit => {
    const each = request.connectors.map((connector) => limitOf(request.profiles, connector, at, from));
    return lower(sum(each), maxLimitAt(request.profiles, at));
  };
  const moments = new Set([from]);
  for (const profile of request.profiles) {
    for (const connector of connectors) {
      for (const at of changesOf(profile, connector.transactionStart, from, to)) moments.add(at);
    }
  }
  const result: CompositePeriod[] = [];
  for (const at of [...moments].sort((a, b) => a - b)) {
    const { amps, phases } = considered(at);
    const limit = roundDown(unit === 'A' ? amps : amps * nominalVolts * phases);
    const previous = result.at(-1);
    if (sameLimit(previous, { limit, numberPhases: phases })) continue;
    const falls = previous === undefined || limit < previous.limit;
    const startPeriod = falls ? Math.floor((at - from) / 1000) : Math.ceil((at - from) / 1000);
    // Of two rises that end in the same second the later one counts.
    if (!falls && previous?.startPeriod === startPeriod) result.pop();
    append(result, { startPeriod, limit, numberPhases: phases });
  }
  return result.filter(
    (period, index) => period.startPeriod < request.durationSeconds && !sameLimit(result[index - 1], period),
  );
}

/**
 * The limit in force at one connector: its own profiles and the whole charge point's maximum, but not what other
 * connectors take of that maximum.
 */
export function limitAt(profiles: readonly InstalledProfile[], connector: ConnectorLoad, at: number): Limit {
  return lower(limitOf(profiles, connector, at, at), maxLimitAt(profiles, at));
}

/** The limit for all connectors together (§3.13.3); null where no ChargePointMaxProfile speaks. */
export function maxLimitAt(profiles: readonly InstalledProfile[], at: number): Limit | null {
  const own = profiles.filter((profile) => profile.purpose === 'ChargePointMaxProfile');
  return prevailing(own, at, null);
}

function limitOf(profiles: readonly InstalledProfile[], load: ConnectorLoad, at: number, assumedStart: number): Limit {
  const start = load.transactionStart ?? assumedStart;
  const ofTransaction = profiles.filter((one) => one.purpose === 'TxProfile' && one.connectorId === load.connectorId);
  // A TxProfile keeps TxDefaultProfiles out until the transaction ends, even when its own schedule is over (§3.13.1).
  const overruled = load.transactionStart !== null && ofTransaction.length > 0;
  const own = overruled ? ofTransaction : defaultsOf(profiles, load.connectorId);
  return lower(load.hardware, prevailing(own, at, start));
}

/** A TxDefaultProfile of the connector replaces that of connector 0 with the same stack level, here only (§3.13.1). */
function defaultsOf(profiles: readonly InstalledProfile[], connectorId: number): InstalledProfile[] {
  const defaults = profiles.filter((one) => one.purpose === 'TxDefaultProfile');
  const here = defaults.filter((one) => one.connectorId === connectorId);
  const levels = new Set(here.map((one) => one.stackLevel));
  return [...here, ...defaults.filter((one) => one.connectorId === 0 && !levels.has(one.stackLevel))];
}

/** Highest stack level whose profile is valid and whose schedule runs at that moment (§3.13.2, §5.16.4). */
function prevailing(profiles: readonly InstalledProfile[], at: number, transactionStart: number | null): Limit | null {
  for (const profile of [...profiles].sort((a, b) => b.stackLevel - a.stackLevel)) {
    const limit = scheduled(profile, at, transactionStart);
    if (limit !== null) return limit;
  }
  return null;
}

function scheduled(profile: InstalledProfile, at: number, transactionStart: number | null): Limit | null {
  if (profile.validFrom !== null && at < profile.validFrom) return null;
  if (profile.validTo !== null && at >= profile.validTo) return null;
  // A clock that was set back may show a start to come: what is relative has begun all the same.
  const earliest = profile.kind === 'Relative' ? 0 : Number.NEGATIVE_INFINITY;
  const sinceStart = Math.max(earliest, at - anchorOf(profile, transactionStart));
  if (sinceStart < 0) return null;
  const recurs = recurrenceOf(profile);
  const elapsed = (recurs === null ? sinceStart : sinceStart % recurs) / 1000;
  if (profile.durationSeconds !== null && elapsed >= profile.durationSeconds) return null;
  const period = profile.periods.findLast((one) => one.startPeriod <= elapsed);
  if (period === undefined) return null;
  const phases = period.numberPhases ?? 3;
  return { amps: profile.unit === 'A' ? period.limit : period.limit / (nominalVolts * phases), phases };
}

/**
 * Where second 0 of the schedule lies. Relative schedules, and others without a start, begin with the transaction
 * (§7.9, §7.13); for the charge point's maximum there is none, so they begin when they were installed.
 */
function anchorOf(profile: InstalledProfile, transactionStart: number | null): number {
  if (profile.kind !== 'Relative' && profile.startSchedule !== null) return profile.startSchedule;
  return profile.purpose === 'ChargePointMaxProfile' ? profile.installedAt : (transactionStart ?? profile.installedAt);
}

function recurrenceOf(profile: InstalledProfile): number | null {
  return profile.kind === 'Recurring' ? recurrenceMs[profile.recurrency ?? 'Daily'] : null;
}

/** Every moment in [from, to) at which this profile may begin, change or cease to speak. */
export function changesOf(profile: InstalledProfile, transactionStart: number, from: number, to: number): number[] {
  const anchor = anchorOf(profile, transactionStart);
  const recurs = recurrenceOf(profile);
  const offsets = profile.periods.map((period) => period.startPeriod * 1000);
  if (profile.durationSeconds !== null) offsets.push(profile.durationSeconds * 1000);
  const moments = [profile.validFrom, profile.validTo].filter((one) => one !== null);
  const first = recurs === null ? anchor : anchor + Math.max(0, Math.floor((from - anchor) / recurs)) * recurs;
  for (let start = first; start < to; start += recurs ?? Number.POSITIVE_INFINITY) {
    moments.push(...offsets.filter((one) => recurs === null || one < recurs).map((offset) => start + offset));
  }
  return moments.filter((at) => at > from && at < to);
}

/** How long after `from` one of these profiles changes for one of the transactions; `mostMs` where none does before. */
export function firstChange(
  profiles: readonly InstalledProfile[],
  transactionStarts: readonly number[],
  from: number,
  mostMs: number,
): number {
  let first = mostMs;
  for (const start of transactionStarts) {
    for (const profile of profiles) {
      for (const at of changesOf(profile, start, from, from + first)) first = Math.min(first, at - from);
    }
  }
  return first;
}

function lower(one: Limit, other: Limit | null): Limit {
  if (other === null) return one;
  return { amps: Math.min(one.amps, other.amps), phases: Math.min(one.phases, other.phases) };
}

function sum(limits: readonly Limit[]): Limit {
  return {
    amps: limits.reduce((total, one) => total + one.amps, 0),
    phases: limits.reduce((most, one) => Math.max(most, one.phases), 1),
  };
}

type PeriodLimit = Pick<CompositePeriod, 'limit' | 'numberPhases'>;

function sameLimit(one: PeriodLimit | undefined, other: PeriodLimit): boolean {
  return one?.limit === other.limit && one.numberPhases === other.numberPhases;
}

/** Keeps the periods ascending: what a fall undoes within its own second vanishes, and never lifts that second. */
function append(periods: CompositePeriod[], next: CompositePeriod): void {
  while ((periods.at(-1)?.startPeriod ?? -1) > next.startPeriod) periods.pop();
  const last = periods.at(-1);
  if (last === undefined || last.startPeriod < next.startPeriod) periods.push(next);
  else if (next.limit <= last.limit) periods[periods.length - 1] = next;
  else periods.push({ ...next, startPeriod: next.startPeriod + 1 });
}

/** One decimal (§7.14); the small addition keeps what binary fractions lost. */
function roundDown(value: number): number {
  return Math.floor(value * 10 + 1e-6) / 10;
}
