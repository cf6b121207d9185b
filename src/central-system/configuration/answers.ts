import {
  type ConfigurationAttempt,
  type ConfigurationWish,
  configurationKey,
  isSecretKey,
  type ReportedKey,
  sameValue,
  wishesFor,
} from '../../domain/configuration.ts';
import { serves } from '../../domain/configuration-state.ts';
import type { Event } from '../../domain/events.ts';
import type { RequestOf } from '../../ocpp/messages/actions.ts';
import type { Answer, AnswerContext, AnswerHandler } from '../answer.ts';
import { passwordAnswered, passwordIn } from './password.ts';
import { rebootAlert } from './reboot-alert.ts';
import { securityProfileAnswered } from './security-profile.ts';

/** Keys of one charge point that are kept: the longest list seen in the field has 122. */
const MAX_KEYS = 500;
/** Characters of a value (OCPP 1.6 §7.29). */
const MAX_VALUE = 500;
/** Characters of a reason that a charge point gives. */
const MAX_REASON = 200;

/** OCPP 1.6 §5.8. What a charge point says of its configuration is kept, whoever asked. */
export const configurationRead: AnswerHandler<'GetConfiguration'> = (request, answer, context) => {
  const { chargePointId, at } = context;
  const asked = (request.key ?? []).slice(0, MAX_KEYS);
  if (answer.kind === 'not-sent') return [];
  const complete = asked.length === 0;
  const { configurationKey: reported = [], unknownKey = [] } = answer.kind === 'result' ? answer.response : {};
  // Everything, and yet nothing: it does not understand the question, and may know the keys by name.
  if (answer.kind !== 'result' || (complete && reported.length === 0)) {
    const unread: Event = { type: 'configuration-unread', chargePointId, keys: asked, at };
    return [unread, ...(asked.length === 1 ? checked(asked, [], context) : [])];
  }
  const keys = reported.slice(0, MAX_KEYS).map(({ key, value, readonly }): ReportedKey => {
    const secret = isSecretKey(key);
    return { key, value: secret ? null : (value?.slice(0, MAX_VALUE) ?? null), readonly, secret };
  });
  const unknownKeys = unknownKey.slice(0, MAX_KEYS);
  const spokenOf = new Set([...keys.map(({ key }) => key), ...unknownKeys].map(configurationKey));
  const unansweredKeys = asked.filter((key) => !spokenOf.has(configurationKey(key)));
  return [
    { type: 'configuration-reported', chargePointId, keys, unknownKeys, unansweredKeys, complete, at },
    ...checked(asked, keys, context),
  ];
};

/** What the charge point said it would take, and what it has: "Accepted" alone proves nothing. */
function checked(
  asked: readonly string[],
  keys: readonly ReportedKey[],
  { chargePointId, at, records }: AnswerContext,
): Event[] {
  const told = new Map(keys.map((reported) => [configurationKey(reported.key), reported]));
  const wanted = new Set(asked.map(configurationKey));
  return records.configurationAttempts(chargePointId).flatMap((attempt): Event[] => {
    const folded = configurationKey(attempt.key);
    if (attempt.outcome !== 'taken' || !(told.has(folded) || wanted.has(folded))) return [];
    const value = told.get(folded)?.value ?? null;
    const outcome =
      value === null ? 'unverifiable' : sameValue(attempt.key, value, attempt.sent) ? 'verified' : 'not-applied';
    return [{ type: 'configuration-checked', chargePointId, key: attempt.key, outcome, at }];
  });
}

/** OCPP 1.6 §5.3. With RebootRequired the old value still holds. */
export const configurationChanged: AnswerHandler<'ChangeConfiguration'> = (request, answer, context) => {
  const { key, value } = request;
  const { chargePointId, at, policy } = context;
  if (passwordIn('ChangeConfiguration', request) !== null) return passwordAnswered(request, answer, context);
  if (isSecretKey(key) || answer.kind === 'not-sent') return [];
  const wish = wishOf(key, context);
  const attempt = attemptOf(request, answer, wish, context);
  const events: Event[] = [
    { type: 'configuration-answered', chargePointId, attempt },
    ...securityProfileAnswered(request, answer, context),
  ];
  if (attempt.outcome === 'taken') events.push({ type: 'configuration-taken', chargePointId, key, value, at });
  // Who sent it by hand is told by the answer.
  if (attempt.outcome === 'reboot-required' && wish !== null) {
    const before = attemptBefore(key, context);
    const again = before?.restarted === true && before.wanted === attempt.wanted;
    if (policy.rebootForConfiguration === 'never' || again) events.push(rebootAlert(chargePointId, key, again, at));
  }
  return events;
};

/** A restart that was asked for is not asked for again on behalf of the same values; a refused one is for a person. */
export const restartAsked: AnswerHandler<'Reset'> = (_request, answer, context) => {
  const { chargePointId, at, records } = context;
  if (answer.kind === 'not-sent') return [];
  const waiting = records.configurationAttempts(chargePointId).find(({ outcome }) => outcome === 'reboot-required');
  if (waiting === undefined) return [];
  const events: Event[] = [{ type: 'configuration-restart-asked', chargePointId, at }];
  const refused = answer.kind === 'error' || (answer.kind === 'result' && answer.response.status !== 'Accepted');
  if (refused && wishOf(waiting.key, context) !== null) {
    events.push(rebootAlert(chargePointId, waiting.key, false, at));
  }
  return events;
};

function wishOf(key: string, { chargePointId, records, policy }: AnswerContext): ConfigurationWish | null {
  const wishes = wishesFor(chargePointId, policy.wishedConfiguration, records.configurationWishes(chargePointId));
  return wishes.find((wish) => configurationKey(wish.key) === configurationKey(key)) ?? null;
}

function attemptOf(
  { key, value }: RequestOf<'ChangeConfiguration'>,
  answer: Answer<'ChangeConfiguration'>,
  wish: ConfigurationWish | null,
  context: AnswerContext,
): Omit<ConfigurationAttempt, 'restarted'> {
  const wanted = wish !== null && serves(wish, value) ? wish.value : value;
  const before = attemptBefore(key, context);
  const silences = before !== undefined && before.wanted === wanted && before.sinceBoot ? before.silences : 0;
  const { outcome, reason } = outcomeOf(answer);
  return {
    key,
    wanted,
    sent: value,
    outcome,
    reason: reason?.slice(0, MAX_REASON) ?? null,
    silences: outcome === 'no-answer' ? silences + 1 : 0,
    at: context.at,
  };
}

function attemptBefore(key: string, { chargePointId, records }: AnswerContext) {
  const attempts = records.configurationAttempts(chargePointId);
  return attempts.find((attempt) => configurationKey(attempt.key) === configurationKey(key));
}

function outcomeOf(answer: Answer<'ChangeConfiguration'>): Pick<ConfigurationAttempt, 'outcome' | 'reason'> {
  switch (answer.kind) {
    case 'error': {
      const words = answer.description === '' ? '' : `: ${answer.description}`;
      return { outcome: 'failed', reason: `The charge point answered with the error ${answer.code}${words}` };
    }
    case 'malformed':
      return { outcome: 'failed', reason: 'The charge point answered, but not as OCPP has it.' };
    case 'silence':
    case 'not-sent':
      return { outcome: 'no-answer', reason: 'No answer came.' };
    case 'result':
      switch (answer.response.status) {
        case 'Accepted':
          return { outcome: 'taken', reason: null };
        case 'RebootRequired':
          return { outcome: 'reboot-required', reason: 'It holds once the charge point has restarted.' };
        case 'Rejected':
          return { outcome: 'refused', reason: 'The charge point has refused it.' };
        case 'NotSupported':
          return { outcome: 'not-supported', reason: 'The charge point does not have this key.' };
      }
  }
}
