import type { Clock } from '../runtime/ports.ts';

/** Failures that cost nothing: fingers slip. */
const FREE = 5;
/** What the next one costs, ms, doubled with each; at most so much for an address, and for a name, which must never be locked out. */
const FIRST_MS = 1_000;
const MOST_MS = { address: 900_000, name: 30_000 };
/** Failures are forgotten after this long without one, ms. */
const FORGET_MS = 3_600_000;
/** Addresses, and names, that are remembered; the one that failed longest ago goes first. */
const MAX_KNOWN = 1_024;

type Failures = { count: number; lastMs: number; untilMs: number };

/** Makes guessing slow, by address and by name; an address from which a name has logged in before waits for itself alone. */
export function createLoginLimit(clock: Pick<Clock, 'monotonic'>) {
  const by = { address: new Map<string, Failures>(), name: new Map<string, Failures>() };
  const known = new Set<string>();

  return {
    /** Seconds until this may be tried; 0 for now. */
    waitS(address: string, name: string): number {
      const now = clock.monotonic();
      const ofName = known.has(pair(address, name)) ? 0 : (by.name.get(name)?.untilMs ?? 0);
      const until = Math.max(by.address.get(address)?.untilMs ?? 0, ofName);
      return Math.max(0, Math.ceil((until - now) / 1_000));
    },
    failed(address: string, name: string): void {
      count('address', address);
      count('name', name);
    },
    succeeded(address: string, name: string): void {
      by.address.delete(address);
      remember(known, pair(address, name));
    },
  };

  function count(kind: 'address' | 'name', key: string): void {
    const failures = by[kind];
    const now = clock.monotonic();
    const before = failures.get(key);
    const again = before === undefined || now - before.lastMs > FORGET_MS ? 1 : before.count + 1;
    const costMs = again <= FREE ? 0 : Math.min(MOST_MS[kind], FIRST_MS * 2 ** (again - FREE - 1));
    failures.delete(key);
    failures.set(key, { count: again, lastMs: now, untilMs: now + costMs });
    const [oldest] = failures.size > MAX_KNOWN ? failures.keys() : [];
    if (oldest !== undefined) failures.delete(oldest);
  }
}

function remember(known: Set<string>, key: string): void {
  known.delete(key);
  known.add(key);
  const [oldest] = known.size > MAX_KNOWN ? known : [];
  if (oldest !== undefined) known.delete(oldest);
}

const pair = (address: string, name: string): string => `${address}|${name}`;
