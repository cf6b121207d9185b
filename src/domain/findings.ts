/**
 * What looks wrong about a transaction in the ledger, said in plain words beside it. A finding never edits, refuses
 * or repairs anything: what the charge point sent stays as it was sent.
 *
 * Several of these compare with what is known at the moment. The caller keeps them as findings of that moment.
 */
import type { Instant, WattHours, Watts } from './units.ts';

export type FindingKind =
  | 'duplicate-differs'
  | 'implausible-energy'
  | 'missing-start'
  | 'missing-stop'
  | 'overlap'
  | 'register-gap'
  | 'register-negative'
  | 'register-regression'
  | 'reservation-ignored'
  | 'rule-refused'
  | 'time-implausible'
  | 'time-in-future'
  | 'time-regression'
  | 'unknown-reservation';

/** `detail` is a sentence for an operator, with units and UTC times. */
export type Finding = { readonly kind: FindingKind; readonly detail: string };

/** The import register at an instant of the charge point's clock. */
export type RegisterAt = { readonly at: Instant; readonly energyWh: WattHours };

export type StartedTransaction = {
  readonly transactionId: number;
  readonly startedAt: Instant;
  readonly meterStartWh: WattHours;
};
export type StoppedTransaction = StartedTransaction & { readonly stoppedAt: Instant; readonly meterStopWh: WattHours };

/** The start or stop of a transaction as the charge point reported it, for comparing two reports of the same thing. */
export type ReportedEdge = {
  readonly at: Instant;
  readonly meterWh: WattHours;
  readonly idTag: string | null;
  readonly reason: string | null;
};

/** A charge point's clock may run ahead by this much before it is a finding: 5 min, what a clock without NTP drifts in months. */
const FUTURE_TOLERANCE_MS = 300_000;

/** Nothing was ever charged under OCPP 1.6 before it was published (8 October 2015): an earlier time is a clock never set. */
export const EARLIEST_PLAUSIBLE_MS = Date.UTC(2015, 9, 8);

/** Registers are kept in steps of up to 0.01 kWh and rounded: meter values and meterStop may differ by 10 Wh. */
const REGISTER_ROUNDING_WH = 10;

/** Times are truncated to seconds by some messages of a charge point and not by others. */
const CLOCK_ROUNDING_MS = 1_000;

/** More than any connector delivers; used where the rating of the connector is not known. */
const HIGHEST_CONNECTOR_W = 500_000;

/** The register and the clock are not read at the same moment: energy of one more minute is allowed. */
const ENERGY_GRACE_MS = 60_000;

/**
 * Findings about a transaction that starts. `previousOnConnector` is the last stopped transaction that started before it
 * (by the charge point's clock); `runningOnConnector` are those without a stop, itself left out.
 */
export function findingsAtStart(given: {
  readonly start: StartedTransaction;
  readonly previousOnConnector: StoppedTransaction | null;
  readonly runningOnConnector: readonly StartedTransaction[];
  readonly receivedAt: Instant;
}): Finding[] {
  const { start, previousOnConnector: previous } = given;
  const found = [
    ...clockFindings('The start', start.startedAt, given.receivedAt),
    ...registerFindings('The start', start.meterStartWh),
  ];
  for (const running of given.runningOnConnector) {
    // A start that was queued offline may be older than what runs now: its own stop will tell whether they overlap.
    if (running.startedAt > start.startedAt) continue;
    found.push({
      kind: 'overlap',
      detail: `Starts at ${utc(start.startedAt)} while transaction ${running.transactionId} on the same connector, started at ${utc(running.startedAt)}, has no stop.`,
    });
  }
  if (previous === null) return found;
  if (start.startedAt < previous.stoppedAt - CLOCK_ROUNDING_MS) found.push(overlapWith(start.startedAt, previous));
  const gapWh = start.meterStartWh - previous.meterStopWh;
  const registers = `The register starts at ${start.meterStartWh} Wh; transaction ${previous.transactionId} before it stopped at ${previous.meterStopWh} Wh`;
  if (gapWh < 0) found.push({ kind: 'register-regression', detail: `${registers}: ${-gapWh} Wh back.` });
  if (gapWh > REGISTER_ROUNDING_WH) {
    found.push({ kind: 'register-gap', detail: `${registers}: ${gapWh} Wh belong to no transaction.` });
  }
  return found;
}

/**
 * Findings about a transaction that stops. `transaction` is null for an orphan, whose start was never received; then
 * `transactionId` is what the charge point called it (-1 when it never received our answer, OCPP 1.6 errata 3.18).
 * `othersOnConnector` are transactions of the same connector, stopped or not, itself left out.
 */
export function findingsAtStop(given: {
  readonly transaction: StartedTransaction | null;
  readonly stop: { readonly transactionId: number; readonly stoppedAt: Instant; readonly meterStopWh: WattHours };
  /** The last meter value of this transaction. */
  readonly lastReading: RegisterAt | null;
  readonly othersOnConnector?: readonly (StartedTransaction | StoppedTransaction)[];
  readonly receivedAt: Instant;
  /** The most that the connector delivers over all phases. */
  readonly ratedW?: Watts | undefined;
}): Finding[] {
  const { transaction, stop, lastReading } = given;
  const found = [
    ...clockFindings('The stop', stop.stoppedAt, given.receivedAt),
    ...registerFindings('The stop', stop.meterStopWh),
  ];
  if (lastReading !== null) found.push(...stopAgainstReading(stop.stoppedAt, stop.meterStopWh, lastReading));
  if (transaction === null) {
    const called =
      stop.transactionId === -1
        ? 'the charge point never received an id for it'
        : `the charge point calls it ${stop.transactionId}, an id that is not known for it`;
    found.push({ kind: 'missing-start', detail: `A stop at ${stop.meterStopWh} Wh without a start: ${called}.` });
    return found;
  }
  for (const other of given.othersOnConnector ?? []) {
    const startsWithin =
      other.startedAt >= transaction.startedAt && other.startedAt < stop.stoppedAt - CLOCK_ROUNDING_MS;
    if (startsWithin) {
      found.push({
        kind: 'overlap',
        detail: `Stops at ${utc(stop.stoppedAt)}, after transaction ${other.transactionId} on the same connector had started at ${utc(other.startedAt)}.`,
      });
    }
  }
  if (stop.meterStopWh < transaction.meterStartWh) {
    found.push({
      kind: 'register-regression',
      detail: `The register stops at ${stop.meterStopWh} Wh, below its start at ${transaction.meterStartWh} Wh.`,
    });
  }
  if (stop.stoppedAt < transaction.startedAt) {
    found.push({
      kind: 'time-regression',
      detail: `Stops at ${utc(stop.stoppedAt)}, before its start at ${utc(transaction.startedAt)}.`,
    });
    return found;
  }
  const from = { at: transaction.startedAt, energyWh: transaction.meterStartWh };
  found.push(...energyFindings(from, { at: stop.stoppedAt, energyWh: stop.meterStopWh }, given.ratedW));
  return found;
}

/**
 * Findings about one meter value. `previous` is the neighbour already known; a replayed older value is no finding in
 * itself, since the two are compared in the order of the charge point's clock.
 */
export function findingsAtReading(given: {
  /** The transaction that it belongs to; null outside of any. */
  readonly transaction: StartedTransaction | null;
  /** The id that the message carried. */
  readonly claimedTransactionId: number | null;
  readonly reading: RegisterAt;
  readonly previous: RegisterAt | null;
  readonly receivedAt: Instant;
  /** The most that the connector delivers over all phases. */
  readonly ratedW?: Watts | undefined;
}): Finding[] {
  const { transaction, claimedTransactionId, reading, previous } = given;
  const found = clockFindings('The meter value', reading.at, given.receivedAt);
  if (transaction === null && claimedTransactionId !== null) {
    found.push({
      kind: 'missing-start',
      detail: `A meter value of ${reading.energyWh} Wh for transaction ${claimedTransactionId}, whose start is not known.`,
    });
  }
  if (transaction !== null && reading.at < transaction.startedAt - CLOCK_ROUNDING_MS) {
    found.push({
      kind: 'time-regression',
      detail: `A meter value of ${utc(reading.at)} lies before the start at ${utc(transaction.startedAt)}.`,
    });
  }
  if (transaction !== null && reading.energyWh < transaction.meterStartWh - REGISTER_ROUNDING_WH) {
    found.push({
      kind: 'register-regression',
      detail: `A meter value of ${reading.energyWh} Wh is below the start at ${transaction.meterStartWh} Wh.`,
    });
  }
  if (previous === null || previous.at === reading.at) return found;
  const [earlier, later] = previous.at < reading.at ? [previous, reading] : [reading, previous];
  if (later.energyWh < earlier.energyWh - REGISTER_ROUNDING_WH) {
    found.push({
      kind: 'register-regression',
      detail: `The register fell from ${earlier.energyWh} Wh at ${utc(earlier.at)} to ${later.energyWh} Wh at ${utc(later.at)}.`,
    });
  }
  found.push(...energyFindings(earlier, later, given.ratedW));
  return found;
}

/** The finding about a transaction without a stop when the next one starts on its connector; its stop may still come. */
export function findingWhenSuperseded(running: StartedTransaction, next: StartedTransaction): Finding {
  return {
    kind: 'missing-stop',
    detail: `No stop had arrived when transaction ${next.transactionId} started on the same connector at ${utc(next.startedAt)}; running since ${utc(running.startedAt)}.`,
  };
}

/** The finding about a start or stop that was reported again with other content; null when the reports agree. */
export function findingAtRepeat(edge: 'start' | 'stop', first: ReportedEdge, again: ReportedEdge): Finding | null {
  const differences: string[] = [];
  if (first.meterWh !== again.meterWh) differences.push(`${again.meterWh} Wh instead of ${first.meterWh} Wh`);
  if (first.at !== again.at) differences.push(`${utc(again.at)} instead of ${utc(first.at)}`);
  // The words are the charge point's: quoted as JSON, so that control characters stay visible.
  if (first.idTag !== again.idTag) differences.push(`idTag ${quoted(again.idTag)} instead of ${quoted(first.idTag)}`);
  if (first.reason !== again.reason) {
    differences.push(`reason ${quoted(again.reason)} instead of ${quoted(first.reason)}`);
  }
  if (differences.length === 0) return null;
  return {
    kind: 'duplicate-differs',
    detail: `The ${edge} was reported again with ${differences.join(', ')}; the first report counts.`,
  };
}

function registerFindings(what: string, registerWh: WattHours): Finding[] {
  if (registerWh >= 0) return [];
  return [{ kind: 'register-negative', detail: `${what} has a register of ${registerWh} Wh; none goes below 0.` }];
}

function clockFindings(what: string, at: Instant, receivedAt: Instant): Finding[] {
  if (at < EARLIEST_PLAUSIBLE_MS) {
    const detail = `${what} is stamped ${utc(at)}, before OCPP 1.6 existed: the clock of the charge point was not set.`;
    return [{ kind: 'time-implausible', detail }];
  }
  const aheadMs = at - receivedAt;
  if (aheadMs <= FUTURE_TOLERANCE_MS) return [];
  const detail = `${what} is stamped ${utc(at)}, ${Math.round(aheadMs / 1000)} s after it was received.`;
  return [{ kind: 'time-in-future', detail }];
}

function overlapWith(startedAt: Instant, previous: StoppedTransaction): Finding {
  return {
    kind: 'overlap',
    detail: `Starts at ${utc(startedAt)}, before transaction ${previous.transactionId} on the same connector stopped at ${utc(previous.stoppedAt)}.`,
  };
}

function stopAgainstReading(stoppedAt: Instant, meterStopWh: WattHours, last: RegisterAt): Finding[] {
  const found: Finding[] = [];
  if (last.at > stoppedAt + CLOCK_ROUNDING_MS) {
    found.push({
      kind: 'time-regression',
      detail: `Stops at ${utc(stoppedAt)}, before its last meter value of ${utc(last.at)}.`,
    });
  }
  if (meterStopWh < last.energyWh - REGISTER_ROUNDING_WH) {
    found.push({
      kind: 'register-regression',
      detail: `The register stops at ${meterStopWh} Wh, below a meter value of ${last.energyWh} Wh at ${utc(last.at)}.`,
    });
  }
  return found;
}

/** More energy between two instants than the connector can have delivered; `from` is not after `to`. */
function energyFindings(from: RegisterAt, to: RegisterAt, ratedW: Watts | undefined): Finding[] {
  const limitW = ratedW ?? HIGHEST_CONNECTOR_W;
  const energyWh = to.energyWh - from.energyWh;
  const spanMs = to.at - from.at;
  const allowedWh = (limitW * (spanMs + ENERGY_GRACE_MS)) / 3_600_000 + REGISTER_ROUNDING_WH;
  if (energyWh <= allowedWh) return [];
  const detail = `${energyWh} Wh in ${Math.round(spanMs / 1000)} s, from ${utc(from.at)} to ${utc(to.at)}: more than ${limitW} W can deliver.`;
  return [{ kind: 'implausible-energy', detail }];
}

const quoted = (text: string | null): string => (text === null ? 'none' : JSON.stringify(text));

/** ISO 8601 in UTC; an instant that no calendar reaches is shown as its milliseconds. */
const utc = (at: Instant): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : `${at} ms`);
