import type { Event } from '../../domain/events.ts';
import { type SecurityProfile, securityProfileIn } from '../../domain/security-profile.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import type { Answer, AnswerContext } from '../answer.ts';
import type { SecurityPolicy } from '../handler.ts';
import type { Records } from '../records.ts';

/** ChangeConfiguration of the key that says how a charge point secures its connection (security whitepaper A05). */

/** What it has agreed to: until it has connected so, it may come as it does now (A05.FR.08). */
export function securityProfileAnswered(
  request: RequestOf<'ChangeConfiguration'>,
  answer: Answer<'ChangeConfiguration'>,
  { chargePointId, at, records }: AnswerContext,
): Event[] {
  const profile = securityProfileIn('ChangeConfiguration', request);
  if (profile === null || profile === 0 || answer.kind !== 'result') return [];
  const { status } = answer.response;
  const agrees = status === 'Accepted' || status === 'RebootRequired';
  return agrees && profile > records.securityStanding(chargePointId).highest
    ? [{ type: 'security-profile-agreed', chargePointId, profile, at }]
    : [];
}

/** Why this must not be sent: a security profile is never lowered over OCPP (A00.FR.005). Null where nothing is lowered. */
export function loweringObjection(
  action: string,
  payload: object,
  from: { chargePointId: string; records: Records; security: SecurityPolicy; inUse: SecurityProfile },
): string | null {
  const profile = securityProfileIn(action, payload);
  if (profile === null) return null;
  const { chargePointId, records, security, inUse } = from;
  const configured = security.leastOf.get(chargePointId) ?? security.least;
  const least = Math.max(configured, records.securityStanding(chargePointId).highest, inUse);
  if (profile >= least) return null;
  return (
    `${chargePointId} uses security profile ${least}, and OCPP forbids to lower it with a message. ` +
    'Set it at the charge point itself, and allow it here with POST .../security-profile/lower.'
  );
}
