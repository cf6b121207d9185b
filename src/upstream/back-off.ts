const FIRST_MS = 1_000;
const MOST_MS = 60_000;

/** Pauses between attempts, ms: up to twice as long each time, and anywhere below that, so that a thousand sites whose broker comes back don't come at once. */
export function createBackOff(random: () => number): { next(): number; reset(): void } {
  let most = FIRST_MS;
  return {
    next(): number {
      const pause = FIRST_MS / 4 + random() * most;
      most = Math.min(MOST_MS, most * 2);
      return Math.round(pause);
    },
    reset(): void {
      most = FIRST_MS;
    },
  };
}
