import type { SimClock } from './clock.ts';

/** The charge point's own clock, which is wrong until it is told the time, and in some makes for ever. */

type Timekeeping = {
  /** In milliseconds since 1970. */
  time(): number;
  /** A currentTime of the Central System; what is none is ignored. */
  told(currentTime: unknown): void;
  /** It begins with 1970 again. */
  lost(): void;
};

type TimekeepingOptions = {
  readonly clock: SimClock;
  /** How wrong it is until it is told, in milliseconds. */
  readonly errorMs: number;
  /** How wrong it is always, in seconds. */
  readonly offsetSeconds: number;
  /** False: it takes no time from anyone. */
  readonly learns: boolean;
};

/** A difference to the Central System's time that is left alone, in milliseconds: the message's own way. */
const toleratedErrorMs = 1_000;

export function createTimekeeping({ clock, errorMs, offsetSeconds, learns }: TimekeepingOptions): Timekeeping {
  let correctionMs = errorMs;
  return {
    time: () => clock.now() + correctionMs + offsetSeconds * 1000,
    told: (currentTime) => {
      const told = typeof currentTime === 'string' ? Date.parse(currentTime) : Number.NaN;
      if (Number.isNaN(told) || !learns) return;
      if (Math.abs(told - clock.now() - correctionMs) > toleratedErrorMs) correctionMs = told - clock.now();
    },
    lost: () => {
      correctionMs = -clock.now();
    },
  };
}
