import type { Event } from '../domain/events.ts';
import { type Finding, findingsAtReading, type RegisterAt } from '../domain/findings.ts';
import type { Reading } from '../domain/metering.ts';
import { connectorIn } from '../domain/site-model.ts';
import { type MeterValueInput, readMeterValues } from '../ocpp/meter-values.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { Context } from './handler.ts';

/** What a list of meter values makes happen: the readings, signed values as evidence, and what is odd about them. */
export function takeReadings(
  values: readonly MeterValueInput[],
  connectorId: number,
  transactionId: number | null,
  context: Context,
  foreignTransactionId: number | null = null,
): Event[] {
  const { chargePointId, receivedAt, live, policy } = context;
  const previous = live.lastReading(connectorId);
  const {
    readings,
    signed,
    droppedCount: dropped,
  } = readMeterValues(values, {
    parseTimestamp,
    nominalVoltageMV: policy.nominalVoltageMV,
    dcEfficiency:
      policy.siteModel === null ? undefined : connectorIn(policy.siteModel, chargePointId, connectorId)?.dc?.efficiency,
    previous,
  });
  const events: Event[] = [];
  if (readings.length > 0 || dropped > 0) {
    const foreign = foreignTransactionId === null ? {} : { foreignTransactionId };
    events.push({
      type: 'readings-taken',
      chargePointId,
      connectorId,
      transactionId,
      ...foreign,
      readings,
      dropped,
      receivedAt,
    });
  }
  if (transactionId === null) return events;
  if (signed.length > 0) {
    const message = JSON.stringify(signed);
    events.push({ type: 'evidence-added', transactionId, evidence: { kind: 'signed-value', message, receivedAt } });
  }
  const findings = findingsOf(readings, transactionId, previous, context);
  if (findings.length > 0) events.push({ type: 'findings-added', transactionId, findings, at: receivedAt });
  return events;
}

function findingsOf(
  readings: readonly Reading[],
  transactionId: number,
  previous: Reading | null,
  { live, receivedAt }: Context,
): Finding[] {
  const found: Finding[] = [];
  let before = registerOf(previous);
  for (const reading of readings) {
    const register = registerOf(reading);
    if (register === null) continue;
    const transaction = live.running(transactionId);
    found.push(
      ...findingsAtReading({
        transaction,
        claimedTransactionId: transaction === null ? null : transactionId,
        reading: register,
        previous: before,
        receivedAt,
      }),
    );
    before = register;
  }
  return found;
}

/** The register part of a reading; null where it has none. */
export function registerOf(reading: Reading | null): RegisterAt | null {
  return reading === null || reading.energyWh === null ? null : { at: reading.at, energyWh: reading.energyWh };
}
