import { expect, it } from 'vitest';
import type { Monotonic } from '../../src/domain/units.ts';
import { createAuditLimit } from '../../src/http/audit-limit.ts';

it('keeps what is within the allowance, counts the rest, and says so with the next that is kept', () => {
  let now = 0;
  const allow = createAuditLimit({ monotonic: () => now as Monotonic });
  const one = () => allow('refused', { atOnce: 3, everyMs: 100 });
  expect([one(), one(), one(), one(), one()]).toEqual([0, 0, 0, null, null]);
  now = 99;
  expect(one()).toBeNull();
  now = 250;
  expect([one(), one(), one()]).toEqual([3, 0, null]);
  expect(allow('another', { atOnce: 3, everyMs: 100 })).toBe(0);
  now = 1_000_000;
  expect([one(), one(), one(), one()]).toEqual([1, 0, 0, null]);
});

it('remembers a bounded number of kinds, and forgets the one that came longest ago', () => {
  const allow = createAuditLimit({ monotonic: () => 0 as Monotonic });
  const once = { atOnce: 1, everyMs: 100 };
  allow('first', once);
  allow('second', once);
  for (let n = 0; n < 511; n++) allow(`other ${n}`, once);
  expect(allow('second', once)).toBeNull();
  expect(allow('first', once)).toBe(0);
});
