import type { Event } from '../../domain/events.ts';
import { authorizeStop, idTagInfo, authorize as judge, mayStopHere, unknownCardSeen } from '../authorization.ts';
import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.1. A card that may be there to stop is not asked for its rules. */
export const authorize: Handler<'Authorize'> = ({ idTag }, context) => {
  const { chargePointId, receivedAt } = context;
  const first = judge(idTag, context);
  const stopping = first.refusal !== null && mayStopHere(idTag, context);
  const { verdict, token, refusal } = stopping ? stopper(idTag) : first;
  const common = { chargePointId, connectorId: null, idTag, at: receivedAt };
  const events: Event[] = [];
  if (token === null) events.push(...unknownCardSeen(idTag, null, context));
  if (refusal !== null) {
    events.push({ type: 'authorization-refused', ...common, ...refusal, transactionId: null, status: verdict.status });
  }
  return { response: { idTagInfo: idTagInfo(verdict, receivedAt) }, events };

  /** An unknown card that was accepted once is accepted until its transaction ends. */
  function stopper(tag: string) {
    const judged = authorizeStop(tag, context);
    if (judged.token !== null || context.policy.unknownCards !== 'accept-once') return judged;
    return { ...judged, verdict: { ...judged.verdict, status: 'Accepted' as const }, refusal: null };
  }
};
