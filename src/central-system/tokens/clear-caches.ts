import type { Instant } from '../../domain/units.ts';
import type { AnswerHandler } from '../answer.ts';
import type { Chore } from '../chore.ts';

/** How long a charge point that failed to empty its cache is left alone, ms. */
const AFTER_FAILURE_MS = 3_600_000;

/**
 * A charge point remembers whom we accepted (OCPP 1.6 §3.5.1), and nothing tells it that a token was blocked since: its
 * cache is emptied (errata 3.23). One that is away gets it when it comes back.
 */
export const clearCaches: Chore = {
  name: 'clear caches',
  wakes: new Set(['tokens-narrowed', 'charge-point-registered', 'registration-changed']),
  look({ chargePointId, now, records, policy, reachable }) {
    if (!policy.clearCaches) return {};
    const { losses, clearedAsOf, tryAgainAt } = records.cacheState(chargePointId);
    if (clearedAsOf >= losses) return {};
    // Without a cache there is nothing to empty (OCPP 1.6 §9.1.2).
    if (records.reportedConfiguration(chargePointId, 'AuthorizationCacheEnabled')?.toLowerCase() === 'false') return {};
    if (tryAgainAt !== null && tryAgainAt > now && tryAgainAt <= now + AFTER_FAILURE_MS) return { again: tryAgainAt };
    if (!reachable) return {};
    return {
      events: [{ type: 'cache-clear-asked', chargePointId, at: now }],
      call: { action: 'ClearCache', payload: {} },
    };
  },
};

/** What the answer to ClearCache means, whoever sent it. Rejected is what a charge point without a cache says. */
export const clearCacheAnswered: AnswerHandler<'ClearCache'> = (_, answer, { chargePointId, at, records }) => {
  if (answer.kind === 'silence' || answer.kind === 'not-sent') return [];
  const knowsNot = answer.kind === 'error' && /^Not(?:Implemented|Supported)$/i.test(answer.code);
  if (answer.kind === 'error' && !knowsNot) {
    return [{ type: 'cache-clear-failed', chargePointId, tryAgainAt: (at + AFTER_FAILURE_MS) as Instant, at }];
  }
  const { losses, lastLossAt, askedAsOf } = records.cacheState(chargePointId);
  if (askedAsOf !== null) return [{ type: 'cache-cleared', chargePointId, asOf: askedAsOf, at }];
  // Somebody else asked: of what was lost in between, nobody knows whether it is gone.
  const asked = records
    .openOperations(chargePointId)
    .filter(({ action, answer: state }) => action === 'ClearCache' && state === 'awaited')
    .map(({ requestedAt }) => requestedAt);
  const since = lastLossAt ?? 0;
  return asked.length > 0 && asked.every((requestedAt) => requestedAt >= since)
    ? [{ type: 'cache-cleared', chargePointId, asOf: losses, at }]
    : [];
};
