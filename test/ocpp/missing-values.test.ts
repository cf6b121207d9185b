import fc from 'fast-check';
import { expect, test } from 'vitest';
import { insertMissingValues } from '../../src/ocpp/missing-values.ts';

test.each([
  ['{"transactionId":,"a":1}', '{"transactionId":null,"a":1}'],
  ['{"transactionId": }', '{"transactionId": null}'],
  ['{"a":,"b":\n,"c":}', '{"a":null,"b":\nnull,"c":null}'],
  ['{"a":":,}","b":"\\":,"}', '{"a":":,}","b":"\\":,"}'],
  ['{"a" "b",}', '{"a" "b",}'],
  ['"unfinished :,', '"unfinished :,'],
])('%s becomes %s', (text, repaired) => {
  expect(insertMissingValues(text)).toBe(repaired);
});

test('what is JSON already stays as it is', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(insertMissingValues(json)).toBe(json);
    }),
    { seed: 1 },
  );
});

test('a text of any length is read once, and a long one not at all', () => {
  const hostile = '\\"'.repeat(32_768);
  expect(insertMissingValues(hostile)).toBe(hostile);
  const long = `{"a":,"b":"${'x'.repeat(65_536)}"}`;
  expect(insertMissingValues(long)).toBe(long);
});
