import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { closed, Integer, Text, Timestamp, Uri } from '../../src/ocpp/messages/common.ts';
import { shapeOf } from '../../src/ocpp/shape.ts';

test('a schema becomes the shape of its values', () => {
  const shape = shapeOf(
    closed({
      id: Type.Optional(Text(20)),
      at: Timestamp,
      where: Uri,
      kind: Type.Enum(['a', 'b']),
      flags: Type.Array(Type.Boolean(), { minItems: 1 }),
    }),
  );
  const text = { kind: 'string', maxLength: Number.POSITIVE_INFINITY, format: null };
  expect(shape).toEqual({
    kind: 'object',
    fields: new Map<string, unknown>([
      ['id', { required: false, shape: { ...text, maxLength: 20 } }],
      ['at', { required: true, shape: { ...text, format: 'date-time' } }],
      ['where', { required: true, shape: { ...text, format: 'uri' } }],
      ['kind', { required: true, shape: { kind: 'enum', values: ['a', 'b'] } }],
      ['flags', { required: true, shape: { kind: 'array', minItems: 1, items: { kind: 'boolean' } } }],
    ]),
  });
});

test('a rule on numbers comes along with its words', () => {
  const shape = shapeOf(Integer);
  if (shape.kind !== 'integer' || shape.rule === null) return expect.unreachable('an integer with a rule');
  expect([shape.rule.holds(1), shape.rule.holds(2 ** 53), shape.rule.asks]).toEqual([
    true,
    false,
    'must be a whole number below 2^53',
  ]);
});

test('a schema of a kind that no message uses is a mistake', () => {
  expect(() => shapeOf(Type.Union([Type.String(), Type.Null()]))).toThrow('no shape');
});
