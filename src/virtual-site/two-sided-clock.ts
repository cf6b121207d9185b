import { type Instant, instant, type Monotonic, monotonic } from '../domain/units.ts';
import type { Clock } from '../runtime/ports.ts';
import type { SimClock } from '../sim/clock.ts';

/**
 * One virtual time, seen by the server through its clock and by the simulation through its own. It passes only in
 * `advance`; what is due at the same moment runs in the order in which it was asked for.
 */

type Entry = { readonly at: number; readonly order: number; readonly run: () => void; live: boolean };

/** Steps without time passing after which something keeps waking itself, and the run should fail rather than hang. */
const mostSteps = 1_000_000;

export function createTwoSidedClock(start: Instant) {
  const due: Entry[] = [];
  const soon: (() => void)[] = [];
  const simTimers = new Map<number, Entry>();
  let elapsed = 0;
  let order = 0;
  let lastTimer = 0;
  /** Where the server's wall clock stands besides the true time, in milliseconds. */
  let serverStepMs = 0;
  /** Counts the servers that have been; what a former one asked for is void. */
  let life = 0;
  /** When the present one began: a process counts its monotonic time from its own start. */
  let began = 0;

  const schedule = (milliseconds: number, run: () => void): Entry => {
    order += 1;
    const entry = { at: elapsed + Math.max(0, milliseconds), order, run, live: true };
    push(due, entry);
    return entry;
  };
  const settle = (): void => {
    for (let steps = 0; soon.length > 0; steps += 1) {
      if (steps > mostSteps) throw new Error('it never comes to rest');
      soon.shift()?.();
    }
  };
  /** Of the server that lives now: what it asks for while it dies is void as well. */
  const serverOfThisLife = (): Clock => {
    const mine = life;
    const whileItLives = (run: () => void) => (): void => {
      if (mine === life) run();
    };
    return {
      now: () => instant(start + Math.round(elapsed) + serverStepMs),
      monotonic: (): Monotonic => monotonic(elapsed - began),
      after: (ms, run) => {
        const entry = schedule(ms, whileItLives(run));
        return {
          cancel: () => {
            entry.live = false;
          },
        };
      },
      soon: (run) => {
        soon.push(whileItLives(run));
      },
    };
  };
  const sim: SimClock = {
    now: () => start + elapsed,
    setTimeout: (run, milliseconds) => {
      const timer = ++lastTimer;
      const entry = schedule(milliseconds, () => {
        simTimers.delete(timer);
        run();
      });
      simTimers.set(timer, entry);
      return timer;
    },
    clearTimeout: (timer) => {
      const entry = simTimers.get(timer);
      if (entry !== undefined) entry.live = false;
      simTimers.delete(timer);
    },
  };

  return {
    server: serverOfThisLife(),
    serverOfThisLife,
    sim,
    settle,
    /** Lets so many seconds pass, and everything happen in them in its order. */
    advance(seconds: number): void {
      settle();
      const until = elapsed + seconds * 1000;
      for (let next = due[0]; next !== undefined && next.at <= until; next = due[0]) {
        pop(due);
        if (!next.live) continue;
        elapsed = Math.max(elapsed, next.at);
        next.run();
        settle();
      }
      elapsed = until;
    },
    /** Time goes by in which nobody does anything: what fell due is late when the next seconds pass, as after a sleep of all machines. */
    leap(seconds: number): void {
      settle();
      elapsed += seconds * 1000;
    },
    /** Somebody sets the server's wall clock by so many milliseconds; its monotonic clock goes on. */
    stepServer(milliseconds: number): void {
      serverStepMs += milliseconds;
    },
    /** Nothing that the server asked for will happen. */
    forgetServer(): void {
      life += 1;
      began = elapsed;
    },
  };
}

/** A binary heap with the earliest entry in front. */
function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIf(heap, at, parent)) return;
    at = parent;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined) return;
    const child = other !== undefined && before(other, one) ? right : left;
    if (!swapIf(heap, child, at)) return;
    at = child;
  }
}

/** Swaps where the lower one in the tree is earlier. */
function swapIf(heap: Entry[], child: number, parent: number): boolean {
  const [below, above] = [heap[child], heap[parent]];
  if (below === undefined || above === undefined || !before(below, above)) return false;
  heap[child] = above;
  heap[parent] = below;
  return true;
}

const before = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);
