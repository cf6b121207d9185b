/** From what a meter says, in its own units, to a sample in ours. */
import type { MeterSample } from '../domain/meter.ts';
import {
  type Instant,
  instant,
  type MilliAmps,
  type Monotonic,
  milliAmps,
  type PerPhase,
  wattHours,
  watts,
} from '../domain/units.ts';

type Triple = readonly [number, number, number];

/** Amps, watts, volts, hertz, watt-hours. Null where the meter does not say. */
export type RawReading = {
  readonly currentA: Triple | null;
  readonly phasePowerW: Triple | null;
  readonly powerW: number | null;
  readonly energyWh: number | null;
  readonly voltageV: Triple | null;
  readonly frequencyHz: number | null;
  /** By the meter's own clock. */
  readonly at: Instant | null;
};

export const emptyReading: RawReading = {
  currentA: null,
  phasePowerW: null,
  powerW: null,
  energyWh: null,
  voltageV: null,
  frequencyHz: null,
  at: null,
};

/** Beyond this nothing is a current or a power of a site: what was read is something else. A and W. */
const HIGHEST_A = 100_000;
const HIGHEST_W = 100_000_000;

export type SampleContext = {
  readonly meterId: string;
  readonly now: Instant;
  readonly receivedAt: Monotonic;
  readonly nominalVoltageV: number;
  readonly invert: boolean;
};

/**
 * The sample, or in words why there is none. Currents are signed: where a meter gives their size alone, the power of the
 * phase gives the sign. A meter of watts becomes amps with the voltage that it measured, or the nominal one; watts in
 * total are spread evenly.
 */
export function sampleFrom(raw: RawReading, context: SampleContext): MeterSample | string {
  const { meterId, now, receivedAt, invert } = context;
  const amps =
    raw.currentA === null ? fromPower(raw, context.nominalVoltageV) : withSign(raw.currentA, raw.phasePowerW);
  if (amps === null) return 'it gives neither currents nor power';
  if (!amps.every((a) => Math.abs(a) <= HIGHEST_A)) return `its currents are no currents: ${amps.join(', ')} A`;
  const power = raw.powerW ?? (raw.phasePowerW === null ? null : sum(raw.phasePowerW));
  if (power !== null && !(Math.abs(power) <= HIGHEST_W)) return `its power is no power: ${power} W`;
  const turn = invert ? -1 : 1;
  const mA = (a: number): MilliAmps => milliAmps(a * 1_000 * turn);
  const currentMA: PerPhase<MilliAmps> = [mA(amps[0]), mA(amps[1]), mA(amps[2])];
  const moving = [...(raw.voltageV ?? []), ...(raw.frequencyHz === null ? [] : [raw.frequencyHz])];
  const energy = raw.energyWh;
  return {
    meterId,
    at: raw.at ?? now,
    stamped: raw.at !== null,
    receivedAt,
    currentMA,
    powerW: power === null ? null : watts(power * turn),
    energyWh: energy !== null && energy >= 0 && energy <= 1e15 ? wattHours(energy) : null,
    liveness: moving.filter((value) => Number.isFinite(value)).map((value) => Math.round(value * 1_000)),
  };
}

function withSign(currentA: Triple, powerW: Triple | null): Triple {
  const signed = (a: number, w: number): number => (w < 0 ? -Math.abs(a) : a);
  if (powerW === null) return currentA;
  return [signed(currentA[0], powerW[0]), signed(currentA[1], powerW[1]), signed(currentA[2], powerW[2])];
}

/** Below this a phase has no voltage, and what is measured of it is none, V. */
const LEAST_V = 80;

function fromPower({ phasePowerW, powerW, voltageV }: RawReading, nominalV: number): Triple | null {
  const watts: Triple | null = phasePowerW ?? (powerW === null ? null : [powerW / 3, powerW / 3, powerW / 3]);
  if (watts === null) return null;
  const volts = (phase: 0 | 1 | 2): number => {
    const measured = voltageV?.[phase] ?? 0;
    return measured >= LEAST_V ? measured : nominalV;
  };
  return [watts[0] / volts(0), watts[1] / volts(1), watts[2] / volts(2)];
}

const sum = (three: Triple): number => three[0] + three[1] + three[2];

/** Milliseconds since 1970, seconds since 1970, or ISO 8601; null where it is none of them. */
export function instantFrom(value: unknown): Instant | null {
  const ms =
    typeof value === 'number'
      ? value < 1e11
        ? value * 1_000
        : value
      : typeof value === 'string'
        ? Date.parse(value)
        : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 1e14 ? instant(ms) : null;
}
