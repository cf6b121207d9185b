import { real, whole } from './field.ts';

/**
 * Which row is the next to fill up. A level that rises later is corrected when it comes to the top, one that falls is
 * entered anew: so most changes of a row cost nothing. Grows by what is entered, which is at most once per car and row
 * of its path and once per correction.
 */
export class RowHeap {
  /** Per row, its lowest entry in the heap; infinite where it has none. */
  readonly level: Float64Array;
  #levels: Float64Array;
  #rows: Int32Array;
  #size = 0;

  constructor(rowCount: number) {
    this.level = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
    this.#levels = new Float64Array(rowCount + 1);
    this.#rows = new Int32Array(rowCount + 1);
  }

  clear(): void {
    this.#size = 0;
    this.level.fill(Number.POSITIVE_INFINITY);
  }

  /** The lowest level; infinite when there is none. */
  lowest(): number {
    this.#dropOutdated();
    return this.#size === 0 ? Number.POSITIVE_INFINITY : real(this.#levels, 0);
  }

  /** The row of `lowest()`, taken out. */
  take(): number {
    const row = whole(this.#rows, 0);
    this.level[row] = Number.POSITIVE_INFINITY;
    this.#removeFirst();
    return row;
  }

  enter(row: number, level: number): void {
    if (level >= real(this.level, row)) return;
    this.level[row] = level;
    if (this.#size === this.#rows.length) this.#grow();
    let at = this.#size++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#before(level, row, up)) break;
      this.#move(up, at);
      at = up;
    }
    this.#levels[at] = level;
    this.#rows[at] = row;
  }

  #dropOutdated(): void {
    while (this.#size > 0 && real(this.#levels, 0) !== real(this.level, whole(this.#rows, 0))) this.#removeFirst();
  }

  #removeFirst(): void {
    this.#size -= 1;
    if (this.#size === 0) return;
    const level = real(this.#levels, this.#size);
    const row = whole(this.#rows, this.#size);
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(real(this.#levels, child + 1), whole(this.#rows, child + 1), child)) {
        child += 1;
      }
      if (this.#before(level, row, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#levels[at] = level;
    this.#rows[at] = row;
  }

  /** Equal levels: the row nearer to the root first, so that the reason given is the same every time. */
  #before(level: number, row: number, at: number): boolean {
    const other = real(this.#levels, at);
    return level < other || (level === other && row < whole(this.#rows, at));
  }

  #move(from: number, to: number): void {
    this.#levels[to] = real(this.#levels, from);
    this.#rows[to] = whole(this.#rows, from);
  }

  #grow(): void {
    const levels = new Float64Array(this.#levels.length * 2);
    const rows = new Int32Array(this.#rows.length * 2);
    levels.set(this.#levels);
    rows.set(this.#rows);
    this.#levels = levels;
    this.#rows = rows;
  }
}
