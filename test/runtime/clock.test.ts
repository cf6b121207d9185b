import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';

describe('the clock of the machine', () => {
  it('tells whole milliseconds since 1970, and a monotonic time that goes on', async () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    expect(Number.isInteger(systemClock.now())).toBe(true);
    const before = systemClock.monotonic();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    // Timers may fire a fraction of a millisecond early.
    expect(systemClock.monotonic() - before).toBeGreaterThan(4);
  });

  it('runs what comes soon after what is there already, and nothing that was cancelled', async () => {
    const order: string[] = [];
    const cancelled = systemClock.after(0, () => order.push('cancelled'));
    cancelled.cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(10, resolve);
      systemClock.soon(() => order.push('soon'));
      void Promise.resolve().then(() => order.push('already there'));
    });
    expect(order).toEqual(['already there', 'soon']);
  });
});
