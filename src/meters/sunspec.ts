/**
 * SunSpec meters describe themselves: "SunS" at one of three addresses, then model after model, each with its number and
 * length (SunSpec Information Model Specification). Meters are models 201 to 204 (whole numbers with scale factors) and
 * 211 to 214 (floats); points lie where the models of the SunSpec Alliance put them.
 */
import type { Register, RegisterMap } from './meter-config.ts';

export const SUNSPEC_STARTS = [40_000, 0, 50_000] as const;
/** "SunS" in two registers. */
export const SUNS = [0x5375, 0x6e53] as const;
const END_MODEL = 0xffff;
/** Models that are passed over before giving up: a device has a dozen. */
export const MAX_MODELS = 40;

export type SunspecMeter = {
  readonly registers: RegisterMap;
  /** Powers of ten are in registers of their own, by what they apply to; none where values are floats. */
  readonly factors: Readonly<Partial<Record<keyof RegisterMap, Register>>>;
};

/** What a model's header says: a meter, the next header, or the end. `address` is that of the model's number. */
export function readModel(
  address: number,
  id: number,
  length: number,
): SunspecMeter | { readonly next: number } | null {
  if (id === END_MODEL || length === 0) return null;
  const points = address + 2;
  if (id >= 201 && id <= 204) return whole(points);
  if (id >= 211 && id <= 214) return floats(points);
  return { next: points + length };
}

function whole(at: number): SunspecMeter {
  const one = (offset: number): Register => ({ address: at + offset, type: 'int16' });
  const three = (offset: number) => [one(offset), one(offset + 1), one(offset + 2)] as const;
  return {
    registers: {
      currentA: three(1),
      voltageV: three(6),
      frequencyHz: one(14),
      powerW: one(16),
      phasePowerW: three(17),
      energyWh: { address: at + 44, type: 'uint32' },
    },
    factors: {
      currentA: one(4),
      voltageV: one(13),
      frequencyHz: one(15),
      powerW: one(20),
      phasePowerW: one(20),
      energyWh: one(52),
    },
  };
}

function floats(at: number): SunspecMeter {
  const one = (offset: number): Register => ({ address: at + offset, type: 'float32' });
  const three = (offset: number) => [one(offset), one(offset + 2), one(offset + 4)] as const;
  return {
    registers: {
      currentA: three(2),
      voltageV: three(10),
      frequencyHz: one(24),
      powerW: one(26),
      phasePowerW: three(28),
      energyWh: one(66),
    },
    factors: {},
  };
}
