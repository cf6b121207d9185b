import type { Event } from '../../domain/events.ts';
import {
  EARLIEST_PLAUSIBLE_MS,
  findingsAtStart,
  findingWhenSuperseded,
  type StartedTransaction,
} from '../../domain/findings.ts';
import { asRunning, asStopped, type Start, type Transaction } from '../../domain/transaction.ts';
import { type Instant, wattHours } from '../../domain/units.ts';
import { parseTimestamp } from '../../ocpp/timestamp.ts';
import { authorize, idTagInfo, type Judgement, unknownCardSeen } from '../authorization.ts';
import { foreignOver } from '../foreign-transactions.ts';
import { type Context, type Handler, refuseConnector } from '../handler.ts';
import { reservationAtStart } from '../reservations/evidence.ts';

/** A start that reports more than this ago happened offline, ms: refusing it now would change nothing but the answer. */
const OFFLINE_AFTER_MS = 60_000;

/**
 * OCPP 1.6 §4.8. Every start gets a transactionId, also one that we don't authorize. A repetition is recognised by what
 * it says, before any rule of authorization, and gets the same answer (§3.7.1).
 */
export const startTransaction: Handler<'StartTransaction'> = (request, context) => {
  const noConnector = refuseConnector(request.connectorId, 1);
  if (noConnector !== null) return noConnector;
  const at = parseTimestamp(request.timestamp);
  if (at === null) {
    return { refused: 'PropertyConstraintViolation', description: 'timestamp is no date and time that can be' };
  }
  const { chargePointId, receivedAt, records } = context;
  const start: Start = {
    connectorId: request.connectorId,
    idTag: request.idTag,
    at,
    receivedAt,
    meterWh: wattHours(request.meterStart),
    reservationId: request.reservationId ?? null,
  };

  const known = records.transactionByStart(chargePointId, start);
  if (known?.verdict) {
    return {
      response: { transactionId: known.id, idTagInfo: idTagInfo(known.verdict, known.start?.receivedAt ?? receivedAt) },
      events: [
        {
          type: 'evidence-added',
          transactionId: known.id,
          evidence: { kind: 'start-repeated', message: context.message, receivedAt },
        },
      ],
    };
  }

  const { verdict, token, refusal } = judgeStart(start, context);
  const transactionId = records.nextTransactionId();
  const started: StartedTransaction = { transactionId, startedAt: at, meterStartWh: start.meterWh };
  const runningOnConnector = records
    .runningOn(chargePointId)
    .flatMap((other) => asRunning(other) ?? [])
    .filter((other) => other.connectorId === start.connectorId);
  const previous = records.previousOn(chargePointId, start);
  const previousOnConnector = previous === null ? null : asStopped(previous);
  const reservation = reservationAtStart(start, verdict.parentIdTag, transactionId, context);
  const events: Event[] = [
    {
      type: 'transaction-started',
      chargePointId,
      transactionId,
      start,
      verdict,
      ...(token === null ? {} : { token: token.idTag }),
      evidence: { kind: 'start', message: context.message, receivedAt },
      findings: [
        ...findingsAtStart({ start: started, previousOnConnector, runningOnConnector, receivedAt }),
        ...(refusal === null || refusal.rule === null ? [] : [{ kind: 'rule-refused', detail: refusal.why } as const]),
        ...reservation.findings,
      ],
    },
    ...reservation.events,
    ...foreignOver(start.connectorId, context),
  ];
  const { connectorId, idTag } = start;
  if (token === null) events.push(...unknownCardSeen(idTag, connectorId, context));
  if (refusal !== null) {
    const { status } = verdict;
    const refused = { chargePointId, connectorId, transactionId, idTag, status, ...refusal, at: receivedAt };
    events.push({ type: 'authorization-refused', ...refused });
  }
  // The older one keeps running in the books: its stop may still be queued in the charge point, as its start may have been.
  for (const other of runningOnConnector) {
    const [older, newer] = other.startedAt <= at ? [other, started] : [started, other];
    const findings = [findingWhenSuperseded(older, newer)];
    events.push({ type: 'findings-added', transactionId: older.transactionId, findings, at: receivedAt });
  }
  return { response: { transactionId, idTagInfo: idTagInfo(verdict, receivedAt) }, events };
};

/**
 * The tag is verified again at every start, since it may come from a stale cache (§4.8). ConcurrentTx only where the
 * other transaction may really still run, and never in hindsight for a start that happened offline (§7.2).
 */
function judgeStart(start: Start, context: Context): Judgement {
  const offline = context.receivedAt - start.at > OFFLINE_AFTER_MS;
  const judged = authorize(start.idTag, context, judgedAt(start, offline, context));
  const { verdict, token } = judged;
  if (verdict.status !== 'Accepted' || offline || context.policy.concurrentTransactions === 'allow') return judged;
  const elsewhere = context.records
    .runningWith(token?.idTag ?? start.idTag)
    .find(
      (other) =>
        other.verdict?.status === 'Accepted' &&
        !isSuperseded(other, context) &&
        !(other.chargePointId === context.chargePointId && other.start?.connectorId === start.connectorId),
    );
  if (elsewhere === undefined) return judged;
  const why = `Card ${start.idTag} is charging already: transaction ${elsewhere.id} at ${elsewhere.chargePointId}.`;
  return { token, verdict: { ...verdict, status: 'ConcurrentTx' }, refusal: { rule: null, why } };
}

/** A start that happened offline is judged at its own time, unless its clock was never set. */
function judgedAt(start: Start, offline: boolean, { receivedAt }: Context): Instant {
  return offline && start.at >= EARLIEST_PLAUSIBLE_MS ? start.at : receivedAt;
}

/**
 * Its stop was lost, and the car is long gone: the connector has since been used by another transaction, or the charge
 * point has booted and calls it Available. One that goes on after a power cut says Charging, Finishing or the like.
 */
function isSuperseded({ id, chargePointId, start }: Transaction, { records, receivedAt }: Context): boolean {
  if (start === null) return false;
  const bootedAt = records.lastBootAt(chargePointId);
  const report = records.lastReport(chargePointId, start.connectorId);
  const forgotten =
    bootedAt !== null && bootedAt > start.receivedAt && report !== null && report.receivedAt >= bootedAt;
  if (forgotten && report.status === 'Available') return true;
  const later = [
    ...records.runningOn(chargePointId),
    records.previousOn(chargePointId, { ...start, at: receivedAt }),
  ].filter((other) => other?.start?.connectorId === start.connectorId && other.id !== id);
  return later.some((other) => other?.start != null && other.start.at > start.at);
}
