import type { Transaction } from './flash.ts';
import { type Context, type Measurement, meterValue } from './meter.ts';
import type { Station } from './station.ts';

/** When a connector's meter is read and told: the samples of a transaction, and those by the clock (OCPP 1.6 §3.16). */

export type Sampler = {
  /** The power is back: readings by the clock count from now. */
  wake(): void;
  /** The transaction has begun. */
  begin(transaction: Transaction): void;
  /** What has become due by now. */
  step(transaction: Transaction | null): void;
  /** For how long nothing becomes due, ms. */
  restMs(transaction: Transaction | null): number;
  /** For StopTransaction.transactionData (§9.1.27, §9.1.25), with the last one. */
  end(transaction: Transaction): Transaction['samples'];
};

type SamplerOptions = {
  readonly connectorId: number;
  readonly station: Station;
  readonly measure: () => Measurement;
};

export function createSampler({ connectorId, station, measure }: SamplerOptions): Sampler {
  const { configuration } = station;
  let sampledAt = 0;
  let alignedAt = 0;

  const read = (key: string, context: Context) =>
    meterValue(station.time(), configuration.list(key), context, measure(), station.quirks);

  const queue = (transaction: Transaction | null, key: string, context: Context): void => {
    const value = read(key, context);
    if (value === null) return;
    const localId = transaction?.localId ?? null;
    station.queue.push({ action: 'MeterValues', localId, payload: { connectorId, meterValue: [value] } });
  };

  /** The first stays, of the others the latest. */
  const keep = ({ samples }: Transaction, key: string, context: Context): void => {
    const value = read(key, context);
    if (value === null) return;
    samples.push(value);
    if (samples.length > configuration.integer('StopTransactionMaxMeterValues')) samples.splice(1, 1);
  };

  return {
    wake: () => {
      alignedAt = station.time();
    },
    begin: (transaction) => {
      sampledAt = transaction.startedAt;
      keep(transaction, 'StopTxnSampledData', 'Transaction.Begin');
    },
    step: (transaction) => {
      const at = station.time();
      // The clock may have been set back.
      sampledAt = Math.min(sampledAt, at);
      const sampleMs = configuration.integer('MeterValueSampleInterval') * 1000;
      if (transaction !== null && sampleMs > 0 && at - sampledAt >= sampleMs) {
        sampledAt += Math.floor((at - sampledAt) / sampleMs) * sampleMs;
        queue(transaction, 'MeterValuesSampledData', 'Sample.Periodic');
        keep(transaction, 'StopTxnSampledData', 'Sample.Periodic');
      }
      const alignedMs = configuration.integer('ClockAlignedDataInterval') * 1000;
      if (alignedMs > 0 && Math.floor(at / alignedMs) > Math.floor(alignedAt / alignedMs)) {
        queue(transaction, 'MeterValuesAlignedData', 'Sample.Clock');
        if (transaction !== null) keep(transaction, 'StopTxnAlignedData', 'Sample.Clock');
      }
      alignedAt = at;
    },
    restMs: (transaction) => {
      const at = station.time();
      const sampleMs = configuration.integer('MeterValueSampleInterval') * 1000;
      const alignedMs = configuration.integer('ClockAlignedDataInterval') * 1000;
      const sampled = transaction !== null && sampleMs > 0 ? sampledAt + sampleMs - at : Number.POSITIVE_INFINITY;
      const aligned = alignedMs > 0 ? alignedMs - (at % alignedMs) : Number.POSITIVE_INFINITY;
      return Math.min(sampled, aligned);
    },
    end: (transaction) => {
      keep(transaction, 'StopTxnSampledData', 'Transaction.End');
      const wanted = ['StopTxnSampledData', 'StopTxnAlignedData'].some((key) => configuration.text(key) !== '');
      return wanted ? transaction.samples : [];
    },
  };
}
