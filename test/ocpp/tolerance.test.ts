import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, actions } from '../../src/ocpp/messages/actions.ts';
import type { Shape } from '../../src/ocpp/shape.ts';
import { readRequest, readResponse } from '../../src/ocpp/tolerance.ts';
import {
  cutPlaces,
  jsonTextPlaces,
  longIdTagPlaces,
  optionalPlaces,
  registerPlaces,
  samplePlaces,
  tolerances,
} from '../../src/ocpp/tolerances.ts';
import { checkRequest, checkResponse, requestShape, responseShape } from '../../src/ocpp/validate.ts';
import { spoil, spoiling, validFor } from './samples.ts';

const names = Object.keys(actions) as Action[];
const timestamp = '2026-11-22T10:00:00Z';
const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const start = { connectorId: 1, idTag: 'AA', meterStart: 0, timestamp };
const stop = { meterStop: 10, timestamp, transactionId: 7 };
const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
const values = (...sampledValue: unknown[]) => ({ connectorId: 1, meterValue: [{ timestamp, sampledValue }] });
const schedule = (limit: unknown) => ({
  status: 'Accepted',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
});

test('a sound message is handed on as it is', () => {
  const reading = readRequest('StartTransaction', start);
  expect(reading).toEqual({ ok: true, payload: start, tolerated: [] });
  expect(reading.ok && reading.payload).toBe(start);
});

describe('odd and sound: read without any tolerance', () => {
  const requests: [why: string, Action, unknown][] = [
    ['Q23: milliseconds', 'StartTransaction', { ...start, timestamp: '2026-11-22T10:00:00.123Z' }],
    ['Q23: microseconds and +00:00', 'StartTransaction', { ...start, timestamp: '2026-11-22T10:00:00.123456+00:00' }],
    ['Q23: a status without time', 'StatusNotification', status],
    ['Q24: a stop without idTag and reason', 'StopTransaction', stop],
    ['Q25: empty strings and blanks at boot', 'BootNotification', { ...boot, iccid: '', imsi: '262 01' }],
    ['Q21: a current without unit', 'MeterValues', values({ value: '6.0', measurand: 'Current.Import' })],
    ['Q21: voltages of L1-N', 'MeterValues', values({ value: '230', measurand: 'Voltage', phase: 'L1-N', unit: 'V' })],
    ['Q30: a request to sign what is no CSR', 'SignCertificate', { csr: 'adsad' }],
    ['Q30: a security event of an unknown type', 'SecurityEventNotification', { type: 'Vendor', timestamp }],
    ['a stop of the transaction -1', 'StopTransaction', { ...stop, transactionId: -1 }],
  ];
  const empty = { chargingRateUnit: 'A', duration: 8_638_204_637_187, chargingSchedulePeriod: [] };
  const noLimit = { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: -1, numberPhases: -1 }] };
  const responses: [why: string, Action, unknown][] = [
    ['Q17: no limit', 'GetCompositeSchedule', { status: 'Accepted', chargingSchedule: noLimit }],
    ['Q17: no periods, an endless duration', 'GetCompositeSchedule', { status: 'Accepted', chargingSchedule: empty }],
    ['Q17: accepted without a schedule', 'GetCompositeSchedule', { status: 'Accepted' }],
    ['Q26: no unknownKey', 'GetConfiguration', { configurationKey: [{ key: 'AuthorizationKey', readonly: false }] }],
    ['Q26: an empty unknownKey', 'GetConfiguration', { configurationKey: [], unknownKey: [] }],
    ['Q29: nothing to upload', 'GetDiagnostics', {}],
  ];

  test.each(requests)('%s', (_, action, sent) => {
    expect(readRequest(action, sent)).toEqual({ ok: true, payload: sent, tolerated: [] });
  });

  test.each(responses)('%s', (_, action, sent) => {
    expect(readResponse(action, sent)).toEqual({ ok: true, payload: sent, tolerated: [] });
  });
});

describe('tolerated', () => {
  const cases: [kind: string, Action, sent: unknown, read: unknown][] = [
    ['extra-field', 'Heartbeat', { vendor: 1 }, {}],
    ['extra-field', 'Authorize', JSON.parse('{"idTag":"AA","__proto__":{"x":1},"constructor":2}'), { idTag: 'AA' }],
    ['extra-field', 'MeterValues', values({ value: '1', scale: 0 }), values({ value: '1' })],
    ['missing-time-zone', 'StartTransaction', { ...start, timestamp: '2026-11-22T10:00:00' }, start],
    ['timestamp-form', 'StartTransaction', { ...start, timestamp: '2026-11-22 10:00:00Z' }, start],
    ['number-as-string', 'StartTransaction', { ...start, connectorId: '1', meterStart: ' 0 ' }, start],
    ['string-as-number', 'MeterValues', values({ value: 12.3 }), values({ value: '12.3' })],
    ['string-as-number', 'Authorize', { idTag: 12345678 }, { idTag: '12345678' }],
    ['object-as-string', 'DataTransfer', { vendorId: 'V', data: { a: [1] } }, { vendorId: 'V', data: '{"a":[1]}' }],
    ['null-field', 'StartTransaction', { ...start, reservationId: null }, start],
    ['enum-case', 'StatusNotification', { ...status, status: 'AVAILABLE', errorCode: 'noError' }, status],
    ['enum-case', 'MeterValues', values({ value: '1', unit: 'KWH' }), values({ value: '1', unit: 'kWh' })],
    ['fractional-register', 'StartTransaction', { ...start, meterStart: 12.6 }, { ...start, meterStart: 13 }],
    [
      'long-text',
      'BootNotification',
      { ...boot, firmwareVersion: 'x'.repeat(60) },
      { ...boot, firmwareVersion: 'x'.repeat(50) },
    ],
    ['long-text', 'StatusNotification', { ...status, info: 'x'.repeat(51) }, { ...status, info: 'x'.repeat(50) }],
    ['long-id-tag', 'Authorize', { idTag: 'x'.repeat(21) }, { idTag: 'x'.repeat(21) }],
    ['long-id-tag', 'StartTransaction', { ...start, idTag: 'x'.repeat(64) }, { ...start, idTag: 'x'.repeat(64) }],
    ['bad-sample', 'MeterValues', values({ value: '1', unit: 'Furlong' }, { value: '2' }), values({ value: '2' })],
    ['bad-sample', 'MeterValues', values(null, 7, [], {}, { value: {} }), values()],
    [
      'bad-sample',
      'StopTransaction',
      {
        ...stop,
        transactionData: [
          { timestamp: 'never', sampledValue: [{ value: '1' }] },
          { timestamp, sampledValue: [] },
        ],
      },
      { ...stop, transactionData: [{ timestamp, sampledValue: [] }] },
    ],
    ['bad-optional', 'StatusNotification', { ...status, timestamp: '0000-00-00T00:00:00Z' }, status],
    ['bad-optional', 'StopTransaction', { ...stop, reason: 'Meteorite' }, stop],
    ['bad-optional', 'StopTransaction', { ...stop, idTag: 'x'.repeat(21) }, stop],
    ['bad-optional', 'StopTransaction', { ...stop, transactionData: 'none' }, stop],
    ['bad-optional', 'StartTransaction', { ...start, reservationId: 'none' }, start],
    ['bad-optional', 'MeterValues', { ...values(), transactionId: 'none' }, values()],
  ];

  test.each(cases)('%s: %s %j', (kind, action, sent, read) => {
    const before = structuredClone(sent);
    expect(readRequest(action, sent)).toEqual({ ok: true, payload: read, tolerated: [kind] });
    expect(sent).toEqual(before);
  });

  test.each([
    [8.100000381469727, 8.1],
    [0.30000000000000004, 0.3],
    [8.15, 8.2],
    [-1, -1],
    ['8.15', 8.2],
    [11_039.9990234375, 11_040],
  ])('Q15: a limit of %s in an answer is read as %d', (sent, limit) => {
    expect(readResponse('GetCompositeSchedule', schedule(sent))).toMatchObject({ ok: true, payload: schedule(limit) });
  });

  test('every kind of the list is shown above', () => {
    const shown = new Set([...cases.map(([kind]) => kind), 'multiple-of']);
    expect([...shown].sort()).toEqual(tolerances.map(({ name }) => name).sort());
  });

  test('several at once are all named, once each', () => {
    const sent = { ...start, a: 1, b: 2, connectorId: '1', meterStart: '5', timestamp: '2026-11-22 10:00:00' };
    const reading = readRequest('StartTransaction', sent);
    expect(reading).toMatchObject({ ok: true, payload: { ...start, meterStart: 5 } });
    expect([...reading.tolerated].sort()).toEqual(['extra-field', 'missing-time-zone', 'number-as-string']);
  });

  test('a thousand bad samples cost nothing but themselves', () => {
    const bad = Array.from({ length: 1000 }, (_, index) => ({ value: { index } }));
    expect(readRequest('MeterValues', values(...bad, { value: '5' }))).toMatchObject({
      ok: true,
      payload: values({ value: '5' }),
      tolerated: ['bad-sample'],
    });
  });
});

describe('refused all the same', () => {
  const cases: [Action, unknown, code: string][] = [
    ['StartTransaction', { ...start, timestamp: 'yesterday' }, 'PropertyConstraintViolation'],
    ['StartTransaction', { ...start, connectorId: 'one' }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, connectorId: '0x10' }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, connectorId: '1e3' }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, connectorId: 1.5 }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, meterStart: '9999999999999999' }, 'PropertyConstraintViolation'],
    ['StartTransaction', { ...start, meterStart: null }, 'TypeConstraintViolation'],
    ['StartTransaction', { ...start, idTag: 'x'.repeat(65) }, 'PropertyConstraintViolation'],
    ['Authorize', { idTag: 2 ** 53 }, 'TypeConstraintViolation'],
    ['Authorize', { idTag: -1 }, 'TypeConstraintViolation'],
    ['Authorize', { idTag: 1.5 }, 'TypeConstraintViolation'],
    ['Authorize', { idTag: true }, 'TypeConstraintViolation'],
    ['Authorize', { IdTag: 'AA' }, 'ProtocolError'],
    ['StatusNotification', { ...status, status: 'Busy' }, 'PropertyConstraintViolation'],
    ['MeterValues', { connectorId: 1 }, 'ProtocolError'],
    ['MeterValues', { connectorId: 1, meterValue: {} }, 'FormationViolation'],
    ['DataTransfer', { vendorId: 'x'.repeat(256) }, 'PropertyConstraintViolation'],
    ['BootNotification', {}, 'ProtocolError'],
    ['BootNotification', [], 'FormationViolation'],
  ];

  test.each(cases)('%s %j: %s', (action, sent, code) => {
    expect(readRequest(action, sent)).toMatchObject({ ok: false, violation: { code } });
  });

  test('the violation is one that no repair covers', () => {
    const reading = readRequest('StartTransaction', { ...start, extra: 1, meterStart: '5', idTag: {} });
    expect(reading).toMatchObject({ ok: false, violation: { path: '/idTag' } });
    expect([...reading.tolerated].sort()).toEqual(['extra-field', 'number-as-string']);
  });
});

describe('the written list', () => {
  const known = new Set<string>();
  for (const action of names) {
    collect(requestShape(action), `${action}.request`);
    collect(responseShape(action), `${action}.response`);
  }

  function collect(shape: Shape, place: string): void {
    known.add(place);
    if (shape.kind === 'array') collect(shape.items, `${place}/*`);
    if (shape.kind === 'object') for (const [name, field] of shape.fields) collect(field.shape, `${place}/${name}`);
  }

  test('names places that exist', () => {
    const places = [cutPlaces, jsonTextPlaces, longIdTagPlaces, optionalPlaces, registerPlaces, samplePlaces];
    const listed = places.flatMap((each) => [...each]);
    expect(listed.filter((place) => !known.has(place))).toEqual([]);
  });

  test('drops no required field', () => {
    const required = [...optionalPlaces].filter((place) => {
      const [message = '', field = ''] = place.split('/');
      const shape = requestShape(message.replace('.request', '') as Action);
      return shape.kind === 'object' && shape.fields.get(field)?.required !== false;
    });
    expect(required).toEqual([]);
  });

  test('finds one value at most whatever the case of an enum', () => {
    const visit = (shape: Shape): void => {
      if (shape.kind === 'enum') {
        expect(new Set(shape.values.map((each) => each.toLowerCase())).size).toBe(shape.values.length);
      }
      if (shape.kind === 'array') visit(shape.items);
      if (shape.kind === 'object') for (const field of shape.fields.values()) visit(field.shape);
    };
    for (const action of names) {
      visit(requestShape(action));
      visit(responseShape(action));
    }
  });
});

describe.each(names)('%s', (action) => {
  const runs = { seed: 11, numRuns: 150 };

  test('whatever JSON it is given, nothing throws, nothing is changed, and what is read is sound', () => {
    const { request, response } = actions[action];
    const spoilt = (schema: object) =>
      fc
        .tuple(validFor(schema), fc.array(spoiling, { minLength: 1, maxLength: 4 }))
        .map(([sample, spoilings]) => spoilings.reduce(spoil, sample));
    fc.assert(
      fc.property(fc.oneof(spoilt(request), fc.jsonValue()), (payload) => {
        const before = JSON.stringify(payload);
        const reading = readRequest(action, payload);
        expect(JSON.stringify(payload)).toBe(before);
        if (reading.ok && !reading.tolerated.includes('long-id-tag'))
          expect(checkRequest(action, reading.payload)).toBeNull();
        if (checkRequest(action, payload) === null) expect(reading.tolerated).toEqual([]);
      }),
      runs,
    );
    fc.assert(
      fc.property(fc.oneof(spoilt(response), fc.jsonValue()), (payload) => {
        const before = JSON.stringify(payload);
        const reading = readResponse(action, payload);
        expect(JSON.stringify(payload)).toBe(before);
        if (reading.ok) expect(checkResponse(action, reading.payload)).toBeNull();
      }),
      runs,
    );
  });
});

test('a payload of any depth is read or refused', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 200_000; level += 1) deep = [deep];
  expect(readRequest('DataTransfer', { vendorId: 'V', data: deep })).toMatchObject({ ok: false });
  expect(readRequest('Heartbeat', { deep })).toMatchObject({ ok: true, payload: {} });
  expect(readRequest('MeterValues', values({ value: deep }))).toMatchObject({ ok: true, tolerated: ['bad-sample'] });
  expect(readRequest('Authorize', { idTag: deep })).toMatchObject({ ok: false });
});
