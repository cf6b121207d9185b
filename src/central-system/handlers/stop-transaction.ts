import type { Event } from '../../domain/events.ts';
import { findingAtRepeat, findingsAtStop, type RegisterAt } from '../../domain/findings.ts';
import { asRunning, asStopped, type Stop, type Transaction } from '../../domain/transaction.ts';
import { wattHours } from '../../domain/units.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { authorizeStop, idTagInfo } from '../authorization.ts';
import type { Context, Handler } from '../handler.ts';
import { registerOf, takeReadings } from '../readings.ts';

/**
 * OCPP 1.6 §4.10. A stop can't be refused. One for a transaction that we don't know, or with -1 because our answer to
 * the start never arrived (errata 3.18), is answered like any other and kept as an orphan.
 */
export const stopTransaction: Handler<'StopTransaction'> = (request, context) => {
  const at = parseTimestamp(request.timestamp);
  if (at === null) {
    return { refused: 'PropertyConstraintViolation', description: 'timestamp is no date and time that can be' };
  }
  const stop: Stop = {
    idTag: request.idTag ?? null,
    at,
    receivedAt: context.receivedAt,
    meterWh: wattHours(request.meterStop),
    reason: request.reason ?? 'Local',
  };
  const transaction = context.records.transaction(context.chargePointId, request.transactionId);
  return {
    response:
      stop.idTag === null
        ? {}
        : { idTagInfo: idTagInfo(authorizeStop(stop.idTag, context).verdict, context.receivedAt) },
    events:
      transaction === null || transaction.state === 'orphan'
        ? orphanEvents(request.transactionId, stop, context)
        : transaction.state === 'stopped'
          ? repeatedEvents(transaction, stop, context)
          : stopEvents(transaction, stop, request, context),
  };
};

function stopEvents(
  transaction: Transaction,
  stop: Stop,
  request: RequestOf<'StopTransaction'>,
  context: Context,
): Event[] {
  const { chargePointId, receivedAt, message, live, records } = context;
  const connectorId = transaction.start?.connectorId ?? 0;
  const lastReading =
    (live.runningTransaction(connectorId) === transaction.id
      ? sinceStart(registerOf(live.lastReading(connectorId)), transaction)
      : null) ?? records.lastRegister(transaction.id);
  return [
    {
      type: 'transaction-stopped',
      chargePointId,
      transactionId: transaction.id,
      stop,
      evidence: { kind: 'stop', message, receivedAt },
      findings: findingsAtStop({
        transaction: asRunning(transaction),
        stop: { transactionId: transaction.id, stoppedAt: stop.at, meterStopWh: stop.meterWh },
        lastReading,
        othersOnConnector: othersDuring(transaction, connectorId, stop, context),
        receivedAt,
      }),
    },
    // A stop that was held to be lost has come after all.
    { type: 'finding-resolved', transactionId: transaction.id, kind: 'missing-stop', at: receivedAt },
    ...(request.transactionData === undefined
      ? []
      : takeReadings(request.transactionData, connectorId, transaction.id, context)),
  ];
}

/** A reading from before the start says nothing of the transaction. */
function sinceStart(register: RegisterAt | null, { start }: Transaction): RegisterAt | null {
  return register !== null && start !== null && register.at < start.at ? null : register;
}

/** What had started on the connector before this stop: a start that was queued offline can lie inside another session. */
function othersDuring(
  { id, start }: Transaction,
  connectorId: number,
  stop: Stop,
  { chargePointId, records }: Context,
) {
  if (start === null) return [];
  return records
    .startedDuring(chargePointId, connectorId, start.at, stop.at)
    .flatMap((other) => (other.id === id ? [] : (asStopped(other) ?? asRunning(other) ?? [])));
}

/** The first stop counts; a later one that says something else is evidence of a dispute. */
function repeatedEvents(transaction: Transaction, stop: Stop, { receivedAt, message }: Context): Event[] {
  const first = transaction.stop;
  const events: Event[] = [
    { type: 'evidence-added', transactionId: transaction.id, evidence: { kind: 'stop-repeated', message, receivedAt } },
  ];
  const differs = first === null ? null : findingAtRepeat('stop', first, stop);
  if (differs !== null) {
    events.push({ type: 'findings-added', transactionId: transaction.id, findings: [differs], at: receivedAt });
  }
  return events;
}

function orphanEvents(reportedTransactionId: number, stop: Stop, context: Context): Event[] {
  const { chargePointId, receivedAt, message, records } = context;
  const known = records.orphanByStop(chargePointId, reportedTransactionId, stop);
  if (known !== null) {
    return [
      { type: 'evidence-added', transactionId: known.id, evidence: { kind: 'stop-repeated', message, receivedAt } },
    ];
  }
  const proposed = proposeStart(stop, context);
  return [
    {
      type: 'orphan-stopped',
      chargePointId,
      transactionId: records.nextTransactionId(),
      reportedTransactionId,
      proposedTransactionId: proposed,
      stop,
      evidence: { kind: 'stop', message, receivedAt },
      findings: findingsAtStop({
        transaction: null,
        stop: { transactionId: reportedTransactionId, stoppedAt: stop.at, meterStopWh: stop.meterWh },
        lastReading: null,
        receivedAt,
      }),
    },
  ];
}

/** The only running start that fits, as a proposal to a person: a running session is never stopped on a guess. */
function proposeStart(stop: Stop, { chargePointId, records }: Context): number | null {
  const fitting = records
    .runningOn(chargePointId)
    .filter(({ start }) => start !== null && start.at <= stop.at && start.meterWh <= stop.meterWh);
  return fitting.length === 1 ? (fitting[0]?.id ?? null) : null;
}
