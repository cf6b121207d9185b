/**
 * From what the samples said to a reading: what was not measured is derived from what was, and each derivation is
 * named in the reading. Where charge points mean different things by the same words, the larger current is assumed.
 */
import type { Derivation, Reading, ReadingContext } from '../domain/metering.ts';
import {
  type Instant,
  type MilliAmps,
  type MilliVolts,
  milliAmps,
  milliVolts,
  type PerPhase,
  wattHours,
  watts,
} from '../domain/units.ts';
import { anyPhase, type GatheredSamples, sumOfPhases } from './gathered-samples.ts';
import { locationRank } from './sampled-value.ts';

type Wiring = {
  readonly nominalVoltageMV: MilliVolts;
  readonly ratedPhases?: 1 | 2 | 3 | undefined;
  readonly ratedMA?: MilliAmps | undefined;
  readonly dcEfficiency?: number | undefined;
};

/** mV or mA of L1..L3, NaN where unknown. */
type Phases = PerPhase<number>;

const UNKNOWN: Phases = [Number.NaN, Number.NaN, Number.NaN];
const NO_PHASES: PerPhase<null> = [null, null, null];
const NO_DERIVATIONS: readonly Derivation[] = [];

/** A phase voltage beyond these parts of the nominal one (a dead outlet, a battery's) is not used to compute with. */
const LOWEST_VOLTAGE = 0.7;
const HIGHEST_VOLTAGE = 1.25;
/** How far a voltage without phase may be from the nominal one between lines and still be one. */
const LINE_VOLTAGE_TOLERANCE = 0.12;
/** Current and power are sampled at slightly different moments and rounded: this far apart they still agree. */
const AGREEMENT = 0.15;
/** Longest span whose mean power passes for the power now: 15 min, the longest usual sample interval. */
const LONGEST_SPAN_MS = 900_000;
/** Power from energy is refused when one step of the register would already make this many watts. */
const COARSEST_STEP_W = 1000;
/** Power from energy above this is a jump of the register and no power: more than any connector has. */
const HIGHEST_DERIVED_W = 500_000;
const MS_PER_HOUR = 3_600_000;
/** Of what the grid gives, before any loss of the charge point. */
const INLET_RANK = locationRank('Inlet');
/** From mV times mA to W. */
const MICRO = 1e-6;

export function readingFrom(
  gathered: GatheredSamples,
  at: Instant,
  context: ReadingContext,
  wiring: Wiring,
  previous: Reading | null,
): Reading {
  const derived: Derivation[] = [];
  const phases = wiring.ratedPhases ?? 3;
  const energy = energyOf(gathered, derived);
  const voltage = voltageOf(gathered, wiring, phases, derived);
  const power = powerOf(gathered, voltage, wiring, phases, energy, at, previous, derived);
  const current = currentOf(gathered, voltage, power, wiring, phases, derived);
  return {
    at,
    context,
    energyWh: Number.isNaN(energy) ? null : wattHours(energy),
    powerW: Number.isNaN(power) ? null : watts(power),
    currentMA:
      current === UNKNOWN ? NO_PHASES : [milliAmpsOf(current[0]), milliAmpsOf(current[1]), milliAmpsOf(current[2])],
    voltageMV:
      voltage === UNKNOWN ? NO_PHASES : [milliVoltsOf(voltage[0]), milliVoltsOf(voltage[1]), milliVoltsOf(voltage[2])],
    offeredMA: offeredOf(gathered, wiring.nominalVoltageMV, phases, derived),
    socPercent: Number.isNaN(gathered.socPercent) ? null : gathered.socPercent,
    quality: gathered.spoiled > 0 ? 'poor' : derived.length > 0 ? 'derived' : 'measured',
    derived: derived.length > 0 ? derived : NO_DERIVATIONS,
  };
}

/** The register of the connector, or the sum of its phases' registers when all of them could be read. Wh. */
function energyOf({ energy }: GatheredSamples, derived: Derivation[]): number {
  if (!Number.isNaN(energy.total)) return energy.total;
  if (energy.spoiled || !anyPhase(energy)) return Number.NaN;
  derived.push('energy from phases');
  return sumOfPhases(energy);
}

/** Phase to neutral: as measured, else from between the lines, else the one value that was sent without a phase. */
function voltageOf(
  { voltage, lineVoltage }: GatheredSamples,
  { nominalVoltageMV: nominalMV, dcEfficiency }: Wiring,
  phases: number,
  derived: Derivation[],
): Phases {
  if (anyPhase(voltage)) return [voltage.l1, voltage.l2, voltage.l3];
  if (anyPhase(lineVoltage)) {
    derived.push('voltage from line to line');
    return [lineVoltage.l1 / Math.sqrt(3), lineVoltage.l2 / Math.sqrt(3), lineVoltage.l3 / Math.sqrt(3)];
  }
  const overall = voltage.total;
  // That of a battery may well look like one between the lines of the grid.
  if (Number.isNaN(overall) || dcEfficiency !== undefined) return UNKNOWN;
  if (overall <= nominalMV * HIGHEST_VOLTAGE) {
    if (phases > 1) derived.push('voltage from unphased value');
    return onWired(overall, phases);
  }
  if (Math.abs(overall / (nominalMV * Math.sqrt(3)) - 1) > LINE_VOLTAGE_TOLERANCE) return UNKNOWN;
  derived.push('voltage from line to line');
  return onWired(overall / Math.sqrt(3), phases);
}

/** W over all phases: measured, else summed, else V x I, else from the energy since the previous reading. */
function powerOf(
  { power, current, voltage: sent }: GatheredSamples,
  voltage: Phases,
  wiring: Wiring,
  phases: number,
  energy: number,
  at: Instant,
  previous: Reading | null,
  derived: Derivation[],
): number {
  if (!Number.isNaN(power.total)) return power.total;
  if (!power.spoiled && anyPhase(power)) {
    derived.push('power from phases');
    return sumOfPhases(power);
  }
  const nominalMV = wiring.nominalVoltageMV;
  if (!current.spoiled && anyPhase(current)) {
    derived.push('power from voltage and current');
    return (
      voltAmps(usable(voltage[0], nominalMV), current.l1) +
      voltAmps(usable(voltage[1], nominalMV), current.l2) +
      voltAmps(usable(voltage[2], nominalMV), current.l3)
    );
  }
  if (voltage === UNKNOWN && !Number.isNaN(sent.total) && !Number.isNaN(current.total)) {
    derived.push('power from voltage and current'); // a voltage that no phase has: the direct current to the battery
    return voltAmps(sent.total, current.total);
  }
  const fromEnergy = powerFromEnergy(energy, at, previous);
  if (!Number.isNaN(fromEnergy)) {
    derived.push('power from energy');
    return fromEnergy;
  }
  // At which voltage a direct current flows nobody can guess.
  if (Number.isNaN(current.total) || wiring.dcEfficiency !== undefined) return Number.NaN;
  derived.push('power from voltage and current');
  return voltAmps(usable(voltage[0], nominalMV), current.total) * phases;
}

/** mA of each phase: measured, else from the value without a phase, else from the power of each phase or of all. */
function currentOf(
  { current, power: sentPower, voltage: sentVoltage }: GatheredSamples,
  voltage: Phases,
  power: number,
  wiring: Wiring,
  phases: number,
  derived: Derivation[],
): Phases {
  if (anyPhase(current)) return [current.l1, current.l2, current.l3];
  const nominalMV = wiring.nominalVoltageMV;
  const isDc = wiring.dcEfficiency !== undefined;
  const batterySide = isDc || (voltage === UNKNOWN && !Number.isNaN(sentVoltage.total));
  if (!Number.isNaN(current.total) && !batterySide) {
    if (phases === 1) return onWired(current.total, 1);
    derived.push('current from unphased value');
    const perPhase = largestPerPhase(current.total, power, usable(voltage[0], nominalMV), phases, wiring.ratedMA);
    return onWired(perPhase, phases);
  }
  if (Number.isNaN(power)) return UNKNOWN;
  derived.push('current from power');
  if (!sentPower.spoiled && anyPhase(sentPower)) {
    return [
      ampsOf(sentPower.l1, usable(voltage[0], nominalMV)),
      ampsOf(sentPower.l2, usable(voltage[1], nominalMV)),
      ampsOf(sentPower.l3, usable(voltage[2], nominalMV)),
    ];
  }
  // What the grid gives for it is more, unless it was measured there.
  const share = sentPower.rank === INLET_RANK ? 1 : (wiring.dcEfficiency ?? 1);
  return onWired(ampsOf(power, usable(voltage[0], nominalMV)) / (phases * share), phases);
}

/**
 * A current without a phase is that of each phase (MicroOcpp), the sum of them (shiv3's simulator) or their mean (SAP's).
 * Where it equals power / voltage, it is a sum or a car on one phase: then it flows on the fewest phases whose rating
 * allows it. Otherwise it flows on each phase, and never less than the mean that the power demands.
 */
function largestPerPhase(
  overallMA: number,
  powerW: number,
  voltageMV: number,
  phases: number,
  ratedMA: number | undefined,
): number {
  const sumMA = ampsOf(powerW, voltageMV);
  if (Math.abs(overallMA - sumMA) > AGREEMENT * sumMA) return Math.max(overallMA, sumMA / phases);
  if (ratedMA === undefined) return overallMA;
  let carriedBy = 1;
  while (carriedBy < phases && overallMA / carriedBy > ratedMA * (1 + AGREEMENT)) carriedBy += 1;
  return overallMA / carriedBy;
}

/** Mean power since the previous reading; NaN when the span is too long, the register too coarse or not rising. */
function powerFromEnergy(energy: number, at: Instant, previous: Reading | null): number {
  if (Number.isNaN(energy) || previous === null || previous.energyWh === null) return Number.NaN;
  const spanMs = at - previous.at;
  if (spanMs <= 0 || spanMs > LONGEST_SPAN_MS) return Number.NaN;
  const stepW = (registerStep(energy, previous.energyWh) * MS_PER_HOUR) / spanMs;
  const meanW = ((energy - previous.energyWh) * MS_PER_HOUR) / spanMs;
  return stepW > COARSEST_STEP_W || meanW < 0 || meanW > HIGHEST_DERIVED_W ? Number.NaN : meanW;
}

/** The largest step, in Wh, that both registers are multiples of: registers of 0.1 and 1 kWh are common. */
function registerStep(a: number, b: number): number {
  for (const step of REGISTER_STEPS) if (a % step === 0 && b % step === 0) return step;
  return 1;
}
const REGISTER_STEPS: readonly number[] = [1000, 100, 10];

/** What the charge point offers the car per phase; from an offered power it is rounded down by the nominal voltage. */
function offeredOf(
  { offeredMA, offeredW }: GatheredSamples,
  nominalMV: number,
  phases: number,
  derived: Derivation[],
): MilliAmps | null {
  if (!Number.isNaN(offeredMA)) return milliAmps(offeredMA);
  if (Number.isNaN(offeredW)) return null;
  derived.push('offered from power');
  return milliAmps(Math.floor(ampsOf(offeredW, nominalMV) / phases));
}

const onWired = (value: number, phases: number): Phases => [
  value,
  phases > 1 ? value : Number.NaN,
  phases > 2 ? value : Number.NaN,
];

const usable = (voltageMV: number, nominalMV: number): number =>
  voltageMV >= nominalMV * LOWEST_VOLTAGE && voltageMV <= nominalMV * HIGHEST_VOLTAGE ? voltageMV : nominalMV;

const voltAmps = (mV: number, mA: number): number => (Number.isNaN(mA) ? 0 : mV * mA * MICRO);
const ampsOf = (w: number, mV: number): number => w / mV / MICRO;
const milliAmpsOf = (mA: number): MilliAmps | null => (Number.isNaN(mA) ? null : milliAmps(mA));
const milliVoltsOf = (mV: number): MilliVolts | null => (Number.isNaN(mV) ? null : milliVolts(mV));
