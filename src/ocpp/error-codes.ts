/** The error codes of CALLERROR (OCPP-J §4.2.3) in their wire spelling, and the other spellings seen on the wire. */

/** `OccurenceConstraintViolation` has one r in what was published first, and so it is on the wire. */
export const rpcErrorCodes = [
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
] as const;

export type RpcErrorCode = (typeof rpcErrorCodes)[number];

/** Later spellings of OCPP-J and of OCPP 2.0.1, which stations of 1.6 send too (SAP's simulator among them). */
const otherSpellings: ReadonlyMap<string, RpcErrorCode> = new Map([
  ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
  ['FormatViolation', 'FormationViolation'],
]);

const own: ReadonlyMap<string, RpcErrorCode> = new Map(rpcErrorCodes.map((code) => [code, code]));

/** The code that a received text means; GenericError for one that nobody has defined. */
export function readErrorCode(raw: string): RpcErrorCode {
  return own.get(raw) ?? otherSpellings.get(raw) ?? 'GenericError';
}
