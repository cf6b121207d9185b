/** Commands at once, and those that wait. */
const AT_ONCE = 16;
const MAX_WAITING = 1_000;

type Work = { readonly lane: string | null; readonly run: () => Promise<void> };

/** Runs work side by side, but one after the other in each lane. */
export function createLanes() {
  const waiting: Work[] = [];
  const busy = new Set<string>();
  let running = 0;

  function pump(): void {
    for (let index = 0; running < AT_ONCE && index < waiting.length; ) {
      const work = waiting[index];
      if (work === undefined) return;
      if (work.lane !== null && busy.has(work.lane)) {
        index += 1;
        continue;
      }
      waiting.splice(index, 1);
      void begin(work);
    }
  }

  async function begin({ lane, run }: Work): Promise<void> {
    running += 1;
    if (lane !== null) busy.add(lane);
    try {
      await run();
    } finally {
      running -= 1;
      if (lane !== null) busy.delete(lane);
      pump();
    }
  }

  return {
    isFull: (): boolean => waiting.length >= MAX_WAITING,
    /** Resolves when it is over; rejects where it does. */
    run(lane: string | null, run: () => Promise<void>): Promise<void> {
      return new Promise((resolve, reject) => {
        waiting.push({ lane, run: () => run().then(resolve, reject) });
        pump();
      });
    },
    figures: () => ({ running, waiting: waiting.length }),
  };
}
