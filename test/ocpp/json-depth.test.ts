import { expect, test } from 'vitest';
import { isDeeperThan } from '../../src/ocpp/json-depth.ts';

test('counts levels of lists and objects', () => {
  expect(isDeeperThan(0, 1)).toBe(false);
  expect(isDeeperThan(0, [])).toBe(true);
  expect(isDeeperThan(1, [1, null, 'x'])).toBe(false);
  expect(isDeeperThan(1, { a: { b: 1 } })).toBe(true);
  expect(isDeeperThan(2, { a: [{}] })).toBe(true);
  expect(isDeeperThan(3, { a: [{}] })).toBe(false);
});
