import type { Event } from '../../domain/events.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import type { Answer, AnswerContext } from '../answer.ts';
import { isPassword } from '../password-hash.ts';

/** ChangeConfiguration of the key that is the charge point's own password (OCPP-J §6.2.2, whitepaper A01). */

const AUTHORIZATION_KEY = /^AuthorizationKey$/i;

/** The new password in a message of ours; null where it carries none. */
export function passwordIn(action: string, payload: object): string | null {
  if (action !== 'ChangeConfiguration') return null;
  const { key, value } = payload as Partial<RequestOf<'ChangeConfiguration'>>;
  return key !== undefined && value !== undefined && AUTHORIZATION_KEY.test(key) ? value : null;
}

/** Which passwords count after this answer: A01.FR.03 and FR.04; without a clear word, the old and the new. */
export function passwordAnswered(
  { value }: RequestOf<'ChangeConfiguration'>,
  answer: Answer<'ChangeConfiguration'>,
  { chargePointId, at, records }: AnswerContext,
): Event[] {
  const sent = Buffer.from(value);
  const waiting = records.givenPasswords(chargePointId).filter(({ state }) => state === 'offered');
  const offered = waiting.findLast((one) => isPassword(one, sent));
  if (offered === undefined) return [];
  const state = stateAfter(answer);
  const common = { chargePointId, id: offered.id, at };
  return [
    state === null ? { type: 'credential-dropped', ...common } : { type: 'credential-answered', state, ...common },
  ];
}

/** Null: the charge point has not taken it. */
function stateAfter(answer: Answer<'ChangeConfiguration'>): 'doubtful' | 'later' | 'agreed' | null {
  if (answer.kind === 'not-sent') return null;
  if (answer.kind !== 'result') return 'doubtful';
  switch (answer.response.status) {
    case 'Accepted':
      return 'agreed';
    case 'RebootRequired':
      return 'later';
    case 'Rejected':
    case 'NotSupported':
      return null;
  }
}
