import { judge, type Verdict } from '../domain/token.ts';
import { formatTimestamp } from '../ocpp/timestamp.ts';
import type { Context } from './handler.ts';

/** Our verdict on an idTag now. Never ConcurrentTx: that belongs to StartTransaction alone (OCPP 1.6 §7.2). */
export function authorize(idTag: string, { records, receivedAt, policy }: Context): Verdict {
  return judge(records.token(idTag), receivedAt, policy.unknownCards);
}

/** The verdict as it goes on the wire, always with parent and expiry where there are any (OCPP 1.6 §4.1, §3.5.1). */
export function idTagInfo(verdict: Verdict) {
  return {
    status: verdict.status,
    ...(verdict.expiresAt === null ? {} : { expiryDate: formatTimestamp(verdict.expiresAt) }),
    ...(verdict.parentIdTag === null ? {} : { parentIdTag: verdict.parentIdTag }),
  };
}
