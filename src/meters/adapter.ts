import type { MeterSample } from '../domain/meter.ts';
import type { Clock, Log } from '../runtime/ports.ts';

/** What a meter's adapter is given. It decides nothing: whether a sample can be believed is judged elsewhere. */
export type MeterPort = {
  readonly clock: Clock;
  readonly log: Log;
  /** What a phase has where the meter does not say, V. */
  readonly nominalVoltageV: number;
  readonly sample: (sample: MeterSample) => void;
  /** In words, with what to do about it; null when it works again. Said once for each change. */
  readonly trouble: (words: string | null) => void;
};

export type RunningMeter = { stop(): void };

/** Says trouble only when it changes. */
export function troubleTeller(port: Pick<MeterPort, 'log' | 'trouble'>, meterId: string) {
  let told: string | null = null;
  return (words: string | null): void => {
    if (words === told) return;
    told = words;
    if (words === null) port.log.info({ meterId }, 'meter answers again');
    else port.log.warn({ meterId, trouble: words }, 'meter gives nothing');
    port.trouble(words);
  };
}

/** Pauses between attempts to reach a meter at most, ms. */
export const MAX_PAUSE_MS = 30_000;
