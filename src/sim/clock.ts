/** The time of the simulated world as a port: real (optionally faster) here, virtual in a deterministic simulation. */

export type SimClock = {
  /** The true time of the simulated world, in milliseconds since 1970. */
  now(): number;
  /** Runs the function once after so many simulated milliseconds; the number cancels it. */
  setTimeout(run: () => void, milliseconds: number): number;
  /** Cancels; unknown or spent numbers are ignored. */
  clearTimeout(timer: number): void;
};

/** What setTimeout of the platform can wait for at most, in milliseconds. */
const longestWaitMs = 2_147_483_647;

/** The computer's clock. With a speed of 60, a simulated minute passes in a second, from the moment of this call. */
export function realClock(speed = 1): SimClock {
  const origin = Date.now();
  const timers = new Map<number, NodeJS.Timeout>();
  let last = 0;
  return {
    now: () => origin + Math.round((Date.now() - origin) * speed),
    setTimeout: (run, milliseconds) => {
      const id = ++last;
      const wait = Math.min(longestWaitMs, Math.max(0, milliseconds / speed));
      timers.set(
        id,
        setTimeout(() => {
          timers.delete(id);
          run();
        }, wait),
      );
      return id;
    },
    clearTimeout: (id) => {
      clearTimeout(timers.get(id));
      timers.delete(id);
    },
  };
}
