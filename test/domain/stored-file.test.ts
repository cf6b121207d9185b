import { expect, it } from 'vitest';
import { overQuota } from '../../src/domain/stored-file.ts';

const file = (id: string, size: number) => ({ id, size });

it('drops the oldest files until the rest keep to the quota, and never the newest', () => {
  const three = [file('a', 10), file('b', 20), file('c', 30)];
  expect(overQuota(three, { files: 3, bytes: 60 })).toEqual([]);
  expect(overQuota(three, { files: 2, bytes: 60 })).toEqual(['a']);
  expect(overQuota(three, { files: 3, bytes: 50 })).toEqual(['a']);
  expect(overQuota(three, { files: 3, bytes: 49 })).toEqual(['a', 'b']);
  expect(overQuota(three, { files: 1, bytes: 1 })).toEqual(['a', 'b']);
  expect(overQuota([], { files: 1, bytes: 1 })).toEqual([]);
});
