import type { ReportedKey } from '../../domain/configuration.ts';
import { isSecretKey } from '../../ocpp/secrets.ts';
import type { AnswerHandler } from '../answers.ts';

/** Keys of one charge point that are kept: the longest list seen in the field has 122. */
const MAX_KEYS = 500;
/** Characters of a value (OCPP 1.6 §7.29). */
const MAX_VALUE = 500;

/** OCPP 1.6 §5.8. What a charge point says of its configuration is kept, whoever asked. */
export const configurationRead: AnswerHandler<'GetConfiguration'> = (request, answer, { chargePointId, at }) => {
  if (answer.kind !== 'result') return [];
  const { configurationKey = [], unknownKey = [] } = answer.response;
  const keys = configurationKey.slice(0, MAX_KEYS).map(({ key, value, readonly }): ReportedKey => {
    const secret = isSecretKey(key);
    return { key, value: secret ? null : (value?.slice(0, MAX_VALUE) ?? null), readonly, secret };
  });
  const complete = (request.key ?? []).length === 0;
  const unknownKeys = unknownKey.slice(0, MAX_KEYS);
  return [{ type: 'configuration-reported', chargePointId, keys, unknownKeys, complete, at }];
};

/** OCPP 1.6 §5.3. With RebootRequired the old value still holds. */
export const configurationChanged: AnswerHandler<'ChangeConfiguration'> = ({ key, value }, answer, context) => {
  if (answer.kind !== 'result' || answer.response.status !== 'Accepted') return [];
  const { chargePointId, at } = context;
  return [{ type: 'configuration-taken', chargePointId, key, value: isSecretKey(key) ? null : value, at }];
};
