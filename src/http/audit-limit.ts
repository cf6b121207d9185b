import type { Clock } from '../runtime/ports.ts';

/** Entries of one kind that may come at once, and after how long, ms, each may come once more. */
export type Allowance = { readonly atOnce: number; readonly everyMs: number };

/** Kinds that are remembered; the one that came longest ago goes first. */
const MAX_KNOWN = 512;

type Bucket = { left: number; filledMs: number; leftOut: number };

/** Keeps the record from being filled by one who never rests: what is beyond the allowance is counted, not kept. */
export function createAuditLimit(clock: Pick<Clock, 'monotonic'>) {
  const buckets = new Map<string, Bucket>();

  /** How many like it were left out since the last that was kept; null where this one is left out as well. */
  return (kind: string, { atOnce, everyMs }: Allowance): number | null => {
    const now = clock.monotonic();
    const bucket = buckets.get(kind) ?? { left: atOnce, filledMs: now, leftOut: 0 };
    const more = Math.floor((now - bucket.filledMs) / everyMs);
    bucket.left = Math.min(atOnce, bucket.left + more);
    bucket.filledMs += more * everyMs;
    remember(kind, bucket);
    if (bucket.left === 0) {
      bucket.leftOut += 1;
      return null;
    }
    const { leftOut } = bucket;
    bucket.left -= 1;
    bucket.leftOut = 0;
    return leftOut;
  };

  function remember(kind: string, bucket: Bucket): void {
    buckets.delete(kind);
    buckets.set(kind, bucket);
    const [oldest] = buckets.size > MAX_KNOWN ? buckets.keys() : [];
    if (oldest !== undefined) buckets.delete(oldest);
  }
}
