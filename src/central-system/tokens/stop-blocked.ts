import { tokenChanges } from '../../domain/token.ts';
import type { Instant } from '../../domain/units.ts';
import { findToken } from '../authorization.ts';
import type { Chore } from '../chore.ts';

/** A stop that nothing came of is asked for again after this long, ms, and this often in all. */
const AGAIN_AFTER_MS = 300_000;
const MOST_TIMES = 3;

/** Where the site wants it, a token that is blocked ends the transactions that it began, also on who was away. */
export const stopBlocked: Chore = {
  name: 'stop blocked',
  wakes: new Set([...tokenChanges, 'transaction-started']),
  look({ chargePointId, now, records, policy, reachable }) {
    if (!policy.stopWhenBlocked) return {};
    let again = Number.POSITIVE_INFINITY;
    for (const { id, start, verdict } of records.runningOn(chargePointId)) {
      // One that was refused at its start is the charge point's to end (OCPP 1.6 §4.8).
      if (start === null || verdict?.status !== 'Accepted') continue;
      if (findToken(start.idTag, { records, policy })?.status !== 'Blocked') continue;
      const asked = records.stopsAsked(id);
      if (asked !== null && asked.times >= MOST_TIMES) continue;
      if (asked !== null && asked.lastAt <= now && asked.lastAt + AGAIN_AFTER_MS > now) {
        again = Math.min(again, asked.lastAt + AGAIN_AFTER_MS);
        continue;
      }
      if (!reachable) continue;
      return {
        events: [{ type: 'stop-for-blocked-asked', chargePointId, transactionId: id, at: now }],
        call: { action: 'RemoteStopTransaction', payload: { transactionId: id } },
        tracked: true,
      };
    }
    return again === Number.POSITIVE_INFINITY ? {} : { again: again as Instant };
  },
};
