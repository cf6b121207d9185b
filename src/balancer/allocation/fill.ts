import { ADMITTED, type Field, NONE, real, whole } from './field.ts';
import { type LiveRows, liveRows } from './live-rows.ts';
import { RowHeap } from './row-heap.ts';

/** A row is full when less than this is left, mA: sums of fractions are not exact. */
const FULL = 1e-6;
/** Rounds to find what the unbalance allows; each costs a fill, and most sites need two or three. */
const UNBALANCE_ROUNDS = 6;

/** Shares before rounding, by rank, mA, and what binds each (as `Field.bound`). */
export type Fill = { readonly share: Float64Array; readonly bound: Int32Array };

/**
 * Weighted max-min of what is above what cars were admitted with, tier by tier: a level rises, a car goes up with weight *
 * level once that exceeds what it has, and stays where its maximum or a full row stops it. Later tiers lie at their minimum meanwhile.
 * With rows that only add up, this is the exact max-min solution (Radunovic and Le Boudec 2007).
 *
 * The unbalance is no such row. It becomes a ceiling per phase, taken from what the other phases carry in the solution
 * before; ceilings only come down, and the last resort is what the minimums alone would allow. So the result is always
 * feasible, and now and then less than the best.
 */
export function fill(field: Field): Fill {
  const balanced = [...field.unbalance.keys()].filter((node) => real(field.unbalance, node) < NONE);
  const ceiling = field.capacity.slice();
  const pass = new Pass(field, ceiling, liveRows(field, balanced));
  pass.run();
  for (let round = 1; balanced.length > 0 && lower(field, balanced, ceiling, pass.load); round++) {
    if (round >= UNBALANCE_ROUNDS) lower(field, balanced, ceiling, field.load);
    pass.run();
    if (round >= UNBALANCE_ROUNDS) break;
  }
  for (let rank = 0; rank < field.carCount; rank++) {
    const bound = whole(pass.bound, rank);
    // A ceiling below the capacity is the unbalance's.
    if (bound >= 0 && real(ceiling, bound) < real(field.capacity, bound)) pass.bound[rank] = bound * 2 + 1;
    else if (bound >= 0) pass.bound[rank] = bound * 2;
  }
  return pass;
}

/** Brings ceilings down to what the other phases of the same node allow at `load`; false when none was too high. */
function lower(field: Field, balanced: readonly number[], ceiling: Float64Array, load: Float64Array): boolean {
  let exceeded = false;
  for (const node of balanced) {
    const row = node * 4;
    for (let phase = 0; phase < 3; phase++) {
      let allowed = real(ceiling, row + phase);
      for (let other = 0; other < 3; other++) {
        if (other === phase) continue;
        const carried = real(load, row + other) + real(field.flowing, row + other) - real(field.flowing, row + phase);
        allowed = Math.min(allowed, real(field.unbalance, node) + carried);
      }
      // What the minimums put there was admitted; a car of all three phases moves no phase against another.
      allowed = Math.max(allowed, Math.min(real(ceiling, row + phase), real(field.load, row + phase)));
      if (real(load, row + phase) > allowed + FULL) exceeded = true;
      ceiling[row + phase] = allowed;
    }
  }
  return exceeded;
}

const ASLEEP = 0;
const RISING = 1;
const STILL = 2;

class Pass {
  readonly share: Float64Array;
  readonly bound: Int32Array;
  /** Per row: what lies still on it, and, after a run, all. */
  readonly load: Float64Array;
  readonly #field: Field;
  readonly #ceiling: Float64Array;
  readonly #live: LiveRows;
  readonly #tiers: readonly Tier[];
  /** Per row: the weights that rise on it, and how many cars. */
  readonly #slope: Float64Array;
  readonly #rising: Int32Array;
  readonly #full: Uint8Array;
  readonly #state: Uint8Array;
  readonly #heap: RowHeap;
  #level = 0;

  constructor(field: Field, ceiling: Float64Array, live: LiveRows) {
    const rows = field.nodeCount * 4;
    this.#field = field;
    this.#ceiling = ceiling;
    this.#live = live;
    this.#tiers = tiersOf(field);
    this.share = new Float64Array(field.carCount);
    this.bound = new Int32Array(field.carCount);
    this.load = new Float64Array(rows);
    this.#slope = new Float64Array(rows);
    this.#rising = new Int32Array(rows);
    this.#full = new Uint8Array(rows);
    this.#state = new Uint8Array(field.carCount);
    this.#heap = new RowHeap(rows);
  }

  run(): void {
    this.share.set(this.#field.grant);
    this.bound.fill(-1);
    this.load.set(this.#field.load);
    this.#slope.fill(0);
    this.#rising.fill(0);
    this.#full.fill(0);
    this.#state.fill(ASLEEP);
    for (const tier of this.#tiers) this.#raise(tier);
  }

  #raise({ byStart, start, byEnd, end }: Tier): void {
    this.#level = Number.NEGATIVE_INFINITY;
    this.#heap.clear();
    let started = 0;
    let ended = 0;
    while (ended < byEnd.length) {
      const ending = whole(byEnd, ended);
      if (this.#state[ending] === STILL) {
        ended += 1;
        continue;
      }
      const nextEnd = real(end, ending);
      const nextStart = started < byStart.length ? real(start, whole(byStart, started)) : Number.POSITIVE_INFINITY;
      const nextFull = this.#heap.lowest();
      if (nextStart <= nextEnd && nextStart <= nextFull) {
        const from = started;
        this.#level = Math.max(this.#level, nextStart);
        while (started < byStart.length && real(start, whole(byStart, started)) === nextStart) {
          this.#wake(whole(byStart, started));
          started += 1;
        }
        // Entered once all that start here have, since a row's level falls with each of them.
        for (let index = from; index < started; index++) this.#enterRows(whole(byStart, index));
      } else if (nextEnd <= nextFull) {
        this.#level = Math.max(this.#level, nextEnd);
        this.#stop(ending, real(this.#field.max, ending), -1);
      } else {
        this.#fillUp(this.#heap.take(), nextFull);
      }
    }
  }

  #wake(rank: number): void {
    const { first, row, factor } = this.#live;
    const from = whole(first, rank);
    const to = whole(first, rank + 1);
    for (let index = from; index < to; index++) {
      const at = whole(row, index);
      if (this.#full[at] === 1) {
        this.#state[rank] = STILL;
        this.bound[rank] = at;
        return;
      }
    }
    this.#state[rank] = RISING;
    const weight = real(this.#field.weight, rank);
    const admitted = real(this.#field.grant, rank);
    for (let index = from; index < to; index++) {
      const at = whole(row, index);
      const times = whole(factor, index);
      this.load[at] = real(this.load, at) - admitted * times;
      this.#slope[at] = real(this.#slope, at) + weight * times;
      this.#rising[at] = whole(this.#rising, at) + 1;
    }
  }

  #enterRows(rank: number): void {
    if (this.#state[rank] !== RISING) return;
    const to = whole(this.#live.first, rank + 1);
    for (let index = whole(this.#live.first, rank); index < to; index++) {
      const row = whole(this.#live.row, index);
      this.#heap.enter(row, this.#levelOf(row));
    }
  }

  #stop(rank: number, share: number, bound: number): void {
    const { first, row, factor } = this.#live;
    this.#state[rank] = STILL;
    this.share[rank] = share;
    this.bound[rank] = bound;
    const weight = real(this.#field.weight, rank);
    const to = whole(first, rank + 1);
    for (let index = whole(first, rank); index < to; index++) {
      const at = whole(row, index);
      const times = whole(factor, index);
      this.load[at] = real(this.load, at) + share * times;
      this.#rising[at] = whole(this.#rising, at) - 1;
      this.#slope[at] = this.#rising[at] === 0 ? 0 : real(this.#slope, at) - weight * times;
    }
  }

  /** The level at which a row is full, as things rise now. */
  #levelOf(row: number): number {
    if (this.#rising[row] === 0) return Number.POSITIVE_INFINITY;
    return (real(this.#ceiling, row) - real(this.load, row)) / real(this.#slope, row);
  }

  #fillUp(row: number, expected: number): void {
    const level = this.#levelOf(row);
    if (level === Number.POSITIVE_INFINITY) return;
    if (level > expected && (level - this.#level) * real(this.#slope, row) > FULL) {
      this.#heap.enter(row, level);
      return;
    }
    this.#level = Math.max(this.#level, level);
    this.#full[row] = 1;
    const { below, first, last, phases, weight, grant, max } = this.#field;
    const phase = row & 3;
    const mask = phase === 3 ? 7 : 1 << phase;
    const to = whole(last, row >> 2);
    for (let index = whole(first, row >> 2); index < to; index++) {
      const rank = whole(below, index);
      if (this.#state[rank] !== RISING || (whole(phases, rank) & mask) === 0) continue;
      const share = real(weight, rank) * this.#level;
      this.#stop(rank, Math.max(real(grant, rank), Math.min(real(max, rank), share)), row);
    }
  }
}

/** The cars of one tier, in the order in which they leave their minimum and in that in which they reach their maximum. */
type Tier = {
  readonly byStart: Int32Array;
  readonly byEnd: Int32Array;
  /** By rank. */
  readonly start: Float64Array;
  readonly end: Float64Array;
};

function tiersOf(field: Field): Tier[] {
  const start = new Float64Array(field.carCount);
  const end = new Float64Array(field.carCount);
  const members = new Map<number, number[]>();
  for (let rank = 0; rank < field.carCount; rank++) {
    if (field.standing[rank] !== ADMITTED) continue;
    start[rank] = real(field.grant, rank) / real(field.weight, rank);
    end[rank] = real(field.max, rank) / real(field.weight, rank);
    const tier = real(field.tier, rank);
    const known = members.get(tier);
    if (known === undefined) members.set(tier, [rank]);
    else known.push(rank);
  }
  return [...members.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, ranks]) => ({ byStart: sortedBy(ranks, start), byEnd: sortedBy(ranks, end), start, end }));
}

function sortedBy(ranks: readonly number[], key: Float64Array): Int32Array {
  return Int32Array.from(ranks).sort((a, b) => real(key, a) - real(key, b) || a - b);
}
