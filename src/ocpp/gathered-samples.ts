/**
 * What the samples of one MeterValue said, sorted by quantity and phase, before anything is derived. NaN is "not
 * said": plain numbers keep the busiest path free of nulls and boxes.
 */
import type { PhaseSlot, Quantity } from './sampled-value.ts';

/** The values of one quantity, all measured at the same location. */
export type PhaseValues = {
  rank: number;
  total: number;
  l1: number;
  l2: number;
  l3: number;
  /** A value of this quantity was unusable, so that a sum over the phases would come out short. */
  spoiled: boolean;
};

export type GatheredSamples = {
  /** Wh. */
  readonly energy: PhaseValues;
  /** W. */
  readonly power: PhaseValues;
  /** mA. */
  readonly current: PhaseValues;
  /** mV, phase to neutral. */
  readonly voltage: PhaseValues;
  /** mV between the lines L1-L2, L2-L3, L3-L1. */
  readonly lineVoltage: PhaseValues;
  offeredMA: number;
  offeredW: number;
  socPercent: number;
  /** How many samples were taken in. */
  taken: number;
  /** How many samples were unusable. */
  spoiled: number;
};

export type Refusal = 'phase' | 'repeated';

export function emptySamples(): GatheredSamples {
  return {
    energy: noValues(),
    power: noValues(),
    current: noValues(),
    voltage: noValues(),
    lineVoltage: noValues(),
    offeredMA: Number.NaN,
    offeredW: Number.NaN,
    socPercent: Number.NaN,
    taken: 0,
    spoiled: 0,
  };
}

/** Takes in one value in our units; says why not when it has no place. A value of a lesser location is passed over. */
export function takeIn(
  into: GatheredSamples,
  quantity: Quantity,
  slot: PhaseSlot,
  rank: number,
  value: number,
): Refusal | null {
  switch (quantity) {
    case 'soc':
      into.socPercent = value;
      break;
    case 'offeredCurrent':
      into.offeredMA = value > into.offeredMA || Number.isNaN(into.offeredMA) ? value : into.offeredMA;
      break;
    case 'offeredPower':
      if (slot !== 'total') return 'phase';
      into.offeredW = value;
      break;
    default:
      return takeInPhase(into, quantity, slot, rank, value);
  }
  into.taken += 1;
  return null;
}

/** Remembers that a value of this quantity was unusable. */
export function spoil(gathered: GatheredSamples, quantity: Quantity): void {
  gathered.spoiled += 1;
  if (quantity === 'energy' || quantity === 'power' || quantity === 'current' || quantity === 'voltage') {
    gathered[quantity].spoiled = true;
  }
}

export const anyPhase = (values: PhaseValues): boolean =>
  !(Number.isNaN(values.l1) && Number.isNaN(values.l2) && Number.isNaN(values.l3));

export const sumOfPhases = (values: PhaseValues): number => orZero(values.l1) + orZero(values.l2) + orZero(values.l3);

function takeInPhase(
  into: GatheredSamples,
  quantity: 'energy' | 'power' | 'current' | 'voltage',
  slot: PhaseSlot,
  rank: number,
  value: number,
): Refusal | null {
  let values = into[quantity];
  let place: 'total' | 'l1' | 'l2' | 'l3';
  switch (slot) {
    case 'total':
    case 'l1':
    case 'l2':
    case 'l3':
      place = slot;
      break;
    case 'l1l2':
    case 'l2l3':
    case 'l3l1':
      if (quantity !== 'voltage') return 'phase';
      values = into.lineVoltage;
      place = slot === 'l1l2' ? 'l1' : slot === 'l2l3' ? 'l2' : 'l3';
      break;
    default:
      return 'phase';
  }
  if (rank > values.rank) return null;
  if (rank < values.rank) clear(values, rank);
  const before = values[place];
  if (!Number.isNaN(before) && before !== value) return 'repeated';
  values[place] = value;
  into.taken += 1;
  return null;
}

function noValues(): PhaseValues {
  const none = Number.NaN;
  return { rank: Number.MAX_SAFE_INTEGER, total: none, l1: none, l2: none, l3: none, spoiled: false };
}

function clear(values: PhaseValues, rank: number): void {
  values.rank = rank;
  values.total = Number.NaN;
  values.l1 = Number.NaN;
  values.l2 = Number.NaN;
  values.l3 = Number.NaN;
}

const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);
