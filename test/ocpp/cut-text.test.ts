import { expect, test } from 'vitest';
import { cutText } from '../../src/ocpp/cut-text.ts';

test('short text stays, long text is cut, a character is never split', () => {
  expect(cutText('abc', 3)).toBe('abc');
  expect(cutText('abcd', 3)).toBe('abc');
  expect(cutText('ab\u{1f50c}d', 3)).toBe('ab');
  expect(cutText('ab\u{1f50c}d', 4)).toBe('ab\u{1f50c}');
});
