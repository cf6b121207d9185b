import { expect, it } from 'vitest';
import { refusalTeaches } from '../../../src/controller/balancing/learn.ts';
import type { Running } from '../../../src/controller/balancing/state.ts';
import { instant, type Monotonic } from '../../../src/domain/units.ts';

const at = (ms: number) => ms as Monotonic;
const running = { id: 3, since: at(1_000), startedAt: instant(1_800_000_000_000), authorized: true } as Running;

it('a refused grant says nothing of its make where a reboot has ended the transaction unheard', () => {
  const back = { settledAt: at(60_000) };
  expect(refusalTeaches({ running, status: 'Preparing' }, back)).toBe(false);
  expect(refusalTeaches({ running, status: 'Available' }, back)).toBe(false);
  expect(refusalTeaches({ running: null, status: 'Charging' }, back)).toBe(false);
  expect(refusalTeaches({ running, status: 'SuspendedEVSE' }, back)).toBe(true);
  expect(refusalTeaches({ running, status: null }, back)).toBe(true);
  // Some are still preparing when their transaction begins.
  expect(refusalTeaches({ running, status: 'Preparing' }, { settledAt: at(500) })).toBe(true);
});
