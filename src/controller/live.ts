import type { Live } from '../central-system/handler.ts';
import type { Event } from '../domain/events.ts';
import { EARLIEST_PLAUSIBLE_MS } from '../domain/findings.ts';
import type { Reading } from '../domain/metering.ts';
import type { RunningTransaction } from '../domain/transaction.ts';
import type { Instant } from '../domain/units.ts';

/**
 * What memory knows of one charge point: the last readings and what runs. It follows the events after their commit, and
 * is rebuilt from the store at start.
 */
export type LiveChargePoint = Live & {
  follow(event: Event): void;
  /** Takes up a transaction that was running when the process started. */
  /** Those on which a transaction runs. */
  busyConnectors(): Iterable<number>;
  adopt(transaction: RunningTransaction, receivedAt: Instant): void;
  readonly readings: ReadonlyMap<number, { reading: Reading; receivedAt: Instant }>;
};

export function createLive(): LiveChargePoint {
  const readings = new Map<number, { reading: Reading; receivedAt: Instant }>();
  const running = new Map<number, RunningTransaction>();
  const newestOn = new Map<number, RunningTransaction>();

  const adopt = (transaction: RunningTransaction, receivedAt: Instant): void => {
    const { transactionId, connectorId } = transaction;
    running.set(transactionId, transaction);
    const known = newestOn.get(connectorId);
    if (known === undefined || !isOlder(transaction, known, receivedAt)) newestOn.set(connectorId, transaction);
  };
  const end = (transactionId: number): void => {
    const connectorId = running.get(transactionId)?.connectorId;
    running.delete(transactionId);
    if (connectorId !== undefined && newestOn.get(connectorId)?.transactionId === transactionId)
      newestOn.delete(connectorId);
  };

  return {
    runningTransaction: (connectorId) => newestOn.get(connectorId)?.transactionId ?? null,
    running: (transactionId) => running.get(transactionId) ?? null,
    lastReading: (connectorId) => readings.get(connectorId)?.reading ?? null,
    busyConnectors: () => newestOn.keys(),
    readings,
    adopt,
    follow(event) {
      switch (event.type) {
        case 'transaction-started':
          adopt(
            {
              transactionId: event.transactionId,
              connectorId: event.start.connectorId,
              startedAt: event.start.at,
              meterStartWh: event.start.meterWh,
            },
            event.start.receivedAt,
          );
          return;
        case 'transaction-stopped':
          end(event.transactionId);
          return;
        case 'readings-taken': {
          // Replayed readings come late: only a newer one, by the charge point's clock, is the last.
          for (const reading of event.readings) {
            const known = readings.get(event.connectorId);
            const newer = known === undefined || reading.at >= known.reading.at || known.reading.at > event.receivedAt;
            if (newer) readings.set(event.connectorId, { reading, receivedAt: event.receivedAt });
          }
          return;
        }
      }
    },
  };
}

/** A start that was queued may arrive after one that is newer; where a clock was wrong, the order of arrival counts. */
function isOlder(transaction: RunningTransaction, known: RunningTransaction, receivedAt: Instant): boolean {
  const clocksRight = known.startedAt <= receivedAt && transaction.startedAt >= EARLIEST_PLAUSIBLE_MS;
  return clocksRight && transaction.startedAt < known.startedAt;
}
