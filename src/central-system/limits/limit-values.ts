/** From milliamps of the book to the number in a charging profile, and what that number allows when it is read again. */
import type { RateUnit } from '../../domain/charging-profile.ts';
import type { Dialect } from '../../domain/dialect.ts';
import { type MilliAmps, type MilliVolts, milliAmps } from '../../domain/units.ts';

/** How one connector turns amps into the numbers that its charge point takes. */
export type LimitScale = {
  readonly unit: RateUnit;
  readonly step: Dialect['step'];
  /** Phases that a limit in watts is meant for: 1 until more are proven or configured. DC: always 3. */
  readonly phases: 1 | 2 | 3;
  /** The lower of nominal and measured, phase to neutral. */
  readonly voltageMV: MilliVolts;
  /** Watts in the limit for watts from the grid: less than 1 where the limit is the output of a DC charge point. */
  readonly outputShare: number;
};

export type LimitNumber = {
  /** In the scale's unit, at most one decimal (OCPP 1.6 §7.14). */
  readonly limit: number;
  /** The most per phase that it can be read as. */
  readonly readAsMA: MilliAmps;
};

/** Rounded down at every stage: to the step, then to what the unit can say. */
export function limitNumber(wantedMA: MilliAmps, scale: LimitScale): LimitNumber {
  const steppedMA = stepDown(Math.max(0, wantedMA), scale.step);
  if (scale.unit === 'A') {
    const limit = Math.floor(steppedMA / 100) / 10;
    return { limit, readAsMA: milliAmps(limit * 1_000) };
  }
  const limit = Math.floor(steppedMA * wattsPerMilliAmp(scale) + ROUNDING);
  return { limit, readAsMA: milliAmps(Math.min(steppedMA, Math.ceil(limit / wattsPerMilliAmp(scale) - ROUNDING))) };
}

/** Watts that come out whole must not lose one to binary fractions. */
const ROUNDING = 1e-6;

const wattsPerMilliAmp = ({ phases, voltageMV, outputShare }: LimitScale): number =>
  (voltageMV * phases * outputShare) / 1_000_000;

/** The highest multiple, or entry of the list, that is not above; 0 where there is none. */
function stepDown(wantedMA: number, step: Dialect['step']): number {
  if (typeof step === 'number') return step > 0 ? Math.floor(wantedMA / step) * step : Math.floor(wantedMA);
  return step.findLast((each) => each <= wantedMA) ?? 0;
}
