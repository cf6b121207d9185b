const FIRST_MS = 1_000;

/**
 * Pauses between attempts, ms: doubled from a second to `mostMs`. With `random` (from 0 to 1) each lies anywhere below that, so
 * that a thousand sites whose broker comes back don't come at once.
 */
export function createBackOff(mostMs: number, random?: () => number): { next(): number; reset(): void } {
  let pause = FIRST_MS;
  return {
    next(): number {
      const now = random === undefined ? pause : Math.round(FIRST_MS / 4 + random() * pause);
      pause = Math.min(mostMs, pause * 2);
      return now;
    },
    reset(): void {
      pause = FIRST_MS;
    },
  };
}
