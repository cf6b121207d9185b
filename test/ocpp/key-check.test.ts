import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { withKeyChecks } from '../../src/ocpp/key-check.ts';
import { closed } from '../../src/ocpp/messages/common.ts';

const schema = closed({
  name: Type.String(),
  list: Type.Optional(Type.Array(closed({ id: Type.Integer() }), { minItems: 1 })),
});

const accepts = (made: TSchema, value: unknown): boolean => Compile(made).Check(value);

test.each([
  [{ name: 'a' }, true],
  [{ name: 'a', list: [{ id: 1 }, { id: 2 }] }, true],
  [{ name: 'a', list: [] }, false],
  [{ name: 'a', list: [{ id: 1, more: 2 }] }, false],
  [{ name: 'a', more: 2 }, false],
  [{ list: [{ id: 1 }] }, false],
  [JSON.parse('{"name":"a","__proto__":{}}'), false],
  [JSON.parse('{"name":"a","toString":1}'), false],
  [[], false],
  [null, false],
  ['name', false],
])('%j: %s, as TypeBox has it', (value, sound) => {
  expect(accepts(withKeyChecks(schema), value)).toBe(sound);
  expect(accepts(schema, value)).toBe(sound);
});

test('the schema itself stays as it is', () => {
  const before = JSON.stringify(schema);
  withKeyChecks(schema);
  expect(JSON.stringify(schema)).toBe(before);
});
