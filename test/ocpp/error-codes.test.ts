import { expect, test } from 'vitest';
import { readErrorCode, rpcErrorCodes } from '../../src/ocpp/error-codes.ts';

test.each(rpcErrorCodes)('%s is read as it is', (code) => {
  expect(readErrorCode(code)).toBe(code);
});

test('the wire spelling of the occurrence code has one r', () => {
  expect(rpcErrorCodes).toContain('OccurenceConstraintViolation');
  expect(rpcErrorCodes).not.toContain('OccurrenceConstraintViolation');
});

test.each([
  ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
  ['FormatViolation', 'FormationViolation'],
  ['RpcFrameworkError', 'GenericError'],
  ['notimplemented', 'GenericError'],
  ['constructor', 'GenericError'],
  ['__proto__', 'GenericError'],
  ['', 'GenericError'],
])('Q13: %j is read as %s', (raw, code) => {
  expect(readErrorCode(raw)).toBe(code);
});
