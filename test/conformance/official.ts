import official from 'ocpp-rpc/lib/schemas/ocpp1_6.json' with { type: 'json' };
import { createValidator } from 'ocpp-rpc/lib/validator.js';

/** The official schemas as the package ocpp-rpc ships them: none of this is ours, so our mistakes are not repeated. */
const validator = createValidator('ocpp1.6', official);

/** What is wrong with a payload of `action`, or null. An action that OCPP 1.6 does not know is wrong whatever it holds. */
export function violationOf(action: string, part: 'req' | 'conf', payload: unknown): string | null {
  try {
    return validator.validate(`urn:${action}.${part}`, payload) === true ? null : `${action}.${part} is not valid`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${action}.${part} ${JSON.stringify(payload)}: ${why}`;
  }
}

/** Error codes of OCPP-J 1.6 §4.2.3, one of them with the specification's own spelling mistake. */
export const errorCodes: ReadonlySet<string> = new Set([
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
]);
