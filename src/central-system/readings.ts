import type { Event } from '../domain/events.ts';
import { findingsAtReading } from '../domain/findings.ts';
import { type MeterValue, readMeterValues } from '../ocpp/meter-values.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { Context } from './handler.ts';

/** What a list of meter values makes happen: the readings, signed values as evidence, and what is odd about them. */
export function takeReadings(
  values: readonly MeterValue[],
  connectorId: number,
  transactionId: number | null,
  context: Context,
): Event[] {
  const { chargePointId, receivedAt, live, policy } = context;
  const previous = live.lastReading(connectorId);
  const { readings, signed } = readMeterValues(values, {
    parseTimestamp,
    nominalVoltageMV: policy.nominalVoltageMV,
    previous,
  });
  const events: Event[] = [];
  if (readings.length > 0) {
    events.push({ type: 'readings-taken', chargePointId, connectorId, transactionId, readings, receivedAt });
  }
  if (transactionId === null) return events;
  if (signed.length > 0) {
    const message = JSON.stringify(signed);
    events.push({ type: 'evidence-added', transactionId, evidence: { kind: 'signed-value', message, receivedAt } });
  }
  const findings = findingsAtReading({ readings, previous, receivedAt });
  if (findings.length > 0) events.push({ type: 'findings-added', transactionId, findings, at: receivedAt });
  return events;
}
