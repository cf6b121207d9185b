import { EventEmitter, once } from 'node:events';
import type { MeterSample } from '../../src/domain/meter.ts';
import type { MeterPort } from '../../src/meters/adapter.ts';
import { fastClock } from '../support/fast-clock.ts';

/** What an adapter is given, and a way to wait for what it says. Its clock runs twenty times as fast. */
export function meterRig() {
  const heard = new EventEmitter();
  const samples: MeterSample[] = [];
  const troubles: (string | null)[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const port: MeterPort = {
    clock: fastClock(20),
    log,
    nominalVoltageV: 230,
    sample: (sample) => {
      samples.push(sample);
      heard.emit('said');
    },
    trouble: (words) => {
      troubles.push(words);
      heard.emit('said');
    },
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await once(heard, 'said', { signal: AbortSignal.timeout(15_000) });
  };
  return {
    port,
    samples,
    troubles,
    until,
    /** The next sample that is taken from now on. */
    async next(): Promise<MeterSample> {
      const had = samples.length;
      await until(() => samples.length > had);
      const sample = samples[had];
      if (sample === undefined) throw new Error('no sample');
      return sample;
    },
    /** The next trouble, or the end of one, that is told and holds these words. */
    trouble: (words: string) => until(() => troubles.some((each) => each?.includes(words) === true)),
  };
}
