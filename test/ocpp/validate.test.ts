import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type Action,
  actions,
  type CentralSystemAction,
  type ChargePointAction,
  type RequestOf,
  type ResponseOf,
} from '../../src/ocpp/messages/actions.ts';
import {
  checkRequest,
  checkResponse,
  isRequest,
  isResponse,
  requestShape,
  responseShape,
} from '../../src/ocpp/validate.ts';
import { findViolation } from '../../src/ocpp/violation.ts';
import { spoil, spoiling, validFor } from './samples.ts';

const names = Object.keys(actions) as Action[];
const start = { connectorId: 1, idTag: 'AA', meterStart: 0, timestamp: '2026-11-22T10:00:00Z' };
const meterValues = (sampledValue: unknown) => ({
  connectorId: 1,
  meterValue: [{ timestamp: '2026-11-22T10:00:00Z', sampledValue }],
});
const period = (limit: number) => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  },
});

describe('the code of a violation (OCPP-J §4.2.3)', () => {
  const cases: [Action, unknown, string, string][] = [
    ['Authorize', {}, 'ProtocolError', '/idTag'],
    ['MeterValues', meterValues([{}]), 'ProtocolError', '/meterValue/0/sampledValue/0/value'],
    ['Authorize', [], 'FormationViolation', ''],
    ['Authorize', null, 'FormationViolation', ''],
    ['Authorize', 'AA', 'FormationViolation', ''],
    ['Authorize', { idTag: 'AA', extra: 1 }, 'FormationViolation', ''],
    ['MeterValues', meterValues({}), 'FormationViolation', '/meterValue/0/sampledValue'],
    ['MeterValues', meterValues(['x']), 'FormationViolation', '/meterValue/0/sampledValue/0'],
    ['Authorize', { idTag: 12 }, 'TypeConstraintViolation', '/idTag'],
    ['Authorize', { idTag: null }, 'TypeConstraintViolation', '/idTag'],
    ['StartTransaction', { ...start, meterStart: '0' }, 'TypeConstraintViolation', '/meterStart'],
    ['StartTransaction', { ...start, meterStart: 0.5 }, 'TypeConstraintViolation', '/meterStart'],
    ['StartTransaction', { ...start, meterStart: Number.POSITIVE_INFINITY }, 'TypeConstraintViolation', '/meterStart'],
    ['Reset', { type: 1 }, 'TypeConstraintViolation', '/type'],
    ['Reset', { type: 'Warm' }, 'PropertyConstraintViolation', '/type'],
    ['Authorize', { idTag: 'x'.repeat(21) }, 'PropertyConstraintViolation', '/idTag'],
    ['StartTransaction', { ...start, meterStart: 2 ** 53 }, 'PropertyConstraintViolation', '/meterStart'],
    ['StartTransaction', { ...start, timestamp: '2026-02-30T00:00:00Z' }, 'PropertyConstraintViolation', '/timestamp'],
    ['UpdateFirmware', { location: 'x', retrieveDate: start.timestamp }, 'PropertyConstraintViolation', '/location'],
    [
      'SetChargingProfile',
      period(8.15),
      'PropertyConstraintViolation',
      '/csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit',
    ],
  ];

  test.each(cases)('%s %j: %s at %s', (action, payload, code, path) => {
    expect(checkRequest(action, payload)).toMatchObject({ code, path });
  });

  test('too few items of a list', () => {
    expect(checkResponse('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [] })).toMatchObject({
      code: 'OccurenceConstraintViolation',
      path: '/certificateHashData',
    });
  });

  test('of several faults the first of the list of codes counts, wherever it stands', () => {
    const all = { connectorId: '1', idTag: 'x'.repeat(21), meterStart: 0, extra: 1 };
    expect(checkRequest('StartTransaction', all)).toMatchObject({ code: 'ProtocolError', path: '/timestamp' });
    const complete = { ...all, timestamp: 'now' };
    expect(checkRequest('StartTransaction', complete)).toMatchObject({ code: 'FormationViolation' });
    const { extra: _, ...known } = complete;
    expect(checkRequest('StartTransaction', known)).toMatchObject({
      code: 'TypeConstraintViolation',
      path: '/connectorId',
    });
    expect(checkRequest('StartTransaction', { ...known, connectorId: 1 })).toMatchObject({ path: '/idTag' });
  });
});

describe('the message of a violation', () => {
  test('says where and what in plain words', () => {
    expect(checkRequest('Reset', { type: 'Warm' })?.message).toBe('type must be one of Hard, Soft');
    expect(checkRequest('Authorize', {})?.message).toBe('idTag is missing');
    expect(checkRequest('Authorize', [])?.message).toBe('the payload must be an object');
    expect(checkRequest('Heartbeat', { 'a\n': 1 })?.message).toBe('the payload must not have the field "a\\n"');
  });

  test('has at most 255 characters', () => {
    expect(checkRequest('MeterValues', meterValues([{ value: '1', measurand: 'x' }]))?.message).toHaveLength(255);
    expect(checkRequest('Heartbeat', { ['x'.repeat(9999)]: 1 })?.message.length).toBeLessThan(100);
  });
});

describe('sound messages', () => {
  test('both spellings of Celsius, no reason for a stop, a whole sample', () => {
    for (const unit of ['Celsius', 'Celcius']) {
      expect(checkRequest('MeterValues', meterValues([{ value: '21.5', measurand: 'Temperature', unit }]))).toBeNull();
    }
    expect(checkRequest('StopTransaction', { meterStop: 1, timestamp: start.timestamp, transactionId: 1 })).toBeNull();
    expect(checkRequest('Authorize', { idTag: '\u{1f50c}'.repeat(20) })).toBeNull();
  });

  test('own prototype keys are extra fields', () => {
    expect(checkRequest('Heartbeat', JSON.parse('{"__proto__":{}}'))).toMatchObject({ code: 'FormationViolation' });
    expect(checkRequest('Authorize', JSON.parse('{"__proto__":{"idTag":"AA"}}'))).toMatchObject({
      code: 'ProtocolError',
    });
    expect(checkRequest('Authorize', JSON.parse('{"idTag":"AA","constructor":1}'))).not.toBeNull();
  });
});

test.each(names)('%s: the walk that explains and the compiled check agree', (action) => {
  const property = (schema: object, shape: ReturnType<typeof requestShape>, check: (it: unknown) => boolean) =>
    fc.property(validFor(schema), fc.array(spoiling, { maxLength: 3 }), (sample, spoilings) => {
      const payload = spoilings.reduce(spoil, sample);
      expect(findViolation(shape, payload) === null).toBe(check(payload));
    });
  const { request, response } = actions[action];
  const runs = { seed: 5, numRuns: 150 };
  fc.assert(
    property(request, requestShape(action), (it) => isRequest(action, it)),
    runs,
  );
  fc.assert(
    property(response, responseShape(action), (it) => isResponse(action, it)),
    runs,
  );
});

test('static types follow the schemas', () => {
  expectTypeOf<RequestOf<'Authorize'>>().toEqualTypeOf<{ idTag: string }>();
  expectTypeOf<ResponseOf<'Reset'>>().toEqualTypeOf<{ status: 'Accepted' | 'Rejected' }>();
  expectTypeOf<RequestOf<'StopTransaction'>['transactionId']>().toEqualTypeOf<number>();
  expectTypeOf<'DataTransfer'>().toExtend<ChargePointAction & CentralSystemAction>();
  expectTypeOf<Extract<ChargePointAction, 'Reset'>>().toEqualTypeOf<never>();
});
