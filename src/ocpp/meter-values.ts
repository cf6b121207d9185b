/**
 * Turns the MeterValues of a charge point into readings in our units: fills in the defaults of OCPP 1.6 §7.43, sorts
 * samples by context, phase and location, and drops what is unusable one sample at a time, never the message.
 */
import type { Reading, ReadingContext } from '../domain/metering.ts';
import type { Instant, MilliAmps, MilliVolts, WattHours } from '../domain/units.ts';
import { emptySamples, type Refusal, spoil, takeIn } from './gathered-samples.ts';
import { readingFrom } from './reading-from-samples.ts';
import {
  contextOf,
  inRange,
  locationRank,
  phaseSlotOf,
  quantityOf,
  readNumber,
  type SampledValueInput,
  unitFactor,
} from './sampled-value.ts';

export type MeterValueInput = {
  readonly timestamp: string;
  readonly sampledValue: readonly SampledValueInput[];
};

export type MeterValuesOptions = {
  readonly parseTimestamp: (text: string) => Instant | null;
  /** Phase to neutral; stands in where the charge point sends no voltage. */
  readonly nominalVoltageMV: MilliVolts;
  /** How many phases the connector is wired to, L1 first; three when not known. */
  readonly ratedPhases?: 1 | 2 | 3 | undefined;
  /** The most that the connector carries per phase. Only with it can a sum of phase currents be told from one phase. */
  readonly ratedMA?: MilliAmps | undefined;
  /** Of a DC charge point: watts to the car of watts from the grid, 0 to 1. */
  readonly dcEfficiency?: number | undefined;
  /** The reading before this message, on the same connector: power is derived from the energy since then. */
  readonly previous?: Reading | null | undefined;
};

export type DropReason = 'not a number' | 'negative' | 'out of range' | 'unit' | 'timestamp' | Refusal;

/** A sample that was not used, and why; `sample` is null when a whole MeterValue had no readable timestamp. */
export type DroppedSample = {
  readonly reason: DropReason;
  readonly timestamp: string;
  readonly sample: SampledValueInput | null;
};

/** A digitally signed sample: opaque evidence, kept as sent and never interpreted. */
export type SignedSample = { readonly timestamp: string; readonly sample: SampledValueInput };

/** The import register at an instant of the charge point's clock. */
export type RegisterReading = { readonly at: Instant; readonly energyWh: WattHours; readonly context: ReadingContext };

export type NormalisedMeterValues = {
  /** In the order of the message, which need not be that of time; a MeterValue without any usable sample gives none. */
  readonly readings: readonly Reading[];
  /** The import register with the latest time in this message. */
  readonly register: RegisterReading | null;
  readonly signed: readonly SignedSample[];
  /** The first of the dropped samples, at most `MAX_DROPPED_KEPT`. */
  readonly dropped: readonly DroppedSample[];
  /** All dropped samples of the message. */
  readonly droppedCount: number;
};

/** Dropped samples that are described, per message: enough to see what a firmware does wrong; the rest is counted. */
export const MAX_DROPPED_KEPT = 32;

/** Never throws; parses each MeterValue once, and once more for every further context in it. */
export function readMeterValues(
  meterValues: readonly MeterValueInput[],
  options: MeterValuesOptions,
): NormalisedMeterValues {
  const result: Draft = { readings: [], register: null, signed: [], dropped: [], droppedCount: 0 };
  let previous = options.previous ?? null;
  for (const meterValue of meterValues) {
    const at = options.parseTimestamp(meterValue.timestamp);
    if (at === null) {
      drop(result, 'timestamp', meterValue.timestamp, null);
      continue;
    }
    const before = result.readings.length;
    readOneMeterValue(meterValue, at, options, previous, result);
    for (let i = before; i < result.readings.length; i += 1) {
      const reading = result.readings[i];
      if (reading === undefined || reading.energyWh === null) continue;
      if (isLater(reading.at, reading.energyWh, result.register)) {
        result.register = { at: reading.at, energyWh: reading.energyWh, context: reading.context };
      }
      if (previous === null || reading.at > previous.at) previous = reading;
    }
  }
  return result;
}

/** At one and the same time (begin and end of a transaction in one MeterValue) the higher register is the later one. */
const isLater = (at: Instant, energyWh: WattHours, than: RegisterReading | null): boolean =>
  than === null || at > than.at || (at === than.at && energyWh > than.energyWh);

type Draft = {
  readings: Reading[];
  register: RegisterReading | null;
  signed: SignedSample[];
  dropped: DroppedSample[];
  droppedCount: number;
};

function readOneMeterValue(
  meterValue: MeterValueInput,
  at: Instant,
  options: MeterValuesOptions,
  previous: Reading | null,
  result: Draft,
): void {
  const first = meterValue.sampledValue[0];
  if (first === undefined) return;
  const context = contextOf(first.context);
  const others = readContext(meterValue, at, context, options, previous, result);
  if (!others) return;
  // Begin and end of a transaction, or periodic and clock-aligned samples, may share one MeterValue.
  const done: ReadingContext[] = [context];
  for (const sample of meterValue.sampledValue) {
    const other = contextOf(sample.context);
    if (done.includes(other)) continue;
    done.push(other);
    readContext(meterValue, at, other, options, previous, result);
  }
}

/** Reads the samples of one context; true when there were samples of another. */
function readContext(
  meterValue: MeterValueInput,
  at: Instant,
  context: ReadingContext,
  options: MeterValuesOptions,
  previous: Reading | null,
  result: Draft,
): boolean {
  const gathered = emptySamples();
  let others = false;
  for (const sample of meterValue.sampledValue) {
    if (contextOf(sample.context) !== context) {
      others = true;
      continue;
    }
    if (sample.format === 'SignedData') {
      result.signed.push({ timestamp: meterValue.timestamp, sample });
      continue;
    }
    const quantity = quantityOf(sample);
    const slot = phaseSlotOf(sample.phase);
    if (quantity === null || slot === 'neutral') continue;
    const factor = unitFactor(quantity, sample.unit);
    const value = readNumber(sample.value) * factor;
    const reason: DropReason | null =
      factor === 0
        ? 'unit'
        : Number.isNaN(value)
          ? 'not a number'
          : value < 0
            ? 'negative'
            : !inRange(quantity, value)
              ? 'out of range'
              : takeIn(gathered, quantity, slot, locationRank(sample.location), value);
    if (reason === null) continue;
    spoil(gathered, quantity);
    drop(result, reason, meterValue.timestamp, sample);
  }
  if (gathered.taken > 0) result.readings.push(readingFrom(gathered, at, context, options, previous));
  return others;
}

function drop(result: Draft, reason: DropReason, timestamp: string, sample: SampledValueInput | null): void {
  result.droppedCount += 1;
  if (result.dropped.length < MAX_DROPPED_KEPT) result.dropped.push({ reason, timestamp, sample });
}
