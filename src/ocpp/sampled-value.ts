/**
 * One SampledValue of a MeterValue: what it measures, on which phase, and its number in our units (OCPP 1.6 §7.43).
 * Runs ten times per message on the busiest path, so it switches on words and allocates nothing.
 */
import type { ReadingContext } from '../domain/metering.ts';

/** A SampledValue as it came in, before any default is filled in; words that are not OCPP's are survived. */
export type SampledValueInput = {
  readonly value: string | number;
  readonly context?: string | undefined;
  readonly format?: string | undefined;
  readonly measurand?: string | undefined;
  readonly phase?: string | undefined;
  readonly location?: string | undefined;
  readonly unit?: string | undefined;
};

/** The measurands that a reading is made of; every other measurand stays in the raw message only. */
export type Quantity = 'energy' | 'power' | 'current' | 'voltage' | 'offeredCurrent' | 'offeredPower' | 'soc';

/** Where within its quantity a value belongs: the whole, one phase, between two lines, or nowhere. */
export type PhaseSlot = 'total' | 'l1' | 'l2' | 'l3' | 'l1l2' | 'l2l3' | 'l3l1' | 'neutral' | 'unknown';

/** What a value of each quantity may reach at most, in our units: beyond it, it is a fault of the firmware. */
const CEILING: Readonly<Record<Quantity, number>> = {
  energy: 1e12, // Wh: a register of nine digits of kWh
  power: 10e6, // W: ten times the largest connector sold
  current: 10e6, // mA: 10 kA
  voltage: 2e6, // mV: above every direct-current connector
  offeredCurrent: 10e6,
  offeredPower: 10e6,
  soc: 100, // percent
};

/** Longest text that can be a number: twice what a printed double takes. */
const MAX_NUMBER_CHARACTERS = 48;

/** Null for a measurand that no reading holds: exports above all, which never count as import. */
export function quantityOf(sample: SampledValueInput): Quantity | null {
  switch (sample.measurand) {
    case undefined:
    case '':
    case 'Energy.Active.Import.Register':
      return 'energy';
    case 'Power.Active.Import':
      return 'power';
    case 'Current.Import':
      return 'current';
    case 'Voltage':
      return 'voltage';
    case 'Current.Offered':
      return 'offeredCurrent';
    case 'Power.Offered':
      return 'offeredPower';
    case 'SoC':
      return 'soc';
    default:
      return null;
  }
}

/** The factor from the sample's unit to ours (Wh, W, mA, mV, percent); 0 when the unit does not fit the quantity. */
export function unitFactor(quantity: Quantity, unit: string | undefined): number {
  const absent = unit === undefined || unit === '';
  switch (quantity) {
    case 'energy':
      return absent || unit === 'Wh' ? 1 : unit === 'kWh' ? 1000 : 0;
    case 'power':
    case 'offeredPower':
      return absent || unit === 'W' ? 1 : unit === 'kW' ? 1000 : 0;
    case 'current':
    case 'offeredCurrent':
      return absent || unit === 'A' ? 1000 : unit === 'mA' ? 1 : 0;
    case 'voltage':
      return absent || unit === 'V' ? 1000 : unit === 'mV' ? 1 : 0;
    case 'soc':
      return absent || unit === 'Percent' || unit === '%' ? 1 : 0;
  }
}

/** A phase against neutral is that phase; the neutral conductor itself is no phase (OCPP 1.6 §7.34). */
export function phaseSlotOf(phase: string | undefined): PhaseSlot {
  switch (phase) {
    case undefined:
    case '':
      return 'total';
    case 'L1':
    case 'L1-N':
      return 'l1';
    case 'L2':
    case 'L2-N':
      return 'l2';
    case 'L3':
    case 'L3-N':
      return 'l3';
    case 'L1-L2':
      return 'l1l2';
    case 'L2-L3':
      return 'l2l3';
    case 'L3-L1':
      return 'l3l1';
    case 'N':
      return 'neutral';
    default:
      return 'unknown';
  }
}

/** Smaller is better: what flows to the car at the outlet, then nearer to the car, then the supply of the whole box. */
export function locationRank(location: string | undefined): number {
  switch (location) {
    case undefined:
    case '':
    case 'Outlet':
      return 0;
    case 'Cable':
      return 1;
    case 'EV':
      return 2;
    case 'Inlet':
      return 3;
    default:
      return 4;
  }
}

/** The context of a sample; a word that is not OCPP's becomes `Other`. */
export function contextOf(context: string | undefined): ReadingContext {
  switch (context) {
    case undefined:
    case '':
      return 'Sample.Periodic';
    case 'Interruption.Begin':
    case 'Interruption.End':
    case 'Sample.Clock':
    case 'Sample.Periodic':
    case 'Transaction.Begin':
    case 'Transaction.End':
    case 'Trigger':
      return context;
    default:
      return 'Other';
  }
}

/**
 * The decimal number that a sample holds, or NaN. A decimal comma counts as a point (a printf under a European
 * locale; nobody prints thousands separators on the wire); hexadecimal, words and the empty text are no numbers.
 */
export function readNumber(value: string | number): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  if (value.length === 0 || value.length > MAX_NUMBER_CHARACTERS) return Number.NaN;
  let digits = 0;
  let comma = -1;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      digits += 1;
    } else if (code === 44) {
      if (comma >= 0) return Number.NaN;
      comma = i;
    } else if (code !== 46 && code !== 43 && code !== 45 && code !== 69 && code !== 101 && code !== 32) {
      return Number.NaN; // only digits and . , + - e E and blanks make a number
    }
  }
  if (digits === 0) return Number.NaN;
  const read = Number(comma < 0 ? value : `${value.slice(0, comma)}.${value.slice(comma + 1)}`);
  return Number.isFinite(read) ? read : Number.NaN;
}

/** Whether a value in our units is one that the quantity can have at all. */
export function inRange(quantity: Quantity, value: number): boolean {
  return value <= CEILING[quantity];
}
