import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeCall, encodeError, encodeResult, parseFrame } from '../../src/ocpp/frames.ts';

test('Q5: an action of the vendor is answered NotImplemented', () => {
  expect(parseFrame('[2,"1","CustomOperation",{}]')).toMatchObject({ kind: 'bad-call', code: 'NotImplemented' });
});

describe('a call', () => {
  test('is read', () => {
    expect(parseFrame('[2,"19223201","Heartbeat",{}]')).toEqual({
      kind: 'call',
      messageId: '19223201',
      action: 'Heartbeat',
      payload: {},
    });
  });

  test('Q10: may hold blanks, and any id up to 255 characters', () => {
    expect(parseFrame(' [2, "1", "Heartbeat", { }]\r\n')).toMatchObject({ kind: 'call', messageId: '1' });
    expect(parseFrame(`[2,"${'x'.repeat(255)}","Heartbeat",{}]`)).toMatchObject({ kind: 'call' });
    expect(parseFrame(`[2,"${'x'.repeat(256)}","Heartbeat",{}]`)).toMatchObject({ kind: 'ignored' });
    expect(parseFrame('[2,"","Heartbeat",{}]')).toMatchObject({ kind: 'call', messageId: '' });
  });

  test('with a number for an id is taken by its text', () => {
    expect(parseFrame('[2,42,"Heartbeat",{}]')).toMatchObject({ kind: 'call', messageId: '42' });
    expect(parseFrame('[2,4.2,"Heartbeat",{}]')).toMatchObject({ kind: 'ignored' });
    expect(parseFrame('[2,null,"Heartbeat",{}]')).toMatchObject({ kind: 'ignored' });
  });

  test('with null for a payload has an empty one (OCPP-J §4.2.1)', () => {
    expect(parseFrame('[2,"1","Heartbeat",null]')).toMatchObject({ kind: 'call', payload: {} });
  });

  test.each([
    ['[2,"1"]', 'FormationViolation'],
    ['[2,"1",{},{}]', 'FormationViolation'],
    ['[2,"1",null,{}]', 'FormationViolation'],
    ['[2,"1","Heartbeat"]', 'ProtocolError'],
    ['[2,"1","Heartbeat",{},{}]', 'FormationViolation'],
    ['[2,"1","Heartbeat",[]]', 'FormationViolation'],
    ['[2,"1","Heartbeat","{}"]', 'FormationViolation'],
    ['[2,"1","Heartbeat",0]', 'FormationViolation'],
    ['[2,"1","heartbeat",{}]', 'NotImplemented'],
    ['[2,"1","constructor",{}]', 'NotImplemented'],
    ['[2,"1","__proto__",{}]', 'NotImplemented'],
    ['[2,"1","",{}]', 'NotImplemented'],
    ['[2,"1","Reset",{"type":"Soft"}]', 'NotSupported'],
  ])('%s is answered %s', (text, code) => {
    expect(parseFrame(text)).toMatchObject({ kind: 'bad-call', messageId: '1', code });
  });
});

test('a result is read, a missing payload or null is an empty one', () => {
  expect(parseFrame('[3,"a",{"status":"Accepted"}]')).toEqual({
    kind: 'result',
    messageId: 'a',
    payload: { status: 'Accepted' },
  });
  expect(parseFrame('[3,"a",null]')).toEqual({ kind: 'result', messageId: 'a', payload: {} });
  expect(parseFrame('[3,"a"]')).toEqual({ kind: 'result', messageId: 'a', payload: {} });
});

describe('an error', () => {
  test('is read', () => {
    expect(parseFrame('[4,"a","NotSupported","no",{"x":1}]')).toEqual({
      kind: 'error',
      messageId: 'a',
      code: 'NotSupported',
      rawCode: 'NotSupported',
      description: 'no',
      details: { x: 1 },
    });
  });

  test('Q13: has other spellings, text for details, long descriptions', () => {
    const text = JSON.stringify([4, 'a', 'FormatViolation', `x\n${'y'.repeat(5000)}`, 'a string']);
    const frame = parseFrame(text);
    expect(frame).toMatchObject({ kind: 'error', code: 'FormationViolation', rawCode: 'FormatViolation' });
    expect(frame).toMatchObject({ details: 'a string', description: `x\n${'y'.repeat(998)}` });
  });

  test.each(['[4,"a"]', '[4,"a",null,null,null]', '[4,"a",7,{},[]]'])('%s is still an answer', (text) => {
    expect(parseFrame(text)).toMatchObject({ kind: 'error', messageId: 'a', code: 'GenericError', description: '' });
  });
});

describe('ignored', () => {
  test.each([
    '',
    'hello',
    '{}',
    'null',
    '42',
    '[]',
    '[2]',
    '[2',
    '[5,"1",{}]',
    '["2","1","Heartbeat",{}]',
    '[null,"1"]',
    '[2,{},"Heartbeat",{}]',
    '[3,["a"],{}]',
    '\u0000',
  ])('%j', (text) => {
    expect(parseFrame(text)).toMatchObject({ kind: 'ignored' });
  });

  test('a deep document, however deep', () => {
    const deep = (levels: number): string => `[2,"1","DataTransfer",${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}]`;
    expect(parseFrame(deep(31))).toMatchObject({ kind: 'call' });
    expect(parseFrame(deep(32))).toMatchObject({ kind: 'bad-call', code: 'FormationViolation' });
    expect(parseFrame(deep(150_000))).toMatchObject({ kind: 'bad-call', code: 'FormationViolation' });
    expect(parseFrame('['.repeat(1_000_000))).toMatchObject({ kind: 'ignored' });
    expect(parseFrame(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toMatchObject({ kind: 'ignored' });
  });
});

test('prototype keys in a payload stay keys', () => {
  const frame = parseFrame('[2,"1","Heartbeat",{"__proto__":{"polluted":true}}]');
  expect(frame).toMatchObject({ kind: 'call' });
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

describe('a missing value', () => {
  test('in a call reads as null', () => {
    expect(parseFrame('[2,"1","MeterValues",{"connectorId":1,"transactionId":,"meterValue":[]}]')).toMatchObject({
      kind: 'call',
      payload: { connectorId: 1, transactionId: null, meterValue: [] },
    });
  });
});

describe('what we send', () => {
  test('has the form of OCPP-J §4.2', () => {
    expect(encodeCall('id', 'Reset', { type: 'Soft' })).toBe('[2,"id","Reset",{"type":"Soft"}]');
    expect(encodeResult('id', {})).toBe('[3,"id",{}]');
    expect(encodeError('id', 'OccurenceConstraintViolation', 'too few')).toBe(
      '[4,"id","OccurenceConstraintViolation","too few",{}]',
    );
  });

  test('has descriptions of at most 255 characters and ids of at most 36', () => {
    const [, , , description] = JSON.parse(encodeError('id', 'GenericError', '\u{1f50c}'.repeat(200)));
    expect(description).toBe('\u{1f50c}'.repeat(127));
    expect(() => encodeCall('x'.repeat(37), 'Reset', {})).toThrow(RangeError);
    expect(encodeCall('x'.repeat(36), 'ClearCache', {})).toContain('"ClearCache"');
  });
});

test('no text and no JSON value makes it throw', () => {
  const seed = { seed: 7, numRuns: 500 };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseFrame(text).kind).toBeTypeOf('string');
    }),
    seed,
  );
  const element = fc.oneof(fc.constantFrom<unknown>(2, 3, 4, 'Heartbeat', 'Reset', null), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), (frame) => {
      expect(parseFrame(JSON.stringify(frame)).kind).toBeTypeOf('string');
    }),
    seed,
  );
});
