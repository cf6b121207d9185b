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
  /** Those on which a transaction runs. */
  busyConnectors(): Iterable<number>;
  /** Takes up a transaction that was running when the process started. */
  adopt(transaction: RunningTransaction, receivedAt: Instant): void;
  readonly readings: ReadonlyMap<number, { reading: Reading; receivedAt: Instant }>;
};

export function createLive(): LiveChargePoint {
  const readings = new Map<number, { reading: Reading; receivedAt: Instant }>();
  const running = new Map<number, RunningTransaction>();
  const newestOn = new Map<number, RunningTransaction>();
  /** When the last transaction of a connector ended, by the charge point's clock. */
  const stoppedAt = new Map<number, Instant>();

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
        case 'transaction-stopped': {
          const connectorId = running.get(event.transactionId)?.connectorId;
          end(event.transactionId);
          if (connectorId === undefined || newestOn.has(connectorId)) return;
          stoppedAt.set(connectorId, event.stop.at);
          const last = readings.get(connectorId);
          // What flowed then flows no more: nothing may tell us so until the next car comes.
          if (last !== undefined && last.reading.at <= event.stop.at) {
            readings.set(connectorId, { ...last, reading: withoutLoad(last.reading) });
          }
          return;
        }
        case 'status-reported': {
          const { connectorId, status, at } = event.report;
          const last = readings.get(connectorId);
          // Nothing is plugged in: whatever was measured before flows no more.
          if (status === 'Available' && last !== undefined && last.reading.at <= at) {
            readings.set(connectorId, { ...last, reading: withoutLoad(last.reading) });
          }
          return;
        }
        case 'readings-taken': {
          // Replayed readings come late: only a newer one, by the charge point's clock, is the last.
          for (const reading of event.readings) {
            const known = readings.get(event.connectorId);
            const newer = known === undefined || reading.at >= known.reading.at || known.reading.at > event.receivedAt;
            if (!newer) continue;
            const idleSince = newestOn.has(event.connectorId) ? undefined : stoppedAt.get(event.connectorId);
            const isOver = idleSince !== undefined && reading.at <= idleSince;
            readings.set(event.connectorId, {
              reading: isOver ? withoutLoad(reading) : reading,
              receivedAt: event.receivedAt,
            });
          }
          return;
        }
      }
    },
  };
}

/** The registers of a reading, without the load that it shows. */
function withoutLoad(reading: Reading): Reading {
  return { ...reading, powerW: null, currentMA: [null, null, null], offeredMA: null };
}

/** A start that was queued may arrive after one that is newer; where a clock was wrong, the order of ids counts. */
function isOlder(transaction: RunningTransaction, known: RunningTransaction, receivedAt: Instant): boolean {
  const clocksRight = known.startedAt <= receivedAt && transaction.startedAt >= EARLIEST_PLAUSIBLE_MS;
  const decides = clocksRight && transaction.startedAt !== known.startedAt;
  return decides ? transaction.startedAt < known.startedAt : transaction.transactionId < known.transactionId;
}
