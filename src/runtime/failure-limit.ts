import type { Monotonic } from '../domain/units.ts';
import type { Clock } from './ports.ts';

/** Wrong tokens of one address in one window, before it has to wait for the next: a charger that retries has room. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Addresses remembered; the one that failed first is forgotten first. */
const MAX_ADDRESSES = 1_024;

export type FailureLimit = {
  failed(address: string): void;
  /** Seconds until this address may try again; 0 when it may now. */
  waitS(address: string): number;
};

/** Counts who guesses. */
export function createFailureLimit(clock: Clock): FailureLimit {
  const counts = new Map<string, { since: Monotonic; failures: number }>();
  const left = (since: Monotonic): number => WINDOW_MS - (clock.monotonic() - since);
  return {
    failed: (address) => {
      const count = counts.get(address);
      if (count !== undefined && left(count.since) > 0) {
        count.failures += 1;
        return;
      }
      counts.delete(address);
      counts.set(address, { since: clock.monotonic(), failures: 1 });
      const oldest = counts.keys().next();
      if (counts.size > MAX_ADDRESSES && !oldest.done) counts.delete(oldest.value);
    },
    waitS: (address) => {
      const count = counts.get(address);
      if (count === undefined || count.failures < MAX_FAILURES) return 0;
      return Math.max(0, Math.ceil(left(count.since) / 1_000));
    },
  };
}
